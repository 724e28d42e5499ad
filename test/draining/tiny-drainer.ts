import { MINUTE, SECOND } from '../../lib/clock.ts';
import { decide } from '../../lib/draining/decide.ts';
import { newRecord, takeIn } from '../../lib/draining/intake.ts';
import { isWorthWorking, nextLookAt, whatToLookAt } from '../../lib/draining/look.ts';
import type { Heard, Notice } from '../../lib/draining/notice.ts';
import { settleOutcomes } from '../../lib/draining/outcome.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { TICK } from '../../lib/draining/timing.ts';
import { cluster, ec2State, heard, id, sweptHook } from './builders.ts';
import type { TinyWorld } from './tiny-world.ts';

/** The steps of a pass over one record, without store, leases and AWS. */
export function createTinyDrainer(world: TinyWorld, policy: ClusterPolicy, crashes: readonly boolean[]) {
  const crashing = [...crashes];
  let record: DrainRecord | undefined;
  let inbox: Heard[] = [];
  let dueAt = Number.POSITIVE_INFINITY;

  function work(now: number): void {
    if (!record) return;
    const taken = takeIn(record, inbox, policy);
    inbox = [];
    const snapshot = world.read(whatToLookAt(taken, policy, now), now);
    const { actions, next } = decide(taken, snapshot, policy, now, true);
    const { closedAs: _, ...open } = next;
    const outcomes = actions.map((action) => world.act(action, now));
    const hasCrashed = actions.length > 0 && (crashing.shift() ?? false);
    // After a crash there is the intention, which was committed before anything was done, and nothing of what came of it.
    record = hasCrashed ? { ...open, phase: taken.phase } : settleOutcomes(taken, next, outcomes, now).record;
    const isUnsettled = hasCrashed || outcomes.some(({ result }) => result === 'retry');
    dueAt = isUnsettled ? now + TICK : nextLookAt(record, policy, now);
  }

  function hear(notice: Notice, now: number): void {
    if (!record) {
      if (notice.kind === 'task-stopped' || notice.kind === 'unlisted') return;
      record = newRecord(id, cluster, now);
    }
    inbox = [...inbox, ...heard(notice)];
    if (isWorthWorking(record, inbox, policy)) work(now);
  }

  /** What the sweep finds where events are lost: the hook every minute, the rest every five. */
  function sweep(now: number): void {
    const knowsHook = [...(record?.hooks ?? [])].length > 0;
    if (world.hookIsOpen(now) && !knowsHook) hear(sweptHook(now), now);
    if (now % (5 * MINUTE) >= MINUTE) return;
    if (record?.phase === 'draining') {
      const known = record.remaining ?? [];
      const ended = world.stoppedOf(now).filter(({ task }) => known.some((one) => one.task === task));
      for (const { task } of ended) hear({ kind: 'task-stopped', task, at: now }, now);
    }
    if (world.isListed() && world.hasEnded(now) && record?.phase !== 'leaving') {
      hear(ec2State('terminated', now), now);
    }
  }

  return {
    hear,
    tick(now: number): void {
      sweep(now);
      if (dueAt <= now) work(now);
    },
    record: () => record,
  };
}

/** Steps of virtual time, fine enough for a Spot notice of two minutes. */
export const STEP = 5 * SECOND;
