import {
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsResponse,
  type ECRClient,
} from '@aws-sdk/client-ecr';
import { mapConcurrent } from '../aws/batch.ts';
import { errorName } from '../aws/errors.ts';
import { type EpochMs, MINUTE } from '../clock.ts';
import type { Platform } from './platforms.ts';
import type { Severity } from './policy.ts';
import type { ImageView, ScanView } from './snapshot.ts';

/** Scan on push begins at once; what has no scan so long after the push gets none by itself. */
const SCAN_BEGINS = 10 * MINUTE;
const CONCURRENT_READS = 4;

/**
 * The result of an image's scan, basic or enhanced; of an index, that of all its platforms together. It is what ECR says
 * now: neither the order nor the contents of events count (retagging edges 12 and 14).
 */
export async function readScan(
  ecr: ECRClient,
  repository: string,
  image: ImageView,
  platforms: readonly Platform[],
  now: EpochMs,
): Promise<ScanView> {
  if (platforms.length === 0) return { kind: 'no-result', why: 'the index has no platform that runs.' };
  const views = await mapConcurrent(platforms, CONCURRENT_READS, async ({ digest, platform }) => {
    const view = await readOne(ecr, repository, digest, now - image.pushedAt < SCAN_BEGINS);
    return view.kind === 'counts' || platform === null ? view : { ...view, why: `${platform}: ${view.why}` };
  });
  return worst(views);
}

async function readOne(
  ecr: ECRClient,
  repositoryName: string,
  imageDigest: string,
  isNew: boolean,
): Promise<ScanView> {
  // The counts come with each page; the findings themselves are not of interest.
  const command = new DescribeImageScanFindingsCommand({
    repositoryName,
    imageId: { imageDigest },
    maxResults: 1,
  });
  try {
    return viewOf(await ecr.send(command));
  } catch (error) {
    switch (errorName(error)) {
      case 'ScanNotFoundException':
        return isNew
          ? { kind: 'pending', why: 'it was just pushed, and its scan has not begun.' }
          : { kind: 'no-result', why: 'it has never been scanned.' };
      case 'ImageNotFoundException':
        return { kind: 'no-result', why: 'it does not exist any more.' };
      default:
        throw error;
    }
  }
}

/** Reads basic scans (COMPLETE) and enhanced ones, which go on (ACTIVE). Never takes a missing result for none found. */
function viewOf({ imageScanStatus, imageScanFindings }: DescribeImageScanFindingsResponse): ScanView {
  const { status = 'no status', description } = imageScanStatus ?? {};
  const why = `its scan is ${[status, description].filter(Boolean).join(': ')}.`;
  switch (status) {
    case 'COMPLETE':
    case 'ACTIVE':
      if (imageScanFindings === undefined) return { kind: 'pending', why };
      return {
        kind: 'counts',
        counts: countsOf(imageScanFindings.findingSeverityCounts ?? {}),
        at: imageScanFindings.imageScanCompletedAt?.getTime() ?? null,
      };
    case 'IN_PROGRESS':
    case 'PENDING':
      return { kind: 'pending', why };
    default:
      return { kind: 'no-result', why };
  }
}

const NONE: Readonly<Record<Severity, number>> = {
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  informational: 0,
  undefined: 0,
};

const isSeverity = (name: string): name is Severity => Object.hasOwn(NONE, name);

/** A severity without findings has no key; what Inspector has not triaged yet is of no severity known to us. */
function countsOf(found: Readonly<Record<string, number>>): Record<Severity, number> {
  const counts = { ...NONE };
  for (const [name, count] of Object.entries(found)) {
    const severity = name.toLowerCase();
    if (severity === 'total') continue;
    counts[isSeverity(severity) ? severity : 'undefined'] += count;
  }
  return counts;
}

function worst(views: readonly ScanView[]): ScanView {
  const without =
    views.find(({ kind }) => kind === 'no-result') ?? views.find(({ kind }) => kind === 'pending');
  if (without) return without;
  const results = views.filter((view) => view.kind === 'counts');
  const counts = { ...NONE };
  for (const view of results) {
    for (const [name, count] of Object.entries(view.counts)) {
      if (isSeverity(name)) counts[name] = Math.max(counts[name], count);
    }
  }
  const moments = results.flatMap(({ at }) => at ?? []);
  return { kind: 'counts', counts, at: moments.length === 0 ? null : Math.min(...moments) };
}
