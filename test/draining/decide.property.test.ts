import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from '../../lib/draining/decide.ts';
import type { Action } from '../../lib/draining/decision.ts';
import {
  ghostDueAt,
  graceEndsAt,
  isHostOver,
  nextLookAt,
  standaloneStopAt,
  whatToLookAt,
} from '../../lib/draining/look.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { actBy, openHooks, spotStopAt, TICK } from '../../lib/draining/timing.ts';
import { moments, policies, records, snapshots } from './arbitraries.ts';

interface Case {
  readonly record: DrainRecord;
  readonly snapshot: Snapshot;
  readonly policy: ClusterPolicy;
  readonly now: number;
  readonly actions: readonly Action[];
}

/** Checks `holds` for decisions on any record and any snapshot. */
function always(holds: (decided: Case) => void): void {
  fc.assert(
    fc.property(
      records,
      snapshots,
      policies,
      moments,
      fc.boolean(),
      (record, snapshot, policy, now, room) => {
        const { actions } = decide(record, snapshot, policy, now, room);
        holds({ record, snapshot, policy, now, actions });
      },
    ),
    { numRuns: 5_000 },
  );
}

const some = (actions: readonly Action[], kind: Action['kind']) =>
  actions.some((action) => action.kind === kind);

it('edge 1: no hook is completed before the deadline while a listed task is not STOPPED', () => {
  always(({ record, snapshot, policy, now, actions }) => {
    const isOver = snapshot.instance === 'gone' || snapshot.standDown || isHostOver(snapshot.ec2);
    const runs = snapshot.tasks?.some(({ lastStatus }) => lastStatus !== 'STOPPED');
    const isEarly = (actBy(record, policy) ?? now) > now && graceEndsAt(record, policy) > now;
    if (record.phase === 'draining' && runs && isEarly && !isOver) {
      expect(some(actions, 'complete')).toBe(false);
    }
  });
});

it('edge 24: nothing is deregistered but what EC2 says now it has ended, after the grace, with no hook open', () => {
  always(({ record, snapshot, policy, now, actions }) => {
    if (!some(actions, 'deregister')) return;
    expect(['stopped', 'terminated', 'not-found']).toContain(snapshot.ec2);
    expect(openHooks(record)).toEqual([]);
    const isNews = snapshot.ec2 !== record.ec2?.state;
    const isSameEnd = snapshot.ec2 === 'not-found' && record.ec2?.state === 'terminated';
    const known = { state: snapshot.ec2 ?? 'running', since: now };
    const seen = isNews && !isSameEnd ? { ...record, ec2: known } : record;
    expect(ghostDueAt(seen, policy)).toBeLessThanOrEqual(now);
  });
});

it('edge 39: nothing is set ACTIVE again while a hook is open, or a reason is left, or the drain is not ours', () => {
  always(({ record, actions }) => {
    if (!some(actions, 'reactivate')) return;
    expect(openHooks(record)).toEqual([]);
    expect(record.reasons).toEqual([]);
    expect(record.drainRequestedAt).toBeDefined();
  });
});

it('edge 5: a hook gets either its end or a heartbeat, and only while it is open', () => {
  always(({ record, actions }) => {
    const about = actions.flatMap((action) => ('hook' in action ? [action.hook.token] : []));
    const open = openHooks(record).map(({ token }) => token);
    expect(new Set(about).size).toBe(about.length);
    expect(open).toEqual(expect.arrayContaining(about));
  });
});

it('edge 12: a record that is not closed is always looked at again, and not at once unless something is due', () => {
  fc.assert(
    fc.property(records, policies, moments, (record, policy, now) => {
      const next = nextLookAt(record, policy, now);
      expect(next).toBeLessThan(Number.POSITIVE_INFINITY);
      if (next > now) return;
      const { hooks, instance, tasks, ec2 } = whatToLookAt(record, policy, now);
      const { actions } = decide(record, {}, policy, now);
      const soon = [spotStopAt(record, policy), standaloneStopAt(record, policy)].some(
        (moment) => moment !== undefined && moment <= now + TICK,
      );
      const isDue = instance || tasks || ec2 || hooks.length > 0 || actions.length > 0 || soon;
      expect(isDue).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
