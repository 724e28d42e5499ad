// Reached only by `import('./ecr.ts')` in failover-clients.ts: asked only before a service is flipped.
import { BatchGetImageCommand, ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr';
import type { Retries } from './retry.ts';

/** A tag in a private ECR registry. */
export interface ImageTag {
  readonly registryId: string;
  readonly region: string;
  readonly repository: string;
  readonly tag: string;
}

/** What a tag points at. `digests`: its own digest first, then those of an index's children. Missing: `why`. */
export type TaggedImage =
  | { readonly found: true; readonly digests: readonly [string, ...string[]] }
  | { readonly found: false; readonly why: string };

export interface EcrReader {
  /** Asks the registry that has the image, in its own account and Region. */
  taggedImage(image: ImageTag): Promise<TaggedImage>;
}

/**
 * All that ECR stores. What is pulled by a tag is converted for a client that does not take what is stored, and then
 * has another digest (ECR user guide, "Container image manifest format support").
 */
const ACCEPTED = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** `config` is that of the function's Region; a client is made for each Region that has images. */
export function createEcrReader(config: ECRClientConfig, retries: Retries): EcrReader {
  const clients = new Map<string, ECRClient>();
  const clientIn = (region: string): ECRClient => {
    const client = clients.get(region) ?? new ECRClient({ ...config, region });
    if (!clients.has(region)) retries.watch(client);
    clients.set(region, client);
    return client;
  };
  return {
    async taggedImage({ registryId, region, repository, tag }) {
      const { images = [], failures = [] } = await clientIn(region).send(
        new BatchGetImageCommand({
          registryId,
          repositoryName: repository,
          imageIds: [{ imageTag: tag }],
          acceptedMediaTypes: ACCEPTED,
        }),
      );
      const [image] = images;
      const digest = image?.imageId?.imageDigest;
      if (digest !== undefined) {
        return { found: true, digests: [digest, ...childDigests(image?.imageManifest)] };
      }
      // The call answers 200 also when it found nothing.
      const [failure] = failures;
      const code = failure?.failureCode ?? 'no image and no failure';
      return { found: false, why: [code, failure?.failureReason].filter(Boolean).join(': ') };
    },
  };
}

/** The manifests that an index or a manifest list names; an image's own manifest has none. */
function childDigests(manifest: string | undefined): string[] {
  if (manifest === undefined) return [];
  try {
    const { manifests } = JSON.parse(manifest) as { manifests?: unknown };
    if (!Array.isArray(manifests)) return [];
    return manifests.flatMap((child: { digest?: unknown } | null) =>
      typeof child?.digest === 'string' ? [child.digest] : [],
    );
  } catch {
    // What cannot be read has no children that we know of: then only its own digest is compared.
    return [];
  }
}
