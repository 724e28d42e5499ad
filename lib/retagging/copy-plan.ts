import type { Descriptor, Manifest } from './manifest.ts';
import type { StoredImage } from './read-images.ts';

/** An image and what its manifest says. */
export interface ReadImage extends StoredImage {
  readonly parsed: Manifest;
}

/** A signature, an SBOM or another artifact that hangs on an image; `tag` where it is found by one. */
export interface Companion {
  readonly digest: string;
  readonly tag: string | null;
}

/** An image with all that belongs to it, as the source repository has it. */
export interface Contents {
  readonly root: ReadImage;
  /** By digest: the root, the images of indexes, the companions and theirs. */
  readonly images: ReadonlyMap<string, ReadImage>;
  readonly companions: readonly Companion[];
  /** Referrers that cannot be carried, in words. */
  readonly left: readonly string[];
}

/** What the destination repository has of it already. */
export interface Present {
  readonly images: ReadonlySet<string>;
  readonly blobs: ReadonlySet<string>;
}

export interface CopyPlan {
  /** To be copied first; each once, though several images may share it. The largest first, so that none is left at the end. */
  readonly blobs: readonly Descriptor[];
  /** Of these blobs. */
  readonly bytes: number;
  /** Then these, in this order; an index comes after its images. The root is put last, with its tag. */
  readonly manifests: readonly { readonly image: ReadImage; readonly tag: string | null }[];
}

/**
 * Layers that a registry need not have, since pulling takes them from their own `urls`: Windows base layers. ECR takes
 * manifests without them, and pushing leaves them out (Docker Registry API, "image manifest v2 schema 2").
 */
const FOREIGN = /\.foreign\.|\.nondistributable\./;

/** The layers and configurations that must be there before the images are. */
export function blobsOf(contents: Contents, present: ReadonlySet<string>): Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  for (const { digest, parsed } of contents.images.values()) {
    // ECR keeps what an image refers to for as long as it keeps the image.
    if (parsed.kind === 'index' || present.has(digest)) continue;
    for (const blob of [...parsed.layers, parsed.config]) {
      if (!FOREIGN.test(blob.mediaType)) blobs.set(blob.digest, blob);
    }
  }
  return [...blobs.values()];
}

/**
 * What is left to be copied, and in which order. The tag comes last of all: who sees it finds the image whole, with its
 * signatures, and a copy that breaks off leaves the tag where it was, so that it is taken up again.
 */
export function planCopy(contents: Contents, present: Present): CopyPlan {
  const blobs = blobsOf(contents, present.images)
    .filter(({ digest }) => !present.blobs.has(digest))
    .toSorted((a, b) => b.size - a.size);
  return {
    blobs,
    bytes: blobs.reduce((sum, { size }) => sum + size, 0),
    manifests: orderOf(contents, present.images),
  };
}

function orderOf(
  { root, images, companions }: Contents,
  present: ReadonlySet<string>,
): CopyPlan['manifests'] {
  const ordered: { image: ReadImage; tag: string | null }[] = [];
  const visited = new Set<string>();
  const visit = (digest: string) => {
    const image = images.get(digest);
    if (image === undefined || visited.has(digest)) return;
    visited.add(digest);
    if (image.parsed.kind === 'index') for (const child of image.parsed.children) visit(child.digest);
    if (digest !== root.digest && !present.has(digest)) ordered.push({ image, tag: null });
  };
  visit(root.digest);
  for (const { digest } of companions) visit(digest);
  // A companion's tag is given even to what is present: the copy before may have broken off between the two.
  for (const { digest, tag } of companions) {
    const image = images.get(digest);
    if (image !== undefined && tag !== null) ordered.push({ image, tag });
  }
  return ordered;
}

/** `12.5 MB`: for a person. */
export function sizeInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
