import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/capacity/decide.ts';
import { type CapacityRecord, newCapacityRecord } from '../../lib/capacity/record.ts';
import type { Leaving } from '../../lib/capacity/state.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import {
  aConsolidation,
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aView,
  aWorkload,
  HOSTS,
  NOW,
  someNeeds,
} from './views.ts';

const record = (changes: Partial<CapacityRecord> = {}): CapacityRecord => ({
  ...newCapacityRecord('prod'),
  ...changes,
});
const scaleOut = { afterMs: 0, maximumStep: 20, launchTimeoutMs: 10 * MINUTE };
const both = aPolicy({ scaleOut });
const web = aWorkload('web');
const low = () => 0;

const leaving = (changes: Partial<Leaving> = {}): Leaving => ({
  phase: 'ordered',
  reason: 'underused',
  group: HOSTS,
  since: NOW - 2 * MINUTE,
  sentence: 'i-1 can go (underused).',
  ...changes,
});

/** Two instances with a task each, of which either would do. */
const half = (changes: Partial<ClusterView> = {}): ClusterView =>
  aView({
    hosts: [aHost('i-1'), aHost('i-2')],
    tasks: [aTask('t-1', 'i-1', web), aTask('t-2', 'i-2', web)],
    ...changes,
  });

describe('a look at a cluster', () => {
  it('orders the drain of an instance whose tasks fit elsewhere, and follows it from then on', () => {
    const { actions, findings, next } = decide(record(), half(), both, NOW, low);

    expect(actions).toMatchObject([{ kind: 'order-drain', by: 'capacity: underused' }]);
    expect(findings[0]).toMatchObject({ reason: 'drain-ordered', outcome: 'acted' });
    expect(findings[0]?.sentence).toMatch(/with 1 tasks to move: service:web to i-\d/);
    expect(Object.values(next.leaving)).toMatchObject([{ phase: 'ordered', group: HOSTS, since: NOW }]);
  });

  it('scaling edge 24: lets go one at a time what fits only on another, also from one look to the next', () => {
    const first = decide(record(), half(), both, NOW, low);
    const second = decide(first.next, half(), both, NOW + MINUTE, low);

    expect(first.actions).toHaveLength(1);
    expect(second.actions).toEqual([]);
  });

  it('lets nothing go in the place of one that it takes back in the same look', () => {
    const before = record({ leaving: { 'i-1': leaving({ since: NOW - HOUR }) } });

    const { actions, next } = decide(before, half(), both, NOW, low);

    expect(actions).toMatchObject([{ kind: 'order-release', host: 'i-1' }]);
    expect(next.leaving).toEqual({});
  });

  it('raises a group by what waiting tasks need', () => {
    const view = aView({ pending: [{ workload: web, count: 9, since: NOW - HOUR }] });

    const { actions, findings } = decide(record(), view, both, NOW, low);

    expect(actions).toEqual([{ kind: 'set-desired', group: HOSTS, desired: 2 }]);
    expect(findings).toMatchObject([{ reason: 'launched-for-need', facts: { group: HOSTS, count: 2 } }]);
  });

  it('lets nothing go while it launches: what could go stays a candidate', () => {
    const other = aGroup({ name: HOSTS, provider: 'a' });
    const waits = aWorkload('far', { providers: ['b'] });
    const second = aGroup({ name: 'others' as typeof HOSTS, provider: 'b', desired: 0 });
    const view = half({
      groups: [{ ...other, desired: 2 }, second],
      pending: [{ workload: waits, count: 1, since: NOW - HOUR }],
    });

    const { actions, findings, next } = decide(record(), view, both, NOW, low);

    expect(actions).toEqual([{ kind: 'set-desired', group: 'others', desired: 1 }]);
    expect(findings.map(({ reason }) => reason)).toContain('tasks-pending');
    expect(Object.keys(next.candidates)).toHaveLength(1);
  });

  it('counts on an instance that is taken back, and launches none in its place', () => {
    const view = aView({
      hosts: [aHost('i-1', { status: 'DRAINING' })],
      pending: [{ workload: web, count: 1, since: NOW - HOUR }],
    });

    const { actions } = decide(record({ leaving: { 'i-1': leaving() } }), view, both, NOW, low);

    expect(actions).toMatchObject([{ kind: 'order-release', host: 'i-1', by: 'capacity: wanted-again' }]);
  });

  it('does not count on an instance that was told to drain and is still ACTIVE', () => {
    const elsewhere = aGroup({ name: 'others' as typeof HOSTS, provider: 'b', desired: 0 });
    const forOthers = aWorkload('far', { providers: ['b'] });
    // i-1 has come under provider b by hand, and its group has none: nothing says that it is wanted again.
    const view = aView({
      hosts: [aHost('i-1', { provider: 'b' })],
      groups: [aGroup({ desired: 1, provider: 'a' }), elsewhere],
      pending: [{ workload: forOthers, count: 1, since: NOW - HOUR }],
    });

    const standing = decide(record(), view, both, NOW, low);
    const going = decide(record({ leaving: { 'i-1': leaving() } }), view, both, NOW, low);

    expect(standing.need?.launches).toEqual([]);
    expect(going.need?.launches).toMatchObject([{ group: 'others', count: 1 }]);
  });

  it('asks what still fits without the room of those on their way out', () => {
    const full = someNeeds({ cpu: 2_048, memory: 512 });
    const large = aWorkload('large', { needs: full });
    // i-1 drains to i-3 by an earlier order; i-2 waits for its replacement, which would take one of the two.
    const hosts = [
      aHost('i-1'),
      aHost('i-2'),
      aHost('i-3', { launchedAt: NOW - MINUTE, registeredAt: NOW - MINUTE }),
    ];
    const view = aView({
      hosts,
      tasks: [aTask('t-1', 'i-1', large), aTask('t-2', 'i-2', large)],
      groups: [aGroup({ desired: 3 })],
    });
    const replacement = { hosts: ['i-2'], desired: 3, orderedAt: NOW - 2 * MINUTE };
    const of = record({
      leaving: { 'i-1': leaving(), 'i-2': leaving({ phase: 'launching', replacement }) },
    });

    const { findings } = decide(of, view, both, NOW, low);

    expect(findings).toContainEqual(expect.objectContaining({ host: 'i-2', reason: 'no-longer-fits' }));
  });

  it('takes what it terminates off the count that it ordered for a replacement', () => {
    const replacement = { hosts: ['i-2'], desired: 4, orderedAt: NOW - MINUTE };
    const view = aView({
      hosts: [aHost('i-1', { status: 'DRAINING' }), aHost('i-2'), aHost('i-3')],
      groups: [aGroup({ desired: 4 })],
    });
    const of = record({
      leaving: { 'i-1': leaving(), 'i-2': leaving({ phase: 'launching', replacement }) },
    });

    const { actions, next } = decide(of, view, aPolicy(), NOW, low);

    expect(actions).toContainEqual({ kind: 'terminate', host: 'i-1', group: HOSTS });
    expect(next.leaving['i-2']?.replacement?.desired).toBe(3);
  });

  it('says once for each reason why instances stay, with examples', () => {
    const hosts = Array.from({ length: 8 }, (_, n) => aHost(`i-${n}`, { launchedAt: NOW }));
    const policy = aPolicy({ consolidation: aConsolidation({ minimumAgeMs: HOUR }) });

    const { findings } = decide(record(), aView({ hosts }), policy, NOW, low);

    expect(findings).toMatchObject([{ reason: 'too-young', outcome: 'held' }]);
    expect(findings[0]?.sentence).toMatch(/^8 instances stay\. i-0: .* And 3 more\.$/);
  });
});

const hostIds = ['i-0', 'i-1', 'i-2', 'i-3', 'i-4'];

/** Clusters of up to five instances with tasks, waiting ones, and instances on their way out in any phase. */
const situations = fc
  .record({
    hosts: fc.array(
      fc.record({
        status: fc.constantFrom('ACTIVE', 'ACTIVE', 'DRAINING'),
        lifecycleState: fc.constantFrom('InService', 'InService', 'Terminating:Wait'),
        minutes: fc.integer({ min: 0, max: 120 }),
      }),
      { maxLength: hostIds.length },
    ),
    tasks: fc.array(
      fc.record({ host: fc.nat(4), cpu: fc.constantFrom(128, 512, 1_024), daemon: fc.boolean() }),
      {
        maxLength: 12,
      },
    ),
    pending: fc.nat(6),
    min: fc.nat(3),
    leaving: fc.dictionary(
      fc.constantFrom(...hostIds),
      fc.record({
        phase: fc.constantFrom('launching', 'ordered', 'terminating'),
        minutes: fc.integer({ min: 0, max: 90 }),
      }),
    ),
    replace: fc.boolean(),
  })
  .map(({ hosts, tasks, pending, min, leaving: on, replace }) => {
    const views = hosts.map(({ status, lifecycleState, minutes }, n) =>
      aHost(`i-${n}`, {
        status: status as 'ACTIVE' | 'DRAINING',
        lifecycleState,
        launchedAt: NOW - minutes * MINUTE,
      }),
    );
    const view = aView({
      hosts: views,
      tasks: tasks.flatMap(({ host, cpu, daemon }, n) => {
        const workload = aWorkload(daemon ? 'agent' : `web-${cpu}`, { needs: someNeeds({ cpu }) });
        const kind = daemon ? 'daemon' : 'service';
        return host < views.length ? [aTask(`t-${n}`, `i-${host}`, workload, { kind })] : [];
      }),
      pending: pending === 0 ? [] : [{ workload: web, count: pending, since: NOW - HOUR }],
      groups: [aGroup({ desired: views.length, min: Math.min(min, views.length) })],
    });
    const of = Object.entries(on).map(([host, { phase, minutes }]): [string, Leaving] => {
      const since = NOW - minutes * MINUTE;
      const replacement = { hosts: [host], desired: views.length, orderedAt: since };
      return [
        host,
        leaving({ phase: phase as Leaving['phase'], since, ...(phase === 'launching' && { replacement }) }),
      ];
    });
    const policy = aPolicy({ scaleOut, consolidation: aConsolidation({ replace }) });
    return { view, policy, before: record({ leaving: Object.fromEntries(of) }) };
  });

describe('whatever the cluster', () => {
  it('every instance on its way out is followed further, or ends with a finding that says why', () => {
    fc.assert(
      fc.property(situations, ({ view, policy, before }) => {
        const { findings, next } = decide(before, view, policy, NOW, low);

        for (const host of Object.keys(before.leaving)) {
          const own = findings.filter((finding) => finding.host === host);
          expect(own.length).toBeGreaterThan(0);
          expect(own.every(({ sentence }) => sentence.length > 0)).toBe(true);
        }
        // And nothing is followed that was not, without being told to.
        for (const host of Object.keys(next.leaving)) {
          expect(findings.some((finding) => finding.host === host)).toBe(true);
        }
      }),
    );
  });

  it('nothing is both launched for need and let go in one look, and a group has one count', () => {
    fc.assert(
      fc.property(situations, ({ view, policy, before }) => {
        const { actions, findings } = decide(before, view, policy, NOW, low);

        const launched = findings.some(({ reason }) => reason === 'launched-for-need');
        const begun = actions.filter(
          (action) => action.kind === 'order-drain' && before.leaving[action.host] === undefined,
        );
        expect(launched && begun.length > 0).toBe(false);
        const counts = actions.filter(({ kind }) => kind === 'set-desired');
        expect(counts.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('an instance has at most one action, and only DRAINING ones of the group are terminated, none below the minimum', () => {
    fc.assert(
      fc.property(situations, ({ view, policy, before }) => {
        const { actions } = decide(before, view, policy, NOW, low);

        const hosts = actions.flatMap((action) => ('host' in action ? action.host : []));
        expect(new Set(hosts).size).toBe(hosts.length);
        const ended = actions.flatMap((action) => (action.kind === 'terminate' ? action.host : []));
        for (const id of ended) {
          const host = view.hosts.find((one) => one.id === id);
          expect(host).toMatchObject({ status: 'DRAINING', lifecycleState: 'InService', group: HOSTS });
          const left = view.tasks.filter((task) => task.host === id && task.kind !== 'daemon');
          // Of one that was to be terminated already there is nothing left to wait for.
          if (before.leaving[id]?.phase === 'ordered') expect(left).toEqual([]);
        }
        const [group] = view.groups;
        if (ended.length > 0) {
          expect((group?.desired ?? 0) - ended.length).toBeGreaterThanOrEqual(group?.min ?? 0);
        }
      }),
    );
  });

  it('the same record and view give the same decision', () => {
    fc.assert(
      fc.property(situations, ({ view, policy, before }) => {
        expect(decide(before, view, policy, NOW, low)).toEqual(decide(before, view, policy, NOW, low));
      }),
    );
  });

  it('when its actions were recorded and not carried out, the next look still ends what was begun', () => {
    fc.assert(
      fc.property(situations, ({ view, policy, before }) => {
        const first = decide(before, view, policy, NOW, low);
        const late = decide(first.next, view, policy, NOW + 24 * HOUR, low);

        // What nothing came of in a day is taken back, ended, or terminated once more.
        for (const [host, { phase }] of Object.entries(late.next.leaving)) {
          const was = first.next.leaving[host];
          const isBegunAnew = late.actions.some((action) => 'host' in action && action.host === host);
          const isGoing = view.hosts.find(({ id }) => id === host)?.lifecycleState !== 'InService';
          const isLaunching = phase === 'launching' && was === undefined;
          expect(isBegunAnew || isGoing || isLaunching || phase === 'terminating').toBe(true);
        }
      }),
    );
  });
});
