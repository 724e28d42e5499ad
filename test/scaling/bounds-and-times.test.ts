import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { countAt, inCooldown, outCooldown, withChange } from '../../lib/scaling/cooldown.ts';
import type { Intent } from '../../lib/scaling/record.ts';
import { countAfter, runSchedules } from '../../lib/scaling/scheduled.ts';
import { boundsOf, shown, withinBounds } from '../../lib/scaling/situation.ts';
import { aChange, aRecord, aSchedule, aTarget, capacity, later, START } from './situations.ts';

describe('bounds', () => {
  const policy = aTarget({ min: 2, max: 10 });

  it("are the policy's, what a schedule has set, and never beyond the group's own", () => {
    const own = (min: number, max: number) => capacity(5, { bounds: { min, max } });

    expect(boundsOf(aRecord(), policy, capacity(5))).toEqual({ min: 2, max: 10 });
    expect(boundsOf(aRecord({ bounds: { min: 4 } }), policy, capacity(5))).toEqual({ min: 4, max: 10 });
    expect(boundsOf(aRecord({ bounds: { min: 12, max: 8 } }), policy, capacity(5))).toEqual({
      min: 8,
      max: 8,
    });
    expect(boundsOf(aRecord(), policy, own(3, 8))).toEqual({ min: 3, max: 8 });
    expect(boundsOf(aRecord(), policy, own(0, 40))).toEqual({ min: 2, max: 10 });
    expect(boundsOf(aRecord(), policy, own(0, 1))).toEqual({ min: 1, max: 1 });
  });

  it('let a count through as far as they reach', () => {
    const bounds = { min: 2, max: 10 };

    expect(withinBounds(12, 9, bounds)).toEqual({ desired: 10 });
    expect(withinBounds(12, 10, bounds)).toEqual({ desired: 10, reason: 'already-at-max' });
    expect(withinBounds(1, 3, bounds)).toEqual({ desired: 2 });
    expect(withinBounds(1, 2, bounds)).toEqual({ desired: 2, reason: 'already-at-min' });
    expect(withinBounds(1, 0, bounds)).toEqual({ desired: 2 });
    expect(withinBounds(11, 12, bounds)).toEqual({ desired: 10 });
    expect(withinBounds(12, 12, bounds)).toEqual({ desired: 12 });
    expect([countAfter(1, bounds), countAfter(5, bounds), countAfter(11, bounds)]).toEqual([2, 5, 10]);
  });

  it('are shown with what matters of a number', () => {
    expect([0.123456, 999.96, 1_000.4, -1_234.5, 12].map(shown)).toEqual([
      '0.1235',
      '1000',
      '1000',
      '-1234',
      '12',
    ]);
  });
});

describe('cooldowns', () => {
  const intent: Intent = { desired: 14, from: 12, policy: 'p', decidedAt: later(MINUTE), cooldownMs: MINUTE };

  it('run until their end, each of its own direction', () => {
    const record = aRecord({ lastIn: aChange(11, 10), lastOut: aChange(10, 12) });

    expect(inCooldown(record, later(5 * MINUTE - 1))).toBe(record.lastIn);
    expect(inCooldown(record, later(5 * MINUTE))).toBeUndefined();
    expect(outCooldown(record, later(5 * MINUTE - 1))).toBe(record.lastOut);
    expect(outCooldown(record, later(5 * MINUTE))).toBeUndefined();
    expect(outCooldown(aRecord(), START, START)).toBeUndefined();
  });

  it('outlast a metric that was measured before the change, to its very moment', () => {
    const record = aRecord({ lastOut: aChange(10, 12, { cooldownMs: 0 }) });

    expect(outCooldown(record, later(MINUTE), START)).toBe(record.lastOut);
    expect(outCooldown(record, later(MINUTE), START + 1)).toBeUndefined();
  });

  it('begin with the change, and a further change in them keeps where they began', () => {
    const first = withChange(aRecord(), intent, later(MINUTE));
    expect(first.lastOut).toEqual({ at: later(MINUTE), from: 12, to: 14, policy: 'p', cooldownMs: MINUTE });

    const within = withChange(aRecord({ lastOut: aChange(10, 12) }), intent, later(2 * MINUTE));
    expect(within.lastOut).toMatchObject({ from: 10, to: 14, cooldownMs: 3 * MINUTE });

    // A schedule has taken back more than was added: what is added now counts from there.
    const below = withChange(
      aRecord({ lastOut: aChange(10, 12) }),
      { ...intent, from: 8, desired: 9 },
      later(2 * MINUTE),
    );
    expect(below.lastOut?.from).toBe(8);
    const over = withChange(
      aRecord({ lastOut: aChange(10, 12, { cooldownMs: MINUTE }) }),
      intent,
      later(2 * MINUTE),
    );
    expect(over.lastOut).toMatchObject({ from: 12, cooldownMs: MINUTE });
  });

  it('know how many there were meant to be at a moment', () => {
    const record = aRecord({ changes: [aChange(10, 12, { at: later(-MINUTE) }), aChange(12, 15)] });

    expect(countAt(record, later(-MINUTE), 15)).toBe(10);
    expect(countAt(record, later(-MINUTE + 1), 15)).toBe(12);
    expect(countAt(record, START + 1, 15)).toBe(15);
  });
});

describe('schedules that fall due', () => {
  const eight = Date.parse('2026-11-21T07:00Z');
  const run = (
    schedules: ReturnType<typeof aSchedule>[],
    record: Parameters<typeof aRecord>[0],
    now = eight,
  ) => runSchedules(aRecord(record), aTarget({ schedules }), now);
  const seen = { schedulesSeen: { morning: eight - MINUTE, second: eight - MINUTE } };

  it('keep what an earlier one has set where they set nothing', () => {
    const due = run([aSchedule({ min: 4 })], { ...seen, bounds: { min: 2, max: 9 } });

    expect(due.record.bounds).toEqual({ min: 4, max: 9 });
    expect(due.desired).toBeNull();
    expect(due.by).toBe('schedule morning');
  });

  it('keep the count that an earlier one names', () => {
    const due = run([aSchedule({ desired: 6 }), aSchedule({ name: 'second', max: 9 })], seen);

    expect(due.desired).toBe(6);
    expect(due.record.bounds).toEqual({ max: 9 });
  });

  it('mark as seen what was decided, and leave due what waits', () => {
    const due = run([aSchedule({ desired: 6 })], { schedulesSeen: { morning: eight - MINUTE } });

    expect(due.record.schedulesSeen).toEqual({ morning: eight - MINUTE });
    expect(due.seen.schedulesSeen).toEqual({ morning: eight });
  });

  it('bring an old moment forward once an hour, and write nothing else while nothing is due', () => {
    const quiet = (ms: number) =>
      run([aSchedule()], { schedulesSeen: { morning: eight } }, eight + ms).seen.schedulesSeen;

    expect(quiet(HOUR - 1)).toEqual({ morning: eight });
    expect(quiet(HOUR)).toEqual({ morning: eight + HOUR });
  });

  it('that would have min above max do not run, and the others do', () => {
    const due = run([aSchedule({ min: 50 }), aSchedule({ name: 'second', min: 3 })], seen);

    expect(due.findings).toMatchObject([{ reason: 'schedule-missed', outcome: 'refused' }]);
    expect(due.findings[0]?.sentence).toContain('min 50 larger than max 40');
    expect(due.by).toBe('schedule second');
    expect(run([aSchedule({ min: 40 })], seen).by).toBe('schedule morning');
    expect(run([aSchedule({ max: 0 })], seen).findings[0]?.sentence).toContain('min 1 larger than max 0');
  });

  it('that were missed are told, and are over', () => {
    const due = run(
      [aSchedule({ desired: 6 })],
      { schedulesSeen: { morning: eight - MINUTE } },
      eight + HOUR,
    );

    expect(due.findings).toMatchObject([{ reason: 'schedule-missed', outcome: 'refused' }]);
    expect(due.findings[0]?.sentence).toContain('makeUp of 10 min');
    expect(due).not.toHaveProperty('by');
    expect(due.record.schedulesSeen).toEqual({ morning: eight + HOUR });
  });
});
