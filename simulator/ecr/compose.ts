import {
  type Descriptor,
  type DOCKER,
  DOCKER_CONFIG,
  DOCKER_LAYER,
  type DOCKER_LIST,
  digestOf,
  OCI,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
} from './manifest.ts';

/** Of an artifact that has no configuration: OCI image specification, "Guidelines for artifact usage". */
const EMPTY_CONFIG = 'application/vnd.oci.empty.v1+json';
const IN_TOTO = 'application/vnd.in-toto+json';

export interface ImageSpec {
  /** Images of the same content, platform and format have the same digest. */
  readonly content: string;
  /** Docker V2 schema 2 or an OCI image manifest. */
  readonly mediaType: typeof DOCKER | typeof OCI;
  /** `linux/amd64`, `linux/arm64/v8`. */
  readonly platform: string;
  /** Many OCI manifests have no such field; Docker's always do. */
  readonly withMediaTypeField: boolean;
  /** The image that this one is about. */
  readonly subject?: Descriptor | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** The size of its layer. */
  readonly layerBytes: number;
}

/** What a build makes: a manifest, and the blobs that must be uploaded before it. */
export interface Built {
  readonly manifestText: string;
  readonly mediaType: string;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

/** A single image with a configuration and one layer; with an artifact type, an artifact without a configuration. */
export function composeImage(spec: ImageSpec): Built {
  const oci = spec.mediaType === OCI;
  const layer = Buffer.alloc(spec.layerBytes, `${spec.platform} ${spec.content}\n`);
  const config = spec.artifactType === undefined ? configOf(spec, layer) : Buffer.from('{}');
  const configType = oci ? OCI_CONFIG : DOCKER_CONFIG;
  return build(
    oci,
    {
      schemaVersion: 2,
      ...(spec.withMediaTypeField ? { mediaType: spec.mediaType } : {}),
      ...(spec.artifactType === undefined ? {} : { artifactType: spec.artifactType }),
      config: describe(spec.artifactType === undefined ? configType : EMPTY_CONFIG, config),
      layers: [describe(spec.artifactType ?? (oci ? OCI_LAYER : DOCKER_LAYER), layer)],
      ...(spec.subject === undefined ? {} : { subject: spec.subject }),
      ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }),
    },
    spec.mediaType,
    [config, layer],
  );
}

/** What buildx adds to an index for a platform's image: its provenance, as an image for `unknown/unknown`. */
export function composeAttestation(image: Descriptor, content: string): Built {
  const statement = Buffer.from(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', subject: image.digest, content }),
  );
  const config = Buffer.from(
    JSON.stringify({ architecture: 'unknown', os: 'unknown', subject: image.digest }),
  );
  return build(
    true,
    {
      schemaVersion: 2,
      mediaType: OCI,
      config: describe(OCI_CONFIG, config),
      layers: [
        {
          ...describe(IN_TOTO, statement),
          annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v0.2' },
        },
      ],
    },
    OCI,
    [config, statement],
  );
}

export interface Child {
  readonly descriptor: Descriptor;
  readonly platform: string;
  /** For an attestation: the digest of the image that it attests. */
  readonly attests?: string;
}

export function composeIndex(
  children: readonly Child[],
  mediaType: typeof DOCKER_LIST | typeof OCI_INDEX,
): Built {
  const manifests = children.map(({ descriptor, platform, attests }) => ({
    ...descriptor,
    platform: platformOf(platform),
    ...(attests === undefined
      ? {}
      : {
          annotations: {
            'vnd.docker.reference.digest': attests,
            'vnd.docker.reference.type': 'attestation-manifest',
          },
        }),
  }));
  return build(mediaType === OCI_INDEX, { schemaVersion: 2, mediaType, manifests }, mediaType, []);
}

/** A descriptor of something with these bytes. */
export function describe(mediaType: string, content: string | Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) };
}

/** Indented as Docker (3 spaces) and BuildKit (2) do it, so that who parses and prints a manifest changes it. */
function build(oci: boolean, manifest: object, mediaType: string, blobs: readonly Uint8Array[]): Built {
  return {
    manifestText: JSON.stringify(manifest, null, oci ? 2 : 3),
    mediaType,
    blobs: new Map(blobs.map((blob) => [digestOf(blob), blob])),
  };
}

function configOf({ platform, content }: ImageSpec, layer: Uint8Array): Uint8Array {
  const config = {
    ...platformOf(platform),
    config: { Labels: { content } },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  };
  return Buffer.from(JSON.stringify(config));
}

function platformOf(platform: string) {
  const [os = 'linux', architecture = 'amd64', variant] = platform.split('/');
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}
