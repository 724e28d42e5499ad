import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { admit } from '../../lib/draining/admit.ts';
import type { Quantity } from '../../lib/draining/policy.ts';
import { instanceId } from '../../lib/ids.ts';
import { aPolicy, aRecord, later } from './builders.ts';

const count = (value: number): Quantity => ({ kind: 'count', value });
const percent = (value: number): Quantity => ({ kind: 'percent', value });
const limits = (draining: Quantity, keepActive: Quantity) => aPolicy({ limits: { draining, keepActive } });
const waiting = (...minutes: number[]) =>
  minutes.map((minute, index) =>
    aRecord({ instanceId: instanceId(`i-${index + 1}`), openedAt: later(minute * MINUTE) }),
  );
const heldFor = (reason: string, sentence: RegExp) =>
  expect.objectContaining({ reason, outcome: 'held', sentence: expect.stringMatching(sentence) });

describe('edge 36: drains of choice', () => {
  it('are admitted up to the cap, the oldest first', () => {
    const { admitted, held } = admit(
      waiting(3, 1, 2),
      { active: 9, draining: 1 },
      limits(count(3), count(0)),
    );
    expect([...admitted]).toEqual(['i-2', 'i-3']);
    expect([...held]).toEqual([['i-1', heldFor('waiting-for-room', /3 of 10 .* allows 3\. Place 1 /)]]);
  });

  it('name what they were counted by', () => {
    const { held } = admit(waiting(1), { active: 9, draining: 3 }, limits(count(3), count(2)));
    expect(held.get(instanceId('i-1'))?.facts).toEqual({ active: 9, draining: 3, cap: 3, floor: 2 });
  });

  it('leave as many instances active as the policy asks for', () => {
    const { admitted, held } = admit(
      waiting(1, 2, 3),
      { active: 3, draining: 0 },
      limits(count(9), count(2)),
    );
    expect([...admitted]).toEqual(['i-1']);
    expect(held.get(instanceId('i-3'))).toEqual(
      heldFor('keep-active-floor', /2 instances .* asks for 2 to stay\. Place 2 /),
    );
  });

  it('count shares of all that are registered, rounded down for the cap and up for the floor', () => {
    const { admitted } = admit(
      waiting(1, 2, 3),
      { active: 7, draining: 0 },
      limits(percent(40), percent(70)),
    );
    expect(admitted.size).toBe(2);
  });

  it('a share of a small cluster that rounds down to nothing still lets one go', () => {
    const standing = { active: 2, draining: 0 };
    expect(admit(waiting(1, 2), standing, limits(percent(10), count(0))).admitted.size).toBe(1);
  });

  it('never exceed the cap nor go below the floor, and are admitted in order', () => {
    const quantity = fc.oneof(
      fc.integer({ min: 0, max: 20 }).map(count),
      fc.integer({ min: 0, max: 100 }).map(percent),
    );
    const small = fc.nat({ max: 25 });
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 5 }), { maxLength: 15 }),
        small,
        small,
        quantity,
        quantity,
        (opened, active, draining, cap, floor) => {
          const records = waiting(...opened);
          const { admitted, held } = admit(records, { active, draining }, limits(cap, floor));
          const all = active + draining;
          const most = cap.kind === 'count' ? cap.value : Math.max(1, Math.floor((all * cap.value) / 100));
          const least = floor.kind === 'count' ? floor.value : Math.ceil((all * floor.value) / 100);
          expect(admitted.size).toBeLessThanOrEqual(Math.max(0, most - draining));
          expect(admitted.size).toBeLessThanOrEqual(Math.max(0, active - least));
          // Everybody is answered, and nobody is overtaken.
          expect(admitted.size + held.size).toBe(records.length);
          const openedAt = (ids: Iterable<string>) =>
            [...ids].map((one) => records.find((record) => record.instanceId === one)?.openedAt ?? 0);
          expect(Math.max(...openedAt(admitted), 0)).toBeLessThanOrEqual(
            Math.min(...openedAt(held.keys()), Number.POSITIVE_INFINITY),
          );
          // Nor is anybody held for whom there is room.
          const room = Math.max(0, Math.min(most - draining, active - least));
          expect(admitted.size).toBe(Math.min(records.length, room));
        },
      ),
    );
  });
});
