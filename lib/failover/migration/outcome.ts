import type { FailoverReason } from '../reasons.ts';
import type { MigrationRecord } from '../record.ts';
import { associated } from './associate.ts';
import type { MigrationAction, MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { FARGATE_PROVIDERS, union } from './providers.ts';
import { stopAt } from './stop.ts';

/** What came of an action. */
export type MigrationOutcome =
  /** UpdateService was taken. */
  | { readonly kind: 'moved'; readonly deploymentId?: string }
  /** The list was written so often, and read again. `complete`: it has all that it must have. */
  | {
      readonly kind: 'associated';
      readonly complete: boolean;
      readonly writes: number;
      readonly known: readonly string[];
      readonly providers: readonly string[];
    }
  | (Failure & {
      readonly kind: 'failed';
      /** Whether AWS may have been changed all the same. */
      readonly written: boolean;
      readonly writes: number;
      readonly known: readonly string[];
    });

interface Failure {
  /** As `Service:Operation`. */
  readonly call: string;
  /** As lib/aws/explain.ts has it. */
  readonly code: string;
  readonly sentence: string;
  readonly retryable: boolean;
}

type Settled = Pick<MigrationDecision, 'next' | 'findings'>;

/**
 * The record and the findings after an action was carried out, or was not. Pure. `situation.record` has the intention;
 * `decided` are the decision's findings, of which those that say `acted` hold only if it was.
 */
export function settle(
  situation: Situation,
  action: MigrationAction,
  outcome: MigrationOutcome,
  decided: readonly MigrationFinding[],
): Settled {
  const { record } = situation;
  const others = decided.filter((finding) => finding.outcome !== 'acted');
  switch (outcome.kind) {
    case 'moved':
      return { next: withDeployment(record, outcome.deploymentId), findings: decided };
    case 'associated': {
      if (!outcome.complete) return afterLost(situation, outcome, decided);
      const { associating: _, ...rest } = record;
      if (outcome.writes === 0) {
        return { next: rest, findings: [...others, associated(outcome, record.cluster)] };
      }
      return { next: rest, findings: [...decided, ...repeated(record.cluster, outcome.writes)] };
    }
    case 'failed':
      return withFindings(others, failed(situation, action, outcome));
    default:
      return outcome satisfies never;
  }
}

function withDeployment(record: MigrationRecord, deploymentId: string | undefined): MigrationRecord {
  const { moving } = record;
  if (moving === undefined || deploymentId === undefined) return record;
  return { ...record, moving: { ...moving, deploymentId } };
}

const withFindings = (before: readonly MigrationFinding[], settled: Settled): Settled => ({
  next: settled.next,
  findings: [...before, ...settled.findings],
});

/** Something is missing still, or the answer was an old one: the next look writes again, or gives up. */
function afterLost(
  { record }: Situation,
  { providers, known, writes }: Extract<MigrationOutcome, { readonly kind: 'associated' }>,
  decided: readonly MigrationFinding[],
): Settled {
  const { associating } = record;
  if (associating === undefined) return { next: record, findings: decided };
  const missing = union(known, FARGATE_PROVIDERS).filter((name) => !providers.includes(name));
  const finding: MigrationFinding = {
    reason: 'rollout-in-progress',
    outcome: 'held',
    sentence: `Cluster ${record.cluster} does not show ${missing.join(' and ')} after ${writes} writes: it is looked at again at the next tick.`,
  };
  const next = { ...record, associating: { ...associating, known, writes: associating.writes + writes } };
  return { next, findings: [...decided, finding] };
}

function repeated(cluster: string, writes: number): MigrationFinding[] {
  if (writes === 1) return [];
  const sentence = `Somebody else wrote the capacity providers of cluster ${cluster} at the same time; it took ${writes} writes until nothing was missing. Let one tool keep that list.`;
  return [{ reason: 'changed-by-others', outcome: 'done', sentence, facts: { writes } }];
}

/** What may pass is tried again; a missing permission too, since nothing else tells that it was given. */
function failed(
  situation: Situation,
  action: MigrationAction,
  outcome: Extract<MigrationOutcome, { readonly kind: 'failed' }>,
): Settled {
  const { record } = situation;
  const service = action.kind === 'move' ? action.service : null;
  const what =
    service === null ? `The capacity providers of cluster ${record.cluster}` : `Service ${service}`;
  const reason = FAILURES[outcome.code] ?? 'action-refused';
  const sentence = `${what}: ${outcome.sentence}`;
  if (!outcome.retryable && !AWAITED.includes(outcome.code)) {
    return stopAt(situation, { service, reason, sentence, kind: 'guard' }, 'failed');
  }
  const finding: MigrationFinding = {
    reason: outcome.retryable && reason === 'action-refused' ? 'acting-failed' : reason,
    outcome: 'failed',
    sentence,
    ...(service !== null && { service }),
  };
  return { next: intentionAfter(record, outcome), findings: [finding] };
}

const AWAITED: readonly string[] = ['aws-access-denied', 'aws-credentials-invalid'];

const FAILURES: Readonly<Record<string, FailoverReason>> = {
  'aws-throttled': 'throttled',
  'aws-access-denied': 'access-denied',
  'aws-service-not-found': 'service-gone',
};

/** An intention stays as long as it may have come about; the next look finds out. */
function intentionAfter(
  record: MigrationRecord,
  { written, writes, known }: Extract<MigrationOutcome, { readonly kind: 'failed' }>,
): MigrationRecord {
  const { associating, moving, ...rest } = record;
  if (associating) {
    const all = {
      ...associating,
      known: union(associating.known, known),
      writes: associating.writes + writes,
    };
    return written || associating.writes > 0 ? { ...rest, associating: all } : rest;
  }
  return written && moving ? { ...rest, moving } : rest;
}
