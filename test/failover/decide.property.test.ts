import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decideService } from '../../lib/failover/decide.ts';
import { settleService } from '../../lib/failover/outcome.ts';
import type { HeardSignals, Phase, PoolState, ServiceRecord, Strategy } from '../../lib/failover/record.ts';
import type { Question } from '../../lib/failover/situation.ts';
import type { ServiceView } from '../../lib/failover/snapshot.ts';
import {
  FARGATE,
  FARGATE_SPOT,
  flipped,
  isOnSpot,
  sameStrategy,
  stepped,
} from '../../lib/failover/strategy.ts';
import { serviceName } from '../../lib/ids.ts';
import {
  aDeployment,
  aPolicy,
  aPool,
  aRecord,
  aService,
  asking,
  aView,
  FLIPPED,
  failedOver,
  hearing,
  item,
  later,
  ORIGINAL,
  order,
  probingByShare,
  ROOM,
  START,
  strategyOf,
  WEB,
  written,
} from './situations.ts';

const RUNS = { numRuns: 3_000 };
const moments = fc.integer({ min: -120, max: 0 }).map((minutes) => later(minutes * MINUTE));
const strategies = fc.constantFrom<Strategy>(
  ORIGINAL,
  FLIPPED,
  stepped(ORIGINAL, 25),
  [item(FARGATE_SPOT, 1)],
  [item(FARGATE, 1)],
);
const onTheWay = { completedAt: moments };
const openPhases: fc.Arbitrary<Phase> = fc.oneof(
  fc.record({
    name: fc.constantFrom('flipping' as const, 'open' as const, 'latched' as const),
    since: moments,
  }),
  fc.record({ name: fc.constant('suspect' as const), since: moments, why: fc.constant('no capacity') }),
  fc.record(
    { name: fc.constant('probing' as const), since: moments, ...onTheWay },
    { requiredKeys: ['name', 'since'] },
  ),
  fc.record(
    { name: fc.constant('returning' as const), since: moments, step: fc.nat(2), ...onTheWay },
    { requiredKeys: ['name', 'since', 'step'] },
  ),
);
const heards: fc.Arbitrary<HeardSignals> = fc.oneof(
  fc.constant(hearing({})),
  moments.map((spotFailureAt) => hearing({ spotFailureAt })),
  moments.map((deficitSince) => hearing({ deficitSince })),
  fc.constantFrom('fail-over' as const, 'fail-back' as const, 'reset' as const).map(order),
);
const purposes = fc.constantFrom('flip' as const, 'probe' as const, 'step' as const, 'restore' as const);
const opened: fc.Arbitrary<ServiceRecord> = fc
  .record({ phase: openPhases, heard: heards, purpose: purposes, strategy: strategies, at: moments })
  .map(({ phase, heard, ...rest }) => failedOver(phase, { heard, written: written(rest) }));
const closed: fc.Arbitrary<ServiceRecord> = fc
  .record({ heard: heards, since: fc.option(moments) })
  .map(({ heard, since }) =>
    aRecord({
      heard,
      ...(since === null ? {} : { phase: { name: 'suspect' as const, since, why: 'no capacity' } }),
    }),
  );
const views: fc.Arbitrary<ServiceView> = fc
  .record({
    strategy: strategies,
    desired: fc.constantFrom(0, 1, 3, 10),
    missing: fc.nat(3),
    id: fc.constantFrom('ecs-svc/2', 'ecs-svc/9'),
    rollout: fc.constantFrom('IN_PROGRESS' as const, 'COMPLETED' as const, 'FAILED' as const),
    createdAt: moments,
    controller: fc.constantFrom('ECS' as const, 'ECS' as const, 'CODE_DEPLOY' as const),
  })
  .map(({ desired, missing, id, rollout, createdAt, ...rest }) =>
    aView({
      ...rest,
      desired,
      running: Math.max(0, desired - missing),
      deployments: [aDeployment({ id, rollout, createdAt })],
    }),
  );
const pools: fc.Arbitrary<PoolState | undefined> = fc.oneof(
  fc.constant(undefined),
  moments.map((since) => ({ name: 'closed' as const, since })),
  moments.map((since) => ({ name: 'half-open' as const, since, prober: WEB })),
  moments.map((since) => ({ name: 'open' as const, since, probeAt: later(MINUTE) })),
);
const questions: fc.Arbitrary<Question> = fc
  .record({
    record: fc.oneof(opened, closed),
    view: views,
    state: pools,
    fate: fc.constantFrom({ kind: 'replaced' as const }, { kind: 'rolled-back' as const, reason: 'failed' }),
    whole: fc.constantFrom(aPolicy(), probingByShare()),
    paired: fc.constantFrom(null, null, serviceName('web-on-demand')),
    pairedCount: fc.nat(10),
    vcpus: fc.constantFrom(null, 0, 2, 100),
  })
  .map(({ record, view, state, fate, whole, paired, pairedCount, vcpus }) =>
    asking({
      record,
      view,
      pool: state && aPool(state),
      whole,
      policy: aService({ paired }),
      room: { ...ROOM, vcpus },
      snapshot: { fate, paired: aView({ strategy: [], desired: pairedCount, running: pairedCount }) },
    }),
  );

it('deciding twice on the same gives the same', () => {
  fc.assert(
    fc.property(questions, (question) => {
      expect(decideService(question)).toEqual(decideService(question));
    }),
    RUNS,
  );
});

it('a decision whose action got no answer is carried out as it was, and not decided anew', () => {
  fc.assert(
    fc.property(questions, (question) => {
      const first = decideService(question);
      const again = decideService({ ...question, record: first.next, now: question.now + MINUTE });
      if (first.action?.kind === 'set-strategy') {
        const { service } = question.snapshot;
        const has = service === 'missing' ? [] : service.strategy;
        const isThere = sameStrategy(has, first.action.strategy);
        if (!isThere && service !== 'missing' && service.desired > 0) {
          expect([first.action, undefined]).toContainEqual(again.action);
        }
      }
      if (first.action?.kind === 'set-paired-count') expect(again.action).toEqual(first.action);
    }),
    RUNS,
  );
});

it('what is written is a strategy that ECS accepts, of no other providers', () => {
  fc.assert(
    fc.property(questions, (question) => {
      const strategy = strategyOf(decideService(question));
      if (strategy === undefined) return;
      expect(strategy.some(({ weight }) => weight > 0)).toBe(true);
      for (const { provider, weight, base } of strategy) {
        expect([FARGATE, FARGATE_SPOT]).toContain(provider);
        expect(Number.isInteger(weight) && weight >= 0 && weight <= 1_000).toBe(true);
        expect(Number.isInteger(base) && base >= 0 && base <= 100_000).toBe(true);
      }
    }),
    RUNS,
  );
});

it('an original is dropped only with a reason, and is never another', () => {
  fc.assert(
    fc.property(questions, (question) => {
      const { original } = question.record;
      const { next, findings } = decideService(question);
      if (original === undefined) return;
      const reasons: readonly string[] = [
        'restored',
        'changed-by-others',
        'flip-rolled-back',
        'service-gone',
      ];
      if (next.original) expect(next.original).toEqual(original);
      // Not always the first: an order may be answered before.
      else expect(findings.some(({ reason }) => reasons.includes(reason))).toBe(true);
    }),
    RUNS,
  );
});

it('while there is an original, the service is not called closed', () => {
  fc.assert(
    fc.property(questions, (question) => {
      const { next } = decideService(question);
      expect(next.phase.name === 'closed' && next.original !== undefined).toBe(false);
      expect(next.original === undefined).toBe(next.written === undefined);
    }),
    RUNS,
  );
});

it('a change that ECS refuses leaves the record as if nothing had been decided', () => {
  const error = { code: 'aws-other', sentence: 'No.' };
  fc.assert(
    fc.property(questions, (question) => {
      const { next, action } = decideService(question);
      if (action?.kind !== 'set-strategy') return;
      const { record } = settleService(next, { result: 'refused', call: 'ECS:UpdateService', error });
      expect(record.original).toEqual(question.record.original);
      expect(record).not.toHaveProperty('before');
    }),
    RUNS,
  );
});

it('nothing goes to on-demand while every task runs, but by order or out of a failed return', () => {
  fc.assert(
    fc.property(closed, (record) => {
      const { action } = decideService(asking({ record, view: aView({ running: 10 }) }));
      expect(action !== undefined).toBe(record.heard.order?.verb === 'fail-over');
    }),
    RUNS,
  );
});

it('every decision that changes something says so, once', () => {
  fc.assert(
    fc.property(questions, (question) => {
      const { action, findings, needs } = decideService(question);
      const acted = findings.filter(({ outcome }) => outcome === 'acted').length;
      expect(acted > 0).toBe(action !== undefined);
      if (needs) expect(findings).toEqual([]);
      expect(new Set(findings.map(({ sentence }) => sentence)).size).toBe(findings.length);
    }),
    RUNS,
  );
});

it('a flip moves every task off Spot when the share is 100 and nothing limits it', () => {
  fc.assert(
    fc.property(strategies.filter(isOnSpot), (strategy) => {
      const record = aRecord({ heard: order('fail-over') });
      const decision = decideService(asking({ record, view: aView({ strategy }) }));
      expect(strategyOf(decision)).toEqual(flipped(strategy, 100));
      expect(isOnSpot(strategyOf(decision) ?? strategy)).toBe(false);
    }),
  );
});

it('a pair is ended once nothing is missing, and never has more than the primary is to have', () => {
  const running = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(running, (path) => {
      const policy = aService({ paired: serviceName('web-on-demand'), graceMs: 0 });
      let [record, count] = [aRecord({ heard: hearing({ spotFailureAt: START }) }), 0];
      [...path, ...Array.from({ length: 30 }, () => 10)].forEach((tasks, minute) => {
        const pair = aView({ strategy: [], desired: count, running: count });
        const now = START + minute * MINUTE;
        const view = aView({ running: tasks });
        const { next, action } = decideService(
          asking({ record, policy, view, snapshot: { paired: pair }, now }),
        );
        if (action?.kind === 'set-paired-count') count = action.desired;
        record = settleService(next, { result: 'done', call: 'ECS:UpdateService' }).record;
        expect(count).toBeLessThanOrEqual(10);
        if (record.phase.name === 'paired' && tasks < 10) expect(count).toBeGreaterThanOrEqual(10 - tasks);
      });
      expect([record.phase.name, count]).toEqual(['closed', 0]);
      expect(record.spent.asOf).toBeLessThanOrEqual(START + 2 * HOUR);
    }),
    { numRuns: 500 },
  );
});
