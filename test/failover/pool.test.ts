import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { settlePool } from '../../lib/failover/outcome.ts';
import { decidePool, type PoolQuestion } from '../../lib/failover/pool.ts';
import type { Phase, PoolState, ServiceRecord } from '../../lib/failover/record.ts';
import type { ProbeView } from '../../lib/failover/snapshot.ts';
import {
  aPolicy,
  aPool,
  failedOver,
  later,
  probingByShare,
  reasons,
  START,
  sentences,
  WEB,
  written,
} from './situations.ts';

const API = 'service/prod/api';
const { breaker } = aPolicy();
const OPEN: Phase = { name: 'open', since: later(-50 * MINUTE) };

/** A member that was flipped so long ago. */
const member = (minutesAgo: number, changes: Partial<ServiceRecord> = {}, phase: Phase = OPEN) =>
  failedOver(phase, { written: written({ at: later(-minutesAgo * MINUTE) }), ...changes });
const ask = (state: PoolState, changes: Partial<PoolQuestion> = {}) =>
  decidePool({
    pool: aPool(state, { trips: 1 }),
    members: [member(60)],
    probe: undefined,
    breaker,
    now: START,
    random: () => 0.5,
    ...changes,
  });

const closed = (minutesAgo: number): PoolState => ({ name: 'closed', since: later(-minutesAgo * MINUTE) });
const open = (probeInMinutes: number): PoolState => ({
  name: 'open',
  since: later(-30 * MINUTE),
  probeAt: later(probeInMinutes * MINUTE),
});
const halfOpen = (minutesAgo: number, task?: string): PoolState => ({
  name: 'half-open',
  since: later(-minutesAgo * MINUTE),
  prober: WEB,
  ...(task === undefined ? {} : { task }),
});
const TASK = 'arn:aws:ecs:eu-central-1:111122223333:task/prod/1';

describe('a closed breaker', () => {
  it('is opened by a member that was flipped since', () => {
    const decision = ask(closed(30), { members: [member(1)] });

    expect(decision.next).toMatchObject({
      trips: 2,
      state: { name: 'open', since: START, probeAt: later(20 * MINUTE) },
    });
    expect(reasons(decision)).toEqual(['breaker-opened']);
  });

  it('is opened by a member that was flipped in the same moment', () => {
    expect(ask(closed(1), { members: [member(1)] }).next.state.name).toBe('open');
  });

  it('stays closed for a member that was flipped before, or that is on its way back', () => {
    expect(ask(closed(30)).next.state.name).toBe('closed');
    const back = member(1, {}, { name: 'returning', step: 0, since: START });
    expect(ask(closed(30), { members: [back] }).next.state.name).toBe('closed');
  });

  it('has forgotten the openings before after an hour', () => {
    expect(ask(closed(60), { members: [member(1)] }).next.trips).toBe(1);
    expect(ask(closed(59), { members: [member(1)] }).next.trips).toBe(2);
  });
});

describe('the cool-off', () => {
  it('is within the bounds of its jitter, and never longer than the most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trips, drawn) => {
          const pool = aPool(closed(30), { trips });
          const { next } = ask(closed(30), { pool, members: [member(1)], random: () => drawn });
          const plain = Math.min(breaker.mostMs, breaker.coolOffMs * 2 ** trips);
          const waits = next.state.name === 'open' ? next.state.probeAt - START : 0;

          expect(next.trips).toBe(trips + 1);
          expect(waits).toBeGreaterThanOrEqual(plain * 0.8 - 1);
          expect(waits).toBeLessThanOrEqual(plain * 1.2 + 1);
        },
      ),
    );
  });

  it('is waited for to the millisecond, with no probe in between', () => {
    expect(reasons(ask(open(1 / MINUTE)))).toEqual(['cooling-off']);
    expect(ask(open(0)).action).toEqual({ kind: 'start-probe', prober: WEB });
  });

  it('is not made longer by another member that lacks the same', () => {
    const decision = ask(open(5), { members: [member(60), member(1, { service: API })] });

    expect(decision.next.state).toEqual(open(5));
  });

  it('is cut short by a reset', () => {
    expect(ask(open(5), { members: [member(60, { resetAt: later(-MINUTE) })] }).next.state.name).toBe(
      'half-open',
    );
  });

  it('begins anew if it is over for long and a member opens only now', () => {
    expect(ask(open(-20), { members: [member(1)] }).next.state).toMatchObject({ name: 'open', since: START });
  });
});

describe('the prober', () => {
  it('is the first by name that waits, however they come', () => {
    const members = [member(60), member(60, { service: API })];

    expect(ask(open(0), { members }).action).toEqual({ kind: 'start-probe', prober: API });
    expect(ask(open(0), { members: members.toReversed() }).action).toEqual({
      kind: 'start-probe',
      prober: API,
    });
  });

  it('is none that is latched; without any the breaker is closed', () => {
    const latched = member(60, {}, { name: 'latched', since: later(-50 * MINUTE) });
    const decision = ask(open(0), { members: [latched] });

    expect(reasons(decision)).toEqual(['breaker-closed']);
    expect(decision.action).toBeUndefined();
  });

  it('is waited for while its flip is not through', () => {
    const flipping = member(60, {}, { name: 'flipping', since: later(-HOUR) });

    expect(ask(open(0), { members: [flipping] }).next.state).toEqual(open(0));
  });

  it('that was taken back by somebody is followed by another, at once if nothing runs', () => {
    const gone = member(60, {}, { name: 'closed' });
    const members = [gone, member(60, { service: API })];

    expect(ask(halfOpen(1), { members }).action).toEqual({ kind: 'start-probe', prober: API });
    const decision = ask(halfOpen(1, TASK), { members });
    expect(decision.action).toEqual({ kind: 'stop-probe', prober: WEB, task: TASK });
    expect(decision.next.state).toMatchObject({ name: 'open', probeAt: later(10 * MINUTE) });
  });
});

describe('a probe by a task', () => {
  const running = (minutesAgo: number): ProbeView => ({
    kind: 'running',
    since: later(-minutesAgo * MINUTE),
  });
  const stopped = (capacity: boolean): ProbeView => ({ kind: 'stopped', capacity, why: 'SpotInterruption' });

  it('is started again while it is not known whether it was, and given up in the end', () => {
    expect(ask(halfOpen(1)).action).toEqual({ kind: 'start-probe', prober: WEB });
    const late = ask(halfOpen(6));
    expect(reasons(late)).toEqual(['probe-failed']);
    expect(late.next).toMatchObject({ trips: 1, state: { name: 'open' } });
  });

  it('that has run for the soak closes the breaker and is stopped', () => {
    expect(reasons(ask(halfOpen(4, TASK), { probe: running(1) }))).toEqual(['soaking']);
    const decision = ask(halfOpen(4, TASK), { probe: running(2) });
    expect(reasons(decision)).toEqual(['probe-passed', 'breaker-closed']);
    expect(decision.next.state).toEqual({ name: 'closed', since: START });
    expect(decision.action).toEqual({ kind: 'stop-probe', prober: WEB, task: TASK });
  });

  it.each<[string, number, ProbeView, number, boolean]>([
    ['finds no capacity', 1, stopped(true), 2, false],
    ['does not start in time', 6, { kind: 'starting' }, 2, true],
    ['does not work, which says nothing of Spot', 1, stopped(false), 1, false],
  ])('that %s opens it again', (_, minutesAgo, probe, trips, stops) => {
    const decision = ask(halfOpen(minutesAgo, TASK), { probe });

    expect(reasons(decision)).toEqual(['probe-failed']);
    expect(decision.next.trips).toBe(trips);
    expect(decision.next.state).toMatchObject({ name: 'open', since: START });
    expect(decision.action !== undefined).toBe(stops);
  });

  it('is stopped by a member that opens meanwhile', () => {
    const decision = ask(halfOpen(2, TASK), {
      members: [member(60), member(1, { service: API })],
      probe: running(1),
    });

    expect(reasons(decision)).toEqual(['breaker-opened']);
    expect(decision.action).toEqual({ kind: 'stop-probe', prober: WEB, task: TASK });
  });

  it('is stopped until ECS has agreed', () => {
    const pool = aPool(closed(1), { stopping: { prober: WEB, task: TASK } });
    const call = 'ECS:StopTask';
    const error = { code: 'aws-throttled', sentence: 'Rate exceeded.' };
    const decision = ask(closed(1), { pool });

    expect(decision.action).toEqual({ kind: 'stop-probe', prober: WEB, task: TASK });
    expect(settlePool(decision.next, { result: 'retry', call, error }).record).toEqual(pool);
    expect(settlePool(decision.next, { result: 'done', call }).record).not.toHaveProperty('stopping');
  });
});

describe('what RunTask answers', () => {
  const call = 'ECS:RunTask';
  const error = { code: 'aws-other', sentence: 'Capacity is unavailable at this time.' };
  const starting = ask(open(0)).next;

  it('is the task that is watched', () => {
    const { record } = settlePool(starting, { result: 'done', call, task: TASK });

    expect(record.state).toMatchObject({ name: 'half-open', task: TASK });
  });

  it.each([
    ['a lack of capacity, which lengthens the cool-off', true, 2, []],
    ['a refusal, which does not', false, 1, ['action-refused']],
  ])('is %s', (_, capacity, trips, told) => {
    const outcome = {
      result: 'refused' as const,
      call,
      error,
      ...(capacity ? { capacity: true as const } : {}),
    };
    const { record, findings } = settlePool(starting, outcome);
    const next = ask(starting.state, { pool: record });

    expect(findings.map(({ reason }) => reason)).toEqual(told);
    expect(next.next).toMatchObject({ trips, state: { name: 'open' } });
    expect(next.action).toBeUndefined();
  });
});

describe('a probe by a share', () => {
  const share = probingByShare().breaker;
  const judged = (passed: boolean, minutesAgo = 0) =>
    member(60, { verdict: { at: later(-minutesAgo * MINUTE), passed } });

  it('starts no task', () => {
    const decision = ask(open(0), { breaker: share });

    expect(decision.action).toBeUndefined();
    expect(decision.next.state).toEqual({ name: 'half-open', since: START, prober: WEB });
  });

  it('goes by the verdict of its prober, and by none of before', () => {
    expect(reasons(ask(halfOpen(5), { breaker: share, members: [judged(true)] }))).toEqual([
      'breaker-closed',
    ]);
    const failed = ask(halfOpen(5), { breaker: share, members: [judged(false)] });
    expect(reasons(failed)).toEqual(['probe-failed']);
    expect(failed.next.trips).toBe(2);
    expect(ask(halfOpen(5), { breaker: share, members: [judged(true, 6)] }).next.state).toEqual(halfOpen(5));
  });

  it('whose prober went back to on-demand with its verdict is a probe that failed, and no opening', () => {
    const members = [member(0, { verdict: { at: START, passed: false } })];

    expect(reasons(ask(halfOpen(5), { breaker: share, members }))).toEqual(['probe-failed']);
  });

  it('that cannot begin ends with the same cool-off', () => {
    const decision = ask(halfOpen(16), { breaker: share });

    expect(decision.next).toMatchObject({ trips: 1, state: { name: 'open' } });
    expect(sentences(decision)).toContain('service/prod/web could not begin');
  });
});

it('deciding twice on the same gives the same', () => {
  const states = fc.constantFrom(closed(30), open(0), open(5), halfOpen(1), halfOpen(6, TASK));
  const ages = fc.integer({ min: 0, max: 90 });
  fc.assert(
    fc.property(states, ages, fc.boolean(), (state, minutesAgo, byShare) => {
      const question = {
        members: [member(minutesAgo)],
        breaker: byShare ? probingByShare().breaker : breaker,
      };
      expect(ask(state, question)).toEqual(ask(state, question));
    }),
  );
});
