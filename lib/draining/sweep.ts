import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeTasksCommand } from '@aws-sdk/client-ecs';
import { chunk, mapConcurrent } from '../aws/batch.ts';
import { collectPages } from '../aws/paging.ts';
import { type EpochMs, MINUTE, SECOND } from '../clock.ts';
import { type GroupName, groupName, type InstanceId, instanceId, taskArn } from '../ids.ts';
import type { Cause } from '../journal/journal.ts';
import type { RecordKey, StoredRecord } from '../state/store.ts';
import { newRecord } from './intake.ts';
import type { Heard, Notice } from './notice.ts';
import { describeContainerInstances, listContainerInstances } from './observe.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord } from './record.ts';
import { partitionOf } from './route.ts';
import { TICK } from './timing.ts';
import type { DrainDependencies } from './worker.ts';

/** How the drains of a cluster stand, for the gauges. */
export interface Standing {
  readonly cluster: string;
  readonly open: number;
  readonly blocked: number;
  readonly oldestOpenSeconds: number;
}

interface News {
  readonly id: InstanceId;
  readonly notice: Notice;
}

/** What has waited for minutes already is not looked for every minute. */
const RARELY = 5 * MINUTE;
/** DescribeAutoScalingGroups takes at most 100 names a page (Auto Scaling API reference). */
const GROUP_BATCH = 100;
/** DescribeTasks takes at most 100 tasks (ECS API reference). */
const TASK_BATCH = 100;

/**
 * Finds what no event announced: EC2, Auto Scaling and Health deliver theirs on a best-effort basis only
 * (EventBridge user guide, delivery levels). The calls are per cluster and minute, not per instance.
 */
export async function sweep(
  deps: DrainDependencies,
  policy: ClusterPolicy,
): Promise<{ found: RecordKey[]; standing: Standing }> {
  const now = deps.clock.now();
  const partition = partitionOf(policy);
  const open = await deps.store.read(await deps.store.open(partition));
  const news = [
    ...(await lostHooks(deps, policy, now)),
    ...(now % RARELY < TICK ? await unannouncedEnds(deps, policy, open, now) : []),
    ...(now % RARELY < TICK ? await ghosts(deps, policy, open, now) : []),
  ];
  const found = await mapConcurrent(news, 4, async ({ id, notice }) => {
    const key: RecordKey = { partition, id };
    await deps.store.append(key, [{ notice, cause: SWEEP }], {
      create: newRecord(id, policy.cluster, now),
      dueAt: now,
    });
    return key;
  });
  return { found, standing: standingOf(policy, open, now) };
}

/** The cause of what no event announced. */
export const SWEEP: Cause = { eventId: 'sweep', detailType: 'Stevedore Sweep' };

/** Instances that wait for a hook of ours of which no record knows: the lifecycle event was lost. */
async function lostHooks(deps: DrainDependencies, policy: ClusterPolicy, now: EpochMs): Promise<News[]> {
  const names = policy.groups.map(({ name }) => name);
  const groups = await mapConcurrent(chunk(names, GROUP_BATCH), 2, (some) =>
    collectPages(`Auto Scaling groups of cluster ${policy.cluster}`, async (NextToken) => {
      const page = await deps.clients.autoScaling.send(
        new DescribeAutoScalingGroupsCommand({
          AutoScalingGroupNames: some,
          NextToken,
          MaxRecords: GROUP_BATCH,
        }),
      );
      return { items: page.AutoScalingGroups, next: page.NextToken };
    }),
  );
  const waiting = groups.flat().flatMap(({ AutoScalingGroupName = '', Instances = [] }) =>
    Instances.filter(({ LifecycleState }) => LifecycleState === 'Terminating:Wait').map(
      ({ InstanceId = '' }) => ({
        group: groupName(AutoScalingGroupName),
        id: instanceId(InstanceId),
      }),
    ),
  );
  const known = await deps.store.read(waiting.map(({ id }) => ({ partition: partitionOf(policy), id })));
  return waiting.flatMap(({ group, id }) => {
    const stored = known.find(({ key }) => key.id === id);
    return hooksOf(policy, group)
      .filter((hook) => !stored || !knows(stored, hook))
      .map((hook): News => ({ id, notice: { kind: 'hook', group, hook, at: now } }));
  });
}

const hooksOf = (policy: ClusterPolicy, group: GroupName) =>
  policy.groups.find(({ name }) => name === group)?.hooks ?? [];

const knows = ({ state, inbox }: StoredRecord<DrainRecord, Heard>, hook: string) =>
  state.hooks.some((one) => one.hook === hook) ||
  inbox.some(({ notice }) => notice.kind === 'hook' && notice.hook === hook);

/**
 * Tasks that were told to stop and whose end nobody announced: all those of the cluster are described together, a
 * hundred a call. ECS announces every STOPPED at least once, but an invocation may have failed on it for good.
 */
async function unannouncedEnds(
  { clients }: DrainDependencies,
  policy: ClusterPolicy,
  open: readonly StoredRecord<DrainRecord, Heard>[],
  now: EpochMs,
): Promise<News[]> {
  const stale = open.filter(
    ({ state }) => state.phase === 'draining' && now - state.lastProgressAt >= RARELY,
  );
  const owners = new Map<string, InstanceId>();
  for (const { state } of stale)
    for (const { task } of state.remaining ?? []) owners.set(task, state.instanceId);
  const answers = await mapConcurrent(chunk([...owners.keys()], TASK_BATCH), 2, (tasks) =>
    clients.ecs.send(new DescribeTasksCommand({ cluster: policy.cluster, tasks })),
  );
  const ended = answers.flatMap(({ tasks = [], failures = [] }) => [
    ...tasks.filter(({ lastStatus }) => lastStatus === 'STOPPED').map(({ taskArn }) => taskArn),
    // Stopped tasks are forgotten after an hour or so.
    ...failures.filter(({ reason }) => reason === 'MISSING').map(({ arn }) => arn),
  ]);
  return ended.flatMap((arn): News[] => {
    const id = owners.get(arn ?? '');
    return id && arn ? [{ id, notice: { kind: 'task-stopped', task: taskArn(arn), at: now } }] : [];
  });
}

/** Container instances without agent that EC2 has stopped or terminated. Never on the agent's silence alone. */
async function ghosts(
  { clients }: DrainDependencies,
  policy: ClusterPolicy,
  open: readonly StoredRecord<DrainRecord, Heard>[],
  now: EpochMs,
): Promise<News[]> {
  const { terminatedAfterMs, stoppedAfterMs } = policy.ghosts;
  if (terminatedAfterMs === null && stoppedAfterMs === null) return [];
  const silent = await listContainerInstances(clients, policy.cluster, { filter: 'agentConnected == false' });
  // A draining instance whose host is gone keeps its tasks for ever in ECS's lists, so it is looked at as well.
  const leaving = open.filter(({ state }) => state.phase === 'leaving');
  const known = new Set<string | undefined>(leaving.map(({ state }) => state.containerInstance));
  const unknown = silent.filter((arn) => !known.has(arn));
  if (unknown.length === 0) return [];
  const described = await describeContainerInstances(clients, policy.cluster, unknown);
  const ids = described.flatMap(({ ec2InstanceId }) =>
    ec2InstanceId?.startsWith('i-') ? [instanceId(ec2InstanceId)] : [],
  );
  const ec2 = await clients.ec2();
  const states = await ec2.instanceStates(ids);
  return ids.flatMap((id): News[] => {
    const state = states.get(id) ?? 'not-found';
    const told = (over: 'stopped' | 'terminated'): News[] => [
      { id, notice: { kind: 'ec2-state', state: over, at: now, listed: true } },
    ];
    if (state === 'not-found') return told('terminated');
    return state === 'stopped' || state === 'terminated' ? told(state) : [];
  });
}

function standingOf(
  { cluster }: ClusterPolicy,
  open: readonly StoredRecord<DrainRecord, Heard>[],
  now: EpochMs,
): Standing {
  const waiting = open.filter(
    ({ state }) => state.phase === 'draining' || state.hooks.some((h) => h.state === 'open'),
  );
  const oldest = Math.min(now, ...waiting.map(({ state }) => state.drainingSince ?? state.openedAt));
  return {
    cluster,
    open: waiting.length,
    blocked: waiting.filter(({ state }) => state.blockedBy.length > 0).length,
    oldestOpenSeconds: Math.round((now - oldest) / SECOND),
  };
}
