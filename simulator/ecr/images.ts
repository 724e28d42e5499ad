import { MINUTE } from '../../lib/clock.ts';
import { ApiError, draw, type Kernel, type Span } from '../kernel.ts';
import { publishAction } from './events.ts';
import { type Failure, invalid, isTag } from './lookup.ts';
import { blobsOf, digestOf, type Manifest, parseManifest } from './manifest.ts';
import type { Image, Repository, ScanOutcome } from './model.ts';
import { mayMove } from './mutability.ts';
import type { Scanner } from './scanner.ts';

/** Quotas: Amazon ECR service quotas; the manifest's is in the API reference, PutImage. */
const MOST_TAGS = 1000;
const MOST_IMAGES = 100_000;
const MOST_CHARACTERS = 4_194_304;
/** "Typically within 20 minutes": Amazon ECR user guide, "Archiving an image". */
const RESTORE_MS: Span = [2 * MINUTE, 20 * MINUTE];

export interface Put {
  readonly manifestText: string;
  readonly mediaType?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  readonly outcome?: ScanOutcome | undefined;
}

/** Images and tags of the repositories: how they come, move and go, and the events of that. */
export class Images {
  readonly #kernel: Kernel;
  readonly #scanner: Scanner;
  #order = 0;

  constructor(kernel: Kernel, scanner: Scanner) {
    this.#kernel = kernel;
    this.#scanner = scanner;
  }

  /** PutImage. A tag that another image has is moved off it. @throws ApiError as PutImage does */
  put(repository: Repository, put: Put): Image {
    const { manifest, mediaType, digest } = check(put);
    const known = repository.images.get(digest);
    const holder = put.tag === undefined ? undefined : repository.tags.get(put.tag)?.image;
    const changes =
      known === undefined || known.status === 'ARCHIVED' || (put.tag !== undefined && holder !== known);
    if (!changes) throw alreadyExists(repository, digest, put.tag);
    if (put.tag !== undefined && holder !== undefined && holder !== known && !mayMove(repository, put.tag)) {
      throw new ApiError(
        'ImageTagAlreadyExistsException',
        `The image tag '${put.tag}' already exists in the '${repository.name}' repository and cannot be overwritten ` +
          `because the ${repository.mutability === 'IMMUTABLE' ? 'repository' : 'tag'} is immutable.`,
      );
    }
    if (put.tag !== undefined && holder !== known && (known?.tags.size ?? 0) >= MOST_TAGS) {
      throw new ApiError(
        'LimitExceededException',
        `The image with digest '${digest}' exceeds the maximum allowed number of tags per image: ${MOST_TAGS}`,
      );
    }
    const image = known ?? this.#add(repository, { manifest, mediaType, digest, put });
    if (image.status === 'ARCHIVED') this.restore(image);
    if (put.tag !== undefined) this.#tag(repository, image, put.tag);
    publishAction(this.#kernel, 'PUSH', repository, image, put.tag);
    if (known === undefined) this.#scanner.pushed(repository, image);
    return image;
  }

  /** Takes a tag away. The last one takes the image along: API reference, BatchDeleteImage. */
  untag(repository: Repository, image: Image, tag: string): Failure | undefined {
    if (image.tags.size === 1) return this.remove(repository, image);
    this.#untag(repository, image, tag);
    publishAction(this.#kernel, 'DELETE', repository, image, tag);
    return undefined;
  }

  /** Deletes an image with all its tags, one event for each; the children of a live index stay. */
  remove(repository: Repository, image: Image): Failure | undefined {
    const parents = indexesOf(repository, image.digest);
    if (parents.length > 0) {
      return {
        failureCode: 'ImageReferencedByManifestList',
        failureReason: `Requested image referenced by manifest list: [${parents.map(({ digest }) => digest).join(', ')}]`,
      };
    }
    const tags = [...image.tags];
    for (const tag of tags) this.#untag(repository, image, tag);
    repository.images.delete(image.digest);
    image.scan?.timer?.cancel();
    for (const tag of tags.length === 0 ? [undefined] : tags) {
      publishAction(this.#kernel, 'DELETE', repository, image, tag);
    }
    return undefined;
  }

  /** It stays listed, but cannot be pulled. No event of this is documented. */
  archive(image: Image): void {
    image.status = 'ARCHIVED';
    image.archivedAt = this.#kernel.now();
  }

  /** ACTIVATING until it can be pulled again. */
  restore(image: Image, afterMs: Span = RESTORE_MS): void {
    image.status = 'ACTIVATING';
    this.#kernel.after(draw(this.#kernel.random, afterMs), () => {
      if (image.status !== 'ACTIVATING') return;
      image.status = 'ACTIVE';
      image.activatedAt = this.#kernel.now();
    });
  }

  #add(repository: Repository, { manifest, mediaType, digest, put }: Checked & { readonly put: Put }): Image {
    requireBlobs(repository, manifest);
    requireChildren(repository, manifest);
    if (repository.images.size >= MOST_IMAGES) {
      throw new ApiError(
        'LimitExceededException',
        `The repository '${repository.name}' exceeds the maximum allowed number of images: ${MOST_IMAGES}`,
      );
    }
    const image: Image = {
      order: this.#order++,
      digest,
      manifestText: put.manifestText,
      manifest,
      mediaType,
      pushedAt: this.#kernel.now(),
      size: sizeOf(repository, manifest),
      tags: new Set(),
      status: 'ACTIVE',
      archivedAt: undefined,
      activatedAt: undefined,
      pulledAt: undefined,
      scan: undefined,
      outcome: put.outcome ?? {},
      signing: [],
      failure: undefined,
    };
    repository.images.set(digest, image);
    return image;
  }

  #tag(repository: Repository, image: Image, tag: string): void {
    const holder = repository.tags.get(tag)?.image;
    if (holder === image) return;
    // The image that loses its last tag in this way stays, untagged.
    if (holder !== undefined) this.#untag(repository, holder, tag);
    repository.tags.set(tag, { order: this.#order++, image });
    image.tags.add(tag);
  }

  #untag(repository: Repository, image: Image, tag: string): void {
    repository.tags.delete(tag);
    image.tags.delete(tag);
  }
}

/** The indexes that stand for this image among others. */
export function indexesOf(repository: Repository, digest: string): readonly Image[] {
  return [...repository.images.values()].filter(({ manifest }) =>
    manifest.children?.some((child) => child.digest === digest),
  );
}

interface Checked {
  readonly manifest: Manifest;
  readonly mediaType: string;
  readonly digest: string;
}

function check({ manifestText, mediaType, tag, digest }: Put): Checked {
  if (manifestText.length === 0 || manifestText.length > MOST_CHARACTERS) {
    throw invalid('imageManifest', `Member must have length between 1 and ${MOST_CHARACTERS}`);
  }
  if (tag !== undefined && !isTag(tag)) throw invalid('imageTag', 'Member must satisfy the regex of a tag');
  const manifest = parseManifest(manifestText);
  const type = manifest.mediaType ?? mediaType;
  if (type === undefined) {
    throw invalid(
      'imageManifestMediaType',
      'The manifest has no mediaType field, so the media type must be given',
    );
  }
  if (mediaType !== undefined && mediaType !== type) {
    throw invalid('imageManifestMediaType', `The manifest says ${type}, the request says ${mediaType}`);
  }
  const computed = digestOf(manifestText);
  if (digest !== undefined && digest !== computed) {
    throw new ApiError(
      'ImageDigestDoesNotMatchException',
      `The provided image digest '${digest}' does not match the computed one '${computed}'`,
    );
  }
  return { manifest, mediaType: type, digest: computed };
}

function requireBlobs(repository: Repository, manifest: Manifest): void {
  const missing = blobsOf(manifest).filter(({ digest }) => !repository.layers.has(digest));
  if (missing.length === 0) return;
  throw new ApiError(
    'LayersNotFoundException',
    `Layers with digests '${missing.map(({ digest }) => digest).join(', ')}' required for pushing image into ` +
      `repository with name '${repository.name}' do not exist`,
  );
}

function requireChildren(repository: Repository, { children = [] }: Manifest): void {
  const missing = children.filter(({ digest }) => !repository.images.has(digest));
  if (missing.length === 0) return;
  throw new ApiError(
    'ReferencedImagesNotFoundException',
    `Images with digests '${missing.map(({ digest }) => digest).join(', ')}' required for pushing image into ` +
      `repository with name '${repository.name}' do not exist`,
  );
}

function alreadyExists({ name }: Repository, digest: string, tag: string | undefined): ApiError {
  return new ApiError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? 'null'}' already exists in the repository with name '${name}'`,
  );
}

/** Of an index the largest of its images: API reference, ImageDetail. */
function sizeOf(repository: Repository, manifest: Manifest): number {
  if (manifest.children !== undefined) {
    return Math.max(0, ...manifest.children.map(({ digest }) => repository.images.get(digest)?.size ?? 0));
  }
  return blobsOf(manifest).reduce(
    (sum, { digest }) => sum + (repository.layers.get(digest)?.byteLength ?? 0),
    0,
  );
}
