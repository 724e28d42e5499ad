import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decide } from '../../lib/scaling/decide.ts';
import { takeIn } from '../../lib/scaling/intake.ts';
import type { Heard } from '../../lib/scaling/notice.ts';
import { settleOutcome } from '../../lib/scaling/outcome.ts';
import type { TargetPolicy } from '../../lib/scaling/policy.ts';
import type { Order } from '../../lib/scaling/record.ts';
import type { CapacityView } from '../../lib/scaling/snapshot.ts';
import {
  aChange,
  aRecord,
  aSchedule,
  aSnapshot,
  aTarget,
  capacity,
  inPolicy,
  later,
  outPolicy,
  reasons,
  START,
  step,
} from './situations.ts';

const anOrder = (desired: number, changes: Partial<Order> = {}): Order => ({
  desired,
  by: 'jo',
  at: START,
  ...changes,
});

const ordered = (desired: number) => aRecord({ order: anOrder(desired), orderedAt: START });

function heard(desired: number, eventId: string, at = START, by = 'jo'): Heard {
  const cause = { eventId, detailType: 'Stevedore Scale Order' };
  return { notice: { kind: 'order', eventId, desired, by, at }, cause };
}

describe('taking in an order', () => {
  const policy = aTarget();

  it('asks for a look, and remembers the count and who wants it', () => {
    const { record, news, findings } = takeIn(aRecord(), [heard(10, 'a')], policy);

    expect(record).toEqual(aRecord({ order: anOrder(10), orderedAt: START, seen: ['a'] }));
    expect({ news, findings }).toEqual({ news: true, findings: [] });
  });

  it('happens once for one event, also when it has been carried out meanwhile', () => {
    const { record } = takeIn(aRecord(), [heard(10, 'a')], policy);
    const { order: _, ...done } = record;

    const again = takeIn(done, [heard(10, 'a')], policy);

    expect(again.record).toEqual(done);
    expect(again.news).toBe(false);
    expect(again.findings).toMatchObject([{ reason: 'order-repeated', outcome: 'ignored' }]);
  });

  it('gives up the order that waits for a newer one, and says so', () => {
    const inbox = [heard(10, 'a'), heard(6, 'b', later(MINUTE), 'kim')];

    const { record, findings } = takeIn(aRecord(), inbox, policy);

    expect(record.order).toEqual({ desired: 6, by: 'kim', at: later(MINUTE) });
    expect(findings).toMatchObject([
      {
        reason: 'order-superseded',
        outcome: 'refused',
        facts: { orderedBy: 'jo', wanted: 10 },
        sentence: expect.stringMatching(/of 10 that jo ordered/),
      },
    ]);
  });

  it('does not follow an older one that comes late', () => {
    const { record, findings } = takeIn(aRecord(), [heard(6, 'b', later(MINUTE)), heard(10, 'a')], policy);

    expect(record.order).toMatchObject({ desired: 6 });
    expect(findings).toMatchObject([{ reason: 'order-superseded', facts: { wanted: 10 } }]);
  });

  it('cancels a change that was decided and not applied yet', () => {
    const intent = { desired: 6, from: 4, policy: 'cpu-high', decidedAt: START, cooldownMs: 0 };

    const { record } = takeIn(aRecord({ intent }), [heard(3, 'a')], policy);
    const { desired } = decide(record, aSnapshot(policy, capacity(4), {}), policy, later(MINUTE));

    expect(record.intent).toBeUndefined();
    expect(desired).toBe(3);
  });
});

describe('an order', () => {
  it('sets the count, begins a cooldown, and is over', () => {
    const policy = aTarget({ policies: [outPolicy({ cooldownMs: 10 * MINUTE })] });

    const { decision, record } = step(ordered(9), aSnapshot(policy, capacity(4), {}), policy, later(MINUTE));

    expect(decision).toMatchObject({ desired: 9 });
    expect(decision.findings).toEqual([
      {
        reason: 'ordered',
        outcome: 'acted',
        sentence: 'service/prod/web goes from 4 to 9 tasks by order of jo, within 1 to 40.',
        facts: { from: 4, wanted: 9, to: 9, orderedBy: 'jo' },
      },
    ]);
    expect(record.order).toBeUndefined();
    const change = { at: later(MINUTE), from: 4, to: 9, policy: 'order by jo', cooldownMs: 10 * MINUTE };
    expect(record).toMatchObject({ lastOut: change, changes: [change], lastDesired: 9 });
  });

  it('begins a cooldown of five minutes where no policy has one', () => {
    const policy = aTarget();
    const { record } = step(ordered(2), aSnapshot(policy, capacity(4), {}), policy, START);

    expect(record.lastIn).toMatchObject({ from: 4, to: 2, cooldownMs: 5 * MINUTE });
  });

  it.each([0, 41])('for %i, outside of min and max, is refused and not followed half-way', (count) => {
    const policy = aTarget();
    const { decision, record } = step(ordered(count), aSnapshot(policy, capacity(4), {}), policy, START);

    expect(decision.desired).toBeUndefined();
    expect(decision.findings).toMatchObject([
      {
        reason: 'order-out-of-bounds',
        outcome: 'refused',
        sentence: `jo ordered ${count} tasks for service/prod/web, but 1 to 40 are allowed now. Order a count within these bounds, or change min or max in the policy file.`,
      },
    ]);
    expect(record.order).toBeUndefined();
  });

  it('may not leave the bounds of a group in AWS, nor those that a schedule has set', () => {
    const policy = aTarget();
    const own = capacity(4, { bounds: { min: 0, max: 6 } });
    expect(reasons(decide(ordered(7), aSnapshot(policy, own, {}), policy, START))).toEqual([
      'order-out-of-bounds',
    ]);

    const night = { ...ordered(7), bounds: { max: 6 } };
    expect(reasons(decide(night, aSnapshot(policy, capacity(4), {}), policy, START))).toEqual([
      'order-out-of-bounds',
    ]);
  });

  it('for the count that there is, is done without a change', () => {
    const policy = aTarget();
    const { decision, record } = step(ordered(4), aSnapshot(policy, capacity(4), {}), policy, START);

    expect(decision).not.toHaveProperty('desired');
    expect(decision.findings).toMatchObject([{ reason: 'ordered', outcome: 'done' }]);
    expect(record.order).toBeUndefined();
  });

  it('asks for the count that there is, rather than go by the one last known', () => {
    const policy = aTarget();
    const decision = decide(
      { ...ordered(4), lastDesired: 4 },
      aSnapshot(policy, undefined, {}),
      policy,
      START,
    );

    expect(decision).toMatchObject({ needsCapacity: true, findings: [] });
  });

  it('is refused while somebody else scales the target, and is over', () => {
    const policy = aTarget();
    const snapshot = {
      ...aSnapshot(policy, capacity(4), {}),
      otherOwner: { kind: 'scalable-target', policies: 2 } as const,
    };
    const { decision, record } = step(ordered(9), snapshot, policy, START);

    expect(decision.findings).toMatchObject([
      { reason: 'other-owner', outcome: 'refused', facts: { orderedBy: 'jo' } },
    ]);
    expect(record.order).toBeUndefined();
  });

  it('goes out during a deployment, and waits for its end to go in', () => {
    const policy = aTarget();
    const deploying = aSnapshot(policy, capacity(4, { deploying: true }), {});
    expect(decide(ordered(9), deploying, policy, START).desired).toBe(9);

    const { decision, record } = step(ordered(2), deploying, policy, START);
    expect(decision).toMatchObject({ lookAgainAt: later(MINUTE), findings: [{ outcome: 'held' }] });
    expect(reasons(decision)).toEqual(['deployment-in-progress']);

    const over = decide(record, aSnapshot(policy, capacity(4), {}), policy, later(10 * MINUTE));
    expect(over.desired).toBe(2);
  });

  it('waits for no cooldown, and not for the anticipated flapping', () => {
    const policy = aTarget({ policies: [outPolicy(), inPolicy()], holdFlapping: true });
    const record = { ...ordered(2), lastOut: aChange(2, 4), lastIn: aChange(5, 4) };

    const { desired } = decide(record, aSnapshot(policy, capacity(4), { 'cpu-high': 69 }), policy, START);

    expect(desired).toBe(2);
  });

  it('goes as far as the limits allow, and then on', () => {
    const policy = aTarget({ limits: { perChange: { kind: 'count', value: 3 }, perHour: null } });
    const first = step(ordered(9), aSnapshot(policy, capacity(4), {}), policy, START);
    expect(first.decision.desired).toBe(7);
    expect(reasons(first.decision)).toEqual(['change-limited', 'ordered']);

    const second = step(first.record, aSnapshot(policy, capacity(7), {}), policy, later(MINUTE));
    expect(second.decision.desired).toBe(9);
    expect(second.record).toMatchObject({ lastOut: { from: 4, to: 9 } });
    expect(second.record.order).toBeUndefined();
  });

  it('is over after an hour, even if nothing keeps it any more', () => {
    const policy = aTarget();
    const { decision, record } = step(ordered(9), aSnapshot(policy, capacity(4), {}), policy, later(HOUR));

    expect(decision.desired).toBeUndefined();
    expect(reasons(decision)).toEqual(['order-expired']);
    expect(record.order).toBeUndefined();
  });

  it('stays when AWS refuses the change, and ends with the target', () => {
    const policy = aTarget();
    const { next } = decide(ordered(9), aSnapshot(policy, capacity(4), {}), policy, START);

    expect(settleOutcome(next, { result: 'refused' }, START).record.order).toEqual(anOrder(9));
    expect(settleOutcome(next, { result: 'gone' }, START).record.order).toBeUndefined();
    expect(decide(ordered(9), aSnapshot(policy, 'missing', {}), policy, START).next.order).toBeUndefined();
  });

  it('applied but not recorded is applied again, and then is over', () => {
    const policy = aTarget();
    const { next } = decide(ordered(9), aSnapshot(policy, capacity(4), {}), policy, START);

    const replayed = step(next, aSnapshot(policy, capacity(9), {}), policy, later(MINUTE));

    expect(reasons(replayed.decision)).toEqual(['intent-replayed']);
    expect(replayed.record.order).toBeUndefined();
    expect(replayed.record.intent).toBeUndefined();
  });
});

describe('an order and an alarm together', () => {
  const policy = aTarget({ policies: [outPolicy()] });

  it('are not added up: the alarm then counts from where the order began', () => {
    const first = step(ordered(10), aSnapshot(policy, capacity(4), { 'cpu-high': 75 }), policy, START);
    expect(first.decision.desired).toBe(10);

    const second = step(
      first.record,
      aSnapshot(policy, capacity(10), { 'cpu-high': 75 }),
      policy,
      later(MINUTE),
    );
    expect(second.decision.desired).toBeUndefined();
    expect(reasons(second.decision)).toContain('cooldown-out');
  });

  it('end with the alarm when the order was too few', () => {
    const first = step(ordered(3), aSnapshot(policy, capacity(4), { 'cpu-high': 75 }), policy, START);
    expect(first.decision.desired).toBe(3);

    const second = decide(
      first.record,
      aSnapshot(policy, capacity(3), { 'cpu-high': 75 }),
      policy,
      later(MINUTE),
    );
    expect(second.desired).toBe(5);
  });

  it('let the alarm go on while the order is held', () => {
    const deploying = aSnapshot(policy, capacity(4, { deploying: true }), { 'cpu-high': 75 });

    const { decision, record } = step(ordered(2), deploying, policy, START);

    expect(decision.desired).toBe(6);
    expect(reasons(decision)).toEqual(['deployment-in-progress', 'scaled-out']);
    expect(record.order).toEqual(anOrder(2));
  });
});

describe('an order and a schedule together', () => {
  const schedule = aSchedule({
    name: 'noon',
    when: { kind: 'cron', expression: '3 12 * * *' },
    timeZone: 'UTC',
    min: 5,
    max: 12,
    desired: 6,
  });
  const policy = aTarget({ schedules: [schedule] });
  const due = (desired: number) => ({ ...ordered(desired), schedulesSeen: { noon: START } });
  const look = (desired: number) =>
    step(due(desired), aSnapshot(policy, capacity(4), {}), policy, later(2 * MINUTE));

  it('come to the count of the order within the bounds of the schedule', () => {
    const { decision, record } = look(10);

    expect(decision.desired).toBe(10);
    expect(record).toMatchObject({ bounds: { min: 5, max: 12 }, schedulesSeen: { noon: later(2 * MINUTE) } });
  });

  it('come to the count of the schedule when its bounds do not allow the order', () => {
    const { decision, record } = look(20);

    expect(decision.desired).toBe(6);
    expect(reasons(decision)).toEqual(['order-out-of-bounds', 'scheduled-change']);
    expect(record.order).toBeUndefined();
  });
});

const counts = fc.integer({ min: 0, max: 60 });
const targets: fc.Arbitrary<TargetPolicy> = fc
  .record({
    min: fc.integer({ min: 0, max: 20 }),
    more: counts,
    limit: fc.option(fc.integer({ min: 1, max: 10 })),
  })
  .map(({ min, more, limit }) => {
    const perChange = limit === null ? null : { kind: 'count' as const, value: limit };
    return aTarget({ min, max: min + more, policies: [outPolicy()], limits: { perChange, perHour: null } });
  });
const capacities: fc.Arbitrary<CapacityView> = fc
  .record({ desired: counts, deploying: fc.boolean(), protectedFromScaleIn: fc.nat(10) })
  .map(({ desired, ...rest }) => capacity(desired, rest));
const ages = fc.integer({ min: 0, max: 2 * HOUR });

it('an order never goes beyond its count, nor beyond the bounds, nor the other way', () => {
  fc.assert(
    fc.property(targets, capacities, counts, ages, (policy, counted, desired, age) => {
      const decision = decide(ordered(desired), aSnapshot(policy, counted, {}), policy, later(age));

      const to = decision.desired;
      if (to === undefined) return;
      expect(age).toBeLessThan(HOUR);
      expect(desired).toBeGreaterThanOrEqual(policy.min);
      expect(desired).toBeLessThanOrEqual(policy.max);
      expect(Math.sign(to - counted.desired)).toBe(Math.sign(desired - counted.desired));
      expect(Math.abs(to - counted.desired)).toBeLessThanOrEqual(Math.abs(desired - counted.desired));
    }),
    { numRuns: 1_000 },
  );
});

it('an order is answered, or is looked at again', () => {
  fc.assert(
    fc.property(targets, capacities, counts, ages, (policy, counted, desired, age) => {
      const now = later(age);
      const { decision, record } = step(ordered(desired), aSnapshot(policy, counted, {}), policy, now);

      expect(decision.findings).not.toEqual([]);
      if (record.order) expect(decision.lookAgainAt).toBe(now + MINUTE);
    }),
    { numRuns: 1_000 },
  );
});
