import { describe, expect, test } from 'vitest';
import { FAULTS_MS } from '../../simulator/chaos/faults.ts';
import type { Observed, Oracle } from '../../simulator/chaos/oracle.ts';
import { planWorld } from '../../simulator/chaos/plan.ts';
import { planPolicy } from '../../simulator/chaos/policy.ts';
import { failureText, figures, replayCommand } from '../../simulator/chaos/report.ts';
import { CALM_MS, runChaos } from '../../simulator/chaos/run.ts';
import { planFaults } from '../../simulator/chaos/schedule.ts';
import { shrink } from '../../simulator/chaos/shrink.ts';

const START = Date.UTC(2026, 10, 21, 14);
const SEEDS = Array.from({ length: 300 }, (_, seed) => seed + 1);

/** Fails at the first step at which `seen` is true. */
const never = (name: string, seen: (observed: Observed) => boolean): Oracle => ({
  name,
  promise: `${name} is never so.`,
  watch: (observed) => ({
    step: () =>
      seen(observed) ? [{ oracle: name, at: observed.world.now(), sentence: `${name} was seen` }] : [],
    end: () => [],
  }),
});

describe('the plan of a seed', () => {
  test('has a policy that the loader accepts, whatever the seed', () => {
    for (const seed of SEEDS) expect(() => planPolicy(planWorld(seed), seed, START)).not.toThrow();
  });

  test('has every capability in some seed, each in both modes, and each left out somewhere', () => {
    const policies = SEEDS.map((seed) => planPolicy(planWorld(seed), seed, START));
    for (const name of ['draining', 'scaling', 'failover', 'retagging', 'capacity'] as const) {
      const modes = new Set(policies.map((policy) => policy[name]?.mode));
      expect(modes).toEqual(new Set(['act', 'observe', undefined]));
    }
  });

  test('has every kind of fault in some seed, and all of them in time', () => {
    const faults = SEEDS.flatMap((seed) => planFaults(seed));
    expect(new Set(faults.map(({ what }) => what.kind)).size).toBe(50);
    for (const { afterMs } of faults) expect(afterMs).toBeLessThan(FAULTS_MS);
  });
});

describe('a run', () => {
  test.each([2, 6])(
    'of seed %i is the same twice, and another without its faults',
    async (seed) => {
      const first = await runChaos({ seed, oracles: [] });
      const second = await runChaos({ seed, oracles: [] });
      const calm = await runChaos({ seed, oracles: [], only: [] });
      expect(second.hash).toBe(first.hash);
      expect(calm.hash).not.toBe(first.hash);
      expect(first.violations).toEqual([]);
    },
    60_000,
  );

  test('ends at the first violation and says when it was', async () => {
    const soon = never('ten minutes', ({ world }) => world.now() >= START + 600_000);
    const run = await runChaos({ seed: 6, oracles: [soon] });
    expect(run.violations.map(({ oracle }) => oracle)).toEqual(['ten minutes']);
    expect(run.simulatedMs).toBeGreaterThanOrEqual(600_000);
    expect(run.simulatedMs).toBeLessThan(660_000);
  }, 60_000);

  test('asks each oracle once more at the end, when all faults are over', async () => {
    let endedAt = 0;
    const last: Oracle = {
      name: 'last',
      promise: 'It is over.',
      watch: ({ world, faultsEndAt }) => ({
        step: () => [],
        end: () => {
          endedAt = world.now() - faultsEndAt;
          return [{ oracle: 'last', at: world.now(), sentence: 'it is over' }];
        },
      }),
    };
    const run = await runChaos({ seed: 6, oracles: [last] });
    expect(endedAt).toBe(CALM_MS);
    expect(run.violations).toHaveLength(1);
  }, 60_000);
});

describe('a failure', () => {
  /** A seed whose schedule orders a drain, and that order as the bus saw it. */
  const seed = SEEDS.find((one) => planFaults(one).some(({ what }) => what.kind === 'order-drain')) ?? 0;
  const ordered = never('a drain order', ({ world }) =>
    world.recording.events.some(({ event }) => event['detail-type'] === 'Stevedore Drain Order'),
  );

  test('is shrunk to the faults that it takes, and its command replays it', async () => {
    const run = await runChaos({ seed, oracles: [ordered] });
    const small = await shrink(run, [ordered], 60);
    expect(small.faults.map(({ what }) => what.kind)).toEqual(['order-drain']);

    const [{ id } = { id: -1 }] = small.faults;
    expect(replayCommand(small)).toBe(`npm run chaos -- --seed ${seed} --only ${id}`);
    const again = await runChaos({ seed, oracles: [ordered], only: [id] });
    expect(again.hash).toBe(small.hash);
    expect(again.violations).toEqual(small.violations);
  }, 120_000);

  test('is not shrunk beyond the budget', async () => {
    const run = await runChaos({ seed, oracles: [ordered] });
    expect(await shrink(run, [ordered], 0)).toBe(run);
  }, 60_000);

  test('that needs no fault is shrunk to none', async () => {
    const always = never('a world', () => true);
    const small = await shrink(await runChaos({ seed, oracles: [always] }), [always], 60);
    expect(small.faults).toEqual([]);
    expect(replayCommand(small)).toBe(`npm run chaos -- --seed ${seed} --only none`);
  }, 60_000);

  test('is told with its seed, oracle, sentence, timeline and replay', async () => {
    const run = await runChaos({ seed, oracles: [ordered] });
    const text = failureText(run, run.faults.length);
    expect(text).toContain(`Seed ${seed}: a drain order`);
    expect(text).toContain('a drain order was seen');
    expect(text).toMatch(/#\d+ order-drain host=\d+ verb=(drain|release)/);
    expect(text).toContain(replayCommand(run));
  }, 60_000);
});

test('the figures are seeds a minute and simulated hours a second', () => {
  const totals = { seeds: 30, failed: 1, simulatedMs: 30 * 3_600_000, realMs: 60_000 };
  expect(figures(totals)).toEqual({ seeds: 30, failed: 1, seedsPerMinute: 30, simulatedHoursPerSecond: 0.5 });
});
