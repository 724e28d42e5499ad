import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import { toArrivals } from '../../functions/failover-notices.ts';
import type { CapabilityEvent } from '../../functions/handler.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { edited, only, sample, sampleNames } from '../events/samples.ts';
import { failoverPolicy, servicePolicy, web } from './policies.ts';

const signals = { placementFailure: true, interruptions: null, deficit: null, alarm: 'web-too-few' };
const policy = failoverPolicy([
  servicePolicy('web', { signals }),
  servicePolicy('web', { in: 'staging' }),
  servicePolicy('api', { signals }),
]);

function read(raw: unknown): CapabilityEvent {
  const event = only(raw);
  if (event.kind === 'schedule-tick') throw new Error('A tick is about no service.');
  return event;
}

const arrivals = (raw: unknown) => {
  const mapping = toArrivals(read(raw), policy);
  return 'arrivals' in mapping ? mapping.arrivals : [];
};
const ignored = (raw: unknown) => {
  const mapping = toArrivals(read(raw), policy);
  return 'ignored' in mapping ? mapping.ignored.reason : undefined;
};

describe('what an event comes to', () => {
  it('a placement failure, with reason and providers, for the service of that cluster alone', () => {
    expect(arrivals(sample('service-action'))).toEqual([
      {
        service: web.id,
        notice: {
          kind: 'placement-failure',
          eventId: '1f0e2d3c-4b5a-4697-8887-a5b4c3d2e1f1',
          reason: 'RESOURCE:FARGATE',
          providers: ['FARGATE_SPOT'],
          at: Date.UTC(2026, 10, 21, 14, 0, 12),
        },
        cause: { eventId: '1f0e2d3c-4b5a-4697-8887-a5b4c3d2e1f1', detailType: 'ECS Service Action' },
      },
    ]);
  });

  it('failover edge 3: a placement failure without providers has none', () => {
    const raw = edited('service-action', { 'detail.capacityProviderArns': undefined });

    expect(arrivals(raw)).toMatchObject([{ notice: { kind: 'placement-failure', providers: [] } }]);
  });

  it.each(['service-action-steady', 'service-action-provider-steady'])('%s: steady', (name) => {
    expect(arrivals(sample(name))).toMatchObject([{ service: web.id, notice: { kind: 'steady' } }]);
  });

  it.each([
    ['task-interruption', 'the warning'],
    ['task-interruption-stopped', 'the stop'],
    ['task-interruption-termination-notice', 'the older code'],
  ])('failover edge 7: %s, %s: an interruption', (name) => {
    expect(arrivals(sample(name))).toMatchObject([{ service: web.id, notice: { kind: 'interruption' } }]);
  });

  it('failover edge 6: the warning and the stop name the same task', () => {
    const [warning] = arrivals(sample('task-interruption'));
    const [stop] = arrivals(sample('task-interruption-stopped'));

    expect(warning?.notice).toHaveProperty('task');
    expect(stop?.notice).toMatchObject({ task: Reflect.get(warning?.notice ?? {}, 'task') });
  });

  it.each([
    ['deployment-state-change', 'completed'],
    ['deployment-state-change-in-progress', 'in-progress'],
    ['deployment-state-change-failed', 'failed'],
    ['service-action-deployment-completed', 'completed'],
  ])('%s: a deployment that is %s', (name, state) => {
    expect(arrivals(sample(name))).toMatchObject([
      { service: web.id, notice: { kind: 'deployment', state } },
    ]);
  });

  it('a deployment whose ARN names no cluster, for every service of the name', () => {
    const resources = ['arn:aws:ecs:us-east-1:111122223333:service/web'];

    expect(arrivals(edited('deployment-state-change', { resources })).map(({ service }) => service)).toEqual([
      'service/prod/web',
      'service/staging/web',
    ]);
  });

  it('an alarm, for every service that goes by it, its end as well', () => {
    const of = (name: string) =>
      arrivals(sample(name)).map(({ service, notice }) => [service, Reflect.get(notice, 'inAlarm')]);

    expect(of('failover-alarm')).toEqual([
      ['service/prod/web', true],
      ['service/prod/api', true],
    ]);
    expect(of('failover-alarm-over')).toEqual([
      ['service/prod/web', false],
      ['service/prod/api', false],
    ]);
  });

  it.each([
    ['failover-order', 'fail-over'],
    ['failover-order-fail-back', 'fail-back'],
    ['failover-order-reset', 'reset'],
  ])('%s: the order to %s', (name, verb) => {
    expect(arrivals(sample(name))).toMatchObject([{ notice: { kind: 'order', verb } }]);
  });

  it('an order about a service that is migrated, for the migration', () => {
    const migration = {
      cluster: clusterName('prod'),
      services: [serviceName('old')],
      base: 0,
      onDemandWeight: 1,
      spotWeight: 0,
      soakMs: 0,
      stepTimeoutMs: 1,
      image: 'refuse' as const,
    };
    const raw = edited('failover-order', { 'detail.service': 'old' });

    expect(toArrivals(read(raw), { ...policy, migrations: [migration] })).toMatchObject({
      arrivals: [{ service: 'migration/prod', notice: { kind: 'order' } }],
    });
  });
});

describe('what asks nothing', () => {
  it.each([
    [
      'a service that the policy does not name',
      edited('service-action', { resources: ['arn:aws:ecs:us-east-1:111122223333:service/prod/x'] }),
      'service-not-in-policy',
    ],
    ['an order for one', edited('failover-order', { 'detail.service': 'x' }), 'service-not-in-policy'],
    ['a task that Spot leaves alone', sample('task-state-change-standalone'), 'task-not-interrupted'],
    [
      'an action that says nothing of capacity',
      sample('noise-service-action-impaired'),
      'service-action-not-of-interest',
    ],
    ['an alarm of others', sample('alarm-state-change'), 'alarm-not-in-policy'],
    ['a host that leaves', sample('lifecycle-terminate'), 'other-capability'],
    ['an order for a count', sample('scale-order'), 'other-capability'],
  ])('%s', (_what, raw, reason) => {
    expect(ignored(raw)).toBe(reason);
  });

  it('has a reason, whatever sample comes', () => {
    for (const name of sampleNames) {
      for (const event of parseEvent(sample(name)).events) {
        if (event.kind === 'schedule-tick') continue;
        const mapping = toArrivals(event, policy);
        const said = 'arrivals' in mapping ? mapping.arrivals.length > 0 : mapping.ignored.sentence !== '';
        expect(said, name).toBe(true);
      }
    }
  });
});
