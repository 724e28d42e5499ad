import type * as Sdk from '@aws-sdk/client-ecr';
import { HOUR } from '../../lib/clock.ts';
import { ApiError, type Kernel, type Operations, operation } from '../kernel.ts';
import type { Ecr } from './ecr.ts';
import { batch, type Failure, find, theImage } from './lookup.ts';
import { digestOf } from './manifest.ts';
import type { Image, Repository } from './model.ts';
import { type Delivered, translate } from './translate.ts';

/** "Refreshes the last image pull timestamp at least once every 24 hours": API reference, ImageDetail. */
const PULL_TIME_MS = 24 * HOUR;

/** Manifests in and out of ECR, tags and deletions. */
export function imageOperations(ecr: Ecr, kernel: Kernel): Operations {
  return {
    BatchGetImage: operation((input: Sdk.BatchGetImageRequest) => {
      const repository = ecr.named(input);
      const images: Sdk.Image[] = [];
      const failures: FailureShape[] = [];
      for (const imageId of batch('imageIds', input.imageIds)) {
        const got = get(repository, imageId, input.acceptedMediaTypes, kernel.now());
        if ('failureCode' in got) failures.push(failureShape(imageId, got));
        else images.push(imageShape(kernel.account, repository, got, got.digest, imageId.imageTag));
      }
      return { images, failures };
    }),
    PutImage: operation((input: Sdk.PutImageRequest) => {
      const repository = ecr.named(input);
      const image = ecr.images.put(repository, {
        manifestText: input.imageManifest ?? '',
        mediaType: input.imageManifestMediaType,
        tag: input.imageTag,
        digest: input.imageDigest,
      });
      return { image: imageShape(kernel.account, repository, image, image.digest, input.imageTag) };
    }),
    // One id after another: an index that goes first no longer holds its images.
    BatchDeleteImage: operation((input: Sdk.BatchDeleteImageRequest) => {
      const repository = ecr.named(input);
      const imageIds: Sdk.ImageIdentifier[] = [];
      const failures: FailureShape[] = [];
      for (const imageId of batch('imageIds', input.imageIds)) {
        const gone = remove(ecr, repository, imageId);
        if ('failureCode' in gone) failures.push(failureShape(imageId, gone));
        else imageIds.push(...gone.ids);
      }
      return { imageIds, failures };
    }),
    UpdateImageStorageClass: operation((input: Sdk.UpdateImageStorageClassRequest) => {
      const repository = ecr.named(input);
      const image = theImage(repository, kernel.account, input.imageId);
      moveToClass(ecr, image, input.targetStorageClass);
      const { digest: imageDigest, status: imageStatus } = image;
      const { name: repositoryName } = repository;
      return { registryId: kernel.account, repositoryName, imageId: { imageDigest }, imageStatus };
    }),
  };
}

function moveToClass(ecr: Ecr, image: Image, target: Sdk.TargetStorageClass | undefined): void {
  if (target === 'ARCHIVE' && image.status === 'ACTIVE') ecr.images.archive(image);
  else if (target === 'STANDARD' && image.status === 'ARCHIVED') ecr.images.restore(image);
  else {
    throw new ApiError(
      'ImageStorageClassUpdateNotSupportedException',
      `An image that is ${image.status} cannot be moved to storage class ${target}`,
    );
  }
}

/**
 * By tag the manifest may be translated, by digest (with or without a tag) it never is, whatever is accepted: user
 * guide, "Amazon ECR image manifest conversion"; aws/containers-roadmap#1075. What cannot be pulled is answered as not
 * found, like the 404 of the registry.
 */
function get(
  repository: Repository,
  id: Sdk.ImageIdentifier,
  accepted: readonly string[] | undefined,
  now: number,
): (Delivered & { readonly digest: string }) | Failure {
  const found = find(repository, id);
  if ('failure' in found) return upstreamFailure(repository, found.failure);
  const { image } = found;
  if (image.failure !== undefined) {
    return { failureCode: image.failure, failureReason: `The image is not readable: ${image.failure}` };
  }
  if (image.status !== 'ACTIVE') return notPullable(`Requested image is ${image.status.toLowerCase()}`);
  const byTag = id.imageDigest === undefined ? id.imageTag : undefined;
  const delivered = byTag === undefined ? image : translate(image, byTag, accepted);
  if (delivered === undefined) {
    return notPullable(
      `Requested image has media type ${image.mediaType}, which is not among those accepted`,
    );
  }
  if (image.pulledAt === undefined || now - image.pulledAt >= PULL_TIME_MS) image.pulledAt = now;
  const { manifestText, mediaType } = delivered;
  return { manifestText, mediaType, digest: digestOf(manifestText) };
}

const notPullable = (failureReason: string): Failure => ({ failureCode: 'ImageNotFound', failureReason });

/** A pull-through cache asks its upstream for what it does not have. */
function upstreamFailure({ upstream }: Repository, failure: Failure): Failure {
  if (failure.failureCode !== 'ImageNotFound' || upstream === undefined || upstream === 'reachable')
    return failure;
  return { failureCode: upstream, failureReason: 'The upstream registry did not deliver the image' };
}

function remove(
  ecr: Ecr,
  repository: Repository,
  id: Sdk.ImageIdentifier,
): { readonly ids: readonly Sdk.ImageIdentifier[] } | Failure {
  const found = find(repository, id);
  if ('failure' in found) return found.failure;
  const { image } = found;
  const { digest: imageDigest } = image;
  const tags = id.imageTag === undefined ? [...image.tags] : [id.imageTag];
  const failure =
    id.imageTag === undefined
      ? ecr.images.remove(repository, image)
      : ecr.images.untag(repository, image, id.imageTag);
  if (failure !== undefined) return failure;
  return { ids: tags.length === 0 ? [{ imageDigest }] : tags.map((imageTag) => ({ imageDigest, imageTag })) };
}

function imageShape(
  registryId: string,
  repository: Repository,
  { manifestText, mediaType }: Delivered,
  imageDigest: string,
  imageTag: string | undefined,
): Sdk.Image {
  return {
    registryId,
    repositoryName: repository.name,
    imageId: { imageDigest, ...(imageTag === undefined ? {} : { imageTag }) },
    imageManifest: manifestText,
    imageManifestMediaType: mediaType,
  };
}

function failureShape(imageId: Sdk.ImageIdentifier, failure: Failure): FailureShape {
  return { imageId, ...failure };
}

/** Its codes come from `find` and from here; the SDK's enumeration would only repeat them. */
interface FailureShape extends Failure {
  readonly imageId: Sdk.ImageIdentifier;
}
