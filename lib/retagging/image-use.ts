import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import type { TagRecord } from './record.ts';

/** What a task definition has to do with a tag. */
export type ImageUse =
  /** Its next deployment runs what the tag points to then. */
  | 'tag'
  /** An image of the repository by its digest, which no retag changes. */
  | 'digest'
  | 'none';

/** `ACCOUNT.dkr.ecr.REGION.amazonaws.com` and its variants (ECR user guide, "Private registry"). */
const ECR_HOST =
  /^\d{12}\.dkr[.-]ecr(-fips)?\.(?<region>[a-z0-9-]+)\.(amazonaws\.com|on\.aws|on\.amazonwebservices)/;

/** Whether any container's image is the tag. `region`: of the repository; null: the Region of the deployment. */
export function useOf(
  containers: readonly ContainerDefinition[],
  { repository, tag }: Pick<TagRecord, 'repository' | 'tag'>,
  region: string | null,
): ImageUse {
  const uses = containers.map(({ image = '' }) => {
    const [name = '', digest] = image.split('@');
    const slash = name.indexOf('/');
    const host = ECR_HOST.exec(name.slice(0, Math.max(slash, 0)))?.groups;
    if (host === undefined || (region !== null && host.region !== region)) return 'none';
    const [path, own = 'latest'] = name.slice(slash + 1).split(':');
    if (path !== repository) return 'none';
    if (digest !== undefined) return 'digest';
    return own === tag ? 'tag' : 'none';
  });
  return uses.find((use) => use === 'tag') ?? uses.find((use) => use === 'digest') ?? 'none';
}
