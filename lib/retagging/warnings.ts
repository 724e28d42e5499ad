import { type EpochMs, HOUR } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { RetaggingReason } from './reasons.ts';
import type { TagRecord } from './record.ts';
import type { TagSnapshot } from './snapshot.ts';
import { short } from './tags.ts';

const DAY = 24 * HOUR;
/** An image has at most 1,000 tags, and that cannot be raised (Amazon ECR service quotas). */
export const MOST_TAGS = 1_000;
const MANY_TAGS = 900;

/** What somebody ought to know about the image that the tag is on, each at most once a day; and the record with that noted. */
export function dueWarnings(
  record: TagRecord,
  snapshot: TagSnapshot,
  now: EpochMs,
): { readonly record: TagRecord; readonly findings: readonly Finding[] } {
  const due = warningsAbout(record, snapshot).filter(
    ({ reason }) => now - (record.warned[reason] ?? Number.NEGATIVE_INFINITY) >= DAY,
  );
  if (due.length === 0) return { record, findings: [] };
  const warned = { ...record.warned, ...Object.fromEntries(due.map(({ reason }) => [reason, now])) };
  return { record: { ...record, warned }, findings: due };
}

function warningsAbout({ id }: TagRecord, { destination, expiring, repository }: TagSnapshot): Finding[] {
  if (destination === 'absent') return [];
  const { digest, status, tags } = destination;
  const what = `${id} is on ${short(digest)}`;
  const warnings: Finding[] = [];
  const warn = (reason: RetaggingReason, outcome: Finding['outcome'], sentence: string) =>
    warnings.push({ reason, outcome, sentence, facts: { digest } });
  if (expiring?.has(digest))
    warn(
      'due-to-expire',
      'held',
      `${what}, which the lifecycle policy of the repository will expire within a day: it goes by the push, and a ` +
        'promotion does not renew it. Give the tag a rule of its own with a higher priority.',
    );
  if (status === 'ARCHIVED')
    warn(
      'archived',
      'refused',
      `${what}, which is archived, so that pulls of it fail. Restore it with UpdateImageStorageClass, or roll back.`,
    );
  if (tags.length >= MANY_TAGS)
    warn(
      'tags-nearly-used-up',
      'held',
      `${what}, which has ${tags.length} of at most ${MOST_TAGS} tags. Untag what nobody uses, and do not make a tag per run.`,
    );
  if (repository?.pullThroughCache)
    warn(
      'pull-through-cache-tag',
      'held',
      `${id} is in a repository of a pull-through cache, whose tags follow the upstream registry and may be overwritten. ` +
        'Promote into a repository of your own.',
    );
  return warnings;
}
