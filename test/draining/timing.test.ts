import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMs, HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { decide } from '../../lib/draining/decide.ts';
import { nextLookAt } from '../../lib/draining/look.ts';
import { settleOutcomes } from '../../lib/draining/outcome.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import type { TaskView } from '../../lib/draining/snapshot.ts';
import {
  actBy,
  diagnosisDueAt,
  heartbeatDueAt,
  hookEndsAt,
  isDeadlineDue,
  lastChanceBefore,
  openHooks,
  REMEMBER_CLOSED,
  spotStopAt,
  TICK,
} from '../../lib/draining/timing.ts';
import { aDrain, aHook, anOrderedDrain, aPolicy, arnOf, aTask, later, outcomeOf, START } from './builders.ts';

describe('a lifecycle action', () => {
  it.each([
    ['30 s', 30 * SECOND, 50 * MINUTE],
    ['10 min', 10 * MINUTE, 1_000 * MINUTE],
    ['1 h', HOUR, 48 * HOUR],
    ['2 h', 2 * HOUR, 48 * HOUR],
  ])('edge 4: with a heartbeat timeout of %s ends after 100 of them or 48 h', (_, timeout, ends) => {
    expect(hookEndsAt(aHook({ heartbeatTimeoutMs: timeout }))).toBe(later(ends));
  });

  it('edge 3: its heartbeat is due after half of the timeout', () => {
    expect(heartbeatDueAt(aHook({ heartbeatTimeoutMs: 10 * MINUTE }))).toBe(later(5 * MINUTE));
  });

  it('edge 3: is taken for the shortest that there is while its timeout has not been read', () => {
    const { heartbeatTimeoutMs: _, ...unread } = aHook();
    expect(heartbeatDueAt(unread)).toBe(later(15 * SECOND));
    expect(hookEndsAt(unread)).toBe(later(48 * HOUR));
  });

  it('edge 5: that is over is not open', () => {
    const hooks = [aHook({ state: 'completed' }), aHook({ state: 'expired' }), aHook({ token: 't2' })];
    expect(openHooks(aDrain({ hooks })).map(({ token }) => token)).toEqual(['t2']);
  });
});

describe('the moment to act', () => {
  const short = aHook({ heartbeatTimeoutMs: 2 * MINUTE });

  it('edge 6: is the deadline of the record', () => {
    expect(actBy(aDrain(), aPolicy())).toBe(later(30 * MINUTE));
  });

  it('edge 4: is earlier where the hook would end before, with room for a tick and the calls', () => {
    const record = aDrain({ deadline: later(40 * HOUR), hooks: [short] });
    expect(actBy(record, aPolicy())).toBe(later(200 * MINUTE - 2 * TICK));
  });

  it('edge 4: leaves room for the stopped tasks to end too', () => {
    const record = aDrain({ deadline: later(40 * HOUR), hooks: [short] });
    const policy = aPolicy({ atDeadline: 'stop-tasks', stopGraceMs: 10 * MINUTE });
    expect(actBy(record, policy)).toBe(later(188 * MINUTE));
  });

  it('is not before the hook began, whatever the grace', () => {
    const hooks = [aHook({ heartbeatTimeoutMs: 30 * SECOND })];
    const policy = aPolicy({ atDeadline: 'stop-tasks', stopGraceMs: HOUR });
    expect(actBy(aDrain({ hooks }), policy)).toBe(START);
  });

  it('never comes for a drain with neither deadline nor hook', () => {
    const { deadline: _, ...without } = anOrderedDrain();
    expect(actBy(without, aPolicy())).toBeUndefined();
    expect(isDeadlineDue(without, aPolicy(), later(1_000 * HOUR))).toBe(false);
  });

  it.each([
    ['before the deadline', {}, 'continue', 29, false],
    ['at the deadline', {}, 'continue', 30, true],
    ['after tasks were told to stop', { deadlineActedAt: later(30 * MINUTE) }, 'stop-tasks', 31, false],
    ['while the hook is still open', { deadlineActedAt: later(30 * MINUTE) }, 'abandon', 31, true],
    [
      'once acted on without a hook',
      { deadlineActedAt: later(30 * MINUTE), hooks: [] },
      'abandon',
      31,
      false,
    ],
  ] as const)('edge 6: %s', (_, changes, atDeadline, minutes, due) => {
    expect(isDeadlineDue(aDrain(changes), aPolicy({ atDeadline }), later(minutes * MINUTE))).toBe(due);
  });
});

it('edge 16: Spot tasks are stopped by force a lead before the reclaim, if the policy wants that', () => {
  const record = aDrain({ reclaimAt: later(2 * MINUTE) });
  expect(spotStopAt(record, aPolicy({ spotStopLeadMs: 45 * SECOND }))).toBe(later(75 * SECOND));
  expect(spotStopAt(record, aPolicy())).toBeUndefined();
  expect(spotStopAt(aDrain(), aPolicy({ spotStopLeadMs: 45 * SECOND }))).toBeUndefined();
});

it('the last chance is the tick after which there is none in time', () => {
  expect(lastChanceBefore(later(TICK), START)).toBe(false);
  expect(lastChanceBefore(later(TICK - 1), START)).toBe(true);
});

it('edge 9: a closed record is remembered longer than an event is delivered again', () => {
  expect(REMEMBER_CLOSED).toBe(25 * HOUR);
});

describe('a diagnosis', () => {
  it('is not put off by some that have been told to stop, only by all', () => {
    const ending = aTask('a', { desiredStatus: 'STOPPED' });
    const due = (...remaining: TaskView[]) => diagnosisDueAt(aDrain({ remaining }));

    expect(due(ending, aTask('b'))).toBe(later(MINUTE));
    expect(due(ending, { ...ending, task: arnOf('b') })).toBe(Number.POSITIVE_INFINITY);
  });

  it('of the moment of the last progress counts as one since then', () => {
    expect(diagnosisDueAt(aDrain({ lastDiagnosisAt: START }))).toBe(later(5 * MINUTE));
  });

  it.each([
    ['after a minute without progress', {}, MINUTE],
    ['again five minutes later', { lastDiagnosisAt: later(MINUTE) }, 6 * MINUTE],
    ['then at doubling distances', { lastDiagnosisAt: later(20 * MINUTE) }, 40 * MINUTE],
    ['at last once an hour', { lastDiagnosisAt: later(10 * HOUR) }, 11 * HOUR],
    [
      'a minute after new progress',
      { lastDiagnosisAt: later(20 * MINUTE), lastProgressAt: later(30 * MINUTE) },
      31 * MINUTE,
    ],
    [
      'later for a drain that has come out of pauses before',
      { longestPauseMs: 5 * MINUTE, remaining: [aTask('a')] },
      10 * MINUTE,
    ],
    ['at once all the same while its tasks have not been listed yet', { longestPauseMs: 5 * MINUTE }, MINUTE],
    [
      'never when all that is left was told to stop',
      { remaining: [aTask('a', { desiredStatus: 'STOPPED' })] },
      Number.POSITIVE_INFINITY,
    ],
  ])('edge 15: is made %s', (_, changes, due) => {
    expect(diagnosisDueAt(aDrain(changes))).toBe(later(due));
  });
});

/** The ticks of a schedule, each a little late, that send heartbeats until `until`; when each was sent. */
function heartbeatsOf(
  record: DrainRecord,
  first: number,
  late: readonly number[],
  until: EpochMs,
): EpochMs[] {
  const policy = aPolicy({ deadlineMs: 72 * HOUR });
  const sent: EpochMs[] = [];
  let state = record;
  let dueAt = nextLookAt(state, policy, START);
  for (let tick = 0; START + first + tick * TICK < until; tick++) {
    const now = START + first + tick * TICK + (late[tick % late.length] ?? 0);
    if (dueAt > now) continue;
    const { actions, next } = decide(state, {}, policy, now);
    const outcomes = actions.map((action) => outcomeOf(action, 'done'));
    if (actions.some(({ kind }) => kind === 'heartbeat')) sent.push(now);
    state = settleOutcomes(state, next, outcomes, now).record;
    dueAt = nextLookAt(state, policy, now);
  }
  return sent;
}

describe('heartbeats', () => {
  it('edge 3: are always sent before the timeout runs out, until Auto Scaling ends the action', () => {
    const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * SECOND);
    fc.assert(
      fc.property(
        fc.oneof(seconds(120, 200), seconds(120, 7_200)),
        seconds(0, 59),
        fc.array(seconds(0, 15), { minLength: 1, maxLength: 20 }),
        (timeout, first, late) => {
          const hook = aHook({ heartbeatTimeoutMs: timeout });
          const record = aDrain({
            hooks: [hook],
            deadline: later(72 * HOUR),
            remaining: [aTask('a')],
            lastDiagnosisAt: later(72 * HOUR),
          });
          // The last heartbeats before the end of the action do not matter: actBy comes first.
          const until = Math.min(hookEndsAt(hook), later(12 * HOUR)) - 2 * TICK;
          const moments = [START, ...heartbeatsOf(record, first, late, until), until];
          const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
          expect(Math.max(...gaps)).toBeLessThan(timeout);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('edge 3: are sent no more often than every tick', () => {
    const record = aDrain({ hooks: [aHook({ heartbeatTimeoutMs: HOUR })], remaining: [aTask('a')] });
    expect(heartbeatsOf(record, 0, [0], later(3 * HOUR)).length).toBeLessThanOrEqual(7);
  });
});
