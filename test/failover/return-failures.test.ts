import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { HeardSignals, Phase, ServiceRecord, Strategy } from '../../lib/failover/record.ts';
import type { DeploymentView, ServiceView } from '../../lib/failover/snapshot.ts';
import { stepped } from '../../lib/failover/strategy.ts';
import {
  type Asked,
  aDeployment,
  aService,
  circumstances,
  decide,
  decideUnread,
  FLIPPED,
  failedOver,
  flippedView,
  hearing,
  later,
  ORIGINAL,
  order,
  probingByShare,
  ROOM,
  reasons,
  START,
  strategyOf,
  written,
} from './situations.ts';

const QUARTER = stepped(ORIGINAL, 25);
/** When the step, or the probe, was begun. */
const SINCE = -20 * MINUTE;

const onTheWay = (phase: Phase, changes: Partial<ServiceRecord> = {}, strategy: Strategy = QUARTER) =>
  failedOver(phase, {
    written: written({
      purpose: strategy === ORIGINAL ? 'restore' : 'step',
      strategy,
      at: later(SINCE),
      deploymentId: 'ecs-svc/3',
    }),
    ...changes,
  });
const at = (rollout: DeploymentView['rollout'], changes: Partial<ServiceView> = {}, strategy = QUARTER) =>
  flippedView({
    strategy,
    deployments: [aDeployment({ id: 'ecs-svc/3', rollout, createdAt: later(SINCE) })],
    ...changes,
  });
const hears = (changes: Partial<HeardSignals>) => ({ heard: hearing(changes) });
const since = (ms: number, completed?: number) => ({
  since: later(ms),
  ...(completed === undefined ? {} : { completedAt: later(completed) }),
});
const step = (ms = SINCE, completed?: number): Phase => ({
  name: 'returning',
  step: 0,
  ...since(ms, completed),
});
const probe = (ms = SINCE, completed?: number): Phase => ({ name: 'probing', ...since(ms, completed) });

const soaks = (record: ServiceRecord, view = at('COMPLETED'), rest: Asked = {}) =>
  expect(reasons(decide({ record, view, ...rest }))).toEqual(['soaking']);
const backsOut = (record: ServiceRecord, view = at('COMPLETED'), rest: Asked = {}) =>
  expect(reasons(decide({ record, view, ...rest }))).toContain('backed-out');

describe('a step of the return is not failed', () => {
  it('by a lack of Spot of before it, and is by one of the same moment', () => {
    soaks(onTheWay(step(), hears({ spotFailureAt: later(SINCE - 1) })));
    backsOut(onTheWay(step(), hears({ spotFailureAt: later(SINCE) })));
  });

  it('by a message of ECS of before it, or of its own moment', () => {
    const said = (ms: number) => ({ running: 9, messages: { capacityUnavailableAt: later(ms) } });

    soaks(onTheWay(step()), at('COMPLETED', said(SINCE)));
    backsOut(onTheWay(step()), at('COMPLETED', said(SINCE + 1)));
  });

  it('by a message of ECS while all its tasks run', () => {
    soaks(onTheWay(step()), at('COMPLETED', { messages: { capacityUnavailableAt: later(-MINUTE) } }));
  });

  it('by a missing task without such a message', () => {
    soaks(onTheWay(step()), at('COMPLETED', { running: 9 }));
  });

  it('by interruptions where the policy goes by none', () => {
    const signals = { ...aService().signals, interruptions: null };
    const interruptions = [1, 2, 3].map((one) => ({ task: `t${one}`, at: later(-one * MINUTE) }));

    soaks(onTheWay(step(), hears({ interruptions })), at('COMPLETED'), { policy: aService({ signals }) });
  });

  it('by having begun long ago, once its deployment is completed', () => {
    soaks(onTheWay(step(-31 * MINUTE, -MINUTE)));
  });

  it('by its deployment until the timeout is over, to the millisecond', () => {
    const waits = (now: number) =>
      decide({ record: onTheWay(step(-30 * MINUTE)), view: at('IN_PROGRESS'), now });

    expect(reasons(waits(START))).toEqual(['rollout-in-progress']);
    expect(reasons(waits(START + 1))).toEqual(['backed-out']);
  });
});

it('a step whose deployment is on its way again soaks anew when that is completed', () => {
  const decision = decide({ record: onTheWay(step(SINCE, -5 * MINUTE)), view: at('IN_PROGRESS') });

  expect(reasons(decision)).toEqual(['rollout-in-progress']);
  expect(decision.next.phase).toEqual(step());
});

describe('the verdict on a probe by a share', () => {
  const whole = probingByShare();
  const failing = hears({ spotFailureAt: later(-MINUTE) });

  it('counts for that probe, and not for the one before', () => {
    const verdict = { at: later(SINCE - 1), passed: true };
    const decision = decide({
      record: onTheWay(probe(), { ...failing, verdict }),
      view: at('COMPLETED'),
      whole,
    });

    expect(reasons(decision)).toEqual(['probe-failed', 'backed-out']);
    expect(decision.next.opened).toEqual([later(-HOUR)]);
  });

  it('that it has passed makes what fails afterwards an opening', () => {
    const verdict = { at: later(SINCE), passed: true };
    const decision = decide({
      record: onTheWay(probe(), { ...failing, verdict }),
      view: at('COMPLETED'),
      whole,
    });

    expect(reasons(decision)).toEqual(['backed-out']);
    expect(decision.next.opened).toEqual([later(-HOUR), START]);
  });

  it('that it has failed makes it no opening when it can be taken back at last', () => {
    const verdict = { at: later(-MINUTE), passed: false };
    const decision = decide({
      record: onTheWay(probe(), { ...failing, verdict }),
      view: at('COMPLETED'),
      whole,
    });

    expect(reasons(decision)).toEqual(['backed-out']);
    expect(decision.next.opened).toEqual([later(-HOUR)]);
  });

  it('that it has passed is said once, though the return cannot begin yet', () => {
    const rest = { view: at('COMPLETED'), whole, room: { ...ROOM, tasks: 0 } };
    const first = decide({ record: onTheWay(probe(SINCE, -3 * MINUTE)), ...rest });
    const second = decide({ record: first.next, ...rest, now: later(MINUTE) });

    expect(reasons(first)).toEqual(['probe-passed', 'rate-limited']);
    expect(reasons(second)).toEqual(['rate-limited']);
    expect(second.next.verdict).toEqual({ at: START, passed: true });
  });

  it.each([
    ['it has passed', onTheWay(probe(SINCE, -3 * MINUTE))],
    ['it has failed', onTheWay(probe(), failing)],
  ])('that %s is not given before all is read that the next change needs', (_, record) => {
    expect(decideUnread({ record, view: at('COMPLETED'), whole })).toEqual({
      next: record,
      findings: [],
      needs: 'circumstances',
    });
  });
});

describe('what fails and cannot go to on-demand', () => {
  const onSpotAlone = { circumstances: circumstances({ providers: ['FARGATE_SPOT'] }) };
  const heard = { spotFailureAt: later(-MINUTE), failedDeployment: 'ecs-svc/3' };

  it('as a probe: its service counts as open again, and the failure is judged', () => {
    const decision = decide({
      record: onTheWay(probe(), hears(heard)),
      view: at('COMPLETED'),
      snapshot: onSpotAlone,
      whole: probingByShare(),
    });

    expect(reasons(decision)).toEqual(['probe-failed', 'provider-not-associated']);
    expect(decision.next.phase).toEqual({ name: 'open', since: START });
    expect(decision.next.heard).not.toHaveProperty('failedDeployment');
  });

  it('as a step: it begins anew', () => {
    const decision = decide({
      record: onTheWay(step(), hears(heard)),
      view: at('COMPLETED'),
      snapshot: onSpotAlone,
    });

    expect(reasons(decision)).toEqual(['provider-not-associated']);
    expect(decision.next.phase).toEqual(step(0));
    expect(decision.next.heard).not.toHaveProperty('failedDeployment');
  });

  it('for a while only: the failure stays, and is judged again', () => {
    const record = onTheWay(step(), hears({ spotFailureAt: later(-MINUTE) }));
    const decision = decide({ record, view: at('COMPLETED'), room: { ...ROOM, tasks: 0 } });

    expect(reasons(decision)).toEqual(['rate-limited']);
    expect(decision.next.phase).toEqual(step());
  });
});

describe('an order on the way back', () => {
  const ordered = (phase: Phase, verb: 'fail-over' | 'fail-back' | 'reset', changes = {}) =>
    decide({ record: onTheWay(phase, { heard: order(verb), ...changes }), view: at('COMPLETED') });

  it('to fail over says so', () => {
    const decision = ordered(step(), 'fail-over');

    expect(reasons(decision)).toEqual(['failed-over']);
    expect(strategyOf(decision)).toEqual(FLIPPED);
  });

  it('to fail back does not wait for the end of a probe', () => {
    const decision = ordered(probe(), 'fail-back');

    expect(reasons(decision)).toEqual(['return-step']);
    expect(decision.next.phase).toMatchObject({ name: 'returning' });
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('to reset forgets the openings, and the return goes on', () => {
    const decision = ordered(step(), 'reset');

    expect(reasons(decision)).toEqual(['breaker-reset', 'soaking']);
    expect(decision.next.opened).toEqual([]);
    expect(decision.next.heard.order).toBeUndefined();
    expect(decision.next.phase).toEqual(step(SINCE, 0));
  });
});

it('a return that is through ends the row of flips that were taken back', () => {
  const record = onTheWay(
    { name: 'returning', step: 2, since: later(SINCE), completedAt: later(-10 * MINUTE) },
    { rollbacks: { count: 2, retryAt: later(HOUR) } },
    ORIGINAL,
  );

  expect(decide({ record, view: at('COMPLETED', {}, ORIGINAL) }).next.rollbacks).toEqual({
    count: 0,
    retryAt: 0,
  });
});

it('a step of the return tells from what to what', () => {
  const [told] = decide({ record: onTheWay(step(SINCE, -10 * MINUTE)), view: at('COMPLETED') }).findings;

  expect(told?.facts).toEqual({
    from: 'FARGATE_SPOT 19, FARGATE 81 (base 2)',
    to: 'FARGATE_SPOT 38, FARGATE 62 (base 2)',
  });
});

describe('a deployment on the way back', () => {
  const whole = probingByShare();

  it('by somebody else, with our strategy, has a probe soak anew', () => {
    const deployments = [aDeployment({ id: 'ecs-svc/9', createdAt: later(-5 * MINUTE) })];
    const record = onTheWay(probe(SINCE, -3 * MINUTE));
    const decision = decide({ record, view: at('COMPLETED', { deployments }), whole });

    expect(reasons(decision)).toEqual(['soaking']);
    expect(decision.next.phase).toEqual(probe(SINCE, 0));
  });

  it('that ECS takes back after its service counts as open again is a flip that has failed', () => {
    const record = onTheWay({ name: 'open', since: later(-MINUTE) });
    const snapshot = { fate: { kind: 'rolled-back' as const, reason: 'circuit breaker' } };

    expect(reasons(decide({ record, view: at('COMPLETED', {}, FLIPPED), snapshot }))).toEqual([
      'flip-rolled-back',
    ]);
  });
});
