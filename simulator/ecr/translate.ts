import {
  DOCKER,
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_V1,
  type Manifest,
  OCI,
  OCI_CONFIG,
  OCI_LAYER,
} from './manifest.ts';
import type { Image } from './model.ts';

export interface Delivered {
  readonly manifestText: string;
  readonly mediaType: string;
}

/**
 * What a pull by tag delivers to a client that accepts only these media types; undefined if there is no way. User
 * guide, "Amazon ECR image manifest conversion": V2 schema 2 to OCI and to schema 1, OCI to V2 schema 2; nothing for
 * lists and indexes. The bytes differ from the stored ones, so the digest does too. Without accepted types the stored
 * format is delivered.
 */
export function translate(
  image: Image,
  tag: string,
  accepted: readonly string[] | undefined,
): Delivered | undefined {
  const { manifestText, mediaType, manifest } = image;
  if (accepted === undefined || accepted.length === 0 || accepted.includes(mediaType)) {
    return { manifestText, mediaType };
  }
  if (mediaType === DOCKER && accepted.includes(OCI)) return rewrite(manifest, OCI);
  if (mediaType === OCI && accepted.includes(DOCKER)) return rewrite(manifest, DOCKER);
  if (mediaType === DOCKER && accepted.includes(DOCKER_V1)) return schema1(manifest, tag);
  return undefined;
}

function rewrite({ config, layers }: Manifest, mediaType: typeof DOCKER | typeof OCI): Delivered {
  const [configType, layerType] = mediaType === OCI ? [OCI_CONFIG, OCI_LAYER] : [DOCKER_CONFIG, DOCKER_LAYER];
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { ...config, mediaType: configType },
    layers: layers.map((layer) => ({ ...layer, mediaType: layerType })),
  };
  return { manifestText: JSON.stringify(manifest), mediaType };
}

function schema1({ layers }: Manifest, tag: string): Delivered {
  const fsLayers = layers.map(({ digest }) => ({ blobSum: digest }));
  const history = layers.map(({ digest }) => ({ v1Compatibility: JSON.stringify({ id: digest.slice(7) }) }));
  return {
    manifestText: JSON.stringify({ schemaVersion: 1, tag, architecture: 'amd64', fsLayers, history }),
    mediaType: DOCKER_V1,
  };
}
