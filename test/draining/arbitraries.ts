import fc from 'fast-check';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import type { Notice } from '../../lib/draining/notice.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainReason, DrainRecord, HookAction, RemainingTask } from '../../lib/draining/record.ts';
import type { Snapshot, TaskView } from '../../lib/draining/snapshot.ts';
import {
  aHook,
  anInstance,
  aPolicy,
  aRecord,
  arn,
  arnOf,
  hookNotice,
  later,
  maintenance,
  order,
  rebalance,
  spotNotice,
  sweptHook,
  taskStopped,
  unlisted,
} from './builders.ts';

const minutes = (min: number, max: number) => fc.integer({ min, max }).map((value) => later(value * MINUTE));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** What several events may say of one instance; one event says the same however often it is delivered. */
export const notices: fc.Arbitrary<Notice> = fc.oneof(
  fc.constantFrom(
    ...['t1', 't2', 't3'].map((token, index) => hookNotice({ token, at: later(7 * index * MINUTE) })),
    hookNotice({ hook: 'logs', token: 'l1', at: later(3 * MINUTE) }),
  ),
  minutes(0, 30).map(sweptHook),
  minutes(0, 30).map((at) => spotNotice('terminate', at)),
  minutes(0, 30).map((at) => spotNotice('hibernate', at)),
  minutes(0, 30).map(rebalance),
  fc.tuple(fc.constantFrom('a', 'b', 'c'), minutes(0, 30)).map(([name, at]) => taskStopped(name, at)),
  fc.tuple(fc.constantFrom('drain', 'release'), minutes(0, 30)).map(([verb, at]) => order(verb, at)),
  fc
    .tuple(
      fc.constantFrom('arn:aws:health:1', 'arn:aws:health:2'),
      fc.constantFrom('scheduled', 'withdrawn'),
      minutes(0, 30),
    )
    .map(([eventArn, status, at]) => maintenance({ eventArn, status, at, startAt: at + 72 * HOUR })),
  fc.constant(unlisted()),
);

export const policies: fc.Arbitrary<ClusterPolicy> = fc
  .record({
    atDeadline: fc.constantFrom('continue', 'abandon', 'stop-tasks'),
    deadlineMs: fc.integer({ min: 1, max: 120 }).map((value) => value * MINUTE),
    stopGraceMs: fc.constantFrom(0, MINUTE, 10 * MINUTE),
    settleMs: fc.constantFrom(0, 10 * SECOND, 5 * MINUTE),
    spotStopLeadMs: fc.constantFrom(null, 45 * SECOND),
    standaloneTasks: fc.constantFrom(
      { kind: 'wait' } as const,
      { kind: 'stop', afterMs: 5 * MINUTE } as const,
      { kind: 'refuse' } as const,
    ),
    ghosts: fc.record({
      terminatedAfterMs: fc.constantFrom(null, 0, 20 * MINUTE),
      stoppedAfterMs: fc.constantFrom(null, 0, HOUR),
    }),
  })
  .map(aPolicy);

const views: fc.Arbitrary<TaskView> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    lastStatus: fc.constantFrom(
      'PENDING',
      'RUNNING',
      'DEACTIVATING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ),
    desiredStatus: fc.constantFrom('RUNNING', 'STOPPED'),
    service: maybe(fc.constant('web')),
  })
  .map(({ name, lastStatus, desiredStatus, service }) => ({
    task: arnOf(name),
    lastStatus,
    desiredStatus,
    ...(service && { service }),
  }));

const tasks = fc.uniqueArray(views, { maxLength: 4, selector: ({ task }) => task });
const remaining: fc.Arbitrary<RemainingTask[]> = tasks.map((list) =>
  list.filter(({ lastStatus }) => lastStatus !== 'STOPPED'),
);

const ec2States = fc.constantFrom(
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
  'not-found',
);

/** What was read, every part of it or none, in combinations that AWS would never give too. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    instance: maybe(
      fc.oneof(
        fc.constant('gone' as const),
        fc.constantFrom('ACTIVE', 'DRAINING', 'REGISTERING').map((status) => anInstance(status)),
      ),
    ),
    tasks: maybe(tasks),
    ec2: maybe(ec2States),
    standDown: fc.option(fc.constantFrom('managed-draining', 'managed-instance'), {
      nil: undefined,
      freq: 8,
    }),
  })
  .map(({ instance, tasks: list, ec2, standDown }) => ({
    ...(instance && { instance }),
    ...(list && { tasks: list }),
    ...(ec2 && { ec2 }),
    ...(standDown && { standDown }),
  }));

const hooks: fc.Arbitrary<HookAction[]> = fc.uniqueArray(
  fc
    .record({
      token: fc.constantFrom('t1', 't2', 't3'),
      state: fc.constantFrom('open', 'completed', 'expired'),
      heartbeatTimeoutMs: fc.integer({ min: 120, max: 7_200 }).map((seconds) => seconds * SECOND),
      lastHeartbeatAt: minutes(0, 60),
    })
    .map(aHook),
  { maxLength: 3, selector: ({ token }) => token },
);

const reasons: fc.Arbitrary<DrainReason[]> = fc.subarray([
  { kind: 'rebalance', at: later(0) },
  { kind: 'order', by: 'ada', at: later(0) },
  { kind: 'maintenance', eventArn: 'e', startAt: later(72 * HOUR), at: later(0) },
  { kind: 'spot-interruption', at: later(0) },
  { kind: 'ghost', at: later(0) },
]);

/** A record in any phase, as it may be an hour after it was opened, and in states that should not come about. */
export const records: fc.Arbitrary<DrainRecord> = fc
  .record({
    phase: fc.constantFrom('requested', 'draining', 'leaving'),
    hooks,
    reasons,
    deadline: minutes(1, 120),
    drainRequestedAt: maybe(minutes(0, 10)),
    drainingSince: minutes(0, 60),
    remaining: maybe(remaining),
    stopRequested: fc.subarray([arnOf('a'), arnOf('b')]),
    lastProgressAt: minutes(0, 60),
    lastDiagnosisAt: maybe(minutes(0, 60)),
    lastLookAt: maybe(minutes(0, 60)),
    reclaimAt: maybe(minutes(2, 62)),
    ec2: maybe(fc.record({ state: ec2States, since: minutes(0, 60) })),
    acted: fc.boolean(),
    knowsWhy: fc.boolean(),
  })
  .map(({ acted, knowsWhy, phase, hooks: actions, reasons: others, deadline, ...rest }) => {
    const all: DrainReason[] =
      actions.length > 0 && knowsWhy ? [...others, { kind: 'hook', at: later(0) }] : others;
    const known = Object.entries(rest).filter(([, value]) => value !== undefined);
    return aRecord({
      ...Object.fromEntries(known),
      phase,
      containerInstance: arn,
      hooks: actions,
      reasons: all,
      deadline,
      ...(acted ? { deadlineActedAt: deadline } : {}),
    });
  });

/** A moment in the two hours after the record was opened. */
export const moments = fc.oneof(minutes(60, 64), minutes(60, 120));
