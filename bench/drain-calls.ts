import { join } from 'node:path';
import { HOUR, MINUTE, SECOND } from '../lib/clock.ts';
import { deployStevedore } from '../simulator/deployment.ts';
import type { CallRecord } from '../simulator/recording.ts';
import { createWorld } from '../simulator/world.ts';
import type { Figure } from './figure.ts';

const CASES = [
  { tasks: 1, delayMs: 5 * SECOND },
  { tasks: 10, delayMs: 20 * SECOND },
  { tasks: 100, delayMs: 20 * SECOND },
  { tasks: 1, delayMs: 5 * MINUTE },
  { tasks: 100, delayMs: 5 * MINUTE },
  { tasks: 10, delayMs: 60 * MINUTE },
] as const;

/**
 * ECS, EC2 and Auto Scaling calls for one drained instance, from the lifecycle event to the completed action, with
 * cold caches. Heartbeats are left out, since they grow with the time by definition, and so is the sweep, which is
 * made per cluster and minute whether anything drains or not.
 */
export async function measureDrainCalls(onProgress: (done: number, of: number) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { tasks, delayMs } of CASES) {
    onProgress(figures.length, CASES.length);
    const { calls, seconds, sweeps, minutes } = await drainOne(tasks, delayMs);
    figures.push({
      name: `calls for an instance of ${tasks} task(s) that takes ${seconds} s`,
      value: calls.length,
      unit: 'calls',
      atMost: 10,
      note: `${tally(calls)}; sweep of the cluster: ${(sweeps / minutes).toFixed(1)} a minute`,
    });
  }
  return figures;
}

async function drainOne(tasks: number, delayMs: number) {
  const world = createWorld({ seed: 5 });
  world.addCluster('bench');
  const group = world.addGroup({
    name: 'bench-ecs',
    cluster: 'bench',
    instances: 2,
    min: 1,
    cpu: 128 * 1024,
    memory: 512 * 1024,
    capacityProvider: 'bench-provider',
    hooks: [{ name: 'stevedore-drain', heartbeatTimeoutMs: HOUR }],
  });
  const [leaving] = [...group.members.keys()];
  world.ecs.addService({
    cluster: 'bench',
    name: 'web',
    desired: 2 * tasks,
    cpu: 64,
    memory: 64,
    deregistrationDelayMs: delayMs,
  });
  deployStevedore(world, join(import.meta.dirname, 'bench.yml'));
  const start = world.now() + 5 * SECOND;
  world.at(start, () => world.autoScaling.setDesired(group, 1));
  const left = await world.run({
    until: () => completed(world.recording.calls) !== undefined,
    limit: start + 4 * HOUR,
  });
  if (!left) throw new Error(`The drain of ${leaving} did not end within four hours.`);
  const end = completed(world.recording.calls)?.at ?? start;
  const calls = world.recording.calls.filter(({ invocation }) => invocation !== undefined);
  const listing = new Set(
    calls.filter(({ operation }) => operation === 'ListTasks').map(({ invocation }) => invocation),
  );
  // The sweep describes what is left on all instances together; a drain describes what it has listed.
  const isSweep = (call: CallRecord) =>
    isOfCluster(call) || (call.operation === 'DescribeTasks' && !listing.has(call.invocation));
  const own = calls.filter((call) => !isSweep(call) && call.operation !== 'RecordLifecycleActionHeartbeat');
  const sweeps = calls.filter(isSweep).length;
  return {
    calls: own,
    sweeps,
    minutes: Math.max(1, (end - start) / MINUTE),
    seconds: Math.round((end - start) / SECOND),
  };
}

const completed = (calls: readonly CallRecord[]) =>
  calls.find(({ operation, error }) => operation === 'CompleteLifecycleAction' && error === undefined);

function isOfCluster({ operation, input }: CallRecord): boolean {
  const { filter = '' } = input as { filter?: string };
  return operation === 'DescribeAutoScalingGroups' || /agentConnected/.test(filter);
}

function tally(calls: readonly CallRecord[]): string {
  return [...Map.groupBy(calls, ({ operation }) => operation)]
    .map(([operation, all]) => (all.length > 1 ? `${operation} x${all.length}` : operation))
    .join(', ');
}
