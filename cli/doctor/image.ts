import { readReference } from '../../lib/failover/image-reference.ts';

/** An image in a private ECR registry, as a task definition names it. */
export interface EcrImage {
  /** Of its repository in `Snapshot.repositories`. */
  readonly key: string;
  readonly repository: string;
  /** Null where it is named by digest: then a tag beside it counts for nothing. */
  readonly tag: string | null;
}

/** A repository among those of all accounts and Regions. */
export const repositoryKey = (account: string, region: string, name: string) =>
  `${account}/${region}/${name}`;

/** Null for an image from elsewhere. */
export function ecrImage(image: string): EcrImage | null {
  const [name = '', digest] = image.split('@');
  const reference = readReference(name);
  if (reference.kind !== 'ecr-tag') return null;
  const { registryId, region, repository, tag } = reference;
  return {
    key: repositoryKey(registryId, region, repository),
    repository,
    tag: digest === undefined ? tag : null,
  };
}
