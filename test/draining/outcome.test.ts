import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { ActionOutcome } from '../../lib/draining/act.ts';
import { decide } from '../../lib/draining/decide.ts';
import type { Action } from '../../lib/draining/decision.ts';
import { failureReason, settleOutcomes } from '../../lib/draining/outcome.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import {
  aDrain,
  aHook,
  aLeaver,
  anInstance,
  anOrderedDrain,
  aPolicy,
  aRecord,
  arn,
  arnOf,
  aTask,
  ghostReason,
  hookReason,
  later,
  outcomeOf,
  START,
} from './builders.ts';

const now = later(MINUTE);
const begin: Action = { kind: 'begin-drain', arn };
const reactivate: Action = { kind: 'reactivate', arn };
const complete: Action = { kind: 'complete', hook: aHook(), result: 'CONTINUE' };
const heartbeat: Action = { kind: 'heartbeat', hook: aHook() };
const stop: Action = { kind: 'stop-task', task: arnOf('a'), why: 'deadline' };
const error = { code: 'aws-throttled', sentence: 'Rate exceeded.' };

function settle(next: DrainRecord, outcomes: readonly ActionOutcome[], before = next) {
  const { record, findings } = settleOutcomes(before, next, outcomes, now);
  return { record, says: findings.map(({ reason }) => reason), sentence: findings[0]?.sentence };
}

describe('a drain that was begun', () => {
  const asked = aRecord({ reasons: [hookReason], drainRequestedAt: START });

  it('is draining from now on, with as many tasks as ECS counted', () => {
    const { record, says, sentence } = settle(asked, [outcomeOf(begin, 'done', { tasks: 3 })]);
    expect(record).toMatchObject({
      phase: 'draining',
      drainingSince: now,
      expectedTasks: 3,
      lastProgressAt: now,
    });
    expect(says).toEqual(['drain-begun']);
    expect(sentence).toMatch(/a scale-in \(lifecycle hook\), with 3 task/);
  });

  it('edge 27: of an instance that is MISSING is over', () => {
    const { record, says } = settle(asked, [outcomeOf(begin, 'gone')]);
    expect(record).toMatchObject({ phase: 'requested', unlisted: true });
    expect(says).toEqual(['instance-gone']);
  });

  it('edge 29: is asked for again when AWS throttles, and it stays ours', () => {
    const { record, says } = settle(asked, [outcomeOf(begin, 'retry', { error })]);
    expect(record).toMatchObject({ phase: 'requested', drainRequestedAt: START });
    expect(says).toEqual(['throttled']);
  });

  it('goes on although another action failed', () => {
    const outcomes = [outcomeOf(begin, 'done', { tasks: 1 }), outcomeOf(heartbeat, 'retry', { error })];
    expect(settle(asked, outcomes).record.phase).toBe('draining');
  });
});

describe('a hook', () => {
  const drained = aDrain({ phase: 'leaving', remaining: [] });

  it('that was completed is remembered as such, and the instance leaves', () => {
    const { record, says } = settle(drained, [outcomeOf(complete, 'done')], aDrain());
    expect(record).toMatchObject({ phase: 'leaving', hooks: [{ token: 't1', state: 'completed' }] });
    expect(says).toEqual(['hook-completed']);
  });

  it('edge 7: "No active Lifecycle Action" on completion counts as done', () => {
    const { record, says } = settle(drained, [outcomeOf(complete, 'already')], aDrain());
    expect(record).toMatchObject({ phase: 'leaving', hooks: [{ state: 'expired' }] });
    expect(says).toEqual(['hook-already-over']);
  });

  it('edge 7: "No active Lifecycle Action" on a heartbeat ends the heartbeats', () => {
    const { record, says } = settle(aDrain(), [outcomeOf(heartbeat, 'already')]);
    expect(record.hooks[0]?.state).toBe('expired');
    expect(says).toEqual(['hook-already-over']);
    const later20h = decide(record, {}, aPolicy({ deadlineMs: 48 * HOUR }), later(20 * HOUR));
    expect(later20h.actions).toEqual([]);
  });

  it('that was extended is due half a timeout from now', () => {
    const { record, says } = settle(aDrain(), [outcomeOf(heartbeat, 'done')]);
    expect(record.hooks[0]).toMatchObject({ state: 'open', lastHeartbeatAt: now });
    expect(says).toEqual(['heartbeat-sent']);
  });

  it('edge 29: whose completion was throttled after the last task is completed at the next look', () => {
    const { record } = settle(drained, [outcomeOf(complete, 'retry', { error })], aDrain());
    expect(record).toMatchObject({ phase: 'leaving', hooks: [{ state: 'open' }] });
    const next = decide(record, {}, aPolicy(), later(2 * MINUTE));
    expect(next.actions).toMatchObject([{ kind: 'complete', result: 'CONTINUE' }]);
  });

  it('edge 6: whose ABANDON was throttled is abandoned at the next look, not continued', () => {
    const policy = aPolicy({ atDeadline: 'abandon' });
    const tasks = [aTask('a')];
    const first = decide(aDrain(), { tasks }, policy, later(30 * MINUTE));
    const { record } = settle(
      first.next,
      first.actions.map((action) => outcomeOf(action, 'retry', { error })),
      aDrain(),
    );
    const second = decide(record, { tasks }, policy, later(40 * MINUTE));
    expect(second.actions).toMatchObject([{ kind: 'complete', result: 'ABANDON' }]);
  });

  it('keeps a record from being closed while it is open', () => {
    const closed = aDrain({ phase: 'closed', closedAs: 'gone' });
    const { record } = settle(closed, [], aDrain());
    expect(record.phase).toBe('draining');
    expect(record).not.toHaveProperty('closedAs');
  });

  it('edge 10: is told from another action of the same hook by its token', () => {
    const hooks = [aHook(), aHook({ token: 't2' })];
    const { record } = settle(aDrain({ hooks }), [outcomeOf(complete, 'done')]);
    expect(record.hooks.map(({ state }) => state)).toEqual(['completed', 'open']);
  });
});

it('edge 39: an instance that was given back is closed, one that was not is tried again', () => {
  const closed = anOrderedDrain({ phase: 'closed', closedAs: 'reactivated', reasons: [] });
  const before = anOrderedDrain({ reasons: [] });
  expect(settle(closed, [outcomeOf(reactivate, 'done')], before)).toMatchObject({
    record: { phase: 'closed', closedAs: 'reactivated' },
    says: ['reactivated'],
  });
  const refused = { code: 'aws-access-denied', sentence: 'No.' };
  const again = settle(closed, [outcomeOf(reactivate, 'refused', { error: refused })], before);
  expect(again).toMatchObject({ record: { phase: 'draining' }, says: ['access-denied'] });
  expect(again.record).not.toHaveProperty('closedAs');
});

it('a task that was not told to stop after all may be told again', () => {
  const asked = aDrain({ stopRequested: [arnOf('a'), arnOf('b')] });
  expect(settle(asked, [outcomeOf(stop, 'retry', { error })]).record.stopRequested).toEqual([arnOf('b')]);
  expect(settle(asked, [outcomeOf(stop, 'gone')]).record.stopRequested).toEqual([arnOf('a'), arnOf('b')]);
});

it('edge 22: a ghost that could not be deregistered is looked at again', () => {
  const ghost = aLeaver({ reasons: [ghostReason], ec2: { state: 'terminated', since: START } });
  const closed: DrainRecord = { ...ghost, phase: 'closed', closedAs: 'gone' };
  const deregister: Action = { kind: 'deregister', arn: anInstance().arn };
  expect(settle(closed, [outcomeOf(deregister, 'retry', { error })], ghost).record.phase).toBe('leaving');
  expect(settle(closed, [outcomeOf(deregister, 'gone')], ghost).record.phase).toBe('closed');
});

it.each([
  ['aws-throttled', 'throttled'],
  ['aws-access-denied', 'access-denied'],
  ['aws-cluster-not-found', 'cluster-not-found'],
  ['aws-anything-else', 'action-failed'],
])('the error %s is journalled as %s', (code, reason) => {
  expect(failureReason(code)).toBe(reason);
});
