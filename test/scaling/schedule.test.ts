import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { cronProblem } from '../../lib/cron.ts';
import { frozenBy } from '../../lib/scaling/freeze.ts';
import type { Freeze } from '../../lib/scaling/policy.ts';
import { dueRun, neverFires, nextRun } from '../../lib/scaling/schedule.ts';
import { aSchedule } from './situations.ts';

const at = (iso: string) => Date.parse(iso);
const cron = (expression: string, timeZone = 'Europe/Berlin') => ({
  when: { kind: 'cron' as const, expression },
  timeZone,
});
const local = (text: string, timeZone = 'Europe/Berlin') => ({
  when: { kind: 'at' as const, local: text },
  timeZone,
});

/** The runs between two moments, as UTC. */
function runs(schedule: Parameters<typeof nextRun>[0], from: string, to: string): string[] {
  const found: string[] = [];
  for (
    let run = nextRun(schedule, at(from));
    run !== undefined && run <= at(to);
    run = nextRun(schedule, run)
  ) {
    found.push(new Date(run).toISOString().slice(0, 16));
  }
  return found;
}

describe('a cron schedule', () => {
  it('runs at the local time of its zone, summer and winter', () => {
    const daily = cron('0 8 * * *');

    expect(runs(daily, '2026-10-23T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-24T06:00',
      '2026-10-25T07:00',
      '2026-10-26T07:00',
    ]);
  });

  it('scaling edge 31: skips a local time that does not exist when summer time begins', () => {
    expect(runs(cron('30 2 * * *'), '2026-03-27T12:00Z', '2026-03-30T12:00Z')).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('scaling edge 31: runs once in the hour that comes twice, also where it runs several times an hour', () => {
    expect(runs(cron('30 2 * * *'), '2026-10-24T12:00Z', '2026-10-25T12:00Z')).toEqual(['2026-10-25T00:30']);
    expect(runs(cron('*/30 * * * *'), '2026-10-24T23:30Z', '2026-10-25T02:30Z')).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
    ]);
  });

  it('knows zones south of the equator and zones of half hours', () => {
    expect(runs(cron('0 8 * * *', 'Australia/Lord_Howe'), '2026-10-03T00:00Z', '2026-10-05T00:00Z')).toEqual([
      '2026-10-03T21:00',
      '2026-10-04T21:00',
    ]);
    expect(runs(cron('0 8 * * *', 'Asia/Kolkata'), '2026-11-21T00:00Z', '2026-11-22T00:00Z')).toEqual([
      '2026-11-21T02:30',
    ]);
  });

  it('takes the year as a sixth field, and ? for a day that does not matter', () => {
    expect(runs(cron('0 0 1 1 ? 2028', 'UTC'), '2026-01-01T00:00Z', '2030-01-01T00:00Z')).toEqual([
      '2028-01-01T00:00',
    ]);
  });

  it.each(['0 8 * * 2', '0 8 ? * 2-6', '0 8 * * 7', '0 8 * * 1,3'])(
    'refuses the weekday of %s, which is another day elsewhere',
    (expression) => {
      expect(cronProblem(expression)).toContain('write names such as MON-FRI');
    },
  );

  it.each([
    '0 8 * * MON-FRI',
    '0 8 * * 0',
    '0 8 * * 0-6',
    '*/5 * 1 JAN ?',
    '0 8 * * FRI#2',
    '0 8 ? * MON 2027',
  ])('takes %s', (expression) => {
    expect(cronProblem(expression)).toBeUndefined();
  });

  it('says what is wrong with anything else', () => {
    expect(cronProblem('0 8 * *')).toContain('has 4 fields');
    expect(cronProblem('0 25 * * *')).toContain('is not a cron expression');
    expect(cronProblem('0 0 8 * * MON')).toBeDefined();
  });
});

describe('neverFires', () => {
  const now = at('2026-11-21T12:00Z');

  it.each([
    ['30 February', cron('0 0 30 2 *')],
    ['a year that is over', cron('0 0 * * ? 2025')],
    ['a date that is over', local('2026-11-21T12:59:00')],
    ['a local time that clocks skip', local('2027-03-28T02:30:00')],
  ])('is true of %s', (_, schedule) => {
    expect(neverFires(schedule, now)).toBe(true);
  });

  it('is false of what comes', () => {
    expect(neverFires(local('2026-11-21T13:01:00'), now)).toBe(false);
    expect(neverFires(cron('0 0 29 2 *'), now)).toBe(false);
    expect(neverFires({ when: { kind: 'rate', everyMs: HOUR }, timeZone: 'UTC' }, now)).toBe(false);
  });
});

describe('other schedules', () => {
  it('at runs once, the first time where its local time comes twice', () => {
    expect(runs(local('2026-10-25T02:30:00'), '2026-10-01T00:00Z', '2026-12-01T00:00Z')).toEqual([
      '2026-10-25T00:30',
    ]);
  });

  it('a rate counts clock time, not local days', () => {
    const day = { when: { kind: 'rate' as const, everyMs: 24 * HOUR }, timeZone: 'Europe/Berlin' };

    expect(runs(day, '2026-10-24T12:00Z', '2026-10-26T12:00Z')).toEqual([
      '2026-10-25T00:00',
      '2026-10-26T00:00',
    ]);
  });
});

describe('a due run', () => {
  const daily = aSchedule();
  const eight = at('2026-11-21T07:00Z');

  it('is found by the next look after it', () => {
    expect(dueRun(daily, eight - MINUTE, eight)).toEqual({ at: eight });
    expect(dueRun(daily, eight - MINUTE, eight + 40_000)).toEqual({ at: eight });
  });

  it('is due once', () => {
    expect(dueRun(daily, eight, eight + MINUTE)).toBeUndefined();
  });

  it('is made up for as long as the policy says, and no longer', () => {
    expect(dueRun(daily, eight - HOUR, eight + 10 * MINUTE)).toEqual({ at: eight });
    expect(dueRun(daily, eight - HOUR, eight + 10 * MINUTE + 1)).toEqual({ missed: eight });
  });

  it('counts as on time within two minutes, even when nothing is made up for', () => {
    expect(dueRun(aSchedule({ makeUpMs: 0 }), eight - HOUR, eight + MINUTE)).toEqual({ at: eight });
  });

  it('of several is only the newest', () => {
    const often = aSchedule({ when: { kind: 'cron', expression: '*/5 * * * *' }, makeUpMs: HOUR });

    expect(dueRun(often, eight - HOUR, eight + MINUTE)).toEqual({ at: eight });
  });
});

describe('a freeze', () => {
  const night: Freeze = {
    name: 'night',
    cron: '30 2 * * *',
    timeZone: 'Europe/Berlin',
    durationMs: HOUR,
    directions: 'in',
  };

  it('lasts from its beginning for its duration, in its directions', () => {
    const begin = at('2026-11-21T01:30Z');

    expect(frozenBy([night], 'in', begin - 1)).toBeUndefined();
    expect(frozenBy([night], 'in', begin)).toEqual({ name: 'night', until: begin + HOUR });
    expect(frozenBy([night], 'in', begin + HOUR - 1)).toBeDefined();
    expect(frozenBy([night], 'in', begin + HOUR)).toBeUndefined();
    expect(frozenBy([night], 'out', begin)).toBeUndefined();
    expect(frozenBy([{ ...night, directions: 'both' }], 'out', begin)).toBeDefined();
  });

  it('begins too early rather than not at all where clocks skip its local time', () => {
    expect(frozenBy([night], 'in', at('2026-03-29T00:45Z'))).toBeDefined();
  });
});
