import { createHash, type Hash } from 'node:crypto';
import {
  BatchCheckLayerAvailabilityCommand,
  BatchGetImageCommand,
  type BatchGetImageRequest,
  CompleteLayerUploadCommand,
  type CompleteLayerUploadRequest,
  ECRClient,
  type ECRClientResolvedConfig,
  GetDownloadUrlForLayerCommand,
  type ImageIdentifier,
  InitiateLayerUploadCommand,
  InvalidLayerPartException,
  ListImageReferrersCommand,
  PutImageCommand,
  type PutImageRequest,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  UploadLayerPartCommand,
  type UploadLayerPartRequest,
} from '@aws-sdk/client-ecr';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { awsError, createCallLog } from '../functions/calls.ts';
import { testClock } from '../state/clock.ts';

export const sha256 = (bytes: string | Uint8Array) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

interface Stored {
  readonly manifest: string;
  readonly mediaType: string | undefined;
  readonly tags: Set<string>;
}

/** The bytes of a layer in pieces, so that a large one need not be in memory. */
type Pieces = () => Iterable<Uint8Array>;

interface Upload {
  readonly hash: Hash;
  readonly parts: number[];
  received: number;
}

interface Named {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly mediaType: string }[];
  readonly manifests?: readonly { readonly digest: string }[];
  readonly subject?: { readonly digest: string };
  readonly mediaType?: string;
}
const read = (manifest: string): Named => JSON.parse(manifest);

/** One repository, as ECR keeps it. What was uploaded is known by its hash; only what is to be read has bytes. */
export class Repository {
  readonly images = new Map<string, Stored>();
  readonly layers = new Map<string, Pieces | 'uploaded'>();
  readonly uploads = new Map<string, Upload>();
  /** Of each completed upload: how long its parts were. */
  readonly parts = new Map<string, readonly number[]>();
  immutable = false;

  /** What ECR does at PutImage, in its words. */
  put({ imageManifest = '', imageManifestMediaType, imageDigest, imageTag }: PutImageRequest): string {
    const digest = sha256(imageManifest);
    if (imageDigest !== undefined && imageDigest !== digest) {
      throw awsError('ImageDigestDoesNotMatchException', `the digest is ${digest}`);
    }
    const { mediaType = imageManifestMediaType, config, layers = [], manifests = [] } = read(imageManifest);
    if (mediaType === undefined)
      throw awsError('InvalidParameterException', 'Invalid manifest: no media type');
    if (manifests.some((child) => !this.images.has(child.digest))) {
      throw awsError(
        'ReferencedImagesNotFoundException',
        'Images with digests ... required for pushing do not exist',
      );
    }
    const blobs = layers.filter((layer) => !layer.mediaType.includes('foreign'));
    if ([...blobs, ...(config ? [config] : [])].some((blob) => !this.layers.has(blob.digest))) {
      throw awsError('LayersNotFoundException', 'The specified layers could not be found.');
    }
    const image = this.images.get(digest);
    if (image && (imageTag === undefined || image.tags.has(imageTag))) {
      throw awsError('ImageAlreadyExistsException', 'Image already exists');
    }
    const other = [...this.images.values()].find(({ tags }) => imageTag !== undefined && tags.has(imageTag));
    if (other && this.immutable) throw awsError('ImageTagAlreadyExistsException', 'The tag is immutable.');
    if (imageTag !== undefined) other?.tags.delete(imageTag);
    const stored = image ?? { manifest: imageManifest, mediaType, tags: new Set<string>() };
    if (imageTag !== undefined) stored.tags.add(imageTag);
    this.images.set(digest, stored);
    return digest;
  }

  find({ imageDigest, imageTag }: ImageIdentifier): { digest: string; image: Stored } | string {
    const tagged = [...this.images].find(([, { tags }]) => tags.has(imageTag ?? ''))?.[0];
    const digest = imageDigest ?? tagged;
    const image = digest === undefined ? undefined : this.images.get(digest);
    if (digest === undefined || image === undefined) return 'ImageNotFound';
    if (imageTag !== undefined && tagged !== digest) return 'ImageTagDoesNotMatchDigest';
    return { digest, image };
  }

  tagged(tag: string): string | undefined {
    return [...this.images].find(([, { tags }]) => tags.has(tag))?.[0];
  }
}

const REGIONS = ['eu-central-1', 'us-east-1'] as const;
export type Region = (typeof REGIONS)[number];
const HOST = 'layers.example';

type EcrMock = AwsStub<ServiceInputTypes, ServiceOutputTypes, ECRClientResolvedConfig>;

/** ECR in two Regions, in memory. `answerMore`: what else is to be answered than images and layers. */
export function createRegistry(
  answerMore: (ecr: EcrMock, region: Region) => void = () => {},
  log = createCallLog(),
) {
  const clock = testClock();
  const repositories = new Map<string, Repository>();
  const settings = { partSize: 5, referrersAPage: 2, pieceSize: 3 };
  /** Downloads, as `fetch` was asked for them; a test may answer in its place. */
  const downloads: { url: string; range: string | null }[] = [];
  const answers: ((init: RequestInit | undefined) => Response | Error)[] = [];
  let ids = 0;

  const repository = (name: string, region: Region = 'eu-central-1'): Repository => {
    const key = `${region}/${name}`;
    const found = repositories.get(key) ?? new Repository();
    repositories.set(key, found);
    return found;
  };
  const existing = (region: Region, name = '') => {
    const found = repositories.get(`${region}/${name}`);
    if (!found)
      throw awsError('RepositoryNotFoundException', `The repository with name '${name}' does not exist`);
    return found;
  };

  const client = (region: Region) => {
    const ecr = new ECRClient({ region, credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });
    const mock = mockClient(ecr);
    mock.on(BatchGetImageCommand).callsFake(
      log.answer('ECR:BatchGetImage', (input: BatchGetImageRequest) => {
        const { imageIds = [], acceptedMediaTypes = [] } = input;
        if (imageIds.length > 100) throw awsError('InvalidParameterException', 'at most 100 imageIds');
        const found = imageIds.map((id) => ({ id, hit: existing(region, input.repositoryName).find(id) }));
        return {
          images: found.flatMap(({ id, hit }) => {
            if (typeof hit === 'string') return [];
            const { mediaType = 'application/vnd.oci.image.manifest.v1+json', manifest } = hit.image;
            // What is not accepted is translated, if it was asked for by its tag.
            const translate = id.imageDigest === undefined && !acceptedMediaTypes.includes(mediaType);
            return {
              imageId: { imageDigest: hit.digest, ...(id.imageTag && { imageTag: id.imageTag }) },
              imageManifest: translate ? JSON.stringify({ translated: manifest }) : manifest,
              imageManifestMediaType: mediaType,
            };
          }),
          failures: found.flatMap(({ id, hit }) =>
            typeof hit === 'string'
              ? { imageId: id, failureCode: hit, failureReason: 'Requested image' }
              : [],
          ),
        };
      }),
    );
    mock.on(PutImageCommand).callsFake(
      log.answer('ECR:PutImage', (input: PutImageRequest) => {
        const imageDigest = existing(region, input.repositoryName).put(input);
        return { image: { imageId: { imageDigest } } };
      }),
    );
    mock.on(ListImageReferrersCommand).callsFake(
      log.answer(
        'ECR:ListImageReferrers',
        (input: { repositoryName?: string; subjectId?: { imageDigest?: string }; nextToken?: string }) => {
          const all = [...existing(region, input.repositoryName).images].filter(
            ([, { manifest }]) => read(manifest).subject?.digest === input.subjectId?.imageDigest,
          );
          const from = Number(input.nextToken ?? 0);
          const to = from + settings.referrersAPage;
          return {
            referrers: all.slice(from, to).map(([digest, { mediaType }]) => ({ digest, mediaType, size: 1 })),
            ...(to < all.length && { nextToken: String(to) }),
          };
        },
      ),
    );
    mock.on(BatchCheckLayerAvailabilityCommand).callsFake(
      log.answer(
        'ECR:BatchCheckLayerAvailability',
        (input: { repositoryName?: string; layerDigests?: string[] }) => {
          const { layerDigests = [] } = input;
          if (layerDigests.length > 100) throw awsError('InvalidParameterException', 'at most 100 digests');
          const { layers } = existing(region, input.repositoryName);
          return {
            layers: layerDigests.map((layerDigest) => ({
              layerDigest,
              layerAvailability: layers.has(layerDigest) ? 'AVAILABLE' : 'UNAVAILABLE',
            })),
          };
        },
      ),
    );
    mock.on(GetDownloadUrlForLayerCommand).callsFake(
      log.answer(
        'ECR:GetDownloadUrlForLayer',
        ({ repositoryName, layerDigest = '' }: { repositoryName?: string; layerDigest?: string }) => {
          if (!existing(region, repositoryName).layers.has(layerDigest)) {
            throw awsError('LayersNotFoundException', 'The specified layers could not be found.');
          }
          const query = new URLSearchParams({
            region,
            repository: repositoryName ?? '',
            digest: layerDigest,
          });
          return { downloadUrl: `https://${HOST}/?${query}` };
        },
      ),
    );
    mock.on(InitiateLayerUploadCommand).callsFake(
      log.answer('ECR:InitiateLayerUpload', ({ repositoryName }: { repositoryName?: string }) => {
        const uploadId = `upload-${++ids}`;
        existing(region, repositoryName).uploads.set(uploadId, {
          hash: createHash('sha256'),
          parts: [],
          received: 0,
        });
        return { uploadId, partSize: settings.partSize };
      }),
    );
    mock.on(UploadLayerPartCommand).callsFake(
      log.answer('ECR:UploadLayerPart', (input: UploadLayerPartRequest) => {
        const upload = existing(region, input.repositoryName).uploads.get(input.uploadId ?? '');
        if (!upload) throw awsError('UploadNotFoundException', 'The upload could not be found');
        const { partFirstByte = -1, partLastByte = -1, layerPartBlob = new Uint8Array() } = input;
        if (
          partFirstByte !== upload.received ||
          partLastByte - partFirstByte + 1 !== layerPartBlob.byteLength
        ) {
          throw new InvalidLayerPartException({
            message: `bytes ${partFirstByte} to ${partLastByte} do not follow`,
            lastValidByteReceived: upload.received - 1,
            $metadata: {},
          });
        }
        upload.hash.update(layerPartBlob);
        upload.parts.push(layerPartBlob.byteLength);
        upload.received += layerPartBlob.byteLength;
        return { lastByteReceived: partLastByte };
      }),
    );
    mock.on(CompleteLayerUploadCommand).callsFake(
      log.answer('ECR:CompleteLayerUpload', (input: CompleteLayerUploadRequest) => {
        const { uploads, layers, parts } = existing(region, input.repositoryName);
        const upload = uploads.get(input.uploadId ?? '');
        if (!upload) throw awsError('UploadNotFoundException', 'The upload could not be found');
        const digest = `sha256:${upload.hash.copy().digest('hex')}`;
        if (!input.layerDigests?.includes(digest))
          throw awsError('InvalidLayerException', `the digest is ${digest}`);
        uploads.delete(input.uploadId ?? '');
        if (layers.has(digest)) throw awsError('LayerAlreadyExistsException', 'The layer exists');
        layers.set(digest, 'uploaded');
        parts.set(digest, upload.parts);
        return { layerDigest: digest };
      }),
    );
    answerMore(mock, region);
    return ecr;
  };

  const clients = { 'eu-central-1': client('eu-central-1'), 'us-east-1': client('us-east-1') };

  const fetchLayer: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const range = new Headers(init?.headers).get('range');
    downloads.push({ url: url.href, range });
    const answer = answers.shift()?.(init);
    if (answer instanceof Error) throw answer;
    if (answer) return answer;
    const region = REGIONS.find((name) => name === url.searchParams.get('region')) ?? 'eu-central-1';
    const pieces = existing(region, url.searchParams.get('repository') ?? '').layers.get(
      url.searchParams.get('digest') ?? '',
    );
    if (typeof pieces !== 'function') return new Response('NoSuchKey', { status: 404 });
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    return new Response(ReadableStream.from(skipping(pieces(), from)), { status: range ? 206 : 200 });
  };

  return {
    ...log,
    clock,
    settings,
    repository,
    clients,
    downloads,
    /** Answers the next download in place of the registry. */
    nextDownload: (answer: (init: RequestInit | undefined) => Response | Error) => void answers.push(answer),
    fetch: fetchLayer,
    place: (name: string, region: Region = 'eu-central-1') => {
      repository(name, region);
      return { ecr: clients[region], repository: name };
    },
    /** A layer or configuration; returns how a manifest names it. */
    layer(name: string, content: string, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip') {
      const bytes = Buffer.from(content);
      const { layers } = repository(name);
      layers.set(sha256(bytes), () => inPieces(bytes, settings.pieceSize));
      return { mediaType, digest: sha256(bytes), size: bytes.byteLength };
    },
  };
}

export type Registry = ReturnType<typeof createRegistry>;

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size);
}

function* skipping(pieces: Iterable<Uint8Array>, from: number): Generator<Uint8Array> {
  let skip = from;
  for (const piece of pieces) {
    const rest = piece.subarray(skip);
    skip -= piece.byteLength - rest.byteLength;
    if (rest.byteLength > 0) yield rest;
  }
}
