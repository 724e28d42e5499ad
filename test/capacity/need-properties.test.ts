import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planNeed } from '../../lib/capacity/need/need.ts';
import type { NeedPlan } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ClusterView, GroupView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import { groupName } from '../../lib/ids.ts';
import type { Constraint, Strategy } from '../../lib/placement/model.ts';
import {
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aType,
  aView,
  aWorkload,
  HOSTS,
  NOW,
  someNeeds,
  ZONES,
} from './views.ts';

const CAPACITY = 2_048;

const scalingOut = (maximumStep: number, reserve = 0): ClusterPolicy =>
  aPolicy({
    scaleOut: { afterMs: 0, maximumStep, launchTimeoutMs: MINUTE },
    reserve: { cpu: reserve, memory: 0, percent: 0 },
  });

/** Tasks of these CPU units, no two of a service, on instances of one type. */
const binpacking = (sizes: readonly number[]) =>
  sizes.map((cpu, at) => ({
    workload: aWorkload(`s${at}`, {
      needs: someNeeds({ cpu, memory: 1 }),
      strategies: [{ type: 'binpack', field: 'cpu' }],
    }),
    count: 1,
    since: NOW - MINUTE,
  }));

const countOf = ({ launches }: NeedPlan) => launches.reduce((sum, { count }) => sum + count, 0);

/** The fewest bins, by trying everything: for a handful of tasks. */
function fewest(sizes: readonly number[]): number {
  let best = sizes.length;
  const put = (at: number, free: readonly number[]) => {
    if (free.length >= best) return;
    const size = sizes[at];
    if (size === undefined) {
      best = free.length;
      return;
    }
    free.forEach((room, bin) => {
      if (room >= size) put(at + 1, free.with(bin, room - size));
    });
    put(at + 1, [...free, CAPACITY - size]);
  };
  put(0, []);
  return best;
}

/** The view in which Auto Scaling has begun what the plan says. */
function launched(view: ClusterView, { launches }: NeedPlan): ClusterView {
  const groups = view.groups.map((group): GroupView => {
    const launch = launches.find((one) => one.group === group.name);
    if (launch === undefined) return group;
    const launching = new Map(group.launching);
    for (const [zone, count] of launch.byZone) launching.set(zone, (launching.get(zone) ?? 0) + count);
    return { ...group, desired: launch.desired, launching };
  });
  return { ...view, groups };
}

const strategies: fc.Arbitrary<readonly Strategy[]> = fc.constantFrom<readonly Strategy[]>(
  [],
  [{ type: 'random' }],
  [{ type: 'binpack', field: 'memory' }],
  [
    { type: 'spread', field: 'attribute:ecs.availability-zone' },
    { type: 'spread', field: 'instanceId' },
  ],
);
const constraints: fc.Arbitrary<readonly Constraint[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  fc.constant<Constraint[]>([{ type: 'distinctInstance' }]),
  fc.constantFrom(...ZONES).map((value): Constraint[] => [
    {
      type: 'memberOf',
      expression: {
        kind: 'equality',
        subject: { kind: 'attribute', name: 'ecs.availability-zone' },
        operator: '==',
        value,
      },
    },
  ]),
);
const needs = fc
  .record({
    cpu: fc.integer({ min: 1, max: 2_300 }),
    memory: fc.integer({ min: 1, max: 8_000 }),
    port: fc.nat(9),
  })
  .map(({ cpu, memory, port }) => someNeeds({ cpu, memory, tcp: port < 2 ? [8_080 + port] : [] }));

const SMALL = groupName('small');

/** Clusters of two groups, with tasks, daemons and instances on the way. */
const views: fc.Arbitrary<ClusterView> = fc
  .record({
    workloads: fc.array(
      fc.record({ needs, strategies, constraints, count: fc.integer({ min: 1, max: 4 }) }),
      {
        maxLength: 6,
      },
    ),
    running: fc.array(fc.record({ host: fc.nat(3), cpu: fc.integer({ min: 1, max: 900 }) }), {
      maxLength: 6,
    }),
    hosts: fc.array(fc.constantFrom(...ZONES), { maxLength: 4 }),
    launching: fc.array(fc.constantFrom(...ZONES), { maxLength: 3 }),
    extra: fc.nat(2),
    max: fc.integer({ min: 0, max: 12 }),
    daemon: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  })
  .map(({ workloads, running, hosts, launching, extra, max, daemon }) => {
    const onTheWay = new Map<string, number>();
    for (const zone of launching) onTheWay.set(zone, (onTheWay.get(zone) ?? 0) + 1);
    const desired = hosts.length + launching.length + extra;
    const small = aType('c7i.large', {
      price: 0.09,
      registered: { cpu: 2_048, memory: 3_700, gpu: 0, enis: 2 },
    });
    return aView({
      hosts: hosts.map((zone, at) => aHost(`i-${at}`, { zone })),
      tasks: running.map(({ host, cpu }, at) =>
        aTask(`t-${at}`, `i-${host}`, aWorkload('old', { needs: someNeeds({ cpu }) })),
      ),
      pending: workloads.map(({ count, ...workload }, at) => ({
        workload: aWorkload(`s${at}`, workload),
        count,
        since: NOW - MINUTE,
      })),
      groups: [
        aGroup({ desired, max: Math.max(desired, max), launching: onTheWay }),
        aGroup({ name: SMALL, desired: 0, max: 3, types: [small] }),
      ],
      daemons: daemon === undefined ? [] : [aWorkload('agent', { needs: someNeeds({ cpu: daemon }) })],
    });
  });

const steps = fc.integer({ min: 0, max: 8 });
const reserves = fc.constantFrom(0, 0, 1_000, 5_000);

describe('a plan for waiting tasks', () => {
  it('launches exactly what tasks of one size need', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: CAPACITY }), fc.nat(40), (cpu, count) => {
        const workload = aWorkload('web', { needs: someNeeds({ cpu, memory: 1 }) });
        const pending = [{ workload, count, since: NOW - MINUTE }];
        const plan = planNeed(aView({ pending, groups: [aGroup({ desired: 0 })] }), scalingOut(100), NOW);
        expect(countOf(plan)).toBe(Math.ceil(count / Math.floor(CAPACITY / cpu)));
      }),
    );
  });

  it('launches as many as the best packing of a few sizes needs, or one more', () => {
    let exact = 0;
    let all = 0;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 200, max: CAPACITY }), { maxLength: 7 }), (sizes) => {
        const view = aView({ pending: binpacking(sizes), groups: [aGroup({ desired: 0 })] });
        const more = countOf(planNeed(view, scalingOut(100), NOW)) - fewest(sizes);
        expect([0, 1]).toContain(more);
        all += 1;
        if (more === 0) exact += 1;
      }),
    );
    expect(exact / all).toBeGreaterThan(0.95);
  });

  it('stays within 11/9 of the fewest and one (best fit decreasing, Johnson 1973)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: CAPACITY }), { maxLength: 40 }), (sizes) => {
        const view = aView({ pending: binpacking(sizes), groups: [aGroup({ desired: 0 })] });
        const large = sizes.filter((size) => size > CAPACITY / 2).length;
        const least = Math.max(large, Math.ceil(sizes.reduce((a, b) => a + b, 0) / CAPACITY));
        const count = countOf(planNeed(view, scalingOut(100), NOW));
        expect(count).toBeGreaterThanOrEqual(least);
        // What is left free on all instances but one is less than the smallest task that came last: at most half.
        expect(count).toBeLessThanOrEqual(Math.max(large, 2 * least) + 1);
        if (sizes.every((size) => size <= CAPACITY / 4)) {
          expect(count).toBeLessThanOrEqual((11 / 9) * least + 1);
        }
      }),
    );
  });

  it('never exceeds a maximum or the largest step, and never lowers a desired count', () => {
    fc.assert(
      fc.property(views, steps, reserves, (view, step, reserve) => {
        const plan = planNeed(view, scalingOut(step, reserve), NOW);
        expect(countOf(plan)).toBeLessThanOrEqual(step);
        for (const { group, desired, count, byZone } of plan.launches) {
          const before = view.groups.find(({ name }) => name === group);
          expect(desired).toBe((before?.desired ?? 0) + count);
          expect(desired).toBeLessThanOrEqual(before?.max ?? 0);
          expect([...byZone.values()].reduce((a, b) => a + b)).toBe(count);
        }
      }),
    );
  });

  it('accounts for each task: expected, launched for, unplaceable, or held with a finding', () => {
    fc.assert(
      fc.property(views, steps, (view, step) => {
        const { launches, expected, unplaceable, findings } = planNeed(view, scalingOut(step), NOW);
        const waiting = view.pending.reduce((sum, { count }) => sum + count, 0);
        const known = [...unplaceable.map(({ count }) => count), ...launches.map(({ forTasks }) => forTasks)];
        const held = waiting - known.reduce((a, b) => a + b, expected);
        expect(held).toBeGreaterThanOrEqual(0);
        expect(held > 0).toBe(findings.length > 0);
      }),
    );
  });

  it('is empty once its instances are on their way', () => {
    fc.assert(
      fc.property(views, reserves, (view, reserve) => {
        const policy = scalingOut(100, reserve);
        const first = planNeed(view, policy, NOW);
        const second = planNeed(launched(view, first), policy, NOW);
        expect(second.launches).toEqual([]);
        const forTasks = first.launches.reduce((sum, one) => sum + one.forTasks, 0);
        expect(second.expected).toBe(first.expected + forTasks);
        // Nor while nothing but the desired count shows of them.
        const groups = view.groups.map((group) => {
          const launch = first.launches.find((one) => one.group === group.name);
          return launch === undefined ? group : { ...group, desired: launch.desired };
        });
        expect(planNeed({ ...view, groups }, policy, NOW).launches).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('has none where nothing waits and the reserve is kept', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(planNeed({ ...view, pending: [] }, scalingOut(100), NOW).launches).toEqual([]);
      }),
    );
  });

  it('suffices: by trying everything, the tasks it launches for fit on what it launches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 200, max: CAPACITY }), { maxLength: 7 }),
        steps,
        (sizes, step) => {
          const view = aView({ pending: binpacking(sizes), groups: [aGroup({ desired: 0 })] });
          const [launch] = planNeed(view, scalingOut(step), NOW).launches;
          const smallest = sizes.toSorted((a, b) => a - b).slice(0, launch?.forTasks ?? 0);
          expect(fewest(smallest)).toBeLessThanOrEqual(launch?.count ?? 0);
          expect(launch?.group ?? HOSTS).toBe(HOSTS);
        },
      ),
    );
  });
});
