import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';
import { edited } from '../events/samples.ts';
import { breakerPolicy, servicePolicy } from './policies.ts';
import { createFailoverRig, ON_DEMAND, opened, order, placementFailure, UPDATE, written } from './rig.ts';
import { SPOT_ONLY } from './shapes.ts';

const strategy = (spot: number) => [
  { capacityProvider: 'FARGATE_SPOT', base: 0, weight: spot },
  { capacityProvider: 'FARGATE', base: 0, weight: 100 - spot },
];

describe('the way back', () => {
  it('goes by the steps of the policy, each once its deployment is through and has held', async () => {
    const rig = await opened({ services: [servicePolicy('web', { steps: [50, 100] })] });

    await rig.send(order(rig, 'fail-back'));
    expect(written(rig)).toEqual([ON_DEMAND, strategy(50)]);
    await rig.tick();
    expect(rig.world.inputs(UPDATE)).toHaveLength(2);
    rig.world.complete('web');
    for (let minute = 0; minute < 3; minute += 1) await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND, strategy(50), SPOT_ONLY]);
  });

  it('goes to on-demand again on the first sign that Spot is short, in the same invocation', async () => {
    const rig = await opened({ services: [servicePolicy('web', { steps: [50, 100] })] });
    await rig.send(order(rig, 'fail-back'));
    rig.clock.advance(MINUTE);

    await rig.send(placementFailure(rig));

    expect(written(rig)).toEqual([ON_DEMAND, strategy(50), ON_DEMAND]);
    expect(rig.notable()).toContain('backed-out');
  });

  it('failover edge 8: is not begun by a steady state on FARGATE', async () => {
    const rig = await opened();

    await rig.send(edited('service-action-steady', {}));
    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.reasons()).toContain('steady-is-no-proof');
  });
});

describe('a probe by a share of the tasks', () => {
  const byShare = {
    policy: {
      breaker: {
        ...breakerPolicy,
        probe: { kind: 'share', percent: 25, soakMs: 2 * MINUTE, timeoutMs: 10 * MINUTE },
      },
    },
  } as const;

  it('is a deployment of the prober; when it has held the breaker closes and the service goes back', async () => {
    const rig = await opened(byShare);

    await rig.tick(breakerPolicy.coolOffMs);
    await rig.tick();
    expect(written(rig)).toEqual([ON_DEMAND, strategy(25)]);
    rig.world.complete('web');
    for (let minute = 0; minute < 5; minute += 1) await rig.tick();

    expect(rig.world.inputs('ECS:RunTask')).toEqual([]);
    expect(await rig.pool()).toMatchObject({ state: { name: 'closed' } });
    expect(written(rig)).toEqual([ON_DEMAND, strategy(25), SPOT_ONLY]);
  });
});

describe('services of the same zones and architecture', () => {
  it('share one breaker, and one of them probes for all', async () => {
    const services = ['a', 'b'].map((name) => servicePolicy(name));
    const rig = createFailoverRig({ services });
    for (const { service } of services) {
      rig.world.addService(service).runningCount = 0;
      await rig.send(placementFailure(rig, service));
      rig.world.complete(service);
    }
    await rig.tick();

    await rig.tick(breakerPolicy.coolOffMs);
    await rig.tick();

    expect(rig.world.inputs('ECS:RunTask')).toHaveLength(1);
    expect(await rig.pool()).toMatchObject({ state: { prober: 'service/prod/a' }, trips: 1 });
  });
});

describe('migrations', () => {
  const migration = {
    cluster: clusterName('prod'),
    services: [serviceName('old')],
    base: 0,
    onDemandWeight: 1,
    spotWeight: 0,
    soakMs: MINUTE,
    stepTimeoutMs: 30 * MINUTE,
    image: 'ignore' as const,
  };

  it('are looked at by the schedule, after the services', async () => {
    const rig = createFailoverRig({ policy: { migrations: [migration] } });
    rig.world.addService('web');
    rig.world.addService('old', 2, { launchType: 'EC2', capacityProviderStrategy: [] });

    await rig.tick();

    expect(rig.world.inputs('ECS:DescribeServices').map(({ services }) => services)).toEqual([
      ['web'],
      ['old'],
    ]);
  });

  it('are looked at also if the services could not be', async () => {
    const rig = createFailoverRig({ policy: { migrations: [migration] } });
    rig.world.addService('old', 2, { launchType: 'EC2', capacityProviderStrategy: [] });
    rig.world.fail('ECS:DescribeServices', new Error('no good'));

    await expect(rig.tick()).rejects.toThrow('no good');

    expect(rig.world.inputs('ECS:DescribeServices').map(({ services }) => services)).toEqual([
      ['web'],
      ['old'],
    ]);
  });

  it('keep an order that is about them, and no event but an order wakes them', async () => {
    const rig = createFailoverRig({ policy: { migrations: [migration] } });

    await rig.send(order(rig, 'reset', 'old'));

    expect(rig.world.calls).toEqual([]);
    const key = { partition: 'failover-migration', id: 'migration/prod' };
    expect((await rig.store.read([key]))[0]?.inbox).toMatchObject([
      { notice: { kind: 'order', verb: 'reset' } },
    ]);
  });
});
