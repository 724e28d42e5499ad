import type { Registry } from './registry.ts';
import { sha256 } from './registry.ts';

export const OCI_IMAGE = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** How a tool may write its JSON: all of it counts for the digest. */
export interface Writing {
  readonly mediaType: string;
  /** Whether the manifest says its media type itself. */
  readonly declared: boolean;
  readonly indent: number;
  readonly ending: string;
  readonly newline: string;
}

const PLAIN: Writing = { mediaType: OCI_IMAGE, declared: true, indent: 2, ending: '', newline: '\n' };

export function write(content: object, writing: Partial<Writing> = {}): { text: string; mediaType: string } {
  const { mediaType, declared, indent, ending, newline } = { ...PLAIN, ...writing };
  const json = JSON.stringify(
    { schemaVersion: 2, ...(declared && { mediaType }), ...content },
    undefined,
    indent,
  );
  return { text: json.replaceAll('\n', newline) + ending, mediaType };
}

/** Where images are put. */
type Shelf = Pick<Registry, 'layer' | 'repository'>;

interface Given extends Partial<Writing> {
  readonly layers?: readonly string[];
  readonly tags?: readonly string[];
  readonly subject?: string;
}

/** Stores an image whose layers have these contents; returns how an index names it. */
export function storeImage(registry: Shelf, repository: string, name: string, given: Given = {}) {
  const { layers = [`layer of ${name}`], tags = [], subject, ...writing } = given;
  const config = registry.layer(repository, `config of ${name}`, 'application/vnd.oci.image.config.v1+json');
  const content = {
    config,
    layers: layers.map((bytes) => registry.layer(repository, bytes)),
    ...(subject !== undefined && { subject: { mediaType: OCI_IMAGE, digest: subject, size: 1 } }),
  };
  return store(registry, repository, write(content, writing), tags);
}

/** Stores an index of these images, which must be there. */
export function storeIndex(
  registry: Shelf,
  repository: string,
  manifests: readonly object[],
  given: Partial<Writing> & { readonly tags?: readonly string[] } = {},
) {
  const { tags = [], ...writing } = given;
  return store(registry, repository, write({ manifests }, { mediaType: OCI_INDEX, ...writing }), tags);
}

function store(
  registry: Shelf,
  repository: string,
  { text, mediaType }: { text: string; mediaType: string },
  tags: readonly string[],
) {
  const digest = sha256(text);
  registry.repository(repository).images.set(digest, { manifest: text, mediaType, tags: new Set(tags) });
  return { mediaType, digest, size: Buffer.byteLength(text) };
}
