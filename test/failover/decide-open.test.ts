import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Phase } from '../../lib/failover/record.ts';
import {
  aDeployment,
  aPool,
  aService,
  circumstances,
  decide,
  failedOver,
  flippedView,
  hearing,
  item,
  later,
  ORIGINAL,
  order,
  probingByShare,
  reasons,
  START,
  sentences,
  strategyOf,
  WEB,
} from './situations.ts';

const flipping: Phase = { name: 'flipping', since: later(-10 * MINUTE) };
const inProgress = flippedView({
  deployments: [aDeployment({ id: 'ecs-svc/2', rollout: 'IN_PROGRESS', createdAt: later(-HOUR) })],
});
const CLOSED = aPool({ name: 'closed', since: later(-MINUTE) });

describe('while the flip is on its way', () => {
  it('it is waited for', () => {
    const decision = decide({ record: failedOver(flipping), view: inProgress });

    expect(reasons(decision)).toEqual(['rollout-in-progress']);
    expect(decision.next.phase).toEqual(flipping);
  });

  it('failover edge 14: Spot tasks that are reclaimed in its course begin nothing anew', () => {
    const heard = hearing({
      spotFailureAt: START,
      interruptions: [1, 2, 3].map((one) => ({ task: `task/${one}`, at: later(-one) })),
    });
    const decision = decide({ record: failedOver(flipping, { heard }), view: inProgress });

    expect(reasons(decision)).toEqual(['rollout-in-progress']);
    expect(decision.action).toBeUndefined();
  });

  it('failover edge 8: being steady does not end it, but its deployment', () => {
    const messages = { steadyAt: START };
    const steady = flippedView({ messages, deployments: inProgress.deployments });

    expect(decide({ record: failedOver(flipping), view: steady }).next.phase).toEqual(flipping);
    const decision = decide({ record: failedOver(flipping), view: flippedView() });
    expect(reasons(decision)).toEqual(['flip-completed']);
    expect(decision.next.phase).toEqual({ name: 'open', since: START });
  });

  it('it is left to go on when it takes too long, and the service counts as open', () => {
    const phase: Phase = { name: 'flipping', since: later(-31 * MINUTE) };
    const decision = decide({ record: failedOver(phase), view: inProgress });

    expect(decision.next.phase.name).toBe('open');
    expect(decision.action).toBeUndefined();
    expect(reasons(decision)).toEqual(['rollout-in-progress']);
  });

  it('failover edge 16: the quota of the account is told', () => {
    const view = { ...inProgress, messages: { quotaAt: later(-MINUTE) } };

    expect(reasons(decide({ record: failedOver(flipping), view }))).toEqual([
      'rollout-in-progress',
      'on-demand-quota',
    ]);
  });
});

describe('the flap latch', () => {
  const openings = (...hoursAgo: number[]) => ({ opened: hoursAgo.map((ago) => later(-ago * HOUR)) });

  it('holds after so many openings within the window', () => {
    const decision = decide({ record: failedOver(flipping, openings(20, 5, 0)), view: flippedView() });

    expect(reasons(decision)).toEqual(['flip-completed', 'flap-latched']);
    expect(decision.next.phase).toEqual({ name: 'latched', since: START });
  });

  it('does not count what is older than the window', () => {
    const decision = decide({ record: failedOver(flipping, openings(25, 5, 0)), view: flippedView() });

    expect(decision.next.phase.name).toBe('open');
  });

  it('lasts although the breaker is closed, until somebody orders it back', () => {
    const record = failedOver({ name: 'latched', since: later(-9 * HOUR) });
    const view = flippedView();

    expect(reasons(decide({ record, view, pool: CLOSED }))).toEqual(['flap-latched']);
    const back = decide({ record: { ...record, heard: order('fail-back') }, view, pool: CLOSED });
    expect(back.next.phase).toMatchObject({ name: 'returning', step: 0 });
  });

  it('is reset by order, and an early probe is asked for', () => {
    const record = failedOver({ name: 'latched', since: later(-HOUR) }, { heard: order('reset') });
    const decision = decide({ record, view: flippedView() });

    expect(reasons(decision)).toEqual(['breaker-reset']);
    expect(decision.next).toMatchObject({ phase: { name: 'open' }, opened: [], resetAt: START });
  });
});

describe('an open service', () => {
  it('waits for its breaker, and says until when', () => {
    const pool = aPool({ name: 'open', since: later(-HOUR), probeAt: later(5 * MINUTE) });
    const decision = decide({ record: failedOver(), view: flippedView(), pool });

    expect(sentences(decision)).toBe(
      'service/prod/web stays with FARGATE_SPOT 0, FARGATE 100 (base 2) and waits for breaker pool/X86_64/eu-central-1a+eu-central-1b, which probes at 2026-11-21T12:05:00Z.',
    );
    expect(decision.next).toEqual(failedOver());
  });

  it('failover edge 8: does not go back because it is steady', () => {
    const view = flippedView({ messages: { steadyAt: START } });

    expect(reasons(decide({ record: failedOver(), view }))).toEqual(['waiting-for-breaker']);
  });

  it('goes back when its breaker was closed after the flip', () => {
    const decision = decide({ record: failedOver(), view: flippedView(), pool: CLOSED });

    expect(strategyOf(decision)).toEqual([item('FARGATE_SPOT', 19), item('FARGATE', 81, 2)]);
  });

  it('does not take a breaker for closed that has not heard of the flip yet', () => {
    const pool = aPool({ name: 'closed', since: later(-2 * HOUR) });

    expect(reasons(decide({ record: failedOver(), view: flippedView(), pool }))).toEqual([
      'waiting-for-breaker',
    ]);
  });

  it('goes back by order without a probe, and a second fail-over changes nothing', () => {
    const fromOpen = (verb: 'fail-back' | 'fail-over') =>
      decide({
        record: failedOver({ name: 'open', since: later(-HOUR) }, { heard: order(verb) }),
        view: flippedView(),
      });

    expect(reasons(fromOpen('fail-back'))).toEqual(['return-step']);
    expect(reasons(fromOpen('fail-over'))).toEqual(['order-not-applicable']);
  });
});

describe('a probe by a share of the tasks', () => {
  const asked = aPool({ name: 'half-open', since: later(-MINUTE), prober: WEB });

  it('is what the breaker asks of its prober', () => {
    const decision = decide({
      record: failedOver(),
      view: flippedView(),
      pool: asked,
      whole: probingByShare(),
    });

    // Eight tasks are beyond the base: 17 percent of three quarters is the least that is one task.
    expect(strategyOf(decision)).toEqual([item('FARGATE_SPOT', 13), item('FARGATE', 87, 2)]);
    expect(decision.next.phase).toEqual({ name: 'probing', since: START });
    expect(decision.next.written?.purpose).toBe('probe');
    expect(reasons(decision)).toEqual(['probe-started']);
  });

  it('is not asked of another, nor where a task probes', () => {
    const other = aPool({ name: 'half-open', since: later(-MINUTE), prober: 'service/prod/api' });
    const rest = { record: failedOver(), view: flippedView() };

    expect(decide({ ...rest, pool: other, whole: probingByShare() }).action).toBeUndefined();
    expect(decide({ ...rest, pool: asked }).action).toBeUndefined();
  });

  it('is not begun again after its verdict', () => {
    const record = failedOver(undefined, { verdict: { at: START, passed: false } });

    expect(
      decide({ record, view: flippedView(), pool: asked, whole: probingByShare() }).action,
    ).toBeUndefined();
  });
});

describe('failover edge 17: the on-demand task-hours of a day', () => {
  const policy = aService({ taskHoursPerDay: 5 });
  const spent = { day: '2026-11-21', taskHours: 4, asOf: later(-HOUR) };

  it('failover edge 17: are counted from look to look, and end the failover at once', () => {
    const decision = decide({
      record: failedOver(undefined, { spent }),
      view: flippedView(),
      policy,
    });

    // Of ten tasks four are on demand anyway.
    expect(decision.next.spent.taskHours).toBe(10);
    expect(reasons(decision)).toEqual(['budget-spent']);
    expect(strategyOf(decision)).toEqual(ORIGINAL);
    expect(decision.next.phase).toMatchObject({ name: 'returning', step: 2 });
    expect(decision.next.written?.purpose).toBe('restore');
  });

  it('failover edge 17: begin anew with the UTC day', () => {
    const record = failedOver(undefined, { spent: { ...spent, taskHours: 5 } });
    const now = Date.UTC(2026, 10, 22);

    expect(decide({ record, view: flippedView(), policy, now }).next.spent).toEqual({
      day: '2026-11-22',
      taskHours: 0,
      asOf: now,
    });
  });
});

it('failover edge 23: a service that is scaled to 0 gets its original strategy back, and is closed with it', () => {
  const decision = decide({
    record: failedOver(),
    view: flippedView({ desired: 0, running: 0 }),
    // Nothing runs that a moved tag could take the place of.
    snapshot: {
      circumstances: circumstances({
        images: [
          { container: 'web', image: 'web:live', verdict: 'unknown', running: null, why: 'nothing runs' },
        ],
      }),
    },
  });
  expect(reasons(decision)).toEqual(['return-step']);
  expect(strategyOf(decision)).toEqual(ORIGINAL);

  const { before: _, ...settled } = decision.next;
  const restored = flippedView({ desired: 0, running: 0, strategy: ORIGINAL });
  const after = decide({ record: settled, view: restored, now: later(2 * MINUTE) });
  expect(reasons(after)).toEqual(['restored']);
  expect(after.next.original).toBeUndefined();
});
