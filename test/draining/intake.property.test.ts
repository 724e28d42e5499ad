import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newRecord, takeIn } from '../../lib/draining/intake.ts';
import type { Notice } from '../../lib/draining/notice.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { notices } from './arbitraries.ts';
import { aDrain, anOrderedDrain, aPolicy, cluster, heard, id, START } from './builders.ts';

const policy = aPolicy();
const starts = fc.constantFrom(newRecord(id, cluster, START), aDrain(), anOrderedDrain());
const take = (record: DrainRecord, list: readonly Notice[]) => takeIn(record, heard(...list), policy);

/** What must not depend on the order; a hook that the sweep found may have another age than its event says. */
function essence({ reasons, hooks, deadline, reclaimAt, stopped }: DrainRecord) {
  return {
    reasons: new Set(
      reasons.map((reason) => JSON.stringify(reason.kind === 'hook' ? { ...reason, at: 0 } : reason)),
    ),
    tokens: new Set(hooks.map(({ hook, token }) => `${hook} ${token}`)),
    deadline,
    reclaimAt,
    stopped: new Set(stopped),
  };
}

/** The same notices, some delivered twice, in another order. */
const delivered = fc.array(notices, { maxLength: 8 }).chain((sent) =>
  fc
    .subarray(sent)
    .chain((twice) => {
      const all = [...sent, ...twice];
      return fc.shuffledSubarray(all, { minLength: all.length });
    })
    .map((received) => ({ sent, received })),
);

it('edge 9: duplicated and reordered notices leave the same reasons, hook tokens, deadline and stopped tasks', () => {
  fc.assert(
    fc.property(starts, delivered, (record, { sent, received }) => {
      expect(essence(take(record, received))).toEqual(essence(take(record, sent)));
    }),
    { numRuns: 1_000 },
  );
});

it('edge 9: notices that are taken in twice change nothing the second time', () => {
  fc.assert(
    fc.property(starts, fc.array(notices, { maxLength: 8 }), (record, list) => {
      const once = take(record, list);
      expect(take(once, list)).toEqual(once);
    }),
    { numRuns: 1_000 },
  );
});

it('edge 10: the deadline never rises while a drain is open', () => {
  fc.assert(
    fc.property(starts, fc.array(notices, { maxLength: 8 }), (record, list) => {
      let state = record;
      for (const notice of list) {
        const next = take(state, [notice]);
        if (state.deadline !== undefined) expect(next.deadline).toBeLessThanOrEqual(state.deadline);
        state = next;
      }
    }),
  );
});
