import { join } from 'node:path';
import { HOUR, MINUTE, SECOND } from '../lib/clock.ts';
import { deployStevedore } from '../simulator/deployment.ts';
import { createWorld } from '../simulator/world.ts';
import type { Figure } from './figure.ts';

const INSTANCES = 1_000;
const TASKS = 10_000;
const SERVICES = 200;
/** The policy bench.yml gives a drain six hours; Auto Scaling would wait for a hook of 15 minutes for 25. */
const HOOK_TIMEOUT = 15 * MINUTE;

/**
 * A thousand instances leave at once, with ten thousand tasks, under the API token buckets that AWS publishes: is
 * every hook completed before its deadline, is any call given up, and how fast is that played?
 */
export async function measureBurst(onProgress: (done: number, of: number) => void): Promise<Figure[]> {
  const world = createWorld({ seed: 11, recording: 'counts', throttling: true });
  world.addCluster('bench');
  const group = world.addGroup({
    name: 'bench-ecs',
    cluster: 'bench',
    instances: 2 * INSTANCES,
    max: 3 * INSTANCES,
    hooks: [{ name: 'stevedore-drain', heartbeatTimeoutMs: HOOK_TIMEOUT, defaultResult: 'ABANDON' }],
  });
  for (let index = 0; index < SERVICES; index++) {
    world.ecs.addService({
      cluster: 'bench',
      name: `service-${index}`,
      desired: (2 * TASKS) / SERVICES,
      cpu: 64,
      memory: 128,
      // The defaults of ECS for a service and of a target group for its deregistration delay.
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      deregistrationDelayMs: 300 * SECOND,
      // ECS waits so long before it counts a task without health check as healthy (API reference, minimumHealthyPercent).
      healthDelayMs: 40 * SECOND,
      startMs: [15 * SECOND, 45 * SECOND],
    });
  }
  const { journal, store } = deployStevedore(world, join(import.meta.dirname, 'bench.yml'));
  const start = world.now() + 5 * SECOND;
  world.at(start, () => world.autoScaling.setDesired(group, INSTANCES));
  const began = performance.now();
  const limit = start + 2 * HOUR;
  let left = false;
  while (!left && world.now() < limit) {
    await world.runFor(20 * SECOND);
    left = group.members.size === INSTANCES && (await store.open('draining#bench')).length === 0;
    onProgress(2 * INSTANCES - group.members.size, INSTANCES);
  }
  const realSeconds = (performance.now() - began) / SECOND;
  const virtualSeconds = (world.now() - start) / SECOND;
  const completed = journal.filter(({ reason }) => reason === 'hook-completed').length;
  const late = journal.filter(
    ({ reason }) => reason.startsWith('deadline-') || reason === 'hook-already-over',
  ).length;
  const givenUp = journal.filter(({ reason }) => reason === 'throttled').length;
  const { stats } = world.lambda;
  const invocations = stats.get('drain');
  const calls = world.recording.countOf();
  const rejected = [...world.throttle.rejected.values()].reduce((sum, count) => sum + count, 0);
  return [
    {
      name: 'hooks completed of 1,000',
      value: completed,
      unit: 'hooks',
      atLeast: INSTANCES,
      note: `the last ${virtualSeconds.toFixed(0)} s after the scale-in`,
    },
    { name: 'hooks that ended at a deadline or by themselves', value: late, unit: 'hooks', atMost: 0 },
    {
      name: 'calls given up after all retries',
      value: givenUp,
      unit: 'calls',
      atMost: 0,
      note: `${rejected} of ${calls} calls were throttled at first`,
    },
    {
      name: 'failed invocations',
      value: (invocations?.errors ?? 0) + (invocations?.timeouts ?? 0),
      unit: 'invocations',
      atMost: 0,
      note: `of ${invocations?.invocations}`,
    },
    { name: 'calls per drained instance in the burst', value: calls / INSTANCES, unit: 'calls', atMost: 10 },
    {
      name: 'simulated time / real time',
      value: virtualSeconds / realSeconds,
      unit: 'ratio',
      atLeast: 100,
      note: `${virtualSeconds.toFixed(0)} s in ${realSeconds.toFixed(1)} s`,
    },
  ];
}
