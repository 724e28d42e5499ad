import {
  type ECRClient,
  GetLifecyclePolicyPreviewCommand,
  type LifecyclePolicyPreviewResult,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { errorName } from '../aws/errors.ts';
import { collectPages } from '../aws/paging.ts';
import { type EpochMs, HOUR, MINUTE } from '../clock.ts';
import type { Preview } from './repository-record.ts';

const EVERY = 24 * HOUR;
/** ECR takes seconds to minutes for it. */
const TAKES = MINUTE;
/** Nobody reads what was started so long ago: it is started again. */
const STALE = 6 * HOUR;
const PAGE = 100;

/** Whether there is anything to start or to read. */
export function isPreviewDue(preview: Preview | undefined, now: EpochMs): boolean {
  if (preview === undefined) return true;
  return now - preview.at >= (preview.state === 'started' ? TAKES : EVERY);
}

/**
 * One step towards knowing which images the lifecycle policy of a repository will expire: it is started, or what was
 * started before is read. Nothing waits. Expiry goes by the push, which a retag does not renew (retagging edge 17).
 * @param tags those that are ours; what else expires is of no interest
 * @throws what ECR throws beyond the retries
 */
export async function advancePreview(
  ecr: ECRClient,
  repository: string,
  tags: ReadonlySet<string>,
  preview: Preview | undefined,
  now: EpochMs,
): Promise<Preview> {
  if (preview?.state === 'started' && now - preview.at < STALE) {
    return (await read(ecr, repository, tags, now)) ?? preview;
  }
  return start(ecr, repository, now);
}

async function start(ecr: ECRClient, repositoryName: string, now: EpochMs): Promise<Preview> {
  try {
    await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName }));
  } catch (error) {
    switch (errorName(error)) {
      case 'LifecyclePolicyNotFoundException':
        return { state: 'read', at: now, expiring: [] };
      case 'LifecyclePolicyPreviewInProgressException':
        break;
      default:
        throw error;
    }
  }
  return { state: 'started', at: now };
}

/** Undefined: not ready. */
async function read(
  ecr: ECRClient,
  repositoryName: string,
  tags: ReadonlySet<string>,
  now: EpochMs,
): Promise<Preview | undefined> {
  let status: string | undefined;
  let results: LifecyclePolicyPreviewResult[];
  try {
    results = await collectPages(`ECR GetLifecyclePolicyPreview of ${repositoryName}`, async (nextToken) => {
      const command = new GetLifecyclePolicyPreviewCommand({
        repositoryName,
        filter: { tagStatus: 'TAGGED' },
        maxResults: PAGE,
        ...(nextToken !== undefined && { nextToken }),
      });
      const output = await ecr.send(command);
      status = output.status;
      return { items: output.previewResults, next: output.nextToken };
    });
  } catch (error) {
    if (errorName(error) === 'LifecyclePolicyPreviewNotFoundException')
      return start(ecr, repositoryName, now);
    throw error;
  }
  if (status === 'IN_PROGRESS') return undefined;
  // What failed or ran out is started again a day later.
  const expiring = status === 'COMPLETE' ? results.flatMap((one) => expires(one, tags)) : [];
  return { state: 'read', at: now, expiring };
}

function expires(
  { action, imageDigest, imageTags = [] }: LifecyclePolicyPreviewResult,
  tags: ReadonlySet<string>,
): string[] {
  if (action?.type !== 'EXPIRE' || imageDigest === undefined) return [];
  return imageTags.some((tag) => tags.has(tag)) ? [imageDigest] : [];
}
