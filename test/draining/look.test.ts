import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { isWorthWorking, mayBeEmpty, nextLookAt, whatToLookAt } from '../../lib/draining/look.ts';
import type { ClusterPolicy } from '../../lib/draining/policy.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { Look } from '../../lib/draining/snapshot.ts';
import {
  aDrain,
  aHook,
  aLeaver,
  anOrderedDrain,
  aPolicy,
  aRecord,
  arnOf,
  aTask,
  group,
  heard,
  hookNotice,
  later,
  START,
  taskStopped,
} from './builders.ts';

const nothing: Look = { instance: false, tasks: false, hooks: [], ec2: false, diagnosis: false };
const { heartbeatTimeoutMs: _, ...unreadHook } = aHook();
const refusing = aPolicy({ standaloneTasks: { kind: 'refuse' } });
const busy = { remaining: [aTask('a')], lastDiagnosisAt: later(30 * SECOND) };
const lastStopped = { remaining: [], lastDiagnosisAt: later(30 * SECOND) };
const terminated = { state: 'terminated', since: START } as const;

interface Row {
  readonly name: string;
  readonly record: DrainRecord;
  readonly policy?: ClusterPolicy;
  readonly now?: number;
  readonly asks: Partial<Look>;
}

const rows: Row[] = [
  { name: 'a request: the instance', record: aRecord(), asks: { instance: true } },
  {
    name: 'a request for a hook: its timeouts as well',
    record: aRecord({ hooks: [unreadHook, { ...unreadHook, token: 't2' }] }),
    asks: { instance: true, hooks: [group] },
  },
  {
    name: 'edge 13: a drain of choice under `refuse`: the tasks as well',
    record: aRecord(),
    policy: refusing,
    asks: { instance: true, tasks: true },
  },
  {
    name: 'edge 13: a drain for a hook under `refuse`: not the tasks, since it goes anyway',
    record: aRecord({ reasons: aDrain().reasons }),
    policy: refusing,
    asks: { instance: true },
  },
  {
    name: 'edge 50: a request for what EC2 is said to have ended: whether that is so now',
    record: aRecord({ ec2: terminated }),
    asks: { instance: true, ec2: true },
  },
  { name: 'a drain with tasks to go: nothing', record: aDrain(busy), asks: {} },
  {
    name: 'edge 42: a drain that seems empty before it has settled: nothing',
    record: aDrain(lastStopped),
    now: 9 * SECOND,
    asks: {},
  },
  { name: 'edge 1: a drain that seems empty: its tasks', record: aDrain(lastStopped), asks: { tasks: true } },
  {
    name: 'edge 15: a drain that stalls: why',
    record: aDrain({ remaining: [aTask('a')] }),
    now: MINUTE,
    asks: { tasks: true, diagnosis: true },
  },
  {
    name: 'edge 39: a drain that stalls on: also whether somebody set the instance ACTIVE',
    record: aDrain(busy),
    now: 6 * MINUTE,
    asks: { instance: true, tasks: true, diagnosis: true },
  },
  {
    name: 'edge 41: a drain whose tasks have all been told to stop: nothing but their end is news',
    record: aDrain({ remaining: [aTask('a', { desiredStatus: 'STOPPED' })] }),
    now: 6 * MINUTE,
    asks: {},
  },
  {
    name: 'edge 6: a drain at its deadline: its tasks',
    record: aDrain({ remaining: [aTask('a')], lastDiagnosisAt: later(29 * MINUTE) }),
    now: 30 * MINUTE,
    asks: { tasks: true },
  },
  {
    name: 'edge 13: a drain whose standalone tasks have had their time: its tasks',
    record: aDrain(busy),
    policy: aPolicy({ standaloneTasks: { kind: 'stop', afterMs: 30 * SECOND } }),
    asks: { tasks: true },
  },
  {
    name: 'edge 13: the same once they were told to stop: nothing',
    record: aDrain({ ...busy, stopRequested: [arnOf('a')] }),
    policy: aPolicy({ standaloneTasks: { kind: 'stop', afterMs: 30 * SECOND } }),
    asks: {},
  },
  {
    name: 'edge 16: a Spot drain at the last tick before its tasks must stop: its tasks',
    record: aDrain({ ...busy, reclaimAt: later(2 * MINUTE) }),
    policy: aPolicy({ spotStopLeadMs: 45 * SECOND }),
    asks: { tasks: true },
  },
  {
    name: 'edge 22: a drain whose host EC2 is said to have ended: the instance and EC2',
    record: aDrain({ ...busy, ec2: terminated }),
    asks: { instance: true, ec2: true },
  },
  {
    name: 'an instance that leaves, looked at lately: nothing',
    record: aLeaver({ lastLookAt: START }),
    asks: {},
  },
  {
    name: 'an instance that leaves, after half an hour: the instance and EC2',
    record: aLeaver({ lastLookAt: START }),
    now: 30 * MINUTE,
    asks: { instance: true, ec2: true },
  },
  {
    name: 'edge 22: a ghost whose grace is over: the instance and EC2',
    record: aLeaver({ lastLookAt: later(19 * MINUTE), ec2: terminated }),
    now: 20 * MINUTE,
    asks: { instance: true, ec2: true },
  },
  { name: 'an instance that ECS forgot: nothing', record: aDrain({ unlisted: true }), asks: {} },
  { name: 'a closed record: nothing', record: aLeaver({ phase: 'closed' }), asks: {} },
];

describe('what is looked at for', () => {
  it.each(rows)('$name', ({ record, policy = aPolicy(), now = 40 * SECOND, asks }) => {
    expect(whatToLookAt(record, policy, later(now))).toEqual({ ...nothing, ...asks });
  });
});

describe('a pass is worth its calls', () => {
  const record = aDrain({ expectedTasks: 2 });
  it('for the last of the tasks that stop, not for the others', () => {
    expect(isWorthWorking(record, heard(taskStopped('a')), aPolicy())).toBe(false);
    expect(isWorthWorking(record, heard(taskStopped('a'), taskStopped('b')), aPolicy())).toBe(true);
  });
  it('edge 9: a duplicate of the first is not the second', () => {
    expect(isWorthWorking(record, heard(taskStopped('a'), taskStopped('a')), aPolicy())).toBe(false);
  });
  it('for anything else', () => {
    expect(isWorthWorking(record, heard(hookNotice()), aPolicy())).toBe(true);
  });
  it('edge 9: for a late duplicate after the end, so that the record may be forgotten', () => {
    expect(isWorthWorking(aLeaver({ phase: 'closed' }), heard(taskStopped('a')), aPolicy())).toBe(true);
  });
  it('not for a task that stops on an instance that does not drain yet', () => {
    expect(isWorthWorking(aRecord(), heard(taskStopped('a')), aPolicy())).toBe(false);
  });
});

it('a drain may be empty when as many tasks have stopped as ECS counted', () => {
  expect(mayBeEmpty(aDrain({ expectedTasks: 1 }))).toBe(false);
  expect(mayBeEmpty(aDrain({ expectedTasks: 1, stopped: [arnOf('a')] }))).toBe(true);
  expect(mayBeEmpty(aDrain({ expectedTasks: 0, remaining: [aTask('late')] }))).toBe(false);
});

const far = { remaining: [aTask('a')], lastDiagnosisAt: later(30 * MINUTE), lastProgressAt: START };
const ending = {
  remaining: [aTask('a', { desiredStatus: 'STOPPED' })],
  deadline: START,
  deadlineActedAt: START,
};
const maintenance = { kind: 'maintenance', eventArn: 'e', startAt: later(72 * HOUR), at: START } as const;

describe('the next look is', () => {
  it.each([
    ['a minute later for a request', aRecord(), {}, MINUTE],
    ['edge 38: a day before maintenance', aRecord({ reasons: [maintenance] }), {}, 48 * HOUR],
    [
      'edge 3: in time for a heartbeat, also while the drain waits for its turn',
      aRecord({ hooks: [aHook({ heartbeatTimeoutMs: 10 * MINUTE })], reasons: [maintenance] }),
      {},
      4.5 * MINUTE,
    ],
    ['at once for a request that nobody wants any more', aRecord({ reasons: [] }), {}, 0],
    ['edge 42: when an empty drain has settled', anOrderedDrain({ expectedTasks: 0 }), {}, 10 * SECOND],
    ['edge 15: when the drain counts as stalled', anOrderedDrain(), {}, MINUTE],
    ['within half an hour, whatever there is to wait for', anOrderedDrain(ending), {}, 30 * MINUTE],
    ['edge 6: at the deadline', anOrderedDrain(far), {}, 30 * MINUTE],
    [
      'edge 13: a tick before standalone tasks are stopped',
      anOrderedDrain(far),
      { standaloneTasks: { kind: 'stop', afterMs: 5 * MINUTE } },
      4 * MINUTE,
    ],
    [
      'edge 16: a tick before Spot tasks are stopped',
      anOrderedDrain({ ...far, reclaimAt: later(2 * MINUTE) }),
      { spotStopLeadMs: 45 * SECOND },
      15 * SECOND,
    ],
    [
      'edge 6: when the grace of the stopped tasks ends',
      aDrain({ ...far, deadline: START, deadlineActedAt: START }),
      { atDeadline: 'stop-tasks' },
      2 * MINUTE,
    ],
    ['within half an hour for what leaves', aLeaver(), {}, 30 * MINUTE],
    ['edge 22: when the grace of a ghost ends', aLeaver({ ec2: terminated }), {}, 20 * MINUTE],
    [
      'edge 22: not for a ghost that the policy keeps',
      aLeaver({ ec2: { ...terminated, state: 'stopped' } }),
      {},
      30 * MINUTE,
    ],
    ['never for a closed record', aLeaver({ phase: 'closed' }), {}, Number.POSITIVE_INFINITY],
  ] as const)('%s', (_name, record, changes, expected) => {
    expect(nextLookAt(record, aPolicy(changes), START)).toBe(later(expected));
  });
});
