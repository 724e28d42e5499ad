import { DescribeImagesCommand, type ECRClient, type ImageDetail } from '@aws-sdk/client-ecr';
import { chunk } from '../aws/batch.ts';
import { errorMessage, errorName } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import type { ImageId, Wanted } from './look.ts';
import type { ImageView } from './snapshot.ts';

/** What was read of one repository. */
export interface Seen {
  /** By digest. */
  readonly images: ReadonlyMap<string, ImageView>;
  /** Whether all images that have tags are among them. */
  readonly complete: boolean;
}

/** The limits of DescribeImages. */
const BATCH = 100;
const PAGE = 1_000;
/** Each that is missing costs a call of its own: rather than that, all are listed. */
const MOST_DOUBTFUL = 3;

/**
 * Reads what is wanted of a repository: by ids in one call as long as all of them exist, or by a listing.
 * @throws what ECR throws beyond the retries, but not for images that do not exist
 */
export async function readWanted(ecr: ECRClient, repository: string, wanted: Wanted): Promise<Seen> {
  const images = new Map<string, ImageView>();
  const add = (found: readonly ImageView[]) => {
    for (const image of found) images.set(image.digest, image);
  };
  const certain = distinct(wanted.certain);
  const doubtful = distinct(wanted.doubtful);
  const untagged = distinct(wanted.untagged);
  const complete = wanted.all || doubtful.length > MOST_DOUBTFUL;
  if (complete) {
    add(await listTagged(ecr, repository));
    // A tag that moves while the pages are read may be on none of them; that must not pass for a deleted one.
    const missing = certain.filter((id) => 'imageTag' in id && !isAmong(images, id));
    add(await describeImages(ecr, repository, missing));
  } else {
    add(await describeImages(ecr, repository, certain));
    add(
      await describeImages(
        ecr,
        repository,
        doubtful.filter((id) => !isAmong(images, id)),
      ),
    );
  }
  add(
    await describeImages(
      ecr,
      repository,
      untagged.filter((id) => !isAmong(images, id)),
    ),
  );
  return { images, complete };
}

/** Those that exist, in no order: whoever is missing fails the whole call, and it is made again without. */
export async function describeImages(
  ecr: ECRClient,
  repository: string,
  ids: readonly ImageId[],
): Promise<ImageView[]> {
  const views: ImageView[] = [];
  for (const batch of chunk(ids, BATCH)) views.push(...(await describeBatch(ecr, repository, batch)));
  return views;
}

async function describeBatch(
  ecr: ECRClient,
  repository: string,
  ids: readonly ImageId[],
): Promise<ImageView[]> {
  if (ids.length === 0) return [];
  const command = new DescribeImagesCommand({
    repositoryName: repository,
    imageIds: ids.map((id) => ({ ...id })),
    // Without it those that are archived are left out.
    filter: { imageStatus: 'ANY' },
  });
  try {
    const { imageDetails = [] } = await ecr.send(command);
    return imageDetails.flatMap(viewOf);
  } catch (error) {
    if (errorName(error) !== 'ImageNotFoundException') throw error;
    if (ids.length === 1) return [];
    const left = ids.filter((id) => !isNamed(errorMessage(error), id));
    if (left.length > 0 && left.length < ids.length) return describeBatch(ecr, repository, left);
    const half = Math.ceil(ids.length / 2);
    const first = await describeBatch(ecr, repository, ids.slice(0, half));
    return [...first, ...(await describeBatch(ecr, repository, ids.slice(half)))];
  }
}

/**
 * ECR says `{imageDigest:'null', imageTag:'latest'} does not exist` (hashicorp/terraform-provider-aws#35268). No document
 * promises it, so that nothing but the number of calls depends on it.
 */
const isNamed = (message: string, id: ImageId): boolean =>
  message.includes('imageTag' in id ? `imageTag:'${id.imageTag}'` : `imageDigest:'${id.imageDigest}'`);

async function listTagged(ecr: ECRClient, repository: string): Promise<ImageView[]> {
  const details = await collectPages(`ECR DescribeImages of ${repository}`, async (nextToken) => {
    const command = new DescribeImagesCommand({
      repositoryName: repository,
      filter: { tagStatus: 'TAGGED', imageStatus: 'ANY' },
      maxResults: PAGE,
      ...(nextToken !== undefined && { nextToken }),
    });
    const output = await ecr.send(command);
    return { items: output.imageDetails, next: output.nextToken };
  });
  return details.flatMap(viewOf);
}

function viewOf(detail: ImageDetail): ImageView[] {
  const { imageDigest, imageTags = [], imagePushedAt, imageManifestMediaType = '', imageStatus } = detail;
  if (imageDigest === undefined) return [];
  return [
    {
      digest: imageDigest,
      tags: imageTags,
      pushedAt: imagePushedAt?.getTime() ?? 0,
      mediaType: imageManifestMediaType,
      status: imageStatus ?? 'ACTIVE',
    },
  ];
}

export const withTag = (images: Seen['images'], tag: string): ImageView | undefined =>
  [...images.values()].find(({ tags }) => tags.includes(tag));

const isAmong = (images: Seen['images'], id: ImageId): boolean =>
  'imageTag' in id ? withTag(images, id.imageTag) !== undefined : images.has(id.imageDigest);

const distinct = (ids: readonly ImageId[]): ImageId[] => [
  ...new Map(ids.map((id) => [JSON.stringify(id), id])).values(),
];
