import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Notice } from '../../lib/failover/notice.ts';
import { aRecord, aService, failedOver, later, order, START, spotFailure, taking } from './situations.ts';

const reasonsOf = ({ findings }: ReturnType<typeof taking>) => findings.map(({ reason }) => reason);
const interruption = (task: string, at = START): Notice => ({ kind: 'interruption', task, at });

describe('a placement failure', () => {
  it('of FARGATE_SPOT is news, with its moment', () => {
    const { record, news, findings } = taking([spotFailure()]);

    expect(news).toBe(true);
    expect(record.heard.spotFailureAt).toBe(START);
    expect(findings).toEqual([]);
  });

  it('failover edge 1: of FARGATE itself is told, and is no reason to go there', () => {
    const taken = taking([spotFailure({ providers: ['FARGATE'] })]);

    expect(taken.news).toBe(false);
    expect(taken.record.heard.spotFailureAt).toBeUndefined();
    expect(taken.record.heard.onDemandFailureAt).toBe(START);
    expect(reasonsOf(taken)).toEqual(['on-demand-short']);
  });

  it.each(['RESOURCE:CPU', 'RESOURCE:MEMORY', 'AGENT', 'ATTRIBUTE', 'limit on number of tasks'])(
    'failover edge 2: because of %s is not for want of capacity',
    (reason) => {
      const taken = taking([spotFailure({ reason })]);

      expect(taken.news).toBe(false);
      expect(taken.record.heard.spotFailureAt).toBeUndefined();
      expect(reasonsOf(taken)).toEqual(['not-a-capacity-failure']);
    },
  );

  it.each([[[]], [['spot-hosts']]])(
    'failover edge 3: that names providers %j is of a service that cannot fail over',
    (providers) => {
      const taken = taking([spotFailure({ providers })]);

      expect(taken.news).toBe(false);
      expect(reasonsOf(taken)).toEqual(['not-by-capacity-provider']);
    },
  );

  it('failover edge 5: that comes twice counts once', () => {
    const once = taking([spotFailure()]);
    const twice = taking([spotFailure()], once.record);

    expect(twice.record).toEqual(once.record);
    expect(twice.news).toBe(false);
    expect(reasonsOf(twice)).toEqual(['signal-repeated']);
  });

  it('failover edge 5: that comes late does not take back a newer one', () => {
    const old = spotFailure({ eventId: 'event-0', at: later(-HOUR) });

    expect(taking([spotFailure(), old]).record.heard.spotFailureAt).toBe(START);
  });
});

describe('an interruption', () => {
  it('failover edge 6: whose warning and STOPPED event both come counts once', () => {
    const taken = taking([interruption('task/1'), interruption('task/1', later(2 * MINUTE))]);

    expect(taken.record.heard.interruptions).toEqual([{ task: 'task/1', at: START }]);
    expect(reasonsOf(taken)).toEqual(['signal-repeated']);
  });

  it('is forgotten after the window, or after an hour if that is longer', () => {
    const old = interruption('task/1', later(-61 * MINUTE));
    const older = aService({
      signals: { ...aService().signals, interruptions: { count: 3, windowMs: 2 * HOUR } },
    });

    expect(taking([old, interruption('task/2')]).record.heard.interruptions).toHaveLength(1);
    expect(taking([old, interruption('task/2')], aRecord(), older).record.heard.interruptions).toHaveLength(
      2,
    );
  });
});

describe('an alarm', () => {
  const policy = aService({ signals: { ...aService().signals, alarm: 'web-short' } });
  const alarm = (inAlarm: boolean, at = START, name = 'web-short'): Notice => ({
    kind: 'alarm',
    name,
    inAlarm,
    at,
  });

  it('is heard if the policy names it', () => {
    expect(taking([alarm(true)], aRecord(), policy).record.heard.alarmSince).toBe(START);
    expect(taking([alarm(true, START, 'other')], aRecord(), policy)).toMatchObject({
      news: false,
      record: aRecord(),
    });
  });

  it('failover edge 5: whose end is told before its beginning has ended all the same', () => {
    const inOrder = taking([alarm(true), alarm(false, later(MINUTE))], aRecord(), policy);
    const reversed = taking([alarm(false, later(MINUTE)), alarm(true)], aRecord(), policy);

    expect(reversed.record).toEqual(inOrder.record);
  });
});

describe('a deployment', () => {
  const failed: Notice = {
    kind: 'deployment',
    deploymentId: 'ecs-svc/2',
    state: 'failed',
    reason: 'tasks failed to start',
    at: START,
  };

  it('of ours that has failed is remembered, since that is told only once', () => {
    const taken = taking([failed], failedOver());

    expect(taken.news).toBe(true);
    expect(taken.record.heard.failedDeployment).toBe('ecs-svc/2');
  });

  it('of others that has failed is not ours', () => {
    const taken = taking([{ ...failed, deploymentId: 'ecs-svc/9' }], failedOver());

    expect(taken.record.heard.failedDeployment).toBeUndefined();
  });

  it('is no news while the service is on its own strategy', () => {
    expect(taking([failed]).news).toBe(false);
  });
});

it('failover edge 8: that a failed-over service is steady is no news, and is said to be no proof', () => {
  const taken = taking([{ kind: 'steady', at: START }], failedOver());

  expect(taken.news).toBe(false);
  expect(taken.record).toEqual(failedOver());
  expect(reasonsOf(taken)).toEqual(['steady-is-no-proof']);
});

describe('an order', () => {
  const ordered: Notice = { kind: 'order', verb: 'fail-back', by: 'ada', at: START };

  it('that is delivered again after it was carried out is not carried out again', () => {
    const { record } = taking([ordered]);
    const { order: _, ...without } = record.heard;

    expect(taking([ordered], { ...record, heard: without }).record.heard.order).toBeUndefined();
  });

  it('gives way to a newer one, and not to an older', () => {
    const before = aRecord({ heard: order('fail-over') });

    expect(taking([ordered], before).record.heard.order?.verb).toBe('fail-back');
    expect(taking([{ ...ordered, at: later(-HOUR) }], before).record.heard.order?.verb).toBe('fail-over');
  });
});

it('a tick is always news', () => {
  expect(taking([{ kind: 'tick', at: START }])).toEqual({ record: aRecord(), news: true, findings: [] });
});

const notices: fc.Arbitrary<Notice> = fc.oneof(
  fc.record({
    kind: fc.constant('placement-failure' as const),
    eventId: fc.constantFrom('e1', 'e2', 'e3'),
    reason: fc.constantFrom('RESOURCE:FARGATE', 'AGENT'),
    providers: fc.constantFrom(['FARGATE_SPOT'], ['FARGATE'], ['FARGATE', 'FARGATE_SPOT'], []),
    at: fc.integer({ min: START, max: later(MINUTE) }),
  }),
  fc.record({
    kind: fc.constant('interruption' as const),
    task: fc.constantFrom('t1', 't2', 't3'),
    at: fc.integer({ min: START, max: later(MINUTE) }),
  }),
  fc.record({
    kind: fc.constant('order' as const),
    verb: fc.constantFrom('fail-over', 'fail-back', 'reset'),
    by: fc.constantFrom('ada', 'bob'),
    at: fc.integer({ min: START, max: later(3) }),
  }),
);

it('failover edge 5: a notice that is replayed, at whatever time, changes nothing', () => {
  fc.assert(
    fc.property(fc.array(notices, { minLength: 1, maxLength: 8 }), fc.nat(), (all, which) => {
      const { record } = taking(all);
      const again = all[which % all.length];
      const replayed = again ? taking([again], record).record : undefined;

      expect(replayed).toEqual(record);
    }),
  );
});
