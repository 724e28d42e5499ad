import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { roomOf, spend } from '../../lib/failover/limits.ts';
import { aPolicy, aRecord, aView, failedOver, later, START, written } from './situations.ts';

const whole = (changes: Partial<ReturnType<typeof aPolicy>['limits']>) =>
  aPolicy({ limits: { ...aPolicy().limits, ...changes } });

describe('the room that is left', () => {
  it('is everything while nothing is failed over, and null where nothing is limited', () => {
    expect(roomOf([aRecord()], aPolicy(), START)).toEqual({ tasks: 100, vcpus: null, taskHours: null });
  });

  it('is less by what was launched within the minute', () => {
    const launched = (tasks: number, secondsAgo: number) =>
      aRecord({ launched: { at: later(-secondsAgo * SECOND), tasks } });

    expect(roomOf([launched(10, 59), launched(20, 60)], aPolicy(), START).tasks).toBe(90);
    expect(roomOf([launched(101, 1)], aPolicy(), START).tasks).toBe(0);
  });

  it('is less by the on-demand vCPUs of flips and pairs', () => {
    const flip = failedOver(undefined, { written: written({ onDemandVcpus: 5 }) });
    const pair = aRecord({ phase: { name: 'paired', since: START, desired: 4, vcpus: 0.5 } });

    expect(roomOf([flip, pair], whole({ onDemandVcpus: 10 }), START).vcpus).toBe(3);
    expect(roomOf([flip, pair], whole({ onDemandVcpus: 6 }), START).vcpus).toBe(0);
  });

  it('is less by the task-hours of this UTC day only', () => {
    const spent = (day: string) => aRecord({ spent: { day, taskHours: 7, asOf: START } });
    const records = [spent('2026-11-21'), spent('2026-11-20')];

    expect(roomOf(records, whole({ taskHoursPerDay: 10 }), START).taskHours).toBe(3);
  });
});

describe('failover edge 17: what a failover costs', () => {
  it('failover edge 17: is what runs on demand beyond the original, over time', () => {
    const record = failedOver(undefined, {
      spent: { day: '2026-11-21', taskHours: 1, asOf: later(-30 * MINUTE) },
    });

    // Four of ten are on demand anyway.
    expect(spend(record, aView(), START).spent).toEqual({ day: '2026-11-21', taskHours: 4, asOf: START });
  });

  it('failover edge 17: counts from midnight UTC in a new day', () => {
    const record = failedOver(undefined, {
      spent: { day: '2026-11-20', taskHours: 9, asOf: later(-13 * HOUR) },
    });

    expect(spend(record, aView(), START).spent.taskHours).toBe(72);
  });

  it('failover edge 17: counts the tasks of a pair', () => {
    const record = aRecord({
      phase: { name: 'paired', since: START, desired: 3, vcpus: 0 },
      spent: { day: '2026-11-21', taskHours: 0, asOf: later(-2 * HOUR) },
    });

    expect(spend(record, aView(), START).spent.taskHours).toBe(6);
  });

  it('is nothing, and is not even written down, on its own strategy', () => {
    const record = aRecord();

    expect(spend(record, aView(), START)).toBe(record);
  });

  it('is the same when it is counted twice at once', () => {
    const record = failedOver(undefined, { spent: { day: '2026-11-21', taskHours: 1, asOf: later(-HOUR) } });
    const once = spend(record, aView(), START);

    expect(spend(once, aView(), START)).toEqual(once);
  });
});
