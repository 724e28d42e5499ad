import type * as Sdk from '@aws-sdk/client-ecr';
import { ApiError, type Kernel, type Operations, operation, seconds } from '../kernel.ts';
import { page } from '../paging.ts';
import type { Ecr } from './ecr.ts';
import { batch, invalid, pageSize, repositoryNamed, theImage } from './lookup.ts';
import type { Image, Repository } from './model.ts';
import { imageShape, repositoryShape } from './shapes.ts';

/** What there is: repositories, images, referrers, signatures. */
export function describeOperations(ecr: Ecr, kernel: Kernel): Operations {
  const { account } = kernel;
  return {
    DescribeRepositories: operation((input: Sdk.DescribeRepositoriesRequest) => {
      const { repositoryNames: names, registryId = account } = input;
      if (names !== undefined) {
        noPaging(input, 'repositoryNames');
        const found = batch('repositoryNames', names).map((repositoryName) =>
          repositoryNamed(ecr.repositories, account, { registryId, repositoryName }),
        );
        return { repositories: found.map((repository) => repositoryShape(account, repository)) };
      }
      const all = registryId === account ? ecr.repositories.values() : [];
      const { items, nextToken } = page(all, input.nextToken, pageSize(input.maxResults, 100, 1000));
      return { repositories: items.map((repository) => repositoryShape(account, repository)), nextToken };
    }),
    DescribePullThroughCacheRules: operation((input: Sdk.DescribePullThroughCacheRulesRequest) =>
      cacheRules(ecr, account, input),
    ),
    DescribeImages: operation((input: Sdk.DescribeImagesRequest) => {
      const repository = ecr.named(input);
      const wanted = imageFilter(input.filter);
      if (input.imageIds !== undefined) {
        noPaging(input, 'imageIds');
        // Two ids of one image describe it once.
        const ids = batch('imageIds', input.imageIds);
        const named = new Set(ids.map((id) => theImage(repository, account, id)));
        const imageDetails = [...named].filter(wanted).map((image) => imageShape(account, repository, image));
        return { imageDetails };
      }
      const all = [...repository.images.values()].filter(wanted);
      const { items, nextToken } = page(all, input.nextToken, pageSize(input.maxResults, 100, 1000));
      return { imageDetails: items.map((image) => imageShape(account, repository, image)), nextToken };
    }),
    ListImages: operation((input: Sdk.ListImagesRequest) => {
      const wanted = imageFilter(input.filter);
      const ids = imageIds(ecr.named(input), wanted);
      const { items, nextToken } = page(ids, input.nextToken, pageSize(input.maxResults, 100, 1000));
      return { imageIds: items.map(({ id }) => id), nextToken };
    }),
    ListImageReferrers: operation((input: Sdk.ListImageReferrersRequest) => {
      const repository = ecr.named(input);
      const { artifactTypes = [], artifactStatus = 'ACTIVE' } = input.filter ?? {};
      const all = [...repository.images.values()].filter(
        (image) =>
          image.manifest.subject?.digest === input.subjectId?.imageDigest &&
          (artifactStatus === 'ANY' || image.status === artifactStatus) &&
          (artifactTypes.length === 0 || artifactTypes.includes(artifactTypeOf(image) ?? '')),
      );
      const { items, nextToken } = page(all, input.nextToken, pageSize(input.maxResults, 20, 50));
      return { referrers: items.map(referrerShape), nextToken };
    }),
    DescribeImageSigningStatus: operation((input: Sdk.DescribeImageSigningStatusRequest) => {
      const repository = ecr.named(input);
      const image = theImage(repository, account, input.imageId);
      return {
        registryId: account,
        repositoryName: repository.name,
        imageId: { ...input.imageId, imageDigest: image.digest },
        signingStatuses: image.signing.map(({ profileArn, ...rest }) => ({
          signingProfileArn: profileArn,
          ...rest,
        })),
      };
    }),
  };
}

/** Only ACTIVE images unless the filter says otherwise: API reference, DescribeImagesFilter. */
function imageFilter({ tagStatus = 'ANY', imageStatus = 'ACTIVE' }: Sdk.DescribeImagesFilter = {}) {
  return ({ status, tags }: Image) =>
    (imageStatus === 'ANY' || status === imageStatus) &&
    (tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tags.size > 0);
}

/** An entry for each tag, and one for each image without. */
function imageIds(repository: Repository, wanted: (image: Image) => boolean) {
  const tagged = [...repository.tags].map(([imageTag, { order, image }]) => ({
    order,
    image,
    tag: { imageTag },
  }));
  const untagged = [...repository.images.values()]
    .filter(({ tags }) => tags.size === 0)
    .map((image) => ({ order: image.order, image, tag: {} }));
  return [...tagged, ...untagged]
    .filter(({ image }) => wanted(image))
    .sort((a, b) => a.order - b.order)
    .map(({ order, image, tag }) => ({ order, id: { imageDigest: image.digest, ...tag } }));
}

const artifactTypeOf = ({ manifest }: Image) => manifest.artifactType ?? manifest.config?.mediaType;

function referrerShape(image: Image): Sdk.ImageReferrer {
  return {
    digest: image.digest,
    mediaType: image.mediaType,
    artifactType: artifactTypeOf(image),
    size: Buffer.byteLength(image.manifestText),
    annotations: { ...image.manifest.annotations },
    artifactStatus: image.status,
  };
}

/** One rule for each first part of a cache repository's name. */
function cacheRules(ecr: Ecr, account: string, input: Sdk.DescribePullThroughCacheRulesRequest) {
  const cached = [...ecr.repositories.values()].filter(({ upstream }) => upstream !== undefined);
  const rules = new Map(cached.map((repository) => [prefixOf(repository), repository]));
  for (const prefix of input.ecrRepositoryPrefixes ?? []) {
    if (rules.has(prefix)) continue;
    throw new ApiError(
      'PullThroughCacheRuleNotFoundException',
      `The pull through cache rule '${prefix}' was not found.`,
    );
  }
  const wanted = new Set(input.ecrRepositoryPrefixes ?? rules.keys());
  const { items, nextToken } = page(rules.values(), input.nextToken, pageSize(input.maxResults, 100, 1000));
  const pullThroughCacheRules = items
    .map((repository) => ({
      ecrRepositoryPrefix: prefixOf(repository),
      upstreamRegistryUrl: 'registry-1.docker.io',
      upstreamRegistry: 'docker-hub',
      createdAt: seconds(repository.createdAt),
      registryId: account,
    }))
    .filter(({ ecrRepositoryPrefix }) => wanted.has(ecrRepositoryPrefix));
  return { pullThroughCacheRules, nextToken };
}

const prefixOf = ({ name }: Repository) => name.split('/')[0] ?? name;

interface Paging {
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

function noPaging(input: Paging, other: string): void {
  if (input.nextToken === undefined && input.maxResults === undefined) return;
  throw invalid('nextToken', `nextToken and maxResults cannot be used with ${other}`);
}
