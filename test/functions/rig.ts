import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { createDrainHandler } from '../../functions/drain-handler.ts';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Heard } from '../../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Standing } from '../../lib/draining/sweep.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { edited } from '../events/samples.ts';
import { testClock } from '../state/clock.ts';
import type { Host, HostTask } from './hosts.ts';
import { createWorld } from './world.ts';

/** The moment of the lifecycle event sample. */
export const START = Date.UTC(2026, 10, 21, 14);

export function clusterPolicy(name: string, overrides: Partial<ClusterPolicy> = {}): ClusterPolicy {
  return {
    cluster: clusterName(name),
    groups: [{ name: groupName(`${name}-hosts`), hooks: ['stevedore-drain'] }],
    triggers: {
      spotInterruption: true,
      rebalance: false,
      maintenanceLeadMs: 24 * HOUR,
      directTermination: true,
    },
    deadlineMs: 2 * HOUR,
    atDeadline: 'continue',
    stopGraceMs: 2 * MINUTE,
    standaloneTasks: { kind: 'wait' },
    spotStopLeadMs: null,
    limits: { draining: { kind: 'count', value: 5 }, keepActive: { kind: 'count', value: 0 } },
    settleMs: 5 * SECOND,
    ghosts: { terminatedAfterMs: 10 * MINUTE, stoppedAfterMs: null },
    ...overrides,
  };
}

export interface RigOptions {
  readonly mode?: 'act' | 'observe';
  /** Default: `prod` and `batch`, each with the group NAME-hosts and its hook `stevedore-drain`. */
  readonly clusters?: readonly ClusterPolicy[];
  readonly hosts?: readonly Host[];
}

export interface Sending {
  /** Names the invocation, and so the owner of its lease. */
  readonly id?: string;
  readonly remainingMs?: number;
}

/** The handler of draining with everything around it: AWS mocked, store and journal in memory, time by hand. */
export function createRig({ mode = 'act', clusters, hosts = [] }: RigOptions = {}) {
  const clock = testClock(START);
  const world = createWorld(clock);
  world.hosts.push(...hosts);
  const store = createMemoryStore<DrainRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const standings: Standing[] = [];
  const policy: DrainingPolicy = {
    mode,
    clusters: clusters ?? [clusterPolicy('prod'), clusterPolicy('batch')],
  };
  const deps = { policy, clients: world.clients, store, control: store, journal, clock };
  const handler = createDrainHandler({
    ...deps,
    logger: new Logger({ serviceName: 'test', logLevel: 'SILENT' }),
    report: (standing) => void standings.push(standing),
  });
  let invocations = 0;

  const send = async (event: unknown, { id, remainingMs = 60_000 }: Sending = {}): Promise<void> => {
    invocations += 1;
    await handler(event, contextOf(id ?? `invocation-${invocations}`, remainingMs));
  };
  return {
    ...deps,
    world,
    standings,
    send,
    /** The scheduled look, a minute (or `ms`) later. */
    async tick(ms: number = MINUTE, sending: Sending = {}): Promise<void> {
      clock.advance(ms);
      await send(edited('schedule-tick', { time: new Date(clock.now()).toISOString() }), sending);
    },
    async record({ id, cluster }: Host): Promise<DrainRecord | undefined> {
      const [stored] = await store.read([{ partition: `draining#${cluster}`, id }]);
      return stored?.state;
    },
    /** The reason codes journalled, in order; routine ones too. */
    reasons: () => journal.entries.map(({ reason }) => reason),
    notable: () => journal.entries.filter(({ weight }) => weight === 'notable').map(({ reason }) => reason),
    entriesAbout: (subject: string) => journal.entries.filter((entry) => entry.subject === subject),
    entry: (reason: string) => journal.entries.find((entry) => entry.reason === reason),
  };
}

export type Rig = ReturnType<typeof createRig>;

export function contextOf(awsRequestId: string, remainingMs: number): Context {
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'stevedore-drain',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:stevedore-drain',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/stevedore-drain',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => remainingMs,
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

/** Auto Scaling holds the host with our hook; resolves to its event. The world waits with it from now on. */
export function terminating(rig: Rig, { id, cluster }: Host, token = `token-of-${id}`): unknown {
  const group = `${cluster}-hosts`;
  rig.world.waiting.push({ group, hook: 'stevedore-drain', token, instanceId: id });
  return edited('lifecycle-terminate', {
    id: `event-${token}`,
    'detail.EC2InstanceId': id,
    'detail.AutoScalingGroupName': group,
    'detail.LifecycleActionToken': token,
    'detail.NotificationMetadata': JSON.stringify({ cluster }),
    time: new Date(rig.clock.now()).toISOString(),
  });
}

export function stoppedEvent({ clock }: Rig, { arn, cluster }: Host, task: HostTask): unknown {
  return edited('task-state-change', {
    time: new Date(clock.now()).toISOString(),
    'detail.taskArn': task.arn,
    'detail.containerInstanceArn': arn,
    'detail.clusterArn': `arn:aws:ecs:us-east-1:111122223333:cluster/${cluster}`,
  });
}

/** ECS has deregistered the host. */
export function inactiveEvent({ id, arn, cluster }: Host): unknown {
  return edited('container-instance-state-change', {
    'detail.containerInstanceArn': arn,
    'detail.ec2InstanceId': id,
    'detail.clusterArn': `arn:aws:ecs:us-east-1:111122223333:cluster/${cluster}`,
  });
}

export const spotEvent = ({ id }: Host, at: number): unknown =>
  edited('spot-interruption', {
    'detail.instance-id': id,
    resources: [`arn:aws:ec2:us-east-1b:instance/${id}`],
    time: new Date(at).toISOString(),
  });

export const drainOrder = ({ id, cluster }: Host, at: number): unknown =>
  edited('drain-order', {
    id: `order-${id}`,
    'detail.instanceId': id,
    'detail.cluster': cluster,
    time: new Date(at).toISOString(),
  });
