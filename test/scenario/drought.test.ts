import { beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { type DroughtResult, playDrought } from '../../simulator/scenarios/drought.ts';

// Two hours without Fargate Spot, for twelve services with three kinds of strategies. `npm run bench` plays six hours
// for two hundred.
const SPEC = { services: 12, tasksEach: 8, droughtMs: 2 * HOUR, afterMs: 90 * 60_000 };

describe('a drought of Fargate Spot', () => {
  let stevedore: DroughtResult;
  let none: DroughtResult;
  let naive: DroughtResult;

  beforeAll(async () => {
    stevedore = await playDrought(SPEC, 'stevedore');
    none = await playDrought(SPEC, 'none');
    naive = await playDrought(SPEC, 'naive');
  });

  it('takes most tasks away where nothing is done', () => {
    expect(none.duringDrought).toBeLessThan(0.5);
    expect(none.onDemandHours).toBe(0);
  });

  it('leaves services with at least 99 percent of their tasks once they have failed over', () => {
    expect(stevedore.afterFlip).toBeGreaterThanOrEqual(0.99);
    expect(stevedore.duringDrought).toBeGreaterThan(0.97);
  });

  it('is probed by one service for all, at most once in each cool-off', () => {
    expect(stevedore.probes).toBeGreaterThan(1);
    expect(stevedore.probes).toBeLessThanOrEqual(stevedore.coolOffs);
  });

  it('ends with every service back on its original strategy, task by task', () => {
    expect(stevedore.restored).toBe(SPEC.services);
  });

  it('costs within a tenth of the least on-demand capacity, and less than the naive way', () => {
    const ratio = stevedore.onDemandHours / (stevedore.leastHours ?? 0);

    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThanOrEqual(1.1);
    expect(stevedore.onDemandHours).toBeLessThan(naive.onDemandHours);
  });

  it('begins four deployments for a service, where the naive way begins new ones all the time', () => {
    expect(stevedore.deployments / SPEC.services).toBeLessThanOrEqual(6);
    expect(naive.deployments).toBeGreaterThan(20 * stevedore.deployments);
  });
});
