import { type ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { attempted, EcrFailure, failureOf } from './failure.ts';
import type { ActionOutcome } from './outcome.ts';
import { findImages, readImage, type StoredImage } from './read-images.ts';

/** A tag for an image that is in the same repository. */
export interface TagOrder {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** Must be on the image still; null: whatever its tags are. */
  readonly sourceTag: string | null;
}

/**
 * Gives an image another tag by two calls, without touching its layers; an index is tagged as it is, with all its
 * platforms. To do it twice is the same as once. What ECR does not do becomes an outcome.
 */
export async function putTag(ecr: ECRClient, order: TagOrder): Promise<ActionOutcome> {
  const { repository, tag, digest, sourceTag } = order;
  try {
    const image = await readImage(ecr, repository, digest, sourceTag);
    return await putImage(ecr, repository, image, tag);
  } catch (error) {
    return failureOf(error);
  }
}

/**
 * PutImage with the bytes as they were read. The digest goes along, so that ECR compares it with what it computes.
 * @param tag null: by digest only, as the platforms of an index are
 * @throws EcrFailure
 */
export async function putImage(
  ecr: ECRClient,
  repository: string,
  { digest, manifest, mediaType }: StoredImage,
  tag: string | null,
): Promise<Extract<ActionOutcome, { readonly result: 'done' | 'already' }>> {
  const call = 'ECR:PutImage';
  const attempt = { operation: 'PutImage', repository, what: tag ?? digest };
  const command = new PutImageCommand({
    repositoryName: repository,
    imageManifest: manifest,
    imageDigest: digest,
    ...(mediaType !== undefined && { imageManifestMediaType: mediaType }),
    ...(tag !== null && { imageTag: tag }),
  });
  try {
    await attempted(attempt, ecr.send(command));
    return { result: 'done', call, digest };
  } catch (error) {
    if (!(error instanceof EcrFailure)) throw error;
    if (error.name === 'ImageAlreadyExistsException') {
      // Of a call that the SDK has sent again, the first may have done it and only its answer been lost.
      return sentAgain(error.cause) ? { result: 'done', call, digest } : { result: 'already', call };
    }
    if (error.name !== 'ImageTagAlreadyExistsException' || tag === null) throw error;
    const pointed = await whereTagPoints(ecr, repository, tag);
    if (pointed === digest) return { result: 'already', call };
    const where = pointed === null ? 'an image that could not be read' : pointed;
    throw new EcrFailure(attempt, error.name, `${error.message} It is on ${where}, not on ${digest}.`);
  }
}

function sentAgain(error: unknown): boolean {
  const { $metadata } = error as { readonly $metadata?: { readonly attempts?: number } };
  return ($metadata?.attempts ?? 1) > 1;
}

/** For the journal's sentence and for the case that the tag is right after all; null: ECR does not tell. */
async function whereTagPoints(ecr: ECRClient, repository: string, tag: string): Promise<string | null> {
  try {
    const { images } = await findImages(ecr, repository, [{ imageTag: tag }]);
    return images[0]?.imageId?.imageDigest ?? null;
  } catch (error) {
    if (error instanceof EcrFailure) return null;
    throw error;
  }
}
