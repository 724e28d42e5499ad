import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Notice, OrderVerb } from '../../lib/failover/notice.ts';
import type { FailoverPolicy } from '../../lib/failover/policy.ts';
import type { Strategy } from '../../lib/failover/record.ts';
import { aPolicy, aService, item, probingByShare, START } from './situations.ts';
import { createTinyEcs, type TinyServicePlan } from './tiny-ecs.ts';
import { createTinyFailover, type Mishap, STEP } from './tiny-failover.ts';

const NAMES = ['service/prod/api', 'service/prod/web'];
/** After the last disturbance: longer than any cool-off, and than a UTC day's budget. */
const QUIET_HOURS = 40;

const originals: fc.Arbitrary<Strategy> = fc.constantFrom(
  [item('FARGATE_SPOT', 1)],
  [item('FARGATE_SPOT', 3), item('FARGATE', 1, 2)],
  [item('FARGATE', 1, 1), item('FARGATE_SPOT', 4)],
  [item('FARGATE', 1), item('FARGATE_SPOT', 0, 3)],
);
const plans: fc.Arbitrary<TinyServicePlan> = fc.record({
  original: originals,
  desired: fc.constantFrom(1, 2, 10, 40),
  rollsBackAfterMinutes: fc.option(fc.integer({ min: 5, max: 40 })),
});
const policies: fc.Arbitrary<FailoverPolicy> = fc
  .record({
    graceMs: fc.constantFrom(0, 3 * MINUTE),
    onDemandShare: fc.constantFrom(50, 100),
    most: fc.integer({ min: 1, max: 5 }),
    taskHoursPerDay: fc.option(fc.constantFrom(5, 50)),
    steps: fc.constantFrom([100], [25, 50, 100], [50, 100]),
    byShare: fc.boolean(),
    tasksPerMinute: fc.constantFrom(5, 1_000),
  })
  .map(({ most, byShare, tasksPerMinute, ...service }) => {
    const base = byShare ? probingByShare() : aPolicy();
    const flaps = { most, windowMs: 24 * HOUR };
    return {
      ...base,
      limits: { ...base.limits, tasksPerMinute },
      services: NAMES.map((id) => aService({ id, flaps, ...service })),
    };
  });
/** What a part of the walk is like, and how long it is. */
interface Stretch {
  readonly hasSpot: boolean;
  readonly minutes: number;
  readonly mishap: Mishap;
  /** What EventBridge does with the events meanwhile. */
  readonly delivery: 'once' | 'twice' | 'never' | 'reversed';
  readonly order: OrderVerb | null;
  readonly scale: number | null;
}
const stretches: fc.Arbitrary<readonly Stretch[]> = fc.array(
  fc.record({
    hasSpot: fc.boolean(),
    minutes: fc.integer({ min: 1, max: 90 }),
    mishap: fc.constantFrom<Mishap>('none', 'none', 'none', 'throttled', 'refused', 'lost', 'unanswered'),
    delivery: fc.constantFrom('once', 'twice', 'never', 'reversed'),
    order: fc.option(fc.constantFrom('fail-over', 'fail-back', 'reset'), { freq: 4 }),
    scale: fc.option(fc.constantFrom(0, 1, 7), { freq: 6 }),
  }),
  { minLength: 1, maxLength: 8 },
);

interface Walk {
  readonly policy: FailoverPolicy;
  readonly services: readonly TinyServicePlan[];
  readonly path: readonly Stretch[];
}
const walks: fc.Arbitrary<Walk> = fc.record({
  policy: policies,
  services: fc.array(plans, { minLength: 2, maxLength: 2 }),
  path: stretches,
});

function delivered(notices: readonly Notice[], how: Stretch['delivery']): readonly Notice[] {
  switch (how) {
    case 'twice':
      return [...notices, ...notices];
    case 'never':
      return [];
    case 'reversed':
      return notices.toReversed();
    case 'once':
      return notices;
    default:
      return how satisfies never;
  }
}

/** Walks the path, then a long quiet time with capacity; `check` is called after every minute. */
function walk({ policy, services, path }: Walk, check: (world: Stage) => void): Stage {
  const worlds = new Map(
    NAMES.flatMap((name, index) => {
      const plan = services[index];
      return plan ? [[name, createTinyEcs(name, plan, START)] as const] : [];
    }),
  );
  const failover = createTinyFailover(policy, worlds, () => 0.5);
  const stage = { worlds, failover, services };
  let [now, had] = [START, true];
  const minute = (hasSpot: boolean, delivery: Stretch['delivery'], mishaps: () => Mishap) => {
    now += STEP;
    for (const [name, world] of worlds) {
      failover.tell(name, delivered(world.pass(now, hasSpot, had && !hasSpot), delivery));
    }
    had = hasSpot;
    failover.pass(now, hasSpot, mishaps);
    check(stage);
  };
  for (const { hasSpot, minutes, mishap, delivery, order, scale } of path) {
    if (scale !== null) for (const world of worlds.values()) world.scale(scale);
    if (order) {
      for (const name of NAMES) failover.tell(name, [{ kind: 'order', verb: order, by: 'ada', at: now }]);
    }
    // Only the first call of each stretch goes wrong.
    let left = 1;
    for (let count = 0; count < minutes; count += 1) {
      minute(hasSpot, delivery, () => (left-- > 0 ? mishap : 'none'));
    }
  }
  let settledFor = 0;
  for (let count = 0; count < (QUIET_HOURS * HOUR) / STEP && settledFor < 120; count += 1) {
    settledFor = isSettled(stage) ? settledFor + 1 : 0;
    // What is latched, or was taken back too often, stays so until a person says otherwise.
    if (count === 60 || count === 30 * 60) {
      for (const name of NAMES) failover.tell(name, [{ kind: 'order', verb: 'reset', by: 'ada', at: now }]);
    }
    minute(true, 'once', () => 'none');
  }
  return stage;
}

/** Nothing is under way, so that two hours more without anything happening show as much as a day. */
const isSettled = ({ failover }: Stage) =>
  NAMES.every((name) => failover.record(name).phase.name === 'closed') &&
  (failover.pool()?.state.name ?? 'closed') === 'closed';

interface Stage {
  readonly worlds: ReadonlyMap<string, ReturnType<typeof createTinyEcs>>;
  readonly failover: ReturnType<typeof createTinyFailover>;
  readonly services: readonly TinyServicePlan[];
}

it('the original strategy is never lost, whatever happens to Spot, events and calls', () => {
  fc.assert(
    fc.property(walks, (some) => {
      walk(some, ({ worlds, failover, services }) => {
        NAMES.forEach((name, index) => {
          const original = services[index]?.original;
          const kept = failover.record(name).original?.strategy ?? worlds.get(name)?.strategy();
          // `expect` at every minute of every walk would take most of the time.
          if (!isDeepStrictEqual(kept, original)) expect(kept).toEqual(original);
        });
      });
    }),
    { numRuns: 100 },
  );
});

it('once there is capacity for long, every service is closed with its original strategy', () => {
  fc.assert(
    fc.property(walks, (some) => {
      const { worlds, failover, services } = walk(some, () => undefined);
      NAMES.forEach((name, index) => {
        const { phase, original, before } = failover.record(name);
        expect({ phase, original, before }).toEqual({ phase: { name: 'closed' } });
        expect(worlds.get(name)?.strategy()).toEqual(services[index]?.original);
      });
      expect(failover.pool()?.state.name ?? 'closed').toBe('closed');
      expect(failover.runsProbe()).toBe(false);
    }),
    { numRuns: 150 },
  );
});

it('there is at most one probe in a cool-off, unless somebody resets it', () => {
  fc.assert(
    fc.property(walks, (some) => {
      const path = some.path.map((one) => ({ ...one, order: null }));
      const { failover } = walk({ ...some, path }, () => undefined);
      const { coolOffMs, jitter } = some.policy.breaker;
      const until = START + path.reduce((sum, { minutes }) => sum + minutes, 0) * MINUTE;
      const probes = failover.probes().filter((at) => at <= until);
      probes.slice(1).forEach((at, index) => {
        expect(at - (probes[index] ?? 0)).toBeGreaterThanOrEqual(coolOffMs * (1 - jitter));
      });
    }),
    { numRuns: 100 },
  );
});
