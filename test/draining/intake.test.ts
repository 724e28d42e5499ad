import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { byWhom, isVoluntary, newRecord, takeIn } from '../../lib/draining/intake.ts';
import type { Notice } from '../../lib/draining/notice.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import {
  aDrain,
  aHook,
  aLeaver,
  aPolicy,
  aRecord,
  arnOf,
  aTask,
  cluster,
  ec2State,
  ghostReason,
  heard,
  hookNotice,
  hookReason,
  id,
  later,
  maintenance,
  order,
  orderReason,
  rebalance,
  START,
  spotNotice,
  sweptHook,
  taskStopped,
  unlisted,
} from './builders.ts';

const policy = aPolicy();
const fresh = newRecord(id, cluster, START);
const take = (record: DrainRecord, ...notices: Notice[]) => takeIn(record, heard(...notices), policy);
const kinds = (record: DrainRecord) => record.reasons.map(({ kind }) => kind);

describe('a lifecycle hook', () => {
  it('opens an action with its token, and the drain must be over by the deadline of the policy', () => {
    const record = take(fresh, hookNotice());
    const { heartbeatTimeoutMs: _, ...unread } = aHook();
    expect(record).toMatchObject({ phase: 'requested', reasons: [hookReason], deadline: later(30 * MINUTE) });
    expect(record.hooks).toEqual([unread]);
  });

  it('edge 9: a duplicate changes nothing', () => {
    const once = take(fresh, hookNotice(), spotNotice(), taskStopped('a'), rebalance(), order('drain'));
    const twice = take(once, hookNotice(), spotNotice(), taskStopped('a'), rebalance(), order('drain'));
    expect(twice).toEqual(once);
  });

  it('edge 10: every hook token is remembered, whatever else speaks of the instance', () => {
    const record = take(
      fresh,
      rebalance(),
      hookNotice(),
      spotNotice(),
      hookNotice({ token: 't2', at: later(MINUTE) }),
      hookNotice({ hook: 'logs', token: 't3' }),
    );
    expect(record.hooks.map(({ hook, token }) => [hook, token])).toEqual([
      ['drain', 't1'],
      ['drain', 't2'],
      ['logs', 't3'],
    ]);
    expect(kinds(record)).toEqual(['rebalance', 'hook', 'spot-interruption']);
  });

  it('edge 12: one that the sweep found gets its token, its true age and its deadline from the late event', () => {
    const swept = take(fresh, sweptHook(later(5 * MINUTE)));
    const told = take(swept, hookNotice());
    expect(swept.hooks).toMatchObject([{ openedAt: later(5 * MINUTE), lastHeartbeatAt: 0 }]);
    expect(told.hooks).toMatchObject([{ token: 't1', openedAt: START }]);
    expect(told.deadline).toBe(later(30 * MINUTE));
  });

  it('edge 12: the sweep finding an action that is known adds none', () => {
    const record = take(fresh, hookNotice(), sweptHook(later(MINUTE)));
    expect(record.hooks).toHaveLength(1);
    expect(record.hooks[0]?.token).toBe('t1');
  });

  it('edge 11: a later hook on a drained instance takes the record up again', () => {
    const record = take(aLeaver(), hookNotice({ token: 't2', at: later(HOUR) }));
    expect(record.phase).toBe('requested');
    expect(record.hooks.map(({ token, state }) => [token, state])).toEqual([
      ['t1', 'completed'],
      ['t2', 'open'],
    ]);
  });

  it('edge 11: a later hook after a closed drain has a deadline of its own, not the one that has passed', () => {
    const closed = aDrain({
      phase: 'closed',
      closedAs: 'reactivated',
      reasons: [],
      hooks: [],
      deadlineActedAt: later(30 * MINUTE),
      unlisted: true,
      reclaimAt: later(2 * MINUTE),
    });
    const record = take(closed, hookNotice({ at: later(10 * HOUR) }));
    expect(record).toMatchObject({
      phase: 'requested',
      openedAt: later(10 * HOUR),
      deadline: later(10 * HOUR + 30 * MINUTE),
      lastProgressAt: later(10 * HOUR),
    });
    for (const old of ['closedAs', 'deadlineActedAt', 'unlisted', 'reclaimAt', 'drainingSince']) {
      expect(record).not.toHaveProperty(old);
    }
  });

  it('edge 50: a replayed hook event does not reopen the drain that it began', () => {
    const closed = aLeaver({ phase: 'closed', closedAs: 'gone' });
    expect(take(closed, hookNotice())).toMatchObject({ phase: 'closed', closedAs: 'gone' });
  });
});

describe('the deadline', () => {
  it('edge 10: only tightens', () => {
    const spot = take(fresh, hookNotice(), spotNotice('terminate', later(MINUTE)));
    expect(spot.deadline).toBe(later(3 * MINUTE));
    const again = take(spot, hookNotice({ token: 't2', at: later(2 * MINUTE) }));
    expect(again.deadline).toBe(later(3 * MINUTE));
  });

  it('is set by no advice and no order: their drains get it when they begin', () => {
    expect(take(fresh, rebalance(), order('drain'), maintenance())).not.toHaveProperty('deadline');
  });
});

describe('Spot', () => {
  it('edge 16: an interruption gives two minutes', () => {
    expect(take(fresh, spotNotice())).toMatchObject({
      reclaimAt: later(2 * MINUTE),
      deadline: later(2 * MINUTE),
    });
  });

  it('edge 18: hibernation begins at once', () => {
    expect(take(fresh, spotNotice('hibernate'))).toMatchObject({ reclaimAt: START, deadline: START });
  });

  it('edge 18: a stop gives two minutes too', () => {
    expect(take(fresh, spotNotice('stop')).reclaimAt).toBe(later(2 * MINUTE));
  });
});

describe('an order, an advice and maintenance', () => {
  it('edge 39: a release withdraws what was chosen and leaves what must be', () => {
    const all = take(fresh, order('drain'), rebalance(), maintenance(), hookNotice());
    expect(kinds(take(all, order('release', later(1))))).toEqual(['hook']);
  });

  it('a release is remembered with who gave the newest, in whatever order they come', () => {
    const early: Notice = { kind: 'order', verb: 'release', by: 'jo', at: later(1) };
    const late: Notice = { kind: 'order', verb: 'release', by: 'kim', at: later(2) };

    expect(byWhom(take(fresh, early, late))).toBe(' by kim');
    expect(byWhom(take(fresh, late, early))).toBe(' by kim');
    expect(byWhom(fresh)).toBe('');
  });

  it('edge 9: an order that is delivered again after its release does not come back', () => {
    const released = take(fresh, order('drain'), order('release', later(1)));
    expect(take(released, order('drain')).reasons).toEqual([]);
  });

  it('edge 9: an order that is delivered after its release does not count', () => {
    expect(take(fresh, order('release', later(1)), order('drain')).reasons).toEqual([]);
  });

  it('edge 39: an order after the release is a new one', () => {
    const record = take(fresh, order('drain'), order('release', later(1)), order('drain', later(2)));
    expect(record.reasons).toEqual([{ ...orderReason, at: later(2) }]);
  });

  it('edge 38: maintenance that AWS withdraws is no reason any more, and only that maintenance', () => {
    const other = maintenance({ eventArn: 'arn:aws:health:2' });
    const both = take(fresh, maintenance(), other);
    const left = take(both, maintenance({ status: 'withdrawn', at: later(HOUR) }));
    expect(left.reasons).toMatchObject([{ kind: 'maintenance', eventArn: 'arn:aws:health:2' }]);
  });

  it('edge 38: the newest date of a maintenance counts, in whatever order they come', () => {
    const moved = maintenance({ startAt: later(90 * HOUR), at: later(HOUR) });
    const inOrder = take(fresh, maintenance(), moved);
    const reversed = take(fresh, moved, maintenance());
    expect(inOrder.reasons).toMatchObject([{ startAt: later(90 * HOUR) }]);
    expect(reversed.reasons).toEqual(inOrder.reasons);
  });

  it('an order after the drain was undone by somebody begins it again; a replay of the old one does not', () => {
    const undone = aRecord({ phase: 'closed', closedAs: 'withdrawn' });
    expect(take(undone, order('drain')).phase).toBe('closed');
    expect(take(undone, order('drain', later(HOUR))).phase).toBe('requested');
  });

  it.each([
    ['rebalance', true],
    ['maintenance', true],
    ['order', true],
    ['hook', false],
    ['spot-interruption', false],
    ['direct-termination', false],
    ['ghost', false],
  ] as const)('edge 39: whether %s may be withdrawn: %s', (kind, expected) => {
    const reason = { kind, at: START, by: 'ada', eventArn: 'arn:aws:health:1', startAt: START } as const;
    expect(isVoluntary(reason)).toBe(expected);
  });
});

describe('what EC2 announces', () => {
  it.each([
    ['shutting-down', 'direct-termination'],
    ['stopping', 'direct-termination'],
    ['stopped', 'ghost'],
    ['terminated', 'ghost'],
  ] as const)('edge 21: %s without any other reason is %s', (state, kind) => {
    expect(kinds(take(fresh, ec2State(state)))).toEqual([kind]);
  });

  it.each(['pending', 'running'] as const)('%s is no reason', (state) => {
    expect(take(fresh, ec2State(state)).reasons).toEqual([]);
  });

  it('edge 21: a direct termination is no reason where the policy does not want it', () => {
    const triggers = { ...policy.triggers, directTermination: false };
    const record = takeIn(fresh, heard(ec2State('shutting-down')), aPolicy({ triggers }));
    expect(record).toMatchObject({ reasons: [], ec2: { state: 'shutting-down' } });
  });

  it('an instance that we drain is expected to go', () => {
    expect(take(aLeaver(), ec2State('terminated')).reasons).toEqual([hookReason]);
  });

  it('edge 9: a "stopped" that comes late does not hide "terminated"', () => {
    const record = take(fresh, ec2State('terminated', later(MINUTE)), ec2State('stopped', START));
    expect(record.ec2).toEqual({ state: 'terminated', since: later(MINUTE) });
  });

  it('edge 18: an instance that was started again is running', () => {
    const record = take(fresh, ec2State('stopped'), ec2State('running', later(HOUR)));
    expect(record.ec2).toEqual({ state: 'running', since: later(HOUR) });
  });

  it('edge 22: an instance that was stopped, kept by the policy and then terminated is looked at again', () => {
    const kept = aRecord({
      phase: 'closed',
      closedAs: 'withdrawn',
      reasons: [ghostReason],
      ec2: { state: 'stopped', since: START },
    });
    const record = take(kept, ec2State('terminated', later(HOUR)));
    expect(record).toMatchObject({ phase: 'requested', ec2: { state: 'terminated', since: later(HOUR) } });
  });

  it('edge 18: what was a ghost and was started again is drained for its new reason alone', () => {
    const kept = aRecord({ phase: 'closed', closedAs: 'withdrawn', reasons: [ghostReason] });
    expect(kinds(take(kept, order('drain', later(HOUR))))).toEqual(['order']);
  });

  it('edge 32: an instance that we stood down for goes without us, and is a ghost where ECS forgets it', () => {
    const stoodDown = aRecord({ phase: 'closed', closedAs: 'stood-down', reasons: [hookReason] });
    const going = take(stoodDown, ec2State('shutting-down', later(MINUTE)));
    expect(going.phase).toBe('closed');
    expect(take(going, ec2State('terminated', later(HOUR)))).toMatchObject({
      phase: 'requested',
      reasons: [hookReason, { kind: 'ghost', at: later(HOUR) }],
    });
  });

  it('an instance that registers after it was let go as unlisted, and ends, is a ghost', () => {
    const terminated = { state: 'terminated', since: START } as const;
    const gone = aRecord({ phase: 'closed', closedAs: 'gone', reasons: [hookReason], ec2: terminated });
    expect(take(gone, ec2State('terminated', later(HOUR))).phase).toBe('closed');
    const told = { kind: 'ec2-state', state: 'terminated', at: later(HOUR), listed: true } as const;
    expect(take(gone, told)).toMatchObject({
      phase: 'requested',
      reasons: [hookReason, { kind: 'ghost', at: later(HOUR) }],
      ec2: terminated,
    });
  });
});

describe('what ECS announces', () => {
  it('a task that has stopped is counted once and is progress', () => {
    const record = take(
      aDrain({ remaining: [aTask('a'), aTask('b')] }),
      taskStopped('a', later(MINUTE)),
      taskStopped('a', START),
    );
    expect(record).toMatchObject({
      stopped: [arnOf('a')],
      remaining: [{ task: arnOf('b') }],
      lastProgressAt: later(MINUTE),
    });
  });

  it('INACTIVE is final: the instance is unlisted', () => {
    expect(take(aLeaver(), unlisted()).unlisted).toBe(true);
  });

  it('the longest pause between two tasks that left is remembered', () => {
    const record = take(aDrain(), taskStopped('a', later(3 * MINUTE)), taskStopped('b', later(4 * MINUTE)));
    expect(record.longestPauseMs).toBe(3 * MINUTE);
  });
});
