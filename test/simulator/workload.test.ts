import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { parseTrace, toLoad } from '../../simulator/backtest/trace.ts';
import { type Arrivals, diurnal, ramp, spike, steady, step, traced } from '../../simulator/load.ts';
import type { WorkloadSpec } from '../../simulator/workload.ts';
import { first, prodWorld } from './worlds.ts';

/** A service of two tasks, 10 a second each, under a load. */
function loaded(arrivals: Arrivals, more: Partial<WorkloadSpec> = {}) {
  const made = prodWorld();
  const { world } = made;
  const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 2 });
  const workload = world.startWorkload({ service, arrivals, perTask: 10, kind: 'web', ...more });
  const start = world.now();
  const read = (namespace: string, metric: string, dimensions: Record<string, string>, stat: string) => {
    const queries = [{ id: 'm', namespace, metric, dimensions, stat, periodSeconds: 60 }];
    return [
      ...(world.cloudWatch.metrics.query(queries, { from: start, to: world.now() }).get('m') ?? []),
    ].map(([at, value]) => [(at - start) / MINUTE, Math.round(value * 10) / 10]);
  };
  return {
    ...made,
    service,
    workload,
    cpu: () => read('AWS/ECS', 'CPUUtilization', { ClusterName: 'prod', ServiceName: 'web' }, 'Average'),
    elb: (metric: string) => read('AWS/ApplicationELB', metric, { TargetGroup: 'targetgroup/web' }, 'Sum'),
    sqs: (metric: string) => read('AWS/SQS', metric, { QueueName: 'jobs' }, 'Maximum'),
  };
}

describe('the load of a web service', () => {
  it('makes CPUUtilization of what its tasks can serve, a minute and a half late', async () => {
    const { world, cpu } = loaded(steady(12));
    await world.runFor(89 * SECOND);
    expect(cpu()).toEqual([]);
    await world.runFor(SECOND);
    expect(cpu()).toEqual([[0, 60]]);
  });

  it('does not say above 100 how much too much there is, unless it is told to', async () => {
    const real = loaded(steady(50));
    const frank = loaded(steady(50), { capped: false });
    await real.world.runFor(2 * MINUTE);
    await frank.world.runFor(2 * MINUTE);

    expect(first(real.cpu())).toEqual([0, 100]);
    expect(first(frank.cpu())).toEqual([0, 250]);
    expect(real.workload).toMatchObject({ arrived: 50 * 120, refused: 30 * 120 });
  });

  it('counts requests, in all and for each target', async () => {
    const { world, elb } = loaded(steady(12));
    await world.runFor(2 * MINUTE);
    expect([first(elb('RequestCount')), first(elb('RequestCountPerTarget'))]).toEqual([
      [0, 720],
      [0, 360],
    ]);
  });

  it('falls once new tasks serve, not before', async () => {
    const { world, service, cpu } = loaded(steady(18), { warmUpMs: 2 * MINUTE });
    world.ecs.setDesired(service, 4);
    await world.runFor(6 * MINUTE);
    expect(cpu().map(([, value]) => value)).toEqual([90, 90, expect.any(Number), 45, 45]);
  });

  it('has no CPUUtilization without a task', async () => {
    const { world, service, cpu, elb } = loaded(steady(18));
    await world.runFor(MINUTE);
    world.ecs.setDesired(service, 0);
    await world.runFor(5 * MINUTE);

    expect(cpu()).toEqual([[0, 90]]);
    expect(elb('RequestCount').map(([minute]) => minute)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the load of a queue worker', () => {
  it('waits when it is too much, and is worked off', async () => {
    const { world, workload, sqs, service } = loaded(
      (at) => steady(at < Date.UTC(2026, 10, 21, 14, 5) ? 30 : 0)(at),
      { kind: { queue: 'jobs' } },
    );
    await world.runFor(5 * MINUTE);
    expect(workload.waiting).toBe(10 * 5 * 60);
    expect(workload.oldestMs).toBeGreaterThan(MINUTE);
    world.ecs.setDesired(service, 6);
    await world.runFor(5 * MINUTE);

    expect(workload).toMatchObject({ waiting: 0, oldestMs: 0 });
    expect(sqs('ApproximateNumberOfMessagesVisible').slice(0, 3)).toEqual([
      [0, 600],
      [1, 1200],
      [2, 1800],
    ]);
    expect(sqs('ApproximateAgeOfOldestMessage').at(-1)).toEqual([8, 0]);
  });
});

describe('arrivals', () => {
  const at = Date.UTC(2026, 10, 21);

  it.each([
    ['step', step({ before: 1, after: 5, at }), [1, 5, 5]],
    ['spike', spike({ base: 1, peak: 9, at, forMs: HOUR }), [1, 9, 1]],
    ['ramp', ramp({ from: 2, to: 4, at: at - HOUR, forMs: 2 * HOUR }), [2, 3, 4]],
    ['traced', traced(toLoad(trace()), at), [0, 7, 8]],
  ])('%s, an hour before, then, and an hour later', (_, arrivals, expected) => {
    expect([at - HOUR, at, at + HOUR].map(arrivals)).toEqual(expected);
  });

  it('of a day are low by night and high by day, and the same each time', () => {
    const load = diurnal({ low: 10, high: 100, noise: 0.1, seed: 7 });
    expect(load(at + 2 * HOUR)).toBeLessThanOrEqual(11);
    expect(load(at + 14 * HOUR)).toBeGreaterThanOrEqual(90);
    expect(load(at + 5 * HOUR)).toBe(diurnal({ low: 10, high: 100, noise: 0.1, seed: 7 })(at + 5 * HOUR));
  });
});

function trace() {
  const parsed = parseTrace('timestamp,value\n2014-04-01 00:00:00,7\n2014-04-01 01:00:00,8\n', 'trace.csv');
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return parsed.trace;
}
