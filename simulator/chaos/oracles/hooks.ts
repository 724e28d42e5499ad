import { type EpochMs, HOUR, MINUTE } from '../../../lib/clock.ts';
import type { Policy } from '../../../lib/policy/schema.ts';
import type { World } from '../../world.ts';
import { watchPauses } from './pauses.ts';
import { clock, isOurs, oracle, textOf } from './watching.ts';

type ClusterFile = NonNullable<Policy['draining']>['clusters'][string];

/** An open wait of a terminate hook that the policy calls ours. */
interface OpenHook {
  readonly instanceId: string;
  readonly group: string;
  readonly hook: string;
  readonly openedAt: EpochMs;
  readonly cluster: ClusterFile;
}

/** For a tick of the schedule and the calls that it makes. */
const SLACK = 5 * MINUTE;

function openHooks(world: World, policy: Policy): OpenHook[] {
  return Object.values(policy.draining?.clusters ?? {}).flatMap((cluster) =>
    Object.entries(cluster.groups).flatMap(([group, { hooks }]) =>
      [...(world.autoScaling.groups.get(group)?.members.values() ?? [])].flatMap(({ instanceId, actions }) =>
        [...actions.values()]
          .filter(({ hook }) => hooks.includes(hook.name))
          .map(({ hook, openedAt }) => ({ instanceId, group, hook: hook.name, openedAt, cluster })),
      ),
    ),
  );
}

const keyOf = ({ instanceId, hook }: { instanceId: string; hook: string }) => `${instanceId} ${hook}`;

/** Tasks that run on an instance which lives and answers; those of daemons end with it. */
function runningTasks(world: World, instanceId: string): number {
  const instance = world.ecs.instances.find(instanceId);
  const isAlive = world.ec2.instances.get(instanceId)?.state === 'running' && instance?.agentConnected;
  if (instance === undefined || isAlive !== true) return 0;
  return [...instance.tasks].filter(
    ({ lastStatus, service }) => lastStatus === 'RUNNING' && service?.strategy !== 'DAEMON',
  ).length;
}

export const noTaskCutOff = oracle(
  'no-task-cut-off',
  'No instance is let go by us with a running task on it before the deadline of its drain, daemons apart, and none is terminated by us with one.',
  ({ world, policy }, report) => {
    const open = new Map<string, OpenHook>();
    /** By instance: since when it has been DRAINING, from which on its deadline may count. */
    const draining = new Map<string, EpochMs>();
    const announced = new Set<string>();
    const step = () => {
      open.clear();
      for (const hook of openHooks(world, policy)) open.set(keyOf(hook), hook);
      for (const { instances } of world.ecs.clusters.values()) {
        for (const { ec2InstanceId: id, status } of instances.values()) {
          if (status === 'ACTIVE') draining.delete(id);
          else if (!draining.has(id)) draining.set(id, world.now());
        }
      }
    };
    step();
    world.recording.eventListeners.push(({ event }) => {
      const type = event['detail-type'];
      if (type === 'EC2 Spot Instance Interruption Warning')
        announced.add(textOf(event.detail, 'instance-id'));
      else if (event.source === 'aws.health') for (const id of event.resources) announced.add(id);
      else if (type === 'EC2 Instance-terminate Lifecycle Action') step();
    });
    world.recording.callListeners.push((call) => {
      if (!isOurs(call) || !call.carriedOut) return;
      if (call.operation === 'TerminateInstanceInAutoScalingGroup') {
        const id = textOf(call.input, 'InstanceId');
        const tasks = runningTasks(world, id);
        // Whoever has set it ACTIVE again meanwhile has had tasks placed on it.
        if (tasks === 0 || world.ecs.instances.find(id)?.status === 'ACTIVE') return;
        report(
          `${id} was terminated with ${tasks} running task(s); when they have left would have been right.`,
        );
      }
      if (call.operation !== 'CompleteLifecycleAction') return;
      const [instanceId, hook] = [textOf(call.input, 'InstanceId'), textOf(call.input, 'LifecycleHookName')];
      const was = open.get(keyOf({ instanceId, hook }));
      const member = world.autoScaling.groups.get(was?.group ?? '')?.members.get(instanceId);
      if (was === undefined || member?.actions.has(hook) === true) return;
      open.delete(keyOf(was));
      // What EC2 itself ends has EC2's deadline.
      if (announced.has(instanceId) || drainsItself(world, instanceId)) return;
      const tasks = runningTasks(world, instanceId);
      const deadline = deadlineOf(world, was, draining.get(instanceId));
      if (tasks === 0 || world.now() >= deadline) return;
      report(
        `Hook ${hook} of ${instanceId} was completed at ${clock(world.now())} with ${tasks} running task(s); not before its deadline at ${clock(deadline)} would have been right.`,
      );
    });
    return { step };
  },
);

/** ECS's managed draining has a hook of its own, which the simulator does not carry out: ours need not wait. */
function drainsItself(world: World, instanceId: string): boolean {
  const instance = world.ecs.instances.find(instanceId);
  return world.ecs.providers.all.get(instance?.capacityProvider ?? '')?.managedDraining === true;
}

/** Auto Scaling ends a wait after 48 h or 100 heartbeats: what is to be done before that is done a little earlier. */
function deadlineOf(world: World, { cluster, group, hook, openedAt }: OpenHook, drainingSince = openedAt) {
  const heartbeat = world.autoScaling.groups.get(group)?.hooks.get(hook)?.heartbeatTimeoutMs ?? HOUR;
  const hookEnd = openedAt + Math.min(48 * HOUR, 100 * heartbeat) - SLACK - cluster.stopGrace;
  return Math.min(Math.min(openedAt, drainingSince) + cluster.deadline, hookEnd);
}

export const hooksEnd = oracle(
  'hooks-end',
  'No hook of ours stays open for longer than the deadline of the drain.',
  (observed, report) => {
    const { world, policy, faultsEndAt } = observed;
    const pauses = watchPauses(observed);
    const told = new Set<string>();
    const step = () => {
      pauses.look();
      if (policy.draining?.mode !== 'act') return;
      for (const open of openHooks(world, policy)) {
        const { cluster, openedAt, hook, instanceId } = open;
        const since = Math.max(openedAt, faultsEndAt, pauses.last('draining'));
        const limit = since + cluster.deadline + cluster.stopGrace + SLACK;
        if (world.now() <= limit || told.has(keyOf(open))) continue;
        told.add(keyOf(open));
        report(
          `Hook ${hook} of ${instanceId} is open since ${clock(openedAt)}; its end by ${clock(limit)} would have been right.`,
        );
      }
    };
    return { step };
  },
);
