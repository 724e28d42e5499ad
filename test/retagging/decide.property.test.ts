import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PromotionRule } from '../../lib/retagging/policy.ts';
import { aRule, scanGate } from './situations.ts';
import { type Crash, TinyRegistry } from './tiny-registry.ts';

const RUNS = { numRuns: 500 };

type Step = (registry: TinyRegistry) => void;

const which = fc.nat({ max: 20 });
const crashes = fc.constantFrom<Crash>(null, null, null, 'before the write', 'after the write');

const pushes = fc.boolean().map(
  (passes): Step =>
    (registry) =>
      registry.push(passes),
);
const looks = fc.tuple(fc.boolean(), crashes).map(
  ([complete, crash]): Step =>
    (registry) =>
      void registry.pass([], complete, crash),
);
/** Any event that is under way, once or to come again. */
const deliveries = fc.tuple(which, fc.boolean(), crashes).map(
  ([at, again, crash]): Step =>
    (registry) => {
      const event = registry.events.at(at % Math.max(registry.events.length, 1));
      if (event === undefined) return;
      if (!again) registry.events = registry.events.filter((one) => one !== event);
      registry.pass([event], false, crash);
    },
);
const losses = which.map(
  (at): Step =>
    (registry) => {
      registry.events = registry.events.filter(
        (_, index) => index !== at % Math.max(registry.events.length, 1),
      );
    },
);
const untags = fc.constant<Step>((registry) => registry.untag());
const removals = which.map(
  (at): Step =>
    (registry) =>
      registry.remove(at),
);
const others = which.map(
  (at): Step =>
    (registry) =>
      registry.othersGive(at),
);
const rollbacks = fc.constant<Step>((registry) => registry.rollBack());

const rules: fc.Arbitrary<PromotionRule> = fc.constantFrom(
  aRule({ gates: { scan: scanGate } }),
  aRule({ gates: { scan: scanGate }, source: { kind: 'exact', tag: 'main' } }),
  aRule({ gates: { scan: scanGate }, source: { kind: 'semver', range: '^1' }, order: 'highest-version' }),
);

const steps = (...more: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(pushes, pushes, deliveries, deliveries, losses, looks, ...more), { maxLength: 25 });

function played(rule: PromotionRule, list: readonly Step[]): TinyRegistry {
  const registry = new TinyRegistry(rule);
  for (const step of list) step(registry);
  return registry;
}

it('retagging edges 3 and 4: whatever order events come in, and which are lost, the newest image that passes wins', () => {
  fc.assert(
    fc.property(rules, steps(), (rule, list) => {
      const registry = played(rule, list);
      registry.settle();
      const [newest] = registry.promotable();
      // An exact tag may have gone on to an image that does not pass: then the one before keeps the tag.
      if (newest) expect(registry.stable).toBe(newest);
      else if (rule.source.kind !== 'exact') expect(registry.stable).toBeUndefined();
    }),
    RUNS,
  );
});

it('retagging edge 4: no promotion goes to an image that was pushed before the one that the tag is on', () => {
  fc.assert(
    fc.property(rules, steps(untags, removals, others, rollbacks), (rule, list) => {
      const registry = played(rule, list);
      registry.settle();
      for (const { from, to } of registry.promotions) expect(to.pushedAt).toBeGreaterThan(from.pushedAt);
    }),
    RUNS,
  );
});

it('after any pushes, retags by others, deletions, rollbacks and crashes, nothing that may be promoted is left over', () => {
  fc.assert(
    fc.property(rules, steps(untags, removals, others, rollbacks), (rule, list) => {
      const registry = played(rule, list);
      registry.settle();
      const { stable, record } = registry;
      const left = registry.promotable().filter(({ digest, pushedAt }) => {
        if (record.rejected.includes(digest)) return false;
        return stable === undefined || pushedAt > Math.max(stable.pushedAt, record.newerThan ?? 0);
      });
      expect(left).toEqual([]);
    }),
    RUNS,
  );
});

it('comes to rest: then no look, no event that comes again, and none in another order changes anything', () => {
  fc.assert(
    fc.property(rules, steps(untags, removals, others, rollbacks), fc.gen(), (rule, list, gen) => {
      const registry = played(rule, list);
      expect(registry.settle()).toBeLessThan(5);
      // Also those of its own last writes, of which the record is to know nothing but that they are its own.
      const events = gen(fc.shuffledSubarray, registry.events);
      registry.pass(events, true);
      const { record, stable } = registry;
      const again = registry.pass(gen(fc.shuffledSubarray, events), true);
      expect(again.action).toBeUndefined();
      expect(registry.stable).toBe(stable);
      expect(registry.record).toEqual(record);
    }),
    RUNS,
  );
});

it('no look undoes a rollback, until something newer than what was left is pushed', () => {
  fc.assert(
    fc.property(rules, steps(), fc.boolean(), (rule, list, passes) => {
      const registry = played(rule, list);
      registry.settle();
      const left = registry.stable;
      registry.rollBack();
      const { stable } = registry;
      fc.pre(stable !== undefined && stable !== left);
      registry.settle();
      expect(registry.stable).toBe(stable);
      registry.push(passes);
      registry.settle();
      expect(registry.stable).toBe(passes ? registry.promotable()[0] : stable);
    }),
    RUNS,
  );
});

it('what somebody else chose stays, until something newer than what they left is pushed', () => {
  fc.assert(
    fc.property(rules, steps(), which, (rule, list, at) => {
      const registry = played(rule, list);
      registry.settle();
      fc.pre(registry.stable !== undefined);
      registry.othersGive(at);
      const chosen = registry.stable;
      registry.settle();
      expect(registry.stable).toBe(chosen);
      registry.push(true);
      registry.settle();
      expect(registry.stable).toBe(registry.promotable()[0]);
    }),
    RUNS,
  );
});

it('a tag that was deleted comes back to the image it was on', () => {
  fc.assert(
    fc.property(rules, steps(), (rule, list) => {
      const registry = played(rule, list);
      registry.settle();
      const { stable } = registry;
      registry.untag();
      fc.pre(stable !== undefined && registry.images.has(stable.digest));
      registry.settle();
      expect(registry.stable).toBe(stable);
    }),
    RUNS,
  );
});
