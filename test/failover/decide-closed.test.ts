import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import {
  aDeployment,
  aRecord,
  aService,
  aView,
  decide,
  FLIPPED,
  failedOver,
  flippedView,
  hearing,
  item,
  later,
  ORIGINAL,
  order,
  POOL,
  REVISION,
  reasons,
  START,
  sentences,
  spotFailure,
  strategyOf,
  taking,
} from './situations.ts';

const failure = hearing({ spotFailureAt: START });
const suspect = (sinceMs: number) =>
  aRecord({ phase: { name: 'suspect', since: later(sinceMs), why: 'FARGATE_SPOT had no capacity' } });

describe('a service on its own strategy', () => {
  it('is left alone while nothing is heard', () => {
    expect(decide({})).toEqual({ next: aRecord(), findings: [] });
  });

  it('failover edge 4: is looked at by its messages, so that a lost event is made up for', () => {
    const capacityUnavailableAt = later(-7 * MINUTE);
    const decision = decide({
      record: aRecord({ heard: hearing({ deficitSince: later(-6 * MINUTE) }) }),
      view: aView({ running: 8, messages: { capacityUnavailableAt } }),
    });

    // The tasks are missing for longer than the grace already.
    expect(reasons(decision)).toEqual(['failed-over']);
  });
});

describe('the grace', () => {
  it('is waited for from the first signal', () => {
    const decision = decide({ record: aRecord({ heard: failure }), view: aView({ running: 8 }) });

    expect(reasons(decision)).toEqual(['grace']);
    expect(decision.next.phase).toMatchObject({ name: 'suspect', since: START });
    expect(sentences(decision)).toBe(
      'service/prod/web waits until 2026-11-21T12:03:00Z whether tasks come back by themselves: FARGATE_SPOT had no capacity at 2026-11-21T12:00:00Z. 8 of 10 tasks run.',
    );
  });

  it('lasts to the millisecond', () => {
    const view = aView({ running: 8 });

    expect(reasons(decide({ record: suspect(-3 * MINUTE + 1), view }))).toEqual(['grace']);
    expect(reasons(decide({ record: suspect(-3 * MINUTE), view }))).toEqual(['failed-over']);
  });

  it('is not waited for when no task runs: the flip comes in the same look as the signal', () => {
    const decision = decide({ record: aRecord({ heard: failure }), view: aView({ running: 0 }) });

    expect(strategyOf(decision)).toEqual(FLIPPED);
  });

  it('is not waited for by order, with a guard of every kind still in force', () => {
    const decision = decide({ record: aRecord({ heard: order('fail-over') }) });

    expect(reasons(decision)).toEqual(['failed-over']);
    expect(decision.next.opened).toEqual([START]);
  });

  it('ends with nothing changed if the tasks are back, and the signal is not counted again', () => {
    const decision = decide({ record: suspect(-3 * MINUTE) });
    const again = decide({ record: decision.next, now: later(MINUTE) });

    expect(reasons(decision)).toEqual(['recovered-within-grace']);
    expect(decision.next.phase.name).toBe('closed');
    expect(reasons(again)).toEqual([]);
  });

  it('failover edge 6: does not end while a warned task still runs', () => {
    const warned = {
      ...suspect(-3 * MINUTE),
      heard: hearing({ interruptions: [{ task: 'task/1', at: later(-MINUTE) }] }),
    };

    const waits = decide({ record: warned });
    expect(reasons(waits)).toEqual(['grace']);
    expect(sentences(waits)).toContain('waits until 2026-11-21T12:01:00Z');
    expect(reasons(decide({ record: warned, view: aView({ running: 9 }) }))).toEqual(['failed-over']);
    expect(reasons(decide({ record: warned, now: later(MINUTE) }))).toEqual(['recovered-within-grace']);
    expect(reasons(decide({ record: warned, view: aView({ running: 9 }), now: later(MINUTE) }))).toEqual([
      'failed-over',
    ]);
  });
});

it('after a flip that has failed without being taken back, a service with all its tasks is open again', () => {
  const phase = { name: 'suspect' as const, since: later(-HOUR), why: 'the last flip has failed' };
  const decision = decide({ record: failedOver(phase), view: flippedView() });

  expect(reasons(decision)).toEqual(['recovered-within-grace']);
  expect(decision.next).toEqual(failedOver({ name: 'open', since: START }));
});

describe('a flip', () => {
  const flipped = () => decide({ record: suspect(-HOUR), view: aView({ running: 8 }) });

  it('failover edge 18: keeps the original verbatim, before anything is written', () => {
    const decision = flipped();
    expect(decision.next.original).toEqual({ strategy: ORIGINAL, taskDefinition: REVISION });
    expect(decision.next.written).toEqual({
      purpose: 'flip',
      strategy: FLIPPED,
      taskDefinition: REVISION,
      at: START,
      onDemandVcpus: 5,
    });
    expect(decision.action).toEqual({ kind: 'set-strategy', strategy: FLIPPED });
  });

  it('remembers what it counts for: openings, launched tasks, the breaker that it shares', () => {
    const decision = flipped();
    expect(decision.next).toMatchObject({
      phase: { name: 'flipping', since: START },
      opened: [START],
      launched: { at: START, tasks: 10 },
      pool: { id: POOL, subnets: ['subnet-a', 'subnet-b'], taskDefinition: REVISION },
      spent: { day: '2026-11-21', taskHours: 0, asOf: START },
    });
  });

  it('says what, from what to what, and why', () => {
    const decision = flipped();
    expect(sentences(decision)).toBe(
      'service/prod/web goes from FARGATE_SPOT 3, FARGATE 1 (base 2) to FARGATE_SPOT 0, FARGATE 100 (base 2), since FARGATE_SPOT had no capacity. 8 of 10 tasks run.',
    );
  });

  it('moves the share that the policy says', () => {
    const policy = aService({ onDemandShare: 60 });
    const part = decide({ record: suspect(-HOUR), view: aView({ running: 8 }), policy });

    expect(strategyOf(part)).toEqual([item('FARGATE_SPOT', 40), item('FARGATE', 60, 2)]);
    expect(reasons(part)).toEqual(['failed-over']);
  });
});

describe('failover edge 23: a service that is not there', () => {
  it.each([
    ['is missing', 'missing' as const],
    ['is INACTIVE', aView({ status: 'INACTIVE' })],
    ['is DRAINING', aView({ status: 'DRAINING' })],
  ])('failover edge 23: %s, so that its state is cleaned', (_, view) => {
    const decision = decide({ record: suspect(-HOUR), view });

    expect(reasons(decision)).toEqual(['service-gone']);
    expect(decision.next.phase.name).toBe('closed');
    expect(decision.action).toBeUndefined();
  });

  it('failover edge 23: has no tasks desired, so that none is missing', () => {
    const decision = decide({ record: suspect(-HOUR), view: aView({ desired: 0, running: 0 }) });

    expect(reasons(decision)).toEqual(['service-gone']);
    expect(decision.next.phase.name).toBe('closed');
  });

  it.each([
    ['does not exist', 'missing' as const],
    ['is INACTIVE', aView({ status: 'INACTIVE' })],
  ])('failover edge 23: says that it %s, and goes on saying it while nothing changes', (what, view) => {
    const decision = decide({ view });

    expect(sentences(decision)).toContain(`service/prod/web ${what}.`);
    expect(decision.next).toEqual(aRecord());
  });

  it('failover edge 23: that had failed over leaves nothing to put back', () => {
    const decision = decide({ record: failedOver(), view: 'missing' });

    expect(reasons(decision)).toEqual(['service-gone']);
    expect(decision.next).not.toHaveProperty('original');
  });

  it('failover edge 23: that is to have no task is left alone without a word when nothing was wrong', () => {
    expect(decide({ view: aView({ desired: 0, running: 0 }) })).toEqual({ next: aRecord(), findings: [] });
  });

  it.each([
    ['missing', 'missing' as const],
    ['to have no task', aView({ desired: 0, running: 0 })],
  ])('failover edge 23: that is %s takes no order', (_, view) => {
    const decision = decide({ record: aRecord({ heard: order('fail-over') }), view });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.next.heard.order).toBeUndefined();
    expect(decision.next.phase.name).toBe('closed');
  });
});

describe('an order to a service on its own strategy', () => {
  it('fail-back is not applicable, and is done with', () => {
    const decision = decide({ record: aRecord({ heard: order('fail-back') }) });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('fail-over passes the backoff after flips that were taken back', () => {
    const record = aRecord({ heard: order('fail-over'), rollbacks: { count: 3, retryAt: later(HOUR) } });

    expect(reasons(decide({ record }))).toEqual(['failed-over']);
  });

  it('reset forgets that backoff and the openings', () => {
    const record = aRecord({
      heard: order('reset'),
      opened: [later(-HOUR)],
      rollbacks: { count: 3, retryAt: later(HOUR) },
    });
    const decision = decide({ record });

    expect(reasons(decision)).toEqual(['breaker-reset']);
    expect(decision.next).toMatchObject({ opened: [], rollbacks: { count: 0, retryAt: 0 } });
  });
});

it('from the event to the flip it is one look when there is no grace', () => {
  const policy = aService({ graceMs: 0 });
  const { record } = taking([spotFailure()], aRecord(), policy);

  expect(strategyOf(decide({ record, policy, view: aView({ running: 9 }) }))).toEqual(FLIPPED);
});

it('failover edge 12: a deployment of others that has begun meanwhile stops the flip, not the suspicion', () => {
  const deployments = [aDeployment({ id: 'ecs-svc/9', rollout: 'IN_PROGRESS' })];
  const decision = decide({ record: suspect(-HOUR), view: aView({ running: 8, deployments }) });

  expect(reasons(decision)).toEqual(['deployment-in-progress']);
  expect(decision.next.phase.name).toBe('suspect');
});
