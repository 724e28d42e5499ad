import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { BacklogPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { controller } from '../../simulator/backtest/controller.ts';
import { type Played, play } from '../../simulator/backtest/engine.ts';
import type { LoadModel } from '../../simulator/backtest/load-model.ts';
import type { Load } from '../../simulator/backtest/trace.ts';
import { aLoad, aModel, aStepIn, aStepPolicy, aTarget, aTracking, flat } from './builders.ts';

const played = (load: Load, policy: TargetPolicy, initial: number, model: LoadModel = aModel()): Played =>
  play(load, model, controller(policy, model, load.startsAt), initial);
const changes = ({ notes }: Played) => notes.filter(({ from, to }) => from !== to);

describe('the controller on a trace', () => {
  it('brings utilisation to its target value and then leaves the count alone', () => {
    const { desired, running } = played(aLoad(...flat(60, 48)), aTarget(), 5);
    expect(desired.at(-1)).toBe(8);
    expect([...running.slice(40)]).toEqual(flat(20, 8));
  });

  it('gives each change the reason and the sentence of its decision', () => {
    const [first] = changes(played(aLoad(...flat(20, 48)), aTarget(), 5));
    expect(first).toMatchObject({ reason: 'scaled-out', from: 5, to: 8 });
    expect(first?.sentence).toMatch(/service\/shop\/web goes from 5 to 8 tasks by policy cpu/);
  });

  it('scales in only after the stabilisation window', () => {
    const result = played(aLoad(...flat(30, 48), ...flat(30, 24)), aTarget(), 8);
    const [first] = changes(result);
    expect(first).toMatchObject({ reason: 'scaled-in', from: 8, to: 4 });
    expect(first?.minute).toBeGreaterThanOrEqual(35);
    expect(result.notes).toContainEqual(expect.objectContaining({ reason: 'stabilising', from: 8, to: 8 }));
  });

  it('goes by alarms that need as many points as the model says', () => {
    const policy = aTarget({ policies: [aStepPolicy(), aStepIn()] });
    const busy = changes(played(aLoad(...flat(40, 76)), policy, 10));
    expect(busy[0]).toMatchObject({ minute: 3, from: 10, to: 11, reason: 'scaled-out' });
    const idle = changes(played(aLoad(...flat(40, 20)), policy, 10));
    expect(idle[0]).toMatchObject({ minute: 15, from: 10, to: 9, reason: 'scaled-in' });
  });

  it('does not scale in while the trace says nothing', () => {
    const load = aLoad(...flat(10, 48), ...flat(60, Number.NaN), ...flat(10, 48));
    const result = played(load, aTarget(), 8);
    expect(changes(result)).toEqual([]);
    expect(result.notes).toContainEqual(expect.objectContaining({ reason: 'no-datapoints' }));
  });

  it('stays within min and max', () => {
    const result = played(aLoad(...flat(60, 900), ...flat(60, 0)), aTarget({ min: 2, max: 12 }), 5);
    expect(Math.max(...result.desired)).toBe(12);
    expect(Math.min(...result.desired)).toBe(2);
  });

  it('runs the schedules that fall due in the trace, and none from before it', () => {
    const schedule = {
      name: 'morning',
      when: { kind: 'cron', expression: '30 0 * * *' },
      timeZone: 'UTC',
      min: 9,
      max: 20,
      desired: null,
      makeUpMs: 10 * MINUTE,
    } as const;
    const result = played(aLoad(...flat(60, 1)), aTarget({ policies: [], schedules: [schedule] }), 3);
    expect(changes(result)).toEqual([
      expect.objectContaining({ minute: 30, from: 3, to: 9, reason: 'scheduled-change' }),
    ]);
  });

  it('works off a queue, starts from zero and goes back to it', () => {
    const backlog: BacklogPolicy = {
      kind: 'backlog',
      name: 'jobs',
      messages: aTracking().metric,
      acceptableLatencyMs: 2 * MINUTE,
      timePerMessageMs: MINUTE / 10,
      activation: 0,
      zeroAfterMs: 5 * MINUTE,
      inCooldownMs: 0,
    };
    const load = aLoad(...flat(5, 0), ...flat(5, 40), ...flat(50, 0));
    const model = aModel({ metric: 'queue', acceptableLatencyMs: 2 * MINUTE });
    const { desired } = played(load, aTarget({ min: 0, policies: [backlog] }), 0, model);
    expect(desired[4]).toBe(0);
    expect(Math.max(...desired)).toBeGreaterThanOrEqual(2);
    expect(desired.at(-1)).toBe(0);
  });
});
