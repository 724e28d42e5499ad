import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { outCooldown } from '../../lib/scaling/cooldown.ts';
import { decide } from '../../lib/scaling/decide.ts';
import type { MetricPolicy, StepPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import type { CapacityView, MetricView } from '../../lib/scaling/snapshot.ts';
import { areAccepted } from './accepted-steps.ts';
import {
  aRecord,
  aSnapshot,
  aTarget,
  backlog,
  capacity,
  free,
  group,
  inPolicy,
  later,
  outPolicy,
  START,
  service,
  step,
  tracking,
} from './situations.ts';

const RUNS = { numRuns: 2_000 };
const counts = fc.integer({ min: 0, max: 60 });
const adjustments = fc.constantFrom('ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity');

/** Steps without gap from the threshold outwards, the further the larger. */
const outSteps = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
    fc.array(counts, { minLength: 4, maxLength: 4 }),
  )
  .map(([bounds, sizes]) => {
    const edges = [0, ...bounds.toSorted((a, b) => a - b)];
    const sorted = sizes.toSorted((a, b) => a - b);
    return edges.map((lower, index) => ({
      lower,
      upper: edges[index + 1] ?? null,
      adjustment: sorted[index] ?? 0,
    }));
  });
const out: fc.Arbitrary<StepPolicy> = fc
  .record({ steps: outSteps, adjustment: adjustments, cooldownMs: fc.constantFrom(0, 3 * MINUTE) })
  .map(outPolicy);
const into: fc.Arbitrary<StepPolicy> = fc
  .record({ adjustment: adjustments, by: counts, cooldownMs: fc.constantFrom(0, 3 * MINUTE) })
  .map(({ adjustment, by, cooldownMs }) =>
    inPolicy({
      adjustment,
      cooldownMs,
      steps: [{ lower: null, upper: 0, adjustment: adjustment === 'ExactCapacity' ? by : -by }],
    }),
  );
const track = fc
  .record({ stabilisationMs: fc.constantFrom(0, 3 * MINUTE) })
  .map(({ stabilisationMs }) => tracking({ in: { ...free, stabilisationMs } }));
const someBacklog = fc.record({ zeroAfterMs: fc.constantFrom(null, 0, 3 * MINUTE) }).map(backlog);
const policySets: fc.Arbitrary<readonly MetricPolicy[]> = fc
  .tuple(out, into, track, someBacklog, fc.integer({ min: 1, max: 15 }))
  .map(([a, b, c, d, chosen]) => [a, b, c, d].filter((_, index) => (chosen >> index) % 2 === 1));

const targets: fc.Arbitrary<TargetPolicy> = fc
  .record({
    policies: policySets,
    min: fc.integer({ min: 0, max: 20 }),
    more: counts,
    holdFlapping: fc.boolean(),
  })
  .map(({ more, ...rest }) => aTarget({ ...rest, max: rest.min + more }));

const metrics: fc.Arbitrary<MetricView> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .integer({ min: 0, max: 300 })
      .map((value) => ({ kind: 'value' as const, value, at: START })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'no-data' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unreadable' as const, why: 'denied' }) },
);
const valueSets = fc.record(
  { 'cpu-high': metrics, 'cpu-low': metrics, load: metrics, jobs: metrics },
  { requiredKeys: [] },
);
const capacities: fc.Arbitrary<CapacityView> = fc
  .record({
    desired: counts,
    running: counts,
    deploying: fc.boolean(),
    warming: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ desired, ...rest }) => capacity(desired, rest));

it('a change ends within the bounds, wherever the count was before', () => {
  fc.assert(
    fc.property(targets, capacities, valueSets, fc.boolean(), (some, counted, values, isGroup) => {
      const policy = { ...some, target: isGroup ? group : service };
      const { desired } = decide(aRecord(), aSnapshot(policy, counted, values), policy, START);
      if (desired === undefined) return;
      expect(desired).toBeGreaterThanOrEqual(policy.min);
      expect(desired).toBeLessThanOrEqual(policy.max);
      expect(Number.isInteger(desired)).toBe(true);
      expect(desired).not.toBe(counted.desired);
    }),
    RUNS,
  );
});

it('a higher metric never leads to a smaller count', () => {
  const value = fc.integer({ min: 70, max: 300 });
  fc.assert(
    fc.property(out, capacities, value, value, (policy, counted, one, other) => {
      const target = aTarget({ policies: [policy] });
      const at = (metric: number) =>
        decide(aRecord(), aSnapshot(target, counted, { 'cpu-high': metric }), target, START).desired ??
        counted.desired;
      expect(at(Math.max(one, other))).toBeGreaterThanOrEqual(at(Math.min(one, other)));
    }),
    RUNS,
  );
});

it('a higher metric never leads to a smaller count with target tracking', () => {
  const value = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(counts, counts, value, value, (desired, running, one, other) => {
      const target = aTarget({ min: 0, policies: [tracking()] });
      const at = (load: number) =>
        decide(aRecord(), aSnapshot(target, capacity(desired, { running }), { load }), target, START)
          .desired ?? desired;
      expect(at(Math.max(one, other))).toBeGreaterThanOrEqual(at(Math.min(one, other)));
    }),
    RUNS,
  );
});

it('scaling edge 14: a decision that is repeated before or after it was applied sets the same count', () => {
  fc.assert(
    fc.property(targets, capacities, valueSets, fc.boolean(), (policy, counted, values, applied) => {
      const first = decide(aRecord(), aSnapshot(policy, counted, values), policy, START);
      if (first.desired === undefined) return;
      const now = applied ? { ...counted, desired: first.desired } : counted;
      const again = decide(first.next, aSnapshot(policy, now, values), policy, later(MINUTE));
      expect(again.desired).toBe(first.desired);
    }),
    RUNS,
  );
});

it('the largest count that any policy alone would lead to wins, outwards', () => {
  fc.assert(
    fc.property(targets, capacities, valueSets, (policy, counted, values) => {
      const alone = policy.policies.map((one) => {
        const only = { ...policy, policies: [one] };
        return decide(aRecord(), aSnapshot(only, counted, values), only, START).desired ?? counted.desired;
      });
      const together = decide(aRecord(), aSnapshot(policy, counted, values), policy, START).desired;
      const most = Math.max(...alone);
      if (most > counted.desired) expect(together).toBe(most);
      // Those that ask for nothing hold nobody back; of those that scale in the most that one leaves is left.
      const inwards = alone.filter((count) => count < counted.desired);
      if (most <= counted.desired)
        expect(together ?? counted.desired).toBeGreaterThanOrEqual(Math.max(0, ...inwards));
    }),
    RUNS,
  );
});

/** A day in the life of a target: every minute other metrics, each change applied, tasks starting at once. */
function live(
  policy: TargetPolicy,
  looks: readonly Record<string, MetricView>[],
  check: (day: { from: number; to: number; at: number; before: ReturnType<typeof aRecord> }) => void,
) {
  let record = aRecord();
  let desired = Math.min(Math.max(10, policy.min), policy.max);
  looks.forEach((values, index) => {
    const now = later(index * MINUTE);
    const dated = Object.fromEntries(
      Object.entries(values).map(([name, view]) => [
        name,
        view.kind === 'value' ? { ...view, at: now } : view,
      ]),
    );
    const stepped = step(record, aSnapshot(policy, capacity(desired), dated), policy, now);
    const to = stepped.decision.desired ?? desired;
    check({ from: desired, to, at: now, before: record });
    record = stepped.record;
    desired = to;
  });
  return record;
}
const days = fc.array(valueSets, { minLength: 5, maxLength: 40 });

it('nothing that was added is taken away again within its cooldown', () => {
  fc.assert(
    fc.property(targets, days, (policy, looks) => {
      live(policy, looks, ({ from, to, at, before }) => {
        if (outCooldown(before, at)) expect(to).toBeGreaterThanOrEqual(from);
      });
    }),
    { numRuns: 500 },
  );
});

it('no more than the limits are changed at once, and within any hour', () => {
  const limits = fc.record({
    perChange: fc.integer({ min: 1, max: 5 }).map((value) => ({ kind: 'count' as const, value })),
    perHour: fc.integer({ min: 1, max: 9 }).map((value) => ({ kind: 'count' as const, value })),
  });
  fc.assert(
    fc.property(targets, limits, days, (some, bounds, looks) => {
      const changes: { at: number; size: number }[] = [];
      live({ ...some, limits: bounds }, looks, ({ from, to, at }) => changes.push({ at, size: to - from }));
      for (const { at, size } of changes) {
        expect(Math.abs(size)).toBeLessThanOrEqual(bounds.perChange.value);
        const hour = changes.filter((one) => one.at <= at && one.at > at - HOUR);
        const added = hour.reduce((sum, one) => sum + Math.max(0, one.size), 0);
        const removed = hour.reduce((sum, one) => sum + Math.max(0, -one.size), 0);
        expect(Math.max(added, removed)).toBeLessThanOrEqual(bounds.perHour.value);
      }
    }),
    { numRuns: 500 },
  );
});

it('steps that follow one another without a gap are valid', () => {
  fc.assert(
    fc.property(outSteps, (steps) => {
      expect(areAccepted(steps)).toBe(true);
    }),
  );
});
