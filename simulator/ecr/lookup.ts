import type { ImageIdentifier } from '@aws-sdk/client-ecr';
import { ApiError } from '../kernel.ts';
import type { Image, Repository } from './model.ts';

const MOST_IDS = 100;
const DIGEST = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,299}$/;

export const isDigest = (text: string) => DIGEST.test(text);
export const isTag = (text: string) => TAG.test(text);

export function invalid(parameter: string, constraint: string): ApiError {
  return new ApiError(
    'InvalidParameterException',
    `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
  );
}

/** @throws ApiError RepositoryNotFoundException, also for the registry of another account */
export function repositoryNamed(
  repositories: ReadonlyMap<string, Repository>,
  account: string,
  input: { readonly registryId?: string | undefined; readonly repositoryName?: string | undefined },
): Repository {
  const { registryId = account, repositoryName: name = '' } = input;
  const repository = registryId === account ? repositories.get(name) : undefined;
  if (repository !== undefined) return repository;
  throw new ApiError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

/** One to a hundred items, as all batch operations of ECR take. @throws ApiError InvalidParameterException */
export function batch<Item>(name: string, items: readonly Item[] | undefined): readonly Item[] {
  if (items === undefined || items.length === 0) {
    throw invalid(name, 'Member must have length greater than or equal to 1');
  }
  if (items.length > MOST_IDS) {
    throw invalid(name, `Member must have length less than or equal to ${MOST_IDS}`);
  }
  return items;
}

/** @throws ApiError InvalidParameterException if not in 1..most */
export function pageSize(maxResults: number | undefined, usual: number, most: number): number {
  if (maxResults === undefined) return usual;
  if (Number.isInteger(maxResults) && maxResults >= 1 && maxResults <= most) return maxResults;
  throw invalid('maxResults', `Member must be between 1 and ${most}`);
}

/** What BatchGetImage and BatchDeleteImage put into `failures`, with HTTP 200. */
export interface Failure {
  readonly failureCode: string;
  readonly failureReason: string;
}

export type Found = { readonly image: Image } | { readonly failure: Failure };

/**
 * The image of an id by digest, by tag or by both. With both, the tag must point to that digest: else
 * ImageTagDoesNotMatchDigest, also if only one of the two exists (awslabs/amazon-ecr-containerd-resolver, base.go:
 * "an updated (or new) image with a tag").
 */
export function find(repository: Repository, { imageDigest: digest, imageTag: tag }: ImageIdentifier): Found {
  if (digest === undefined && tag === undefined) {
    return fail('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  }
  if (digest !== undefined && !isDigest(digest)) {
    return fail(
      'InvalidImageDigest',
      `Invalid request parameters: image digest should satisfy the regex '${DIGEST.source}'`,
    );
  }
  if (tag !== undefined && !isTag(tag)) {
    return fail(
      'InvalidImageTag',
      `Invalid request parameters: image tag should satisfy the regex '${TAG.source}'`,
    );
  }
  const byDigest = digest === undefined ? undefined : repository.images.get(digest);
  const byTag = tag === undefined ? undefined : repository.tags.get(tag)?.image;
  if (byDigest === undefined && byTag === undefined)
    return fail('ImageNotFound', 'Requested image not found');
  if (digest !== undefined && tag !== undefined && byDigest !== byTag) {
    return fail('ImageTagDoesNotMatchDigest', 'Requested image tag does not match the image digest');
  }
  const image = byDigest ?? byTag;
  return image === undefined ? fail('ImageNotFound', 'Requested image not found') : { image };
}

/** The one image that an operation names. @throws ApiError ImageNotFoundException */
export function theImage(repository: Repository, account: string, id: ImageIdentifier | undefined): Image {
  if (id?.imageDigest === undefined && id?.imageTag === undefined) {
    throw new ApiError('InvalidParameterException', 'Both image digest and image tag cannot be null');
  }
  const found = find(repository, id);
  if ('image' in found) return found.image;
  throw new ApiError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'} does ` +
      `not exist within the repository with name '${repository.name}' in the registry with id '${account}'`,
  );
}

function fail(failureCode: string, failureReason: string): Found {
  return { failure: { failureCode, failureReason } };
}
