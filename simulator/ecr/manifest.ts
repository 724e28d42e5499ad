import { createHash } from 'node:crypto';
import { invalid } from './lookup.ts';

export const DOCKER_V1 = 'application/vnd.docker.distribution.manifest.v1+json';
export const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const OCI = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** What ECR reads of a manifest: of an image its config and layers, of an index its manifests. */
export interface Manifest {
  readonly mediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  /** Undefined in an image; in an index or manifest list the images that it stands for. */
  readonly children: readonly Descriptor[] | undefined;
  /** The image that this one is about: a signature, an attestation, a bill of materials. */
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `sha256:…` over the exact bytes. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** @throws ApiError InvalidParameterException if the text is not JSON, or not a manifest */
export function parseManifest(text: string): Manifest {
  const root = objectOf(json(text));
  if (root === undefined) throw invalid('imageManifest', 'Invalid JSON syntax');
  const children = root.manifests === undefined ? undefined : descriptors(root.manifests);
  const config = descriptor(root.config);
  // Schema 1 has neither; it is not pushed any more, and ECR's own answer to it is not simulated.
  if (children === undefined && config === undefined) {
    throw invalid('imageManifest', 'The manifest has neither a config nor manifests');
  }
  return {
    mediaType: textOf(root.mediaType),
    artifactType: textOf(root.artifactType),
    config,
    layers: descriptors(root.layers ?? []),
    children,
    subject: descriptor(root.subject),
    annotations: Object.fromEntries(
      Object.entries(objectOf(root.annotations) ?? {}).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    ),
  };
}

/** Config and layers: the blobs that must be in the repository before the manifest. */
export function blobsOf({ config, layers }: Manifest): readonly Descriptor[] {
  return config === undefined ? layers : [config, ...layers];
}

/** A scanner can look into it: an image with file system layers, not an index, an attestation or a signature. */
export function isScannable({ config, layers }: Manifest): boolean {
  if (config?.mediaType !== DOCKER_CONFIG && config?.mediaType !== OCI_CONFIG) return false;
  return layers.every(({ mediaType }) => mediaType === DOCKER_LAYER || mediaType === OCI_LAYER);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

function descriptors(value: unknown): readonly Descriptor[] {
  if (!Array.isArray(value)) throw invalid('imageManifest', 'A list of descriptors is not a list');
  return value.flatMap((each) => descriptor(each) ?? []);
}

function descriptor(value: unknown): Descriptor | undefined {
  const { mediaType, digest, size } = objectOf(value) ?? {};
  if (typeof mediaType !== 'string' || typeof digest !== 'string') return undefined;
  return { mediaType, digest, size: typeof size === 'number' ? size : 0 };
}
