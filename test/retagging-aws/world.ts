import {
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsResponse,
  DescribeImagesCommand,
  type DescribeImagesRequest,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand,
  GetLifecyclePolicyPreviewCommand,
  type GetLifecyclePolicyPreviewResponse,
  type ImageDetail,
  type ImageReferrer,
  type ImageStatus,
  ListImageReferrersCommand,
  type Repository as RepositoryDetail,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { awsError, createCallLog } from '../functions/calls.ts';
import { createEcs } from './ecs.ts';
import { storeImage } from './images.ts';
import { createRegistry, type Region } from './registry.ts';

export const HOME: Region = 'eu-central-1';

/** What is true in AWS, as far as retagging asks; tests change it as they like. SDK clients answer from it. */
export function createRetaggingWorld() {
  const state = {
    /** `imagePushedAt` and status, by digest (after a Region that is not HOME); what is not here was pushed when it was first read. */
    pushedAt: new Map<string, number>(),
    status: new Map<string, ImageStatus>(),
    /** By digest; what is not here has no scan. */
    scans: new Map<string, DescribeImageScanFindingsResponse>(),
    /** By the digest that they hang on. */
    referrers: new Map<string, ImageReferrer[]>(),
    /** Settings that are not the default, by name. */
    repositories: new Map<string, RepositoryDetail>(),
    cachePrefixes: [] as string[],
    /** By repository; what is not here has no lifecycle policy. */
    previews: new Map<string, GetLifecyclePolicyPreviewResponse>(),
    /** Images in a page of a listing. */
    page: 1_000,
  };
  const log = createCallLog();
  const registry = createRegistry((ecr, region) => {
    ecr
      .on(DescribeImagesCommand)
      .callsFake(
        log.answer('ECR:DescribeImages', (input: DescribeImagesRequest) => describeImages(input, region)),
      );
    ecr.on(DescribeImageScanFindingsCommand).callsFake(
      log.answer('ECR:DescribeImageScanFindings', ({ imageId }: { imageId?: { imageDigest?: string } }) => {
        const scan = state.scans.get(imageId?.imageDigest ?? '');
        if (!scan) throw awsError('ScanNotFoundException', 'Image scan does not exist');
        return scan;
      }),
    );
    ecr.on(ListImageReferrersCommand).callsFake(
      log.answer('ECR:ListImageReferrers', ({ subjectId }: { subjectId?: { imageDigest?: string } }) => ({
        referrers: state.referrers.get(subjectId?.imageDigest ?? '') ?? [],
      })),
    );
    ecr.on(DescribeRepositoriesCommand).callsFake(
      log.answer('ECR:DescribeRepositories', ({ repositoryNames }: { repositoryNames?: string[] }) => ({
        repositories: (repositoryNames ?? []).map((repositoryName) => ({
          repositoryName,
          ...state.repositories.get(repositoryName),
        })),
      })),
    );
    ecr.on(DescribePullThroughCacheRulesCommand).callsFake(
      log.answer('ECR:DescribePullThroughCacheRules', () => ({
        pullThroughCacheRules: state.cachePrefixes.map((ecrRepositoryPrefix) => ({ ecrRepositoryPrefix })),
      })),
    );
    const previewOf = (repositoryName = '') => {
      const preview = state.previews.get(repositoryName);
      if (!preview) throw awsError('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist');
      return preview;
    };
    ecr.on(StartLifecyclePolicyPreviewCommand).callsFake(
      log.answer('ECR:StartLifecyclePolicyPreview', ({ repositoryName }: { repositoryName?: string }) => {
        previewOf(repositoryName);
        return { status: 'IN_PROGRESS' };
      }),
    );
    ecr
      .on(GetLifecyclePolicyPreviewCommand)
      .callsFake(
        log.answer('ECR:GetLifecyclePolicyPreview', ({ repositoryName }: { repositoryName?: string }) =>
          previewOf(repositoryName),
        ),
      );
  }, log);
  const { clock } = registry;

  function describeImages(input: DescribeImagesRequest, region: Region) {
    const { repositoryName = '', imageIds, filter, nextToken } = input;
    const repository = registry.repository(repositoryName, region);
    const isShown = (digest: string) =>
      filter?.imageStatus === 'ANY' || (state.status.get(digest) ?? 'ACTIVE') === 'ACTIVE';
    const detailOf = (imageDigest: string): ImageDetail => {
      const image = repository.images.get(imageDigest);
      // A copy was pushed when it was copied.
      const key = region === HOME ? imageDigest : `${region} ${imageDigest}`;
      if (!state.pushedAt.has(key)) state.pushedAt.set(key, clock.now());
      return {
        imageDigest,
        imageTags: [...(image?.tags ?? [])],
        imagePushedAt: new Date(state.pushedAt.get(key) ?? 0),
        ...(image?.mediaType !== undefined && { imageManifestMediaType: image.mediaType }),
        imageStatus: state.status.get(imageDigest) ?? 'ACTIVE',
      };
    };
    if (imageIds === undefined) {
      const all = [...repository.images].filter(([digest, { tags }]) => tags.size > 0 && isShown(digest));
      const from = Number(nextToken ?? 0);
      const to = from + state.page;
      return {
        imageDetails: all.slice(from, to).map(([digest]) => detailOf(digest)),
        ...(to < all.length && { nextToken: String(to) }),
      };
    }
    if (imageIds.length === 0 || imageIds.length > 100)
      throw awsError('InvalidParameterException', '1 to 100 ids');
    return {
      imageDetails: imageIds.map((id) => {
        const found = repository.find(id);
        if (typeof found === 'string' || !isShown(found.digest)) {
          const { imageDigest = null, imageTag = null } = id;
          throw awsError(
            'ImageNotFoundException',
            `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repositoryName}'`,
          );
        }
        return detailOf(found.digest);
      }),
    };
  }

  const { ecs, ...services } = createEcs(log, clock);
  const clients = {
    ...createRetaggingClients({
      region: HOME,
      clock,
      random: () => 0.5,
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    }),
    ecs,
    ecr: (region?: string | null) => registry.clients[region === 'us-east-1' ? 'us-east-1' : HOME],
  };

  /** Takes a tag from wherever it is and gives it to this image, as a push does. */
  const give = (repository: string, tag: string, digest: string) => {
    const { images } = registry.repository(repository);
    for (const { tags } of images.values()) tags.delete(tag);
    images.get(digest)?.tags.add(tag);
  };
  return {
    ...registry,
    state,
    services,
    clients,
    give,
    /** Somebody pushes an image; its digest. */
    push(
      repository: string,
      name: string,
      tags: readonly string[],
      given: Parameters<typeof storeImage>[3] = {},
    ) {
      const { digest } = storeImage(registry, repository, name, given);
      if (!state.pushedAt.has(digest)) state.pushedAt.set(digest, clock.now());
      for (const tag of tags) give(repository, tag, digest);
      return digest;
    },
  };
}

export type RetaggingWorld = ReturnType<typeof createRetaggingWorld>;
