import type { ECRClient } from '@aws-sdk/client-ecr';
import { parseManifest } from './manifest.ts';
import { readImage } from './read-images.ts';
import type { ImageView } from './snapshot.ts';

/** An image that runs: itself, or one of an index. */
export interface Platform {
  readonly digest: string;
  /** `linux/arm64`; null: the image is no index, or does not say. */
  readonly platform: string | null;
}

/** What buildx gives its attestations, which are children of an index and run nowhere. */
const ATTESTATION = 'unknown/unknown';

/**
 * The images that an index consists of, or the image alone. Scans and tasks know platforms by their own digests, tags and
 * pushes the index by its (retagging edge 11).
 * @throws EcrFailure if the index cannot be read
 */
export async function readPlatforms(
  ecr: ECRClient,
  repository: string,
  { digest, mediaType }: Pick<ImageView, 'digest' | 'mediaType'>,
): Promise<readonly Platform[]> {
  if (!/index|manifest\.list/.test(mediaType)) return [{ digest, platform: null }];
  const stored = await readImage(ecr, repository, digest, null);
  const parsed = parseManifest(stored.manifest, stored.mediaType);
  if (!parsed.ok) throw new Error(`The index ${digest} of ${repository} cannot be read: ${parsed.why}.`);
  if (parsed.manifest.kind === 'image') return [{ digest, platform: null }];
  return parsed.manifest.children.filter(({ platform }) => platform !== ATTESTATION);
}
