import { HOUR } from '../../lib/clock.ts';
import { ApiError, type Kernel } from '../kernel.ts';
import { blobsOf, digestOf } from './manifest.ts';
import type { Image, Repository, Upload } from './model.ts';

const MIB = 1024 * 1024;
/** Quotas: Amazon ECR service quotas. A part is 5 to 10 MiB, the last one may be smaller. */
const LEAST_PART = 5 * MIB;
const MOST_PART = 10 * MIB;
const MOST_PARTS = 4200;
/** How long a download URL is good: assumed, since ECR does not say. */
const URL_MS = HOUR;
/** Not a divisor of a part's size, so that who uploads what it downloads must cut it anew. */
const CHUNK = 640 * 1024 + 1;

export const PART_SIZE = MOST_PART;

/** The blobs of the repositories: layers and configurations, by upload and by download URL. */
export class Layers {
  readonly #kernel: Kernel;
  readonly #host: string;

  constructor(kernel: Kernel, host: string) {
    this.#kernel = kernel;
    this.#host = host;
  }

  begin(repository: Repository): Upload {
    const upload: Upload = { id: this.#kernel.random.uuid(), parts: [], received: 0 };
    repository.uploads.set(upload.id, upload);
    return upload;
  }

  /** @throws ApiError as UploadLayerPart does */
  addPart(
    repository: Repository,
    upload: Upload,
    range: readonly [first: number, last: number],
    blob: Uint8Array,
  ) {
    const [first, last] = range;
    const refuse = (message: string) =>
      new ApiError('InvalidLayerPartException', message, 400, {
        registryId: this.#kernel.account,
        repositoryName: repository.name,
        uploadId: upload.id,
        lastValidByteReceived: upload.received - 1,
      });
    if (first !== upload.received) {
      throw refuse(`The first byte ${first} does not follow the last one received, ${upload.received - 1}`);
    }
    if (blob.byteLength === 0 || last - first + 1 !== blob.byteLength) {
      throw refuse(`Bytes ${first} to ${last} are not the ${blob.byteLength} bytes of the part`);
    }
    if (blob.byteLength > MOST_PART) throw refuse(`A part has at most ${MOST_PART} bytes`);
    if (upload.parts.length >= MOST_PARTS) {
      throw new ApiError('LimitExceededException', `A layer has at most ${MOST_PARTS} parts`);
    }
    upload.parts.push(blob);
    upload.received += blob.byteLength;
  }

  /** The digest of the layer, which is then in the repository. @throws ApiError as CompleteLayerUpload does */
  complete(repository: Repository, upload: Upload, claimed: readonly string[]): string {
    if (upload.parts.length === 0) {
      throw new ApiError(
        'EmptyUploadException',
        'The specified layer upload does not contain any layer parts.',
      );
    }
    if (upload.parts.slice(0, -1).some(({ byteLength }) => byteLength < LEAST_PART)) {
      throw new ApiError('LayerPartTooSmallException', 'Layer parts must be at least 5 MiB in size.');
    }
    const bytes = Buffer.concat(upload.parts);
    const digest = digestOf(bytes);
    if (!claimed.includes(digest)) {
      throw new ApiError(
        'InvalidLayerException',
        `The layer digest '${digest}' that ECR calculated does not match the digest specified: '${claimed.join(', ')}'`,
      );
    }
    repository.uploads.delete(upload.id);
    if (repository.layers.has(digest)) {
      throw new ApiError(
        'LayerAlreadyExistsException',
        `Layer with digest '${digest}' already exists in the repository with name '${repository.name}'`,
      );
    }
    repository.layers.set(digest, bytes);
    return digest;
  }

  /** @throws ApiError LayersNotFoundException, LayerInaccessibleException */
  url(repository: Repository, digest: string): string {
    if (!repository.layers.has(digest)) {
      throw new ApiError(
        'LayersNotFoundException',
        `The layer with digest '${digest}' does not exist within the repository with name '${repository.name}' in ` +
          `the registry with id '${this.#kernel.account}'`,
      );
    }
    // "Not associated with an image", or only with images that cannot be pulled.
    if (!imagesWith(repository, digest).some(({ status }) => status === 'ACTIVE')) {
      throw new ApiError(
        'LayerInaccessibleException',
        `The layer with digest '${digest}' is not available because it is not associated with an image.`,
      );
    }
    const query = new URLSearchParams({
      repository: repository.name,
      digest,
      expires: String(this.#kernel.now() + URL_MS),
    });
    return `https://${this.#host}/layer?${query}`;
  }

  /** Answers a GET of such a URL like S3: the bytes as a stream, 403 once it has expired, 404 if there is no layer. */
  fetch(repositories: ReadonlyMap<string, Repository>, url: string): Response {
    const { host, searchParams } = new URL(url);
    const bytes = repositories
      .get(searchParams.get('repository') ?? '')
      ?.layers.get(searchParams.get('digest') ?? '');
    if (host !== this.#host || bytes === undefined) return new Response('NoSuchKey', { status: 404 });
    if (this.#kernel.now() > Number(searchParams.get('expires'))) {
      return new Response('AccessDenied: Request has expired', { status: 403 });
    }
    return new Response(streamOf(bytes), {
      status: 200,
      headers: { 'content-length': String(bytes.byteLength) },
    });
  }
}

/** The images that have this layer, or this configuration. */
export function imagesWith(repository: Repository, digest: string): readonly Image[] {
  return [...repository.images.values()].filter(({ manifest }) =>
    blobsOf(manifest).some((blob) => blob.digest === digest),
  );
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.byteLength) controller.enqueue(bytes.slice(at, at + CHUNK));
      at += CHUNK;
      if (at >= bytes.byteLength) controller.close();
    },
  });
}
