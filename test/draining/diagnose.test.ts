import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { type Circumstances, diagnose, type ServiceView } from '../../lib/draining/diagnose.ts';
import type { TaskView } from '../../lib/draining/snapshot.ts';
import { arnOf, aStandaloneTask, aStoppedTask, aTask, later, START } from './builders.ts';

const web = (changes: Partial<ServiceView> = {}): ServiceView => ({
  name: 'web',
  daemon: false,
  desired: 4,
  running: 4,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  constraints: [],
  events: [],
  ...changes,
});

function blockersOf(tasks: readonly TaskView[], more: Partial<Circumstances> = {}) {
  const circumstances: Circumstances = {
    tasks,
    services: new Map([['web', web()]]),
    protectedUntil: new Map(),
    ...more,
  };
  return diagnose(circumstances, later(10 * MINUTE));
}

const service = (changes: Partial<ServiceView>) => ({ services: new Map([['web', web(changes)]]) });
const failed = (why: string, at = START) => ({
  at,
  message: `(service web) was unable to place a task because ${why}`,
});

describe('edge 15: what blocks a drain has a name', () => {
  it.each([
    ['min = max = 100', { minimumHealthyPercent: 100, maximumPercent: 100 }],
    ['one task and max 100', { desired: 1, minimumHealthyPercent: 50, maximumPercent: 100 }],
    ['a maximum that rounds down', { desired: 3, minimumHealthyPercent: 100, maximumPercent: 120 }],
    ['a minimum that rounds up', { desired: 2, minimumHealthyPercent: 51, maximumPercent: 149 }],
  ])('%s: the service can neither stop one first nor start one more', (_, changes) => {
    expect(blockersOf([aTask('a')], service(changes))).toEqual([
      expect.objectContaining({
        kind: 'service-cannot-move',
        name: 'web',
        sentence: expect.stringMatching(
          new RegExp(`minimumHealthyPercent ${changes.minimumHealthyPercent} .* Lower the one`),
        ),
      }),
    ]);
  });

  it('a service that is scaled to nothing can move', () => {
    const changes = { desired: 0, minimumHealthyPercent: 100, maximumPercent: 100 };
    expect(blockersOf([aTask('a')], service(changes))).toMatchObject([{ kind: 'waiting-for-replacement' }]);
  });

  it('no room for the replacement', () => {
    const events = [failed('no container instance met all of its requirements. Reason: No CPU left.')];
    expect(blockersOf([aTask('a')], service({ events }))).toMatchObject([
      { kind: 'no-capacity', sentence: expect.stringMatching(/finds no room .* No CPU left/) },
    ]);
  });

  it('a placement constraint that no instance satisfies, as written', () => {
    const changes = {
      events: [failed('MemberOf placement constraint unsatisfied.')],
      constraints: ['attribute:az == a'],
    };
    expect(blockersOf([aTask('a')], service(changes))).toMatchObject([
      {
        kind: 'placement-impossible',
        sentence: expect.stringMatching(/unsatisfied\. Its constraints: attribute:az == a\./),
      },
    ]);
  });

  it('an old placement failure may have been overcome', () => {
    const events = [failed('no room', START - 1)];
    expect(blockersOf([aTask('a')], service({ events }))).toMatchObject([
      { kind: 'waiting-for-replacement', sentence: expect.stringMatching(/4 of 4 tasks running/) },
    ]);
  });

  it('one service is named once, however many of its tasks stay', () => {
    expect(blockersOf([aTask('a'), aTask('b'), aTask('c', { service: 'api' })])).toMatchObject([
      { kind: 'waiting-for-replacement', name: 'web' },
      {
        kind: 'waiting-for-replacement',
        name: 'api',
        sentence: '1 task(s) of api run, and the service could not be described.',
      },
    ]);
  });
});

it('edge 13: a standalone task is never moved', () => {
  expect(blockersOf([aStandaloneTask('job')])).toMatchObject([{ kind: 'standalone-task', name: 'job' }]);
});

it('edge 14: a daemon is the last to go', () => {
  expect(blockersOf([aTask('a')], service({ daemon: true }))).toMatchObject([
    { kind: 'daemon-last', name: 'web' },
  ]);
});

describe('edge 41: what leaves late', () => {
  it('a protected task, and until when', () => {
    const protectedUntil = new Map([[arnOf('a'), later(60 * MINUTE)]]);
    expect(blockersOf([aTask('a')], { protectedUntil })).toMatchObject([
      { kind: 'protected-task', sentence: expect.stringContaining('2026-11-21T13:00:00') },
    ]);
  });

  it('a protection that has run out does not count', () => {
    const protectedUntil = new Map([[arnOf('a'), later(10 * MINUTE)]]);
    expect(blockersOf([aTask('a')], { protectedUntil })).toMatchObject([{ kind: 'waiting-for-replacement' }]);
  });

  it.each([
    ['RUNNING', 'deregistration delay'],
    ['DEACTIVATING', 'deregistration delay'],
    ['STOPPING', 'stopTimeout'],
    ['DEPROVISIONING', 'stopTimeout'],
  ])('a task that was told to stop and is %s: how long ago, and what it waits for', (lastStatus, cause) => {
    const slow = aTask('a', { desiredStatus: 'STOPPED', lastStatus, stoppingAt: START });
    expect(blockersOf([slow])).toMatchObject([
      {
        kind: 'slow-stop',
        name: 'a',
        sentence: expect.stringMatching(new RegExp(`of web .* 600 s ago, is ${lastStatus} .*${cause}`)),
      },
    ]);
  });
});

it('what has stopped blocks nothing', () => {
  expect(blockersOf([aStoppedTask('a')])).toEqual([]);
});
