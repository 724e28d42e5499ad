import { type EpochMs, SECOND, utc } from '../clock.ts';
import { failureReason as commonReason } from '../journal/findings.ts';
import type { ActionOutcome } from './act.ts';
import type { Finding } from './decision.ts';
import { byWhom } from './intake.ts';
import type { DrainingReason } from './reasons.ts';
import type { DrainReason, DrainRecord, HookAction } from './record.ts';
import { openHooks } from './timing.ts';

/**
 * The record after its actions. Pure. `before` is the record as it was decided on, `next` as the decision left it:
 * where an action did not come about, the phase does not advance, so that the next look decides afresh.
 */
export function settleOutcomes(
  before: DrainRecord,
  next: DrainRecord,
  outcomes: readonly ActionOutcome[],
  now: EpochMs,
): { record: DrainRecord; findings: Finding[] } {
  const settled = outcomes.reduce((record, outcome) => apply(record, outcome, now), next);
  const stuck = outcomes.some(({ result }) => result === 'retry' || result === 'refused');
  const findings = outcomes.flatMap((outcome) => describe(next, outcome));
  const hooksLeft = settled.phase === 'closed' && openHooks(settled).length > 0;
  if (!stuck && !hooksLeft) return { record: settled, findings };
  const { closedAs: _, ...open } = settled;
  // A drain that was asked for and has not begun is still `requested`; one that has begun goes on draining.
  return { record: { ...open, phase: phaseAfter(before, settled) }, findings };
}

/** Where a record stands when not everything came about. */
function phaseAfter(before: DrainRecord, settled: DrainRecord): DrainRecord['phase'] {
  // That every task has stopped stays true, whatever became of the hook: leaving completes it, and says no more.
  const empty = settled.phase === 'leaving' && settled.remaining?.length === 0;
  if (empty || settled.phase === 'draining') return settled.phase;
  return before.phase === 'closed' ? 'requested' : before.phase;
}

function apply(record: DrainRecord, outcome: ActionOutcome, now: EpochMs): DrainRecord {
  const { action, result } = outcome;
  const over = result === 'done' || result === 'already' || result === 'gone';
  if (!over) {
    // Not stopped after all: the next look may ask again.
    return action.kind === 'stop-task'
      ? { ...record, stopRequested: record.stopRequested.filter((task) => task !== action.task) }
      : record;
  }
  switch (action.kind) {
    case 'begin-drain':
      if (result === 'gone') return { ...record, unlisted: true };
      return {
        ...record,
        phase: 'draining',
        drainingSince: now,
        expectedTasks: outcome.tasks ?? record.expectedTasks ?? 0,
        lastProgressAt: now,
      };
    case 'heartbeat':
      return withHook(record, action.hook, (hook) =>
        result === 'done' ? { ...hook, lastHeartbeatAt: now } : { ...hook, state: 'expired' },
      );
    case 'complete':
      return withHook(record, action.hook, (hook) => ({
        ...hook,
        state: result === 'done' ? 'completed' : 'expired',
      }));
    case 'reactivate':
    case 'stop-task':
    case 'deregister':
      return record;
    default:
      return action satisfies never;
  }
}

function withHook(
  record: DrainRecord,
  which: HookAction,
  change: (hook: HookAction) => HookAction,
): DrainRecord {
  const same = (hook: HookAction) =>
    hook.group === which.group &&
    hook.hook === which.hook &&
    hook.token === which.token &&
    hook.openedAt === which.openedAt;
  return { ...record, hooks: record.hooks.map((hook) => (same(hook) ? change(hook) : hook)) };
}

/** The journal's reason for an AWS error, by its code in lib/aws/explain.ts. */
export function failureReason(code: string): DrainingReason {
  return code === 'aws-cluster-not-found' ? 'cluster-not-found' : commonReason(code);
}

function describe(record: DrainRecord, { action, result, tasks, error, call }: ActionOutcome): Finding[] {
  const id = record.instanceId;
  if (error) {
    return [
      {
        reason: failureReason(error.code),
        outcome: 'failed',
        sentence: `${call} for ${id}: ${error.sentence}`,
      },
    ];
  }
  switch (action.kind) {
    case 'begin-drain':
      return result === 'gone'
        ? [
            {
              reason: 'instance-gone',
              outcome: 'done',
              sentence: `${id} left cluster ${record.cluster} before it could be drained.`,
            },
          ]
        : [
            {
              reason: 'drain-begun',
              outcome: 'acted',
              sentence: begun(record, tasks ?? 0),
              facts: { tasks: tasks ?? 0 },
            },
          ];
    case 'reactivate':
      return [
        {
          reason: 'reactivated',
          outcome: 'acted',
          sentence: `The reason to drain ${id} was withdrawn${byWhom(record)}; it is ACTIVE again.`,
        },
      ];
    case 'complete': {
      const { group, hook } = action.hook;
      return result === 'done'
        ? [
            {
              reason: 'hook-completed',
              outcome: 'acted',
              sentence: `Lifecycle hook ${hook} of group ${group} completed for ${id} with ${action.result}.`,
            },
          ]
        : [
            {
              reason: 'hook-already-over',
              outcome: 'done',
              sentence: `Lifecycle hook ${hook} of group ${group} had ended for ${id} before; nothing is left to complete.`,
            },
          ];
    }
    case 'heartbeat': {
      const { group, hook, heartbeatTimeoutMs } = action.hook;
      return result === 'done'
        ? [
            {
              reason: 'heartbeat-sent',
              outcome: 'acted',
              sentence: `Hook ${hook} of group ${group} extended by ${(heartbeatTimeoutMs ?? 0) / SECOND} s for ${id}.`,
            },
          ]
        : [
            {
              reason: 'hook-already-over',
              outcome: 'done',
              sentence: `Lifecycle hook ${hook} of group ${group} had ended for ${id}; no more heartbeats are sent.`,
            },
          ];
    }
    case 'stop-task':
    case 'deregister':
      return [];
    default:
      return action satisfies never;
  }
}

const REASONS_IN_WORDS: Readonly<Record<DrainReason['kind'], string>> = {
  hook: 'a scale-in (lifecycle hook)',
  'spot-interruption': 'a Spot interruption',
  rebalance: 'a rebalance recommendation',
  'direct-termination': 'a direct termination',
  maintenance: 'scheduled maintenance',
  order: 'an order',
  ghost: 'a host that has ended',
};

function begun(record: DrainRecord, tasks: number): string {
  const why = record.reasons
    .map((reason) => `${REASONS_IN_WORDS[reason.kind]}${reason.kind === 'order' ? ` of ${reason.by}` : ''}`)
    .join(' and ');
  const deadline = record.deadline === undefined ? '' : `, deadline ${utc(record.deadline)}`;
  return `${record.instanceId} is DRAINING for ${why}, with ${tasks} task(s) to leave${deadline}.`;
}
