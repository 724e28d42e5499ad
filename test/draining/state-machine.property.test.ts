import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Notice } from '../../lib/draining/notice.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import { SPOT_NOTICE, TICK } from '../../lib/draining/timing.ts';
import { aPolicy, order, rebalance, START } from './builders.ts';
import { createTinyDrainer, STEP } from './tiny-drainer.ts';
import { createTinyWorld, type WorldPlan } from './tiny-world.ts';

const minutes = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * MINUTE);
const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * SECOND);
const moment = seconds(0, 1_800).map((after) => START + after);

const worlds: fc.Arbitrary<WorldPlan> = fc
  .record({
    tasks: fc.array(
      fc.record({
        movesAfterMs: fc.option(seconds(0, 1_200), { freq: 4 }),
        stopTakesMs: seconds(1, 600),
      }),
      { maxLength: 4 },
    ),
    hookAt: fc.option(moment, { freq: 5 }),
    hookTimeoutMs: minutes(5, 20),
    spotAt: fc.option(moment),
    forgetsAfterMs: fc.option(minutes(0, 25)),
    throttled: fc.array(fc.boolean(), { maxLength: 4 }),
  })
  .filter(({ hookAt, spotAt }) => hookAt !== null || spotAt !== null);

const policies: fc.Arbitrary<ClusterPolicy> = fc
  .record({
    deadlineMs: minutes(2, 40),
    atDeadline: fc.constantFrom('continue', 'abandon', 'stop-tasks'),
    stopGraceMs: minutes(0, 5),
    settleMs: seconds(0, 30),
    spotStopLeadMs: fc.option(seconds(20, 100)),
  })
  .map((changes) =>
    aPolicy({ ...changes, ghosts: { terminatedAfterMs: 20 * MINUTE, stoppedAfterMs: null } }),
  );

/** How late each event arrives, for each delivery: none when it is lost, two when it is duplicated. */
const deliveries = fc.array(fc.array(fc.oneof(seconds(0, 10), seconds(0, 1_800)), { maxLength: 2 }), {
  minLength: 1,
  maxLength: 8,
});

/** What people and EC2's advice add meanwhile; often an order that is taken back before the hook comes. */
const meddling: fc.Arbitrary<Notice[]> = fc.oneof(
  fc.array(
    fc
      .tuple(fc.constantFrom('drain', 'release', 'rebalance'), moment)
      .map(([what, at]): Notice => (what === 'rebalance' ? rebalance(at) : order(what, at))),
    { maxLength: 3 },
  ),
  fc.constant<Notice[]>([order('drain', START), order('release', START + 30 * SECOND)]),
);

interface Run {
  readonly plan: WorldPlan;
  readonly policy: ClusterPolicy;
  readonly lateness: readonly (readonly number[])[];
  readonly meddles: readonly Notice[];
  readonly crashes: readonly boolean[];
}

/** Sees how things stand when the hook is over: whether tasks run, and since when the drain has been open. */
type Check = (now: number, runs: boolean, openSince: number) => void;

/** Plays four hours and returns how it ended. */
function play({ plan, policy, lateness, meddles, crashes }: Run, check: Check) {
  const world = createTinyWorld(plan);
  const drainer = createTinyDrainer(world, policy, crashes);
  let events = 0;
  let openSince = START;
  let underway = meddles.map((notice) => ({ notice, due: notice.at }));
  for (let now = START; now <= START + 4 * HOUR; now += STEP) {
    if ((drainer.record()?.phase ?? 'closed') === 'closed') openSince = now;
    const wasOpen = world.hookIsOpen(now);
    for (const notice of world.pass(now)) {
      const late = lateness[events++ % lateness.length] ?? [];
      underway = [...underway, ...late.map((ms) => ({ notice, due: now + ms }))];
    }
    for (const { notice } of underway.filter(({ due }) => due <= now)) drainer.hear(notice, now);
    underway = underway.filter(({ due }) => due > now);
    if (now % TICK === 0) drainer.tick(now);
    if (wasOpen && !world.hookIsOpen(now)) check(now, world.runsStill(now), openSince);
  }
  return { world, record: drainer.record() };
}

it('every drain ends, and no hook before the tasks have stopped, the deadline has passed or the host is gone', () => {
  fc.assert(
    fc.property(
      fc.record({
        plan: worlds,
        policy: policies,
        lateness: deliveries,
        meddles: meddling,
        crashes: fc.array(fc.boolean(), { maxLength: 4 }),
      }),
      (run) => {
        const { plan, policy } = run;
        const { world, record } = play(run, (now, runs, openSince) => {
          // An order that came before the hook, and still stands, has set an earlier deadline.
          const deadline = Math.min(plan.hookAt ?? now, openSince) + policy.deadlineMs;
          const reclaim = plan.spotAt === null ? Number.POSITIVE_INFINITY : plan.spotAt + SPOT_NOTICE;
          if (runs) expect(now).toBeGreaterThanOrEqual(Math.min(deadline, reclaim));
        });
        if (plan.hookAt !== null) {
          expect(world.hookEnd()?.by).toMatch(/CONTINUE|ABANDON/);
        }
        expect(world.isListed()).toBe(false);
        // Where every event was lost, ECS may have forgotten the instance before anybody knew of it.
        if (record) {
          expect(record.hooks.filter(({ state }) => state === 'open')).toEqual([]);
          expect(record.phase).toBe('closed');
        }
      },
    ),
    { numRuns: 150 },
  );
});
