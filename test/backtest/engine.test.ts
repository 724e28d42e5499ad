import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { play, type Scaler } from '../../simulator/backtest/engine.ts';
import { figuresOf } from '../../simulator/backtest/figures.ts';
import { createFleet } from '../../simulator/backtest/fleet.ts';
import { metricValue } from '../../simulator/backtest/load-model.ts';
import { aLoad, aModel, flat, hold } from './builders.ts';

const still: Scaler = () => undefined;
/** Sets the counts in turn, one a minute, then leaves the last. */
const inTurn = (...counts: readonly number[]): Scaler => {
  let minute = 0;
  return () => {
    const desired = counts[Math.min(minute++, counts.length - 1)] ?? 0;
    return { desired, reason: 'set', sentence: `Set to ${desired}.` };
  };
};
const figures = (counts: readonly number[], values = flat(counts.length, 0)) => {
  const load = aLoad(...values);
  return figuresOf(play(load, aModel(), inTurn(...counts), counts[0] ?? 0), load, aModel());
};

describe('playing a trace', () => {
  it('counts a minute as short when the load is more than what the running tasks serve', () => {
    const load = aLoad(20, 20.1, 30, 20);
    expect([...play(load, aModel(), still, 2).short]).toEqual([0, 1, 1, 0]);
  });

  it('does not judge minutes that the trace says nothing of', () => {
    const load = aLoad(90, Number.NaN, 90);
    const { short } = play(load, aModel(), still, 2);
    expect([...short]).toEqual([1, 0, 1]);
  });

  it('lets a new task serve after its start-up, rounded up to minutes, and stops one at once', () => {
    const model = aModel({ startUpMs: 1.5 * MINUTE });
    const { running, desired } = play(aLoad(...flat(6, 0)), model, inTurn(2, 4, 4, 4, 1), 2);
    expect([...desired]).toEqual([2, 4, 4, 4, 1, 1]);
    expect([...running]).toEqual([2, 2, 2, 4, 4, 1]);
  });

  it('shows a metric once its minute is over and the lag has passed', () => {
    const seen: (number | null)[] = [];
    const watch: Scaler = (sight) => {
      seen.push(sight.metric('load'));
      return undefined;
    };
    play(aLoad(1, 2, 3, 4, 5), aModel({ lagMs: 2 * MINUTE }), watch, 1);
    expect(seen).toEqual([null, null, null, 1, 2]);
  });

  it('notes each change, and a hold only when its reason is new', () => {
    const scaler: Scaler = ({ now, desired }) => {
      const minute = (now / MINUTE) % 60;
      return minute === 2 ? { ...hold, desired: desired + 1, reason: 'scaled-out' } : hold;
    };
    const { notes } = play(aLoad(...flat(5, 0)), aModel(), scaler, 1);
    expect(notes.map(({ minute, from, to, reason }) => [minute, from, to, reason])).toEqual([
      [0, 1, 1, 'held'],
      [2, 1, 2, 'scaled-out'],
      [3, 2, 2, 'held'],
    ]);
  });

  it('with a queue, lets work wait and calls it short once it waits for longer than is acceptable', () => {
    const model = aModel({ metric: 'queue', acceptableLatencyMs: MINUTE });
    const queue: (number | null)[] = [];
    const watch: Scaler = (sight) => {
      queue.push(sight.metric('queue'));
      return undefined;
    };
    const { short } = play(aLoad(40, 0, 0, 0, 0, 0), model, watch, 1);
    expect(queue).toEqual([null, 30, 20, 10, 0, 0]);
    expect([...short]).toEqual([0, 0, 1, 0, 0, 0]);
  });
});

describe('metrics', () => {
  const seen = { load: 90, running: 3, queue: 60 };

  it('of utilisation never exceed 100 %, as CPU does not; of load per task there is no such bound', () => {
    expect(metricValue('utilisation', seen, 60)).toBe(50);
    expect(metricValue('utilisation', seen, 10)).toBe(100);
    expect(metricValue('per-task', seen, 10)).toBe(30);
    expect(metricValue('queue-per-task', seen, 10)).toBe(20);
  });

  it('have no value where nothing runs or nothing is known', () => {
    expect(metricValue('utilisation', { ...seen, running: 0 }, 10)).toBeNull();
    expect(metricValue('load', { ...seen, load: Number.NaN }, 10)).toBeNull();
  });
});

describe('figures', () => {
  it('count what is paid for from the decision on, running or starting', () => {
    expect(figures(flat(120, 3)).taskHours).toBe(6);
  });

  it('say how much of the load nobody could serve', () => {
    expect(figures([1, 1, 1, 1], [10, 20, 5, 15]).unservedPercent).toBeCloseTo(30);
  });

  it('find the largest out-and-in within 30 minutes, over several changes', () => {
    const quick = [2, 2, 4, 6, ...flat(20, 6), 5, 3, 3];
    expect(figures(quick)).toMatchObject({ changes: 4, worstFlap: 3, worstFlapAt: 25 });
  });

  it('call no flap what takes longer, nor what goes in before it goes out', () => {
    expect(figures([2, 5, ...flat(30, 5), 2]).worstFlap).toBe(0);
    expect(figures([2, 5, ...flat(29, 5), 2]).worstFlap).toBe(3);
    expect(figures([5, 2, 2, 5, 5])).toMatchObject({ worstFlap: 0, worstFlapAt: null });
  });
});

describe('a fleet', () => {
  it('never runs more than was desired, less than none, or less than desired once all have started', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), fc.nat(5), (counts, startUp) => {
        const fleet = createFleet(5, startUp);
        for (const [minute, count] of counts.entries()) {
          fleet.advance(minute);
          expect(fleet.running).toBeGreaterThanOrEqual(0);
          fleet.setDesired(count, minute);
          expect(fleet.desired).toBe(count);
          expect(fleet.running).toBeLessThanOrEqual(count);
        }
        fleet.advance(counts.length + startUp);
        expect(fleet.running).toBe(fleet.desired);
      }),
    );
  });

  it('takes the newest of those that still start first', () => {
    const fleet = createFleet(2, 3);
    fleet.setDesired(4, 0);
    fleet.setDesired(5, 1);
    fleet.setDesired(3, 2);
    fleet.advance(3);
    expect(fleet.running).toBe(3);
  });
});
