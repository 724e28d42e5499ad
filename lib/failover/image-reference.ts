import type { ImageTag } from '../aws/ecr.ts';

/** Where an image comes from, as far as its name says. */
export type ImageReference =
  /** `REPOSITORY@sha256:...`: whatever tags do, it stays what it is. */
  | { readonly kind: 'digest'; readonly digest: string }
  | ({ readonly kind: 'ecr-tag' } & ImageTag)
  /** Any other registry, Docker Hub and ECR Public among them. */
  | { readonly kind: 'elsewhere'; readonly registry: string };

/** Private registries, FIPS and dual-stack endpoints, and the partition of China (ECR user guide, "Private registry"). */
const ECR_HOST =
  /^(?<registryId>\d{12})\.dkr[.-]ecr(-fips)?\.(?<region>[a-z0-9-]+)\.(amazonaws\.com(\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** Reads the image of a container definition. */
export function readReference(image: string): ImageReference {
  const [name = '', digest] = image.split('@');
  if (digest !== undefined) return { kind: 'digest', digest };
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  // Docker's rule: without a dot or a port, the first part is not a host but a name on Docker Hub.
  const host = /[.:]/.test(first) ? first : 'docker.io';
  const { registryId, region } = ECR_HOST.exec(host)?.groups ?? {};
  if (registryId === undefined || region === undefined) return { kind: 'elsewhere', registry: host };
  const path = name.slice(slash + 1);
  const colon = path.lastIndexOf(':');
  return {
    kind: 'ecr-tag',
    registryId,
    region,
    repository: colon < 0 ? path : path.slice(0, colon),
    tag: colon < 0 ? 'latest' : path.slice(colon + 1),
  };
}

/** The same image by digest in place of tag or other digest. */
export function pinnedTo(image: string, digest: string): string {
  const [name = ''] = image.split('@');
  const colon = name.lastIndexOf(':');
  // A colon before the last slash is that of a port.
  const repository = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  return `${repository}@${digest}`;
}
