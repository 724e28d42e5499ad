import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { HeardSignals, Phase, ServiceRecord, Strategy } from '../../lib/failover/record.ts';
import type { DeploymentView, ServiceView } from '../../lib/failover/snapshot.ts';
import { stepped } from '../../lib/failover/strategy.ts';
import {
  aDeployment,
  aService,
  decide,
  FLIPPED,
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
  strategyOf,
  written,
} from './situations.ts';

const QUARTER = stepped(ORIGINAL, 25);

/** A service on its way back, at a strategy that it was given 20 minutes ago. */
const returning = (phase: Phase, strategy: Strategy = QUARTER, changes: Partial<ServiceRecord> = {}) =>
  failedOver(phase, {
    written: written({
      purpose: strategy === ORIGINAL ? 'restore' : 'step',
      strategy,
      at: later(-20 * MINUTE),
      deploymentId: 'ecs-svc/3',
    }),
    ...changes,
  });
const at = (
  strategy: Strategy,
  rollout: DeploymentView['rollout'] = 'COMPLETED',
  changes: Partial<ServiceView> = {},
) =>
  flippedView({
    strategy,
    deployments: [aDeployment({ id: 'ecs-svc/3', rollout, createdAt: later(-20 * MINUTE) })],
    ...changes,
  });
const step = (index: number, completedMinutesAgo?: number): Phase => ({
  name: 'returning',
  step: index,
  since: later(-20 * MINUTE),
  ...(completedMinutesAgo === undefined ? {} : { completedAt: later(-completedMinutesAgo * MINUTE) }),
});

describe('a step of the return', () => {
  it('soaks from the look that finds its deployment completed', () => {
    const decision = decide({ record: returning(step(0)), view: at(QUARTER) });

    expect(reasons(decision)).toEqual(['soaking']);
    expect(decision.next.phase).toEqual(step(0, 0));
  });

  it('is followed by the next when it has held for the soak, to the millisecond', () => {
    const soon = returning(step(0, 10 - 1 / MINUTE));

    expect(reasons(decide({ record: soon, view: at(QUARTER) }))).toEqual(['soaking']);
    const decision = decide({ record: returning(step(0, 10)), view: at(QUARTER) });
    expect(strategyOf(decision)).toEqual([item('FARGATE_SPOT', 38), item('FARGATE', 62, 2)]);
    expect(decision.next.phase).toEqual({ name: 'returning', step: 1, since: START });
    expect(decision.next.written?.purpose).toBe('step');
  });

  it('that is the last writes the original verbatim', () => {
    const half = stepped(ORIGINAL, 50);
    const decision = decide({ record: returning(step(1, 10), half), view: at(half) });

    expect(strategyOf(decision)).toEqual(ORIGINAL);
    expect(decision.next.written?.purpose).toBe('restore');
  });

  it('closes when the original has held, and nothing is kept of the failover', () => {
    const decision = decide({ record: returning(step(2, 10), ORIGINAL), view: at(ORIGINAL) });

    expect(reasons(decision)).toEqual(['restored']);
    expect(decision.next.phase).toEqual({ name: 'closed' });
    expect(decision.next).not.toHaveProperty('original');
    expect(decision.next).not.toHaveProperty('written');
    expect(decision.next.heard.judgedAt).toBe(START);
  });

  it('does not close while anything but the original was written, whichever step it counts as', () => {
    const decision = decide({ record: returning(step(2, 10)), view: at(QUARTER) });

    expect(reasons(decision)).toEqual(['return-step']);
    expect(decision.next.original?.strategy).toEqual(ORIGINAL);
  });

  it('is left out when it would move no task', () => {
    const view = flippedView({ desired: 1, running: 1 });
    const decision = decide({ record: failedOver(undefined, { heard: order('fail-back') }), view });

    expect(strategyOf(decision)).toEqual(ORIGINAL);
    expect(decision.next.phase).toMatchObject({ step: 2 });
  });
});

describe('a step that fails', () => {
  const heard = (changes: Partial<HeardSignals>) => ({ heard: hearing(changes) });
  const failures: [string, ServiceRecord, ServiceView][] = [
    [
      'by a new lack of Spot',
      returning(step(0), QUARTER, heard({ spotFailureAt: later(-MINUTE) })),
      at(QUARTER, 'IN_PROGRESS'),
    ],
    ['while it soaks', returning(step(0, 5), QUARTER, heard({ spotFailureAt: later(-MINUTE) })), at(QUARTER)],
    [
      'by a message that nobody was told of',
      returning(step(0)),
      at(QUARTER, 'IN_PROGRESS', { running: 9, messages: { capacityUnavailableAt: later(-MINUTE) } }),
    ],
    [
      'by interruptions',
      returning(
        step(0),
        QUARTER,
        heard({ interruptions: [1, 2, 3].map((one) => ({ task: `t${one}`, at: later(-one * MINUTE) })) }),
      ),
      at(QUARTER),
    ],
    ['by its deployment', returning(step(0)), at(QUARTER, 'FAILED')],
    [
      'by its deployment, which is told only once',
      returning(step(0), QUARTER, heard({ failedDeployment: 'ecs-svc/3' })),
      at(QUARTER, 'IN_PROGRESS'),
    ],
    [
      'by taking too long',
      returning({ name: 'returning', step: 0, since: later(-31 * MINUTE) }),
      at(QUARTER, 'IN_PROGRESS'),
    ],
  ];

  it.each(failures)('%s is backed out, which is an opening', (_, record, view) => {
    const decision = decide({ record, view });

    expect(reasons(decision)).toEqual(['backed-out']);
    expect(strategyOf(decision)).toEqual(FLIPPED);
    expect(decision.next.phase).toEqual({ name: 'flipping', since: START });
    expect(decision.next.opened).toEqual([later(-HOUR), START]);
    expect(decision.next.original?.strategy).toEqual(ORIGINAL);
  });

  it.each<[string, Partial<HeardSignals>]>([
    ['a failure of before the step', { spotFailureAt: later(-21 * MINUTE) }],
    ['a failed deployment of before', { failedDeployment: 'ecs-svc/2' }],
  ])('is not told by %s', (_, changes) => {
    expect(
      reasons(decide({ record: returning(step(0), QUARTER, heard(changes)), view: at(QUARTER) })),
    ).toEqual(['soaking']);
  });

  it('while the task-hours are spent stays, and is judged once', () => {
    const policy = aService({ taskHoursPerDay: 1 });
    const spent = { day: '2026-11-21', taskHours: 2, asOf: START };
    const record = returning(step(2), ORIGINAL, { spent, ...heard({ spotFailureAt: later(-MINUTE) }) });
    const decision = decide({ record, view: at(ORIGINAL), policy });
    const again = decide({ record: decision.next, view: at(ORIGINAL), policy, now: later(MINUTE) });

    expect(reasons(decision)).toEqual(['budget-spent']);
    expect(decision.action).toBeUndefined();
    expect(reasons(again)).toEqual(['soaking']);
  });
});

describe('a probe by a share', () => {
  const probing = (completedMinutesAgo?: number): Phase => ({
    name: 'probing',
    since: later(-5 * MINUTE),
    ...(completedMinutesAgo === undefined ? {} : { completedAt: later(-completedMinutesAgo * MINUTE) }),
  });
  const whole = probingByShare();
  const tenth = stepped(ORIGINAL, 17);

  it('passes when it has held, and the return begins with the same look', () => {
    const decision = decide({ record: returning(probing(2), tenth), view: at(tenth), whole });

    expect(reasons(decision)).toEqual(['probe-passed', 'return-step']);
    expect(decision.next).toMatchObject({
      verdict: { at: START, passed: true },
      phase: { name: 'returning' },
    });
  });

  it('that fails is taken back at once, and is no opening', () => {
    const record = returning(probing(), tenth, { heard: hearing({ spotFailureAt: later(-MINUTE) }) });
    const decision = decide({ record, view: at(tenth, 'IN_PROGRESS'), whole });

    expect(reasons(decision)).toEqual(['probe-failed', 'backed-out']);
    expect(strategyOf(decision)).toEqual(FLIPPED);
    expect(decision.next).toMatchObject({
      verdict: { at: START, passed: false },
      opened: [later(-HOUR)],
    });
  });

  it('fails when its deployment takes too long', () => {
    const record = returning({ name: 'probing', since: later(-16 * MINUTE) }, tenth);
    const decision = decide({ record, view: at(tenth, 'IN_PROGRESS'), whole });

    expect(reasons(decision)).toContain('probe-failed');
  });

  it('gives its verdict once, though it cannot be taken back yet', () => {
    const room = { tasks: 0, vcpus: null, taskHours: null };
    const record = returning(probing(), tenth, { heard: hearing({ spotFailureAt: later(-MINUTE) }) });
    const first = decide({ record, view: at(tenth), whole, room });
    const second = decide({ record: first.next, view: at(tenth), whole, room, now: later(MINUTE) });

    expect(reasons(first)).toEqual(['probe-failed', 'rate-limited']);
    expect(reasons(second)).toEqual(['rate-limited']);
    expect(second.next.verdict).toEqual({ at: START, passed: false });
  });
});

describe('an order on the way back', () => {
  it('fail-over goes to on-demand again, which is no opening', () => {
    const decision = decide({
      record: returning(step(0), QUARTER, { heard: order('fail-over') }),
      view: at(QUARTER),
    });

    expect(strategyOf(decision)).toEqual(FLIPPED);
    expect(decision.next.opened).toEqual([later(-HOUR)]);
  });

  it('fail-back is not applicable', () => {
    const record = returning(step(0), QUARTER, { heard: order('fail-back') });

    expect(reasons(decide({ record, view: at(QUARTER) }))).toEqual(['order-not-applicable']);
  });
});
