import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decideService } from '../../lib/failover/decide.ts';
import type { Phase, ServiceRecord, Strategy } from '../../lib/failover/record.ts';
import { stepped } from '../../lib/failover/strategy.ts';
import {
  aDeployment,
  aPool,
  aRecord,
  asking,
  aView,
  decide,
  FLIPPED,
  failedOver,
  flippedView,
  item,
  later,
  ORIGINAL,
  reasons,
  START,
  strategyOf,
  written,
} from './situations.ts';

const flipping: Phase = { name: 'flipping', since: later(-10 * MINUTE) };
const newer = (strategy: Strategy, id = 'ecs-svc/9') =>
  aView({ strategy, running: 8, deployments: [aDeployment({ id, createdAt: later(-5 * MINUTE) })] });
const ROLLED_BACK = { fate: { kind: 'rolled-back' as const, reason: 'ROLLBACK_SUCCESSFUL: 5 failed tasks' } };
const REPLACED = { fate: { kind: 'replaced' as const } };

describe('failover edge 11: a flip that ECS has rolled back', () => {
  it('failover edge 11: is told from one that somebody replaced only by asking ECS', () => {
    const { snapshot, ...rest } = asking({ record: failedOver(flipping), view: newer(ORIGINAL) });
    const decision = decideService({ ...rest, snapshot: { service: snapshot.service } });

    expect(decision).toEqual({ next: failedOver(flipping), findings: [], needs: 'fate' });
  });

  it('failover edge 11: is under suspicion again, and is tried after a cool-off', () => {
    const decision = decide({
      record: failedOver(flipping),
      view: newer(ORIGINAL),
      snapshot: ROLLED_BACK,
    });

    expect(reasons(decision)).toEqual(['flip-rolled-back']);
    expect(decision.next).toMatchObject({
      phase: { name: 'suspect', since: START },
      rollbacks: { count: 1, retryAt: later(10 * MINUTE) },
    });
    expect(decision.next).not.toHaveProperty('original');

    const soon = { record: decision.next, view: newer(ORIGINAL), now: later(10 * MINUTE - 1) };
    expect(reasons(decide(soon))).toEqual(['cooling-off']);
    expect(reasons(decide({ ...soon, now: later(10 * MINUTE) }))).toEqual(['failed-over']);
  });

  it.each([
    [1, 20],
    [2, 40],
  ])('failover edge 11: after %d times before waits %d minutes', (count, minutes) => {
    const decision = decide({
      record: failedOver(flipping, { rollbacks: { count, retryAt: 0 } }),
      view: newer(ORIGINAL),
      snapshot: ROLLED_BACK,
    });

    expect(decision.next.rollbacks).toEqual({ count: count + 1, retryAt: later(minutes * MINUTE) });
  });

  it('keeps the original while anything but it is in force', () => {
    const decision = decide({
      record: failedOver(flipping),
      view: newer(stepped(ORIGINAL, 25)),
      snapshot: ROLLED_BACK,
    });

    expect(decision.next.original?.strategy).toEqual(ORIGINAL);
    expect(decision.next.phase.name).toBe('suspect');
    const retried = decide({ record: decision.next, view: newer(stepped(ORIGINAL, 25)), now: later(HOUR) });
    expect(strategyOf(retried)).toEqual(FLIPPED);
    expect(retried.next.original?.strategy).toEqual(ORIGINAL);
  });
});

it('a flip that has failed and was not taken back is written again later', () => {
  const view = flippedView({
    running: 8,
    deployments: [aDeployment({ id: 'ecs-svc/2', rollout: 'FAILED' })],
  });
  const decision = decide({ record: failedOver(flipping), view });
  const retried = decide({ record: decision.next, view, now: later(HOUR) });

  expect(reasons(decision)).toEqual(['flip-rolled-back']);
  expect(decision.next.original?.strategy).toEqual(ORIGINAL);
  expect(strategyOf(retried)).toEqual(FLIPPED);
  // It is one opening, however often it is written.
  expect(retried.next.opened).toEqual([later(-HOUR)]);
});

describe('failover edge 18: somebody else has changed the strategy', () => {
  it.each<[string, Strategy]>([
    ['to another', [item('FARGATE', 1)]],
    ['to the original', ORIGINAL],
  ])('failover edge 18: %s, and wins', (_, strategy) => {
    const decision = decide({ record: failedOver(), view: newer(strategy), snapshot: REPLACED });

    expect(reasons(decision)).toEqual(['changed-by-others']);
    expect(decision.action).toBeUndefined();
    expect(decision.next.phase).toEqual({ name: 'closed' });
    expect(decision.next).not.toHaveProperty('original');
    expect(decision.next).not.toHaveProperty('written');
  });

  it('failover edge 18: is not what a stale answer just after our own change says', () => {
    const record = failedOver(flipping, { written: written({ at: later(-10_000) }) });
    const decision = decide({ record, snapshot: REPLACED });

    expect(reasons(decision)).toEqual(['rollout-in-progress']);
    expect(decision.next.original?.strategy).toEqual(ORIGINAL);
  });

  it('failover edge 5: is not what the same strategy in another order is', () => {
    expect(reasons(decide({ record: failedOver(), view: newer(FLIPPED.toReversed()) }))).toEqual([
      'waiting-for-breaker',
    ]);
  });
});

describe('a pipeline that ships new code with our strategy', () => {
  const shipping = flippedView({
    taskDefinition: 'web:8',
    deployments: [aDeployment({ id: 'ecs-svc/9', rollout: 'IN_PROGRESS', createdAt: later(-5 * MINUTE) })],
  });

  it('changes nothing, and its deployment is the one that is waited for', () => {
    const decision = decide({ record: failedOver(flipping), view: shipping });

    expect(decision.next.written).toMatchObject({
      deploymentId: 'ecs-svc/9',
      taskDefinition: 'web:8',
      byOthers: true,
    });
    expect(decision.next.phase).toEqual(flipping);
    const done = { ...shipping, deployments: [aDeployment({ id: 'ecs-svc/9' })] };
    expect(reasons(decide({ record: decision.next, view: done }))).toEqual(['flip-completed']);
  });

  it('failover edge 13: is not superseded by the return', () => {
    const decision = decide({
      record: failedOver(),
      view: shipping,
      pool: aPool({ name: 'closed', since: later(-MINUTE) }),
    });

    expect(reasons(decision)).toEqual(['deployment-in-progress']);
  });

  it('failover edge 12: and fails with its own code says nothing of capacity', () => {
    const record = failedOver(flipping, {
      written: written({ deploymentId: 'ecs-svc/9', byOthers: true }),
    });
    const failed = {
      ...shipping,
      deployments: [aDeployment({ id: 'ecs-svc/9', rollout: 'FAILED' as const })],
    };

    expect(reasons(decide({ record, view: failed }))).toEqual(['rollout-in-progress']);
  });
});

describe('an intention without an answer', () => {
  const { deploymentId: _, ...unanswered } = written({ at: later(-MINUTE) });
  const before = { phase: { name: 'suspect' as const, since: later(-HOUR), why: 'no capacity' }, opened: [] };
  const intended: ServiceRecord = failedOver(
    { name: 'flipping', since: later(-MINUTE) },
    { written: unanswered, before },
  );

  it('that ECS has heard is found by its strategy, and its deployment is the PRIMARY', () => {
    const deployments = [aDeployment({ id: 'ecs-svc/2', rollout: 'IN_PROGRESS', createdAt: later(-MINUTE) })];
    const decision = decide({ record: intended, view: flippedView({ deployments }) });

    expect(decision.action).toBeUndefined();
    expect(decision.next.written?.deploymentId).toBe('ecs-svc/2');
    expect(decision.next).not.toHaveProperty('before');
    expect(reasons(decision)).toEqual(['rollout-in-progress']);
  });

  it('that ECS has not heard is written again, the same', () => {
    const decision = decide({ record: intended, view: aView({ running: 8 }) });

    expect(strategyOf(decision)).toEqual(FLIPPED);
    expect(decision.next).toEqual({ ...intended, spent: decision.next.spent, heard: decision.next.heard });
  });

  it('is decided afresh after ten minutes', () => {
    const decision = decide({ record: intended, now: later(10 * MINUTE) });

    expect(reasons(decision)).toEqual(['recovered-within-grace']);
    expect(decision.next).not.toHaveProperty('original');
  });

  it('failover edge 13: gives way to a deployment that somebody began meanwhile', () => {
    const deployments = [aDeployment({ id: 'ecs-svc/9', rollout: 'IN_PROGRESS' })];
    const decision = decide({ record: intended, view: aView({ running: 8, deployments }) });

    expect(reasons(decision)).toEqual(['deployment-in-progress']);
    expect(decision.next.phase).toEqual(before.phase);
  });

  it('gives way to whoever wrote another strategy meanwhile', () => {
    const decision = decide({ record: intended, view: newer([item('FARGATE', 1)]) });

    expect(reasons(decision)).toEqual(['changed-by-others']);
  });

  it('pins again what was to be pinned', () => {
    const pin = { web: 'sha256:aaaa' };
    const record = { ...intended, written: { ...unanswered, pin } };

    expect(decide({ record, view: aView({ running: 8 }) }).action).toMatchObject({ pin });
  });
});

describe('a step of the return that ECS has rolled back', () => {
  const quarter = stepped(ORIGINAL, 25);
  const record = failedOver(
    { name: 'returning', step: 0, since: later(-20 * MINUTE) },
    { written: written({ purpose: 'step', strategy: quarter, at: later(-20 * MINUTE) }) },
  );

  it('is an opening, and nothing is written if ECS went back to where it was', () => {
    const decision = decide({ record, view: newer(FLIPPED), snapshot: ROLLED_BACK });

    expect(reasons(decision)).toEqual(['backed-out']);
    expect(decision.action).toBeUndefined();
    expect(decision.next.phase).toEqual({ name: 'flipping', since: START });
    expect(decision.next.written).toMatchObject({
      purpose: 'flip',
      strategy: FLIPPED,
      deploymentId: 'ecs-svc/9',
    });
    expect(decision.next.opened).toEqual([later(-HOUR), START]);
  });
});

it('a service without an original has nothing to drift from', () => {
  expect(decide({ record: aRecord(), view: newer([item('FARGATE', 1)]) })).toMatchObject({ findings: [] });
});
