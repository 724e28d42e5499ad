import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { Target, TargetPolicy } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { CapacityView } from '../../lib/scaling/snapshot.ts';
import { proposeStep, startValue } from '../../lib/scaling/step-size.ts';
import { adjust, distance, isBreaching, nearestStep, roundDelta, stepFor } from '../../lib/scaling/steps.ts';
import { aChange, aRecord, aTarget, capacity, group, later, service } from './situations.ts';

const byCount = { adjustment: 'ChangeInCapacity', minMagnitude: null } as const;
const exactly = { adjustment: 'ExactCapacity', minMagnitude: null } as const;

interface Given {
  readonly has: CapacityView;
  readonly target?: Target;
  readonly policy?: Partial<TargetPolicy>;
  readonly record?: ScalingRecord;
}

function situation({ has, target = service, policy = {}, record = aRecord() }: Given) {
  const full = aTarget({ target, min: 2, max: 10, ...policy });
  return { record, policy: full, capacity: has, bounds: full, now: later(MINUTE) };
}

describe('what a step starts from', () => {
  it.each([
    ['a service: what runs', service, capacity(6, { running: 4 }), 'out', 4],
    ['a service whose old tasks still stop: what is desired', service, capacity(4, { running: 6 }), 'out', 4],
    [
      'a service in a deployment: what is desired',
      service,
      capacity(6, { running: 4, deploying: true }),
      'out',
      6,
    ],
    ['a service of which nothing runs, out: nothing', service, capacity(6, { running: 0 }), 'out', 0],
    ['a service of which nothing runs, in: what is desired', service, capacity(6, { running: 0 }), 'in', 6],
    ['a service of which some run, in: what runs', service, capacity(6, { running: 4 }), 'in', 4],
    ['a group, out: what is in service and not warming up', group, capacity(6, { warming: 2 }), 'out', 4],
    ['a group of which all warm up, out: nothing', group, capacity(2, { warming: 5 }), 'out', 0],
    ['a group, out, of which few are in service: those', group, capacity(6, { running: 3 }), 'out', 3],
    ['a group, in: all', group, capacity(6, { warming: 2 }), 'in', 6],
  ] as const)('%s', (_, target, has, direction, count) => {
    expect(startValue(has, target, direction)).toBe(count);
  });
});

describe('a step out', () => {
  it.each([
    ['goes from what is there', { has: capacity(4) }, 2, 6],
    ['goes to max at most', { has: capacity(9) }, 2, 10],
    ['is nothing at max', { has: capacity(10) }, 2, 10],
    ['of less than is desired already is nothing', { has: capacity(6, { running: 3 }) }, 2, 6],
    ['is lifted to min first, and goes on from there', { has: capacity(1) }, 2, 4],
    ['at min goes from what runs', { has: capacity(2, { running: 1 }) }, 2, 3],
    [
      'comes on top of instances that serve nothing',
      { has: capacity(4, { running: 3, unusable: 1 }), target: group },
      2,
      6,
    ],
  ] as const)('%s', (_, given, by, desired) => {
    expect(proposeStep(byCount, by, situation(given)).desired).toBe(desired);
  });

  it('says at max and where nothing is left to do why it is nothing', () => {
    expect(proposeStep(byCount, 2, situation({ has: capacity(10) }))).toEqual({
      desired: 10,
      reason: 'already-at-max',
    });
    expect(proposeStep(byCount, 2, situation({ has: capacity(6, { running: 3 }) }))).toEqual({
      desired: 6,
      reason: 'already-at-desired',
    });
  });

  it('in a cooldown starts where that began, and adds the rest of a larger step only', () => {
    const given = { has: capacity(6), record: aRecord({ lastOut: aChange(4, 6) }) };

    expect(proposeStep(byCount, 2, situation(given))).toEqual({ desired: 6, reason: 'cooldown-out' });
    expect(proposeStep(byCount, 3, situation(given)).desired).toBe(7);
  });

  it('in a cooldown does not count instances that serve nothing once more', () => {
    const has = capacity(6, { running: 5, unusable: 1 });
    const record = aRecord({ lastOut: aChange(4, 6) });

    expect(proposeStep(byCount, 2, situation({ has, target: group, record })).desired).toBe(6);
  });

  it('in a cooldown from more than there is now starts from what is there', () => {
    const at = { has: capacity(4), record: aRecord({ lastOut: aChange(4, 6) }) };
    const below = { has: capacity(3), record: aRecord({ lastOut: aChange(4, 6) }) };

    expect(proposeStep(byCount, 2, situation(at)).desired).toBe(6);
    expect(proposeStep(byCount, 2, situation(below)).desired).toBe(5);
  });

  it('to an exact count adds nothing for instances that serve nothing', () => {
    const has = capacity(4, { running: 3, unusable: 1 });

    expect(proposeStep(exactly, 6, situation({ has, target: group })).desired).toBe(6);
    expect(proposeStep(exactly, 4, situation({ has, target: group }))).toEqual({
      desired: 4,
      reason: 'already-at-desired',
    });
  });
});

describe('a step in', () => {
  it.each([
    ['goes from what runs', { has: capacity(6, { running: 5 }) }, -2, 3],
    ['goes to min at most', { has: capacity(3) }, -2, 2],
    ['is nothing at min', { has: capacity(2) }, -2, 2],
    ['of nothing is nothing', { has: capacity(6) }, 0, 6],
    ['from above max goes from max', { has: capacity(14) }, -2, 8],
    [
      'of a group leaves as many in service as min says',
      { has: capacity(6, { running: 3 }), target: group },
      -2,
      5,
    ],
    ['of a group that is all in service takes what it says', { has: capacity(6), target: group }, -2, 4],
    [
      'of a group with just min in service is nothing',
      { has: capacity(6, { running: 2 }), target: group },
      -2,
      6,
    ],
  ] as const)('%s', (_, given, by, desired) => {
    expect(proposeStep(byCount, by, situation(given)).desired).toBe(desired);
  });

  it('to an exact count goes there, or to min', () => {
    expect(proposeStep(exactly, 4, situation({ has: capacity(6) })).desired).toBe(4);
    expect(proposeStep(exactly, 1, situation({ has: capacity(6) })).desired).toBe(2);
    expect(proposeStep(exactly, 1, situation({ has: capacity(2) }))).toEqual({
      desired: 2,
      reason: 'already-at-min',
    });
  });
});

describe('the condition of an alarm', () => {
  it.each([
    ['GreaterThanOrEqualToThreshold', [false, true, true]],
    ['GreaterThanThreshold', [false, false, true]],
    ['LessThanOrEqualToThreshold', [true, true, false]],
    ['LessThanThreshold', [true, false, false]],
  ] as const)('%s holds below, at and above the threshold', (comparison, expected) => {
    expect([69, 70, 71].map((metric) => isBreaching(metric, 70, comparison))).toEqual(expected);
  });
});

describe('the distance from a threshold', () => {
  it.each([
    [0.3, 0.1, 0.2],
    [0, 0, 0],
    [1e15, 1e15 - 1, 1],
    [1e-9, 3e-10, 7e-10],
    [1e-120, 0, 1e-120],
    [1000.3, 1000.1, 0.2],
  ])('of %d from %d is %d', (metric, threshold, expected) => {
    expect(distance(metric, threshold)).toBe(expected);
  });

  it('of what has no end is without end', () => {
    expect(distance(Number.POSITIVE_INFINITY, 70)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the step that holds', () => {
  const below = [
    { lower: -10, upper: 0, adjustment: -1 },
    { lower: null, upper: -10, adjustment: -2 },
  ];
  const above = [
    { lower: 10, upper: null, adjustment: 3 },
    { lower: 0, upper: 10, adjustment: 2 },
  ];

  it('below the threshold has its upper bound, and not its lower one', () => {
    const step = (difference: number) => stepFor(below, difference, 'LessThanThreshold')?.adjustment;

    expect([0, -9, -10, -11].map(step)).toEqual([-1, -1, -2, -2]);
    expect(step(1)).toBeUndefined();
  });

  it('next to the threshold is found on either side, in whatever order they stand', () => {
    expect(nearestStep(above)?.adjustment).toBe(2);
    expect(nearestStep(below.toReversed())?.adjustment).toBe(-1);
  });
});

describe('the size of a change', () => {
  it('is rounded away from nothing below one, and towards nothing above', () => {
    expect([0, 0.4, 1, 1.9, -0.4, -1, -1.9].map(roundDelta)).toEqual([0, 1, 1, 1, -1, -1, -1]);
  });

  it('by percent is at least the least magnitude, in the direction of the step', () => {
    expect(adjust('PercentChangeInCapacity', 10, 10, 3)).toBe(13);
    expect(adjust('PercentChangeInCapacity', -10, 10, 3)).toBe(7);
    expect(adjust('PercentChangeInCapacity', 0, 10, 3)).toBe(10);
    expect(adjust('PercentChangeInCapacity', 50, 10, 3)).toBe(15);
    expect(adjust('ExactCapacity', 4, 10)).toBe(4);
  });
});
