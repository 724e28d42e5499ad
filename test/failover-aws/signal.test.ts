import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { edited } from '../events/samples.ts';
import { servicePolicy, web } from './policies.ts';
import {
  createFailoverRig,
  interruption,
  ON_DEMAND,
  order,
  placementFailure,
  starved,
  UPDATE,
  written,
} from './rig.ts';
import { event, NO_CAPACITY, SPOT_ONLY } from './shapes.ts';

describe('the first signal', () => {
  it('is followed by UpdateService in the same invocation, in seven calls', async () => {
    const rig = await starved();
    const before = rig.world.calls.length;

    await rig.send(placementFailure(rig));

    expect(rig.world.names(before).toSorted()).toEqual([
      'EC2:DescribeSubnets',
      'ECR:BatchGetImage',
      'ECS:DescribeClusters',
      'ECS:DescribeServiceRevisions',
      'ECS:DescribeServices',
      'ECS:DescribeTaskDefinition',
      'ECS:UpdateService',
    ]);
    expect(rig.world.names().at(-1)).toBe(UPDATE);
    expect(await rig.record()).toMatchObject({
      phase: { name: 'flipping' },
      original: { strategy: [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }] },
      written: { purpose: 'flip', deploymentId: 'ecs-svc/ours-1' },
    });
    expect((await rig.record()).before).toBeUndefined();
    expect(await rig.pool()).toMatchObject({ state: { name: 'open' } });
  });

  it('failover edge 9: UpdateService always forces a new deployment', async () => {
    const rig = await starved();

    await rig.send(placementFailure(rig));

    expect(rig.world.inputs(UPDATE)).toEqual([
      { cluster: 'prod', service: 'web', capacityProviderStrategy: ON_DEMAND, forceNewDeployment: true },
    ]);
  });

  it('names the call and the event that led to it', async () => {
    const rig = await starved();

    await rig.send(placementFailure(rig));

    expect(rig.entry('failed-over')).toMatchObject({
      capability: 'failover',
      outcome: 'acted',
      weight: 'notable',
      cluster: 'prod',
      subject: web.id,
      calls: [UPDATE],
      cause: { detailType: 'ECS Service Action' },
    });
    expect(rig.entry('breaker-opened')).toMatchObject({ subject: 'pool/X86_64/us-east-1a+us-east-1b' });
  });

  it('waits for the grace, and goes by what is missing then', async () => {
    const rig = createFailoverRig({ services: [servicePolicy('web', { graceMs: 2 * MINUTE })] });
    const service = rig.world.addService('web');
    service.runningCount = 3;

    await rig.send(placementFailure(rig));
    expect(rig.world.writes()).toEqual([]);
    expect(await rig.record()).toMatchObject({ phase: { name: 'suspect' } });
    await rig.tick();
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('of an order needs no shortage', async () => {
    const rig = createFailoverRig();
    rig.world.addService('web');

    await rig.send(order(rig, 'fail-over'));

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('of three interruptions counts tasks, not events', async () => {
    const rig = await starved();

    await rig.send(interruption(rig, 'one'));
    await rig.send(interruption(rig, 'one'));
    await rig.send(interruption(rig, 'two'));
    expect(rig.world.writes()).toEqual([]);
    await rig.send(interruption(rig, 'three'));

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('failover edge 4: of which no event came is found by the schedule, in the words of ECS', async () => {
    const rig = createFailoverRig();
    const service = rig.world.addService('web');
    service.runningCount = 2;
    service.events = [event(`(service web) ${NO_CAPACITY}`, rig.clock.now())];

    for (let minute = 0; minute < 5; minute += 1) await rig.tick();
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('failover edge 1: of FARGATE itself changes nothing', async () => {
    const rig = await starved();

    await rig.send(placementFailure(rig, 'web', 'FARGATE'));

    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toContain('on-demand-short');
  });
});

describe('the same signal again', () => {
  it('failover edge 5: flips once, be it delivered twice or late', async () => {
    const rig = await starved();
    const failure = placementFailure(rig);

    await rig.send(failure);
    await rig.send(failure);
    rig.world.complete('web');
    await rig.tick();
    await rig.send(failure);
    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.reasons()).toContain('signal-repeated');
  });

  it('flips once when many come at the same time', async () => {
    const rig = await starved();
    const reading = rig.world.hold('ECS:DescribeServices');
    const working = rig.send(placementFailure(rig));
    await reading.reached;

    await Promise.all([
      rig.send(placementFailure(rig)),
      rig.send(placementFailure(rig)),
      rig.send(interruption(rig, 'one')),
    ]);
    expect(rig.world.inputs('ECS:DescribeServices')).toHaveLength(2);
    reading.release();
    await working;
    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.world.service('web').capacityProviderStrategy).toEqual(ON_DEMAND);
  });

  it('flips once when the lease ran out and two work at once', async () => {
    const rig = await starved();
    const reading = rig.world.hold('ECS:DescribeClusters');
    const working = rig.send(placementFailure(rig));
    await reading.reached;

    await rig.tick();
    reading.release();
    await working;

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});

describe('events that ask nothing', () => {
  it.each([
    ['service-action', { resources: ['arn:aws:ecs:us-east-1:111122223333:service/prod/other'] }],
    ['task-interruption', { 'detail.group': 'service:other' }],
  ])('%s of a service that the policy does not name is told and costs no call', async (sample, changes) => {
    const rig = createFailoverRig();

    await rig.send(edited(sample, changes));

    expect(rig.world.calls).toEqual([]);
    expect(rig.entry('service-not-in-policy')).toMatchObject({ outcome: 'ignored', weight: 'routine' });
  });

  it('an order for a service that the policy does not name is answered', async () => {
    const rig = createFailoverRig();

    await rig.send(order(rig, 'fail-over', 'other'));

    expect(rig.entry('service-not-in-policy')).toMatchObject({ outcome: 'refused', weight: 'notable' });
  });

  it('the strategy is left alone while nothing is wrong', async () => {
    const rig = createFailoverRig();
    rig.world.addService('web');

    await rig.tick();

    expect(rig.world.service('web').capacityProviderStrategy).toEqual(SPOT_ONLY);
  });
});
