import {
  BatchGetImageCommand,
  type ECRClient,
  type Image,
  type ImageFailure,
  type ImageIdentifier,
} from '@aws-sdk/client-ecr';
import { chunk } from '../aws/batch.ts';
import { type Attempt, attempted, EcrFailure } from './failure.ts';
import { MANIFEST_TYPES, verifyDigest } from './manifest.ts';

/** An image as ECR stores it. */
export interface StoredImage {
  readonly digest: string;
  /** Byte by byte as it was pushed. */
  readonly manifest: string;
  /** Not always said by the manifest itself (retagging edge 10); undefined: ECR did not say either. */
  readonly mediaType: string | undefined;
}

/** The limit of BatchGetImage. */
const BATCH = 100;
/** A batch of manifests may have megabytes, for which the 5 s of other calls are short on a slow line. */
const REQUEST_TIMEOUT = 30_000;

/** What BatchGetImage finds, and what not; both in no order. */
export async function findImages(
  ecr: ECRClient,
  repository: string,
  ids: readonly ImageIdentifier[],
): Promise<{ images: Image[]; failures: ImageFailure[] }> {
  const images: Image[] = [];
  const failures: ImageFailure[] = [];
  for (const imageIds of chunk(ids, BATCH)) {
    const [first] = imageIds;
    const attempt = {
      operation: 'BatchGetImage',
      repository,
      ...(imageIds.length === 1 && first && { what: nameOf(first) }),
    };
    const command = new BatchGetImageCommand({
      repositoryName: repository,
      imageIds,
      acceptedMediaTypes: [...MANIFEST_TYPES],
    });
    const output = await attempted(attempt, ecr.send(command, { requestTimeout: REQUEST_TIMEOUT }));
    images.push(...(output.images ?? []));
    failures.push(...(output.failures ?? []));
  }
  return { images, failures };
}

/**
 * One image by its digest: what is read by a tag alone may be translated, and is then another image (edge 9).
 * @param sourceTag must be on the image still: ECR compares the two (edge 5); null: whatever its tags are
 * @throws EcrFailure if it is not there, the tag has moved, or the bytes do not match the digest
 */
export async function readImage(
  ecr: ECRClient,
  repository: string,
  digest: string,
  sourceTag: string | null,
): Promise<StoredImage> {
  const id = { imageDigest: digest, ...(sourceTag !== null && { imageTag: sourceTag }) };
  const { images, failures } = await findImages(ecr, repository, [id]);
  const attempt = { operation: 'BatchGetImage', repository, what: nameOf(id) };
  const [image] = images;
  if (image !== undefined) return verified(image, digest, attempt);
  throw failureFor(failures[0], attempt);
}

/** ECR's failure to give one image, of an answer that is a success as a whole. */
export function failureFor(failure: ImageFailure | undefined, attempt: Attempt): EcrFailure {
  const { failureCode = 'NoAnswer', failureReason = 'ECR gave neither the image nor a reason' } =
    failure ?? {};
  return new EcrFailure(attempt, failureCode, failureReason);
}

/** @throws EcrFailure DigestMismatch */
export function verified(image: Image, digest: string, attempt: Attempt): StoredImage {
  const { imageManifest: manifest, imageManifestMediaType: mediaType } = image;
  if (manifest === undefined || !verifyDigest(manifest, digest)) {
    throw new EcrFailure(attempt, 'DigestMismatch', 'the manifest has another SHA-256');
  }
  return { digest, manifest, mediaType };
}

export function nameOf({ imageTag, imageDigest }: ImageIdentifier): string {
  return [imageTag && `tag ${imageTag}`, imageDigest].filter(Boolean).join(' and ');
}
