import type { Finding } from './decision.ts';
import type { FailoverReason } from './reasons.ts';
import type { PoolRecord, PoolState, ServiceRecord } from './record.ts';

/** What came of an action. `retry`: AWS said no for a reason that may pass. `refused`: it will say no again. */
export type ActionOutcome = Began &
  (
    | {
        readonly result: 'done';
        /** As `Service:Operation`. */
        readonly call: string;
        /** Of set-strategy: the id of UpdateService's PRIMARY deployment, and the revision that it runs. */
        readonly deploymentId?: string;
        readonly taskDefinition?: string;
        /** Of start-probe: the ARN of the task. */
        readonly task?: string;
      }
    | (Failure & {
        readonly result: 'refused';
        /** Of start-probe: what RunTask lacked was capacity, so that the probe has its answer. */
        readonly capacity?: true;
      })
    | (Failure & { readonly result: 'retry' })
  );

interface Began {
  /** Calls that were made before, whatever came of the change itself: a revision with pinned images is registered first. */
  readonly wrote?: readonly string[];
}

interface Failure {
  readonly call: string;
  /** As lib/aws/explain.ts has it. */
  readonly error: { readonly code: string; readonly sentence: string };
}

/**
 * The record after its action was carried out, or was not. Pure. A refusal puts everything back as it was before; an
 * intention that may still come about stays, and the next look carries it out. The findings then take the place of the
 * decision's `acted` ones.
 */
export function settleService(
  record: ServiceRecord,
  outcome: ActionOutcome,
): { readonly record: ServiceRecord; readonly findings: readonly Finding[] } {
  switch (outcome.result) {
    case 'done': {
      const { before: _, ...settled } = record;
      return { record: withDeployment(settled, outcome.deploymentId, outcome.taskDefinition), findings: [] };
    }
    case 'retry':
      return { record, findings: [failed(record.service, outcome, 'It is tried again at the next look.')] };
    case 'refused':
      return {
        record: undone(record),
        findings: [failed(record.service, outcome, 'It is decided afresh at the next look.')],
      };
    default:
      return outcome satisfies never;
  }
}

/** The record with the deployment known that carries what was written. */
export function withDeployment(
  record: ServiceRecord,
  deploymentId: string | undefined,
  taskDefinition: string | undefined,
): ServiceRecord {
  const { written } = record;
  if (written === undefined) return record;
  return {
    ...record,
    written: {
      ...written,
      ...(deploymentId === undefined ? {} : { deploymentId }),
      ...(taskDefinition === undefined ? {} : { taskDefinition }),
    },
  };
}

/** The record as if its open intention had never been. */
export function undone(record: ServiceRecord): ServiceRecord {
  const { before, original: _original, written: _written, ...rest } = record;
  return before === undefined ? record : { ...rest, ...before };
}

/** The journal's finding for an AWS error. */
function failed(
  subject: string,
  {
    call,
    error,
  }: { readonly call: string; readonly error: { readonly code: string; readonly sentence: string } },
  next: string,
): Finding {
  return {
    reason: REASONS[error.code] ?? 'action-refused',
    outcome: 'failed',
    sentence: `${subject}: ${call} failed. ${error.sentence} ${next}`,
  };
}

const REASONS: Readonly<Record<string, FailoverReason>> = {
  'aws-throttled': 'throttled',
  'aws-access-denied': 'access-denied',
};

/**
 * The breaker after its action was carried out, or was not. Pure. A probe that RunTask refuses has ended, for want of
 * capacity or because it cannot be run: the next look draws the cool-off.
 */
export function settlePool(
  pool: PoolRecord,
  outcome: ActionOutcome,
): { readonly record: PoolRecord; readonly findings: readonly Finding[] } {
  const { stopping, ...stopped } = pool;
  switch (outcome.result) {
    case 'done':
      return stopping
        ? { record: stopped, findings: [probeStopped(pool.id, stopping.task)] }
        : { record: withProbe(pool, taskOf(outcome.task)), findings: [] };
    case 'retry':
      return { record: pool, findings: [failed(pool.id, outcome, 'It is tried again at the next look.')] };
    case 'refused': {
      if (stopping) {
        const next = `Stop task ${stopping.task} yourself if it runs still.`;
        return { record: stopped, findings: [failed(pool.id, outcome, next)] };
      }
      const refusal = { capacity: outcome.capacity === true, why: outcome.error.sentence };
      const next = 'The next probe comes after another cool-off.';
      return {
        record: withProbe(pool, { refusal }),
        findings: refusal.capacity ? [] : [failed(pool.id, outcome, next)],
      };
    }
    default:
      return outcome satisfies never;
  }
}

const probeStopped = (pool: string, task: string): Finding => ({
  reason: 'probe-stopped',
  outcome: 'acted',
  sentence: `${pool}: the task of the probe, ${task}, is stopped; it is not needed any more.`,
});

const taskOf = (task: string | undefined) => (task === undefined ? {} : { task });

function withProbe(pool: PoolRecord, known: Pick<HalfOpen, 'task' | 'refusal'>): PoolRecord {
  const { state } = pool;
  return state.name === 'half-open' ? { ...pool, state: { ...state, ...known } } : pool;
}

type HalfOpen = Extract<PoolState, { readonly name: 'half-open' }>;
