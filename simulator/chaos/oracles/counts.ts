import type { EpochMs } from '../../../lib/clock.ts';
import type { TargetFile } from '../../../lib/policy/scaling-schema.ts';
import type { World } from '../../world.ts';
import type { Observed } from '../oracle.ts';
import { capabilityOf, isOurs, memberOf, textOf } from './watching.ts';

/** A service or group of the policy's `scaling`, and its count in the world. */
export interface CountedTarget {
  readonly id: string;
  readonly file: TargetFile;
  /** How long a new instance counts for nothing; 0 for a service. */
  readonly warmupMs: number;
  /** Undefined while it does not exist. */
  readonly count: () => number | undefined;
  /** Instances that fill the count and serve nothing: they come on top of what steps say. */
  readonly idle: () => number;
}

export interface CountChange {
  readonly target: CountedTarget;
  readonly at: EpochMs;
  readonly from: number;
  readonly to: number;
  readonly ours: boolean;
}

export function countedTargets({ world, policy }: Observed): CountedTarget[] {
  const services = Object.entries(policy.scaling?.services ?? {}).map(([id, file]): CountedTarget => {
    const [cluster = '', name = ''] = id.split('/');
    const count = () => world.ecs.clusters.get(cluster)?.services.get(name)?.desired;
    return { id: `service/${id}`, file, warmupMs: 0, count, idle: () => 0 };
  });
  const groups = Object.entries(policy.scaling?.groups ?? {}).map(([name, file]): CountedTarget => {
    const count = () => world.autoScaling.groups.get(name)?.desired;
    return { id: `group/${name}`, file, warmupMs: file.warmup, count, idle: () => idleOf(world, name) };
  });
  return [...services, ...groups];
}

function idleOf(world: World, group: string): number {
  const members = [...(world.autoScaling.groups.get(group)?.members.keys() ?? [])];
  return members.filter((id) => {
    const instance = world.ecs.instances.find(id);
    return instance === undefined || instance.status !== 'ACTIVE' || !instance.agentConnected;
  }).length;
}

/**
 * Tells of every change of a target's count. A change is ours if one of our calls has just asked for that count, whatever
 * was answered. Returns what finds the changes by others; to be called at every step.
 */
export function watchCounts(observed: Observed, hear: (change: CountChange) => void): () => void {
  const { world } = observed;
  const targets = new Map(countedTargets(observed).map((target) => [target.id, target]));
  const known = new Map<string, number | undefined>();
  const look = (target: CountedTarget, ours: boolean) => {
    const from = known.get(target.id);
    const to = target.count();
    known.set(target.id, to);
    if (from !== undefined && to !== undefined && from !== to) {
      hear({ target, at: world.now(), from, to, ours });
    }
  };
  const lookAtAll = () => {
    for (const target of targets.values()) look(target, false);
  };
  lookAtAll();
  world.recording.callListeners.push((call) => {
    // Capacity counts instances by what tasks need: it knows no steps and no cooldowns.
    if (!isOurs(call) || capabilityOf(call) === 'capacity') return;
    const asked = askedFor(call.operation, call.input);
    const target = asked && targets.get(asked.id);
    if (target !== undefined) look(target, target.count() === asked?.count);
  });
  return lookAtAll;
}

function askedFor(operation: string, input: unknown): { id: string; count: number } | undefined {
  if (operation === 'UpdateService') {
    const [cluster, name] = [textOf(input, 'cluster'), textOf(input, 'service')].map(
      (text) => text.split('/').at(-1) ?? '',
    );
    return { id: `service/${cluster}/${name}`, count: Number(memberOf(input, 'desiredCount')) };
  }
  if (operation === 'SetDesiredCapacity') {
    const count = Number(memberOf(input, 'DesiredCapacity'));
    return { id: `group/${textOf(input, 'AutoScalingGroupName')}`, count };
  }
  return undefined;
}

type StepFile = NonNullable<TargetFile['policies'][string]['step']>;

/** The target's step policies, if it has no policies of other kinds: those have no cooldowns. */
export function onlySteps({ policies }: TargetFile): readonly StepFile[] | undefined {
  const steps = Object.values(policies).flatMap(({ step }) => step ?? []);
  return steps.length === Object.keys(policies).length ? steps : undefined;
}

/** What a schedule may set at its time, whatever cools down; a limit may let it go there in several changes. */
export function isByClock({ target, from, to }: CountChange): boolean {
  const counts = Object.values(target.file.schedules).flatMap(({ min, max, desired }) => [min, max, desired]);
  return counts.some((count) => count !== undefined && (from < to ? to <= count : to >= count));
}

/** How far the steps of a policy can reach from a count in a direction; the count itself if they have none. */
export function reachOf(step: StepFile, from: number, direction: 'out' | 'in'): number {
  const pick = direction === 'out' ? Math.max : Math.min;
  return pick(
    from,
    ...step.steps.map(({ by, set }) => set ?? stepped(from, by ?? 0, step.minMagnitude ?? 0)),
  );
}

function stepped(from: number, by: number | string, least: number): number {
  if (typeof by === 'number') return from + by;
  const share = (from * Number.parseInt(by, 10)) / 100;
  // At least one: a share of a small count is rounded to that (AWS user guide, step scaling).
  return from + Math.sign(share) * Math.max(1, least, Math.ceil(Math.abs(share)));
}

/** How long a change in a direction holds back the next one: the shortest that any of the policies says. */
export function cooldownOf(target: CountedTarget, direction: 'out' | 'in'): number {
  const from = Math.max(target.file.max, 2);
  const able = (onlySteps(target.file) ?? []).filter((step) => reachOf(step, from, direction) !== from);
  const shortest = able.length === 0 ? 0 : Math.min(...able.map(({ cooldown }) => cooldown));
  return direction === 'out' ? Math.max(shortest, target.warmupMs) : shortest;
}
