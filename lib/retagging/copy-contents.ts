import { type ECRClient, type ImageReferrer, ListImageReferrersCommand } from '@aws-sdk/client-ecr';
import { mapConcurrent } from '../aws/batch.ts';
import { collectPages, TooManyPagesError } from '../aws/paging.ts';
import type { Companion, Contents, ReadImage } from './copy-plan.ts';
import { type Attempt, attempted, EcrFailure } from './failure.ts';
import { MANIFEST_TYPES, parseManifest } from './manifest.ts';
import { failureFor, findImages, nameOf, readImage, type StoredImage, verified } from './read-images.ts';

/** Far above what images have; a copy of more than that is no matter for one invocation. */
const MOST_MANIFESTS = 500;
const CONCURRENT_CALLS = 4;
/** How cosign tags what belongs to an image, where it writes no referrer (its SIGNATURE_SPEC.md). */
const COMPANION_SUFFIXES = ['sig', 'att', 'sbom'];
/** The most that ListImageReferrers gives a page. */
const REFERRERS_A_PAGE = 50;

/**
 * Reads an image, the images of an index, and all that hangs on them by digest: referrers, and the tags of cosign.
 * A copy in another repository is without those unless they are copied too.
 * @param sourceTag must be on the image still; null: whatever its tags are
 * @throws EcrFailure if anything of it is missing or cannot be read
 */
export async function readContents(
  ecr: ECRClient,
  repository: string,
  digest: string,
  sourceTag: string | null,
): Promise<Contents> {
  const root = parsed(await readImage(ecr, repository, digest, sourceTag), repository);
  const images = new Map([[root.digest, root]]);
  const companions: Companion[] = [];
  const left: string[] = [];
  // Level by level: what belongs to these images, then what belongs to that. A signature may be of an SBOM.
  for (let level: readonly ReadImage[] = [root]; level.length > 0; ) {
    const [referrers, tagged] = await Promise.all([
      referrersOf(ecr, repository, level),
      companionTags(ecr, repository, level),
    ]);
    companions.push(...referrers.companions, ...tagged);
    left.push(...referrers.left);
    const children = level.flatMap((image) => (image.parsed.kind === 'index' ? image.parsed.children : []));
    const found = new Set([...children, ...referrers.companions, ...tagged].map((one) => one.digest));
    const unread = [...found].filter((one) => !images.has(one));
    if (images.size + unread.length > MOST_MANIFESTS) throw tooMany(repository, digest);
    level = await readAll(ecr, repository, unread);
    for (const image of level) images.set(image.digest, image);
  }
  return { root, images, companions, left };
}

function tooMany(repository: string, digest: string): EcrFailure {
  const attempt = { operation: 'ListImageReferrers', repository, what: digest };
  return new EcrFailure(attempt, 'TooManyManifests', `more than ${MOST_MANIFESTS} manifests`);
}

/** @throws EcrFailure PartNotFound if one of them is not there: that is not to say that the image is gone */
async function readAll(ecr: ECRClient, repository: string, digests: readonly string[]): Promise<ReadImage[]> {
  const ids = digests.map((imageDigest) => ({ imageDigest }));
  const { images, failures } = await findImages(ecr, repository, ids);
  const byDigest = new Map(images.map((image) => [image.imageId?.imageDigest, image]));
  return digests.map((digest) => {
    const attempt: Attempt = { operation: 'BatchGetImage', repository, what: digest };
    const image = byDigest.get(digest);
    if (image !== undefined) return parsed(verified(image, digest, attempt), repository);
    const failure = failures.find(({ imageId }) => imageId?.imageDigest === digest);
    if (failure?.failureCode === 'ImageNotFound') {
      throw new EcrFailure(attempt, 'PartNotFound', failure.failureReason ?? failure.failureCode);
    }
    throw failureFor(failure, attempt);
  });
}

function parsed(image: StoredImage, repository: string): ReadImage {
  const result = parseManifest(image.manifest, image.mediaType);
  if (result.ok) return { ...image, parsed: result.manifest };
  const attempt = { operation: 'BatchGetImage', repository, what: image.digest };
  throw new EcrFailure(attempt, 'UnreadableManifest', result.why);
}

async function referrersOf(
  ecr: ECRClient,
  repository: string,
  subjects: readonly ReadImage[],
): Promise<{ companions: Companion[]; left: string[] }> {
  const lists = await mapConcurrent(subjects, CONCURRENT_CALLS, ({ digest }) =>
    listReferrers(ecr, repository, digest),
  );
  const referrers = lists
    .flat()
    .flatMap(({ digest, mediaType = '' }) => (digest ? [{ digest, mediaType }] : []));
  const types: readonly string[] = MANIFEST_TYPES;
  return {
    companions: referrers
      .filter(({ mediaType }) => types.includes(mediaType))
      .map(({ digest }) => ({ digest, tag: null })),
    left: referrers
      .filter(({ mediaType }) => !types.includes(mediaType))
      .map(({ digest, mediaType }) => `${digest}, whose media type is ${mediaType}`),
  };
}

async function listReferrers(ecr: ECRClient, repository: string, digest: string): Promise<ImageReferrer[]> {
  const list = async (nextToken: string | undefined) => {
    // Without a filter only ACTIVE ones are listed; the archived could not be read.
    const command = new ListImageReferrersCommand({
      repositoryName: repository,
      subjectId: { imageDigest: digest },
      maxResults: REFERRERS_A_PAGE,
      ...(nextToken !== undefined && { nextToken }),
    });
    const attempt = { operation: 'ListImageReferrers', repository, what: digest };
    const page = await attempted(attempt, ecr.send(command));
    return { items: page.referrers, next: page.nextToken };
  };
  try {
    return await collectPages(
      `ECR ListImageReferrers of ${repository}@${digest}`,
      list,
      MOST_MANIFESTS / REFERRERS_A_PAGE,
    );
  } catch (error) {
    throw error instanceof TooManyPagesError ? tooMany(repository, digest) : error;
  }
}

async function companionTags(
  ecr: ECRClient,
  repository: string,
  subjects: readonly ReadImage[],
): Promise<Companion[]> {
  const ids = subjects.flatMap(({ digest }) =>
    COMPANION_SUFFIXES.map((suffix) => ({ imageTag: `${digest.replace(':', '-')}.${suffix}` })),
  );
  // Most images have none of these tags, which DescribeImages would answer with an exception for all of them.
  const { images, failures } = await findImages(ecr, repository, ids);
  const failure = failures.find(({ failureCode }) => failureCode !== 'ImageNotFound');
  if (failure !== undefined) {
    const what = failure.imageId ? nameOf(failure.imageId) : 'companions';
    throw failureFor(failure, { operation: 'BatchGetImage', repository, what });
  }
  return images.flatMap(({ imageId }) =>
    imageId?.imageDigest && imageId.imageTag ? [{ digest: imageId.imageDigest, tag: imageId.imageTag }] : [],
  );
}
