import { describe, expect, it, vi } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { failoverPolicy, servicePolicy, web } from './policies.ts';
import {
  createFailoverRig,
  type FailoverRig,
  ON_DEMAND,
  opened,
  placementFailure,
  starved,
  UPDATE,
  written,
} from './rig.ts';

/** Makes the n-th commit from now on fail, as if Lambda had died there. */
function failCommit(rig: FailoverRig, nth: number): void {
  const commit = rig.store.commit.bind(rig.store);
  let commits = 0;
  vi.spyOn(rig.store, 'commit').mockImplementation(async (...args) => {
    commits += 1;
    if (commits === nth) throw new Error('the store could not be reached');
    return commit(...args);
  });
}

describe('a crash', () => {
  it('before the intention: changes nothing, and the next tick decides', async () => {
    const rig = await starved();
    failCommit(rig, 1);

    await expect(rig.send(placementFailure(rig))).rejects.toThrow('could not be reached');
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('between the intention and UpdateService: the next tick carries it out', async () => {
    const rig = await starved();
    const updating = rig.world.hold(UPDATE);
    void rig.send(placementFailure(rig));
    await updating.reached;
    expect(await rig.record()).toMatchObject({
      phase: { name: 'flipping' },
      written: { purpose: 'flip' },
      before: { phase: { name: 'suspect' } },
    });

    await rig.tick();

    expect(rig.world.service('web').capacityProviderStrategy).toEqual(ON_DEMAND);
    expect(await rig.record()).toMatchObject({ written: { deploymentId: 'ecs-svc/ours-1' } });
    expect((await rig.record()).before).toBeUndefined();
  });

  it('between UpdateService and the record: adopts the deployment, and deploys no second time', async () => {
    const rig = await starved();
    failCommit(rig, 2);

    await expect(rig.send(placementFailure(rig))).rejects.toThrow('could not be reached');
    expect((await rig.record()).written).not.toHaveProperty('deploymentId');
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
    expect(await rig.record()).toMatchObject({ written: { deploymentId: 'ecs-svc/ours-1' } });
  });

  it('between the service and its breaker: the next tick opens the breaker', async () => {
    const rig = await starved();
    failCommit(rig, 3);

    await expect(rig.send(placementFailure(rig))).rejects.toThrow('could not be reached');
    await rig.tick();

    expect(await rig.pool()).toMatchObject({ state: { name: 'open' }, trips: 1 });
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});

describe('a change that fails', () => {
  it('by throttling is carried out by the next tick', async () => {
    const rig = await starved();
    rig.world.fail(UPDATE, throttled());

    await rig.send(placementFailure(rig));
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed' });
    expect(rig.reasons()).not.toContain('failed-over');
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND, ON_DEMAND]);
    expect(await rig.record()).toMatchObject({ written: { deploymentId: 'ecs-svc/ours-1' } });
    expect(rig.notable()).toContain('failed-over');
  });

  it('because it is denied is thrown, and everything is as it was before', async () => {
    const rig = await starved();
    rig.world.fail(UPDATE, denied('ecs:UpdateService'));

    await expect(rig.send(placementFailure(rig))).rejects.toThrow(
      /UpdateService for service\/prod\/web: AWS denied/,
    );

    expect(rig.entry('access-denied')).toMatchObject({
      outcome: 'failed',
      weight: 'notable',
      subject: web.id,
    });
    const record = await rig.record();
    expect(record.original).toBeUndefined();
    expect(record.written).toBeUndefined();
    expect(record.opened).toEqual([]);
    expect(rig.reasons()).not.toContain('breaker-opened');
  });

  it('failover edge 20: because a provider is not associated says which call helps', async () => {
    const rig = await starved();
    const refusal = 'The specified capacity provider FARGATE was not found. It does not exist.';
    rig.world.fail(UPDATE, awsError('InvalidParameterException', refusal));

    await expect(rig.send(placementFailure(rig))).rejects.toThrow(/PutClusterCapacityProviders/);

    expect(rig.entry('action-refused')).toMatchObject({ outcome: 'failed' });
  });

  it('failover edge 23: because the service was deleted meanwhile is no failure of ours', async () => {
    const rig = await starved();
    rig.world.fail(UPDATE, awsError('ServiceNotActiveException', 'The service is not active.'));

    await rig.send(placementFailure(rig));
    rig.world.state.services.delete('web');
    await rig.tick();

    expect(await rig.record()).toMatchObject({ phase: { name: 'closed' } });
    expect((await rig.record()).original).toBeUndefined();
  });
});

describe('a look that fails', () => {
  const api = servicePolicy('api', { in: 'other' });

  it('at one cluster keeps no other from failing over', async () => {
    const rig = await starved({ services: [api, web] });
    rig.world.failWhen(
      'ECS:DescribeServices',
      denied('ecs:DescribeServices'),
      ({ cluster }) => cluster === 'other',
    );
    rig.clock.advance(1);
    await rig.send(placementFailure(rig));

    await expect(rig.tick()).rejects.toThrow(/not authorized/);

    expect(written(rig)).toEqual([ON_DEMAND]);
    expect(rig.entry('access-denied')).toMatchObject({ subject: api.id, outcome: 'failed' });
  });

  it.each([
    ['ECS:DescribeServices', 'ecs:DescribeServices'],
    [UPDATE, 'ecs:UpdateService'],
  ])(
    'because %s is denied fails at each try of Lambda, so that the failure queue gets the event',
    async (call, action) => {
      const rig = await starved();
      const event = placementFailure(rig);
      rig.world.fail(call, denied(action), 3);

      for (let attempt = 1; attempt <= 3; attempt++) await expect(rig.send(event)).rejects.toThrow(action);
      await rig.send(event);

      expect(rig.world.service('web').capacityProviderStrategy).toEqual(ON_DEMAND);
    },
  );

  it('by throttling is tried again by the next tick, with what was heard kept', async () => {
    const rig = await starved();
    rig.world.fail('ECS:DescribeServices', throttled());

    await rig.send(placementFailure(rig));
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed' });
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('at the task definition of one service leaves that one as it is', async () => {
    const shop = servicePolicy('shop');
    const rig = await starved({ services: [shop, web] });
    rig.world.addService('shop').runningCount = 0;
    rig.world.failWhen(
      'ECS:DescribeTaskDefinition',
      awsError('ClientException', 'Unable to describe task definition.'),
      ({ taskDefinition }) => String(taskDefinition).includes('shop'),
    );
    await rig.send(placementFailure(rig));

    await expect(rig.send(placementFailure(rig, 'shop'))).rejects.toThrow(/Unable to describe/);

    expect(rig.world.inputs(UPDATE).map(({ service }) => service)).toEqual(['web']);
    expect(await rig.record(shop.id)).toMatchObject({ phase: { name: 'closed' } });
  });

  it('because the cluster does not exist is no failure: there is no such service', async () => {
    const rig = await starved();
    rig.world.fail('ECS:DescribeServices', awsError('ClusterNotFoundException', 'Cluster not found.'));

    await rig.tick();

    expect(rig.reasons()).toContain('service-gone');
  });
});

describe('room for changes', () => {
  it('is less for each service of a pass: who finds none goes with a later look', async () => {
    const services = ['a', 'b', 'c'].map((name) => servicePolicy(name));
    const { limits } = failoverPolicy([]);
    const rig = createFailoverRig({ services, policy: { limits: { ...limits, tasksPerMinute: 5 } } });
    for (const { service } of services) rig.world.addService(service, 2).runningCount = 0;
    await rig.tick(0);
    for (const { service } of services) {
      const waiting = { notice: failureNotice(rig), cause: { eventId: service, detailType: 'test' } };
      await rig.store.append({ partition: 'failover', id: `service/prod/${service}` }, [waiting]);
    }

    await rig.tick();
    expect(rig.world.inputs(UPDATE).map(({ service }) => service)).toEqual(['a', 'b']);
    expect(rig.reasons()).toContain('rate-limited');
    await rig.tick();

    expect(rig.world.inputs(UPDATE).map(({ service }) => service)).toEqual(['a', 'b', 'c']);
  });

  const failureNotice = ({ clock }: FailoverRig) => ({
    kind: 'placement-failure' as const,
    eventId: `direct-${clock.now()}`,
    reason: 'RESOURCE:FARGATE',
    providers: ['FARGATE_SPOT'],
    at: clock.now() + MINUTE,
  });
});

describe('ECS taking a flip back', () => {
  it('failover edge 11: is told from somebody changing the strategy, and tried again later', async () => {
    const rig = await opened();
    const service = rig.world.service('web');
    service.capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }];
    rig.world.state.serviceDeployments.push({
      serviceDeploymentArn: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/prod/web/x',
      createdAt: new Date(rig.clock.now() - MINUTE),
      status: 'ROLLBACK_SUCCESSFUL',
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
    });

    await rig.tick();

    expect(rig.entry('flip-rolled-back')).toMatchObject({
      weight: 'notable',
      sentence: expect.stringMatching(/circuit breaker after 3 failed tasks/),
    });
    expect(await rig.record()).toMatchObject({ rollbacks: { count: 1 } });
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('failover edge 18: by a person or a pipeline, it is theirs, and the record begins afresh', async () => {
    const rig = await opened();
    const service = rig.world.service('web');
    service.capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 5, base: 0 }];
    rig.world.state.serviceDeployments.push({
      serviceDeploymentArn: 'arn:aws:ecs:us-east-1:111122223333:service-deployment/prod/web/y',
      createdAt: new Date(rig.clock.now()),
      status: 'SUCCESSFUL',
    });

    await rig.tick();

    expect(rig.notable()).toContain('changed-by-others');
    expect((await rig.record()).original).toBeUndefined();
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});
