import { mapConcurrent } from '../aws/batch.ts';
import { readContents } from './copy-contents.ts';
import { availableLayers, copyLayer } from './copy-layer.ts';
import { blobsOf, type CopyPlan, planCopy, sizeInWords } from './copy-plan.ts';
import { EcrFailure, failureOf } from './failure.ts';
import type { Downloads, Place } from './layer-download.ts';
import type { Descriptor } from './manifest.ts';
import type { ActionOutcome } from './outcome.ts';
import { putImage } from './put.ts';
import { findImages, readImage } from './read-images.ts';

/** An image for another repository of the account, there or in another Region. */
export interface CopyOrder {
  readonly from: Place;
  readonly to: Place;
  /** Of the destination, where it is not the source's: for the command that is suggested. */
  readonly region: string | null;
  readonly digest: string;
  /** Must be on the image still, before and after its layers were copied; null: whatever its tags are. */
  readonly sourceTag: string | null;
  /** Given last, when all else is there; null: none. */
  readonly tag: string | null;
}

export interface CopyLimits {
  /** More than that is not begun: an invocation of Lambda has 15 minutes at most. Infinity in a terminal. */
  readonly mostBytes: number;
  /** At once; default 4. Each takes about five times its part of memory: 50 MiB with parts of 10, for base64 and JSON. */
  readonly layers?: number;
}

export interface CopyProgress {
  readonly done: number;
  /** All that must be copied; what was there already does not count. */
  readonly bytes: number;
  /** The layer of which bytes have arrived last. */
  readonly layer: string;
}

export interface CopyOptions extends Downloads, CopyLimits {
  readonly onProgress?: (progress: CopyProgress) => void;
}

const CONCURRENT_LAYERS = 4;
const UPLOADS = ['ECR:InitiateLayerUpload', 'ECR:UploadLayerPart', 'ECR:CompleteLayerUpload'];
const PUT = 'ECR:PutImage';

/**
 * Copies an image as it is: every platform of an index, and the signatures and other artifacts that hang on it by digest.
 * What is there already is not copied again, so that a copy that broke off goes on where it was. What ECR does not do
 * becomes an outcome.
 */
export async function copyImage(order: CopyOrder, options: CopyOptions): Promise<ActionOutcome> {
  const { from, to, digest, sourceTag, tag } = order;
  const wrote: string[] = [];
  try {
    const contents = await readContents(from.ecr, from.repository, digest, sourceTag);
    const ids = [...contents.images.keys()].map((imageDigest) => ({ imageDigest }));
    const { images } = await findImages(to.ecr, to.repository, ids);
    const present = new Set(images.flatMap(({ imageId }) => imageId?.imageDigest ?? []));
    const blobs = blobsOf(contents, present).map((blob) => blob.digest);
    const plan = planCopy(contents, { images: present, blobs: await availableLayers(to, blobs) });
    if (plan.bytes > options.mostBytes) throw tooLarge(order, plan, options.mostBytes);

    if (plan.blobs.length > 0) wrote.push(...UPLOADS);
    await copyBlobs(order, plan, options);
    if (plan.manifests.length > 0) wrote.push(PUT);
    const left = await putManifests(to, plan);
    // The copy may have taken minutes, in which the source tag may have moved on (retagging edge 5).
    if (sourceTag !== null && plan.blobs.length > 0)
      await readImage(from.ecr, from.repository, digest, sourceTag);
    const put = await putImage(to.ecr, to.repository, contents.root, tag);
    if (put.result === 'already' || present.has(digest)) return { ...put, wrote };
    return { ...put, wrote, copied: inWords(plan, from.repository, [...contents.left, ...left]) };
  } catch (error) {
    return { ...failureOf(error), wrote };
  }
}

function tooLarge(
  { from, to, region, digest }: CopyOrder,
  { blobs, bytes }: CopyPlan,
  most: number,
): EcrFailure {
  const attempt = { operation: 'BatchCheckLayerAvailability', repository: to.repository, what: digest };
  const where = region === null ? '' : ` --tag-region ${region}`;
  return new EcrFailure(
    attempt,
    'CopyTooLarge',
    `${to.repository} lacks ${blobs.length} of its layers, ${bytes} bytes (${sizeInWords(bytes)}), and ${most} bytes ` +
      `(${sizeInWords(most)}) may be copied. Copy them from a terminal; the tag follows at the next look: ` +
      `npx stevedore promote ${from.repository} ${digest} --to ${to.repository}${where} --copy-only`,
  );
}

/** All layers, several at once. After a failure no other is begun, and those under way end. */
async function copyBlobs(
  { from, to }: CopyOrder,
  { blobs, bytes }: CopyPlan,
  options: CopyOptions,
): Promise<void> {
  const { fetch, clock, layers = CONCURRENT_LAYERS, onProgress } = options;
  const stop = new AbortController();
  const copy = { from, to, fetch, clock, signal: stop.signal };
  const failures: unknown[] = [];
  const arrived = new Map<string, number>();
  let done = 0;
  await mapConcurrent(blobs, layers, async (blob: Descriptor) => {
    if (failures.length > 0) return;
    try {
      await copyLayer(copy, blob, (count) => {
        done += count - (arrived.get(blob.digest) ?? 0);
        arrived.set(blob.digest, count);
        onProgress?.({ done, bytes, layer: blob.digest });
      });
    } catch (error) {
      // Not thrown at once: the other uploads would go on by themselves after our answer.
      failures.push(error);
      stop.abort();
    }
  });
  if (failures.length > 0) throw failures[0];
}

/** In the plan's order. Returns which companions' tags could not be given, in words. */
async function putManifests({ ecr, repository }: Place, { manifests }: CopyPlan): Promise<string[]> {
  const left: string[] = [];
  for (const { image, tag } of manifests) {
    try {
      await putImage(ecr, repository, image, tag);
    } catch (error) {
      const immutable = error instanceof EcrFailure && error.name === 'ImageTagAlreadyExistsException';
      if (!immutable || tag === null) throw error;
      // Another signature has it; the image is none the worse for that.
      left.push(`tag ${tag}, which is immutable and on another image there`);
    }
  }
  return left;
}

function inWords({ blobs, bytes, manifests }: CopyPlan, repository: string, left: readonly string[]): string {
  const images = 1 + manifests.filter(({ tag }) => tag === null).length;
  const copied = `${blobs.length} layers (${sizeInWords(bytes)}) and ${images} manifests from ${repository}`;
  return left.length === 0 ? copied : `${copied}; without ${left.join('; without ')}`;
}
