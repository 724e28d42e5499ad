import { type EpochMs, HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { ActionOutcome } from '../../lib/draining/act.ts';
import type { Action } from '../../lib/draining/decision.ts';
import type { Heard, Notice } from '../../lib/draining/notice.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainReason, DrainRecord, HookAction } from '../../lib/draining/record.ts';
import type { HookView, InstanceView, TaskView } from '../../lib/draining/snapshot.ts';
import { clusterName, containerInstanceArn, groupName, instanceId, taskArn } from '../../lib/ids.ts';

/** When the tests begin; all their times are distances from it. */
export const START: EpochMs = Date.UTC(2026, 10, 21, 12);
export const later = (ms: number): EpochMs => START + ms;

export const cluster = clusterName('prod');
export const group = groupName('prod-hosts');
export const id = instanceId('i-1');
const region = 'arn:aws:ecs:eu-west-1:111122223333';
export const arn = containerInstanceArn(`${region}:container-instance/prod/c1`);
export const arnOf = (name: string) => taskArn(`${region}:task/prod/${name}`);

/** Drains within 30 minutes, then continues the hook; leaves standalone tasks alone and Spot tasks to ECS. */
export function aPolicy(changes: Partial<ClusterPolicy> = {}): ClusterPolicy {
  return {
    cluster,
    groups: [{ name: group, hooks: ['drain'] }],
    triggers: {
      spotInterruption: true,
      rebalance: true,
      maintenanceLeadMs: 24 * HOUR,
      directTermination: true,
    },
    deadlineMs: 30 * MINUTE,
    atDeadline: 'continue',
    stopGraceMs: 2 * MINUTE,
    standaloneTasks: { kind: 'wait' },
    spotStopLeadMs: null,
    limits: { draining: { kind: 'count', value: 2 }, keepActive: { kind: 'count', value: 1 } },
    settleMs: 10 * SECOND,
    ghosts: { terminatedAfterMs: 20 * MINUTE, stoppedAfterMs: null },
    ...changes,
  };
}

export function aHook(changes: Partial<HookAction> = {}): HookAction {
  return {
    group,
    hook: 'drain',
    token: 't1',
    openedAt: START,
    state: 'open',
    heartbeatTimeoutMs: HOUR,
    lastHeartbeatAt: START,
    ...changes,
  };
}

export const hookReason: DrainReason = { kind: 'hook', at: START };
export const orderReason: DrainReason = { kind: 'order', by: 'ada', at: START };
export const ghostReason: DrainReason = { kind: 'ghost', at: START };

/** A record that was opened at START by an operator's order. */
export function aRecord(changes: Partial<DrainRecord> = {}): DrainRecord {
  return {
    instanceId: id,
    cluster,
    phase: 'requested',
    openedAt: START,
    reasons: [orderReason],
    hooks: [],
    stopped: [],
    stopRequested: [],
    lastProgressAt: START,
    blockedBy: [],
    ...changes,
  };
}

/** A record whose instance became DRAINING at START for a lifecycle hook, with two tasks to leave. */
export function aDrain(changes: Partial<DrainRecord> = {}): DrainRecord {
  return aRecord({
    phase: 'draining',
    containerInstance: arn,
    reasons: [hookReason],
    hooks: [aHook()],
    deadline: later(30 * MINUTE),
    drainRequestedAt: START,
    drainingSince: START,
    expectedTasks: 2,
    ...changes,
  });
}

/** A drain that an operator ordered: no hook waits for it. */
export const anOrderedDrain = (changes: Partial<DrainRecord> = {}) =>
  aDrain({ reasons: [orderReason], hooks: [], ...changes });

/** A record of an instance on which nothing runs any more. */
export const aLeaver = (changes: Partial<DrainRecord> = {}) =>
  aDrain({ phase: 'leaving', hooks: [aHook({ state: 'completed' })], remaining: [], ...changes });

/** A running task of service `web`. */
export function aTask(name: string, changes: Partial<TaskView> = {}): TaskView {
  return { task: arnOf(name), lastStatus: 'RUNNING', desiredStatus: 'RUNNING', service: 'web', ...changes };
}

export function aStandaloneTask(name: string, changes: Partial<TaskView> = {}): TaskView {
  const { service: _, ...task } = aTask(name, changes);
  return task;
}

export const aStoppedTask = (name: string) =>
  aTask(name, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });

export function anInstance(status = 'ACTIVE', changes: Partial<InstanceView> = {}): InstanceView {
  return { arn, status, agentConnected: true, runningTasks: 2, ...changes };
}

export const hookViews = (view: HookView | 'missing', name = 'drain') =>
  new Map([[`${group}/${name}`, view]]);

export const heard = (...notices: Notice[]): Heard[] =>
  notices.map((notice) => ({ notice, cause: { eventId: 'event-1', detailType: 'Some Event' } }));

type Of<Kind extends Notice['kind']> = Extract<Notice, { kind: Kind }>;

export function hookNotice(changes: Partial<Of<'hook'>> = {}): Notice {
  return { kind: 'hook', group, hook: 'drain', token: 't1', at: START, ...changes };
}

/** The sweep's notice of a waiting instance: it knows no token. */
export const sweptHook = (at: EpochMs): Notice => ({ kind: 'hook', group, hook: 'drain', at });

export const spotNotice = (action: Of<'spot-interruption'>['action'] = 'terminate', at = START): Notice => ({
  kind: 'spot-interruption',
  action,
  at,
});
export const rebalance = (at = START): Notice => ({ kind: 'rebalance', at });
export const ec2State = (state: Of<'ec2-state'>['state'], at = START): Notice => ({
  kind: 'ec2-state',
  state,
  at,
});
export const taskStopped = (name: string, at = START): Notice => ({
  kind: 'task-stopped',
  task: arnOf(name),
  at,
});
export const order = (verb: 'drain' | 'release', at = START): Notice => ({
  kind: 'order',
  verb,
  by: 'ada',
  at,
});
export const unlisted = (at = START): Notice => ({ kind: 'unlisted', at });

export function maintenance(changes: Partial<Of<'maintenance'>> = {}): Notice {
  return {
    kind: 'maintenance',
    eventArn: 'arn:aws:health:1',
    code: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
    startAt: later(72 * HOUR),
    status: 'scheduled',
    at: START,
    ...changes,
  };
}

/** What came of an action. */
export function outcomeOf(
  action: Action,
  result: ActionOutcome['result'],
  more: Partial<ActionOutcome> = {},
): ActionOutcome {
  return { instanceId: id, action, result, call: 'Some:Call', ...more };
}
