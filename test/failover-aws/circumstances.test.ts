import { describe, expect, it } from 'vitest';
import { observe } from '../../lib/failover/observe.ts';
import { denied, throttled } from '../functions/calls.ts';
import { servicePolicy } from './policies.ts';
import {
  createFailoverRig,
  ON_DEMAND,
  opened,
  order,
  placementFailure,
  starved,
  UPDATE,
  written,
} from './rig.ts';
import { definition, definitionArn, event, NO_CAPACITY, spotService } from './shapes.ts';

const SUBNETS = 'EC2:DescribeSubnets';

describe('before a flip', () => {
  it('failover edge 20: the capacity providers of the cluster are read', async () => {
    const rig = await starved();
    rig.world.state.providers = ['FARGATE_SPOT'];

    await rig.send(placementFailure(rig));

    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toContain('provider-not-associated');
  });

  it('failover edge 21: the platform is, and nothing is done where Spot can never work', async () => {
    const rig = await starved();
    const runtimePlatform = {
      cpuArchitecture: 'X86_64',
      operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE',
    } as const;
    rig.world.state.definitions.set(definitionArn('web'), definition('web', { runtimePlatform }));

    await rig.send(placementFailure(rig));

    expect(rig.notable()).toContain('platform-not-supported');
  });

  it('the vCPUs of a task are, for the limit over all services', async () => {
    const limits = { tasksPerMinute: 1_000, onDemandVcpus: 1, taskHoursPerDay: null };
    const rig = await starved({ policy: { limits } });

    await rig.send(placementFailure(rig));

    // Four tasks of half a vCPU, of which two fit.
    expect(written(rig)).toMatchObject([[{ weight: 50 }, { weight: 50 }]]);
    expect(await rig.record()).toMatchObject({ written: { onDemandVcpus: 1 } });
  });

  it('zones are, by the subnets that exist', async () => {
    const rig = await starved();
    rig.world.state.zones.delete('subnet-b');

    await rig.send(placementFailure(rig));

    expect(await rig.record()).toMatchObject({ pool: { id: 'pool/X86_64/us-east-1a' } });
  });

  it('what cannot be read is tried again by the next tick', async () => {
    const rig = await starved();
    rig.world.fail(SUBNETS, throttled());

    await rig.send(placementFailure(rig));
    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed' });
    await rig.tick();

    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('what may not be read is thrown', async () => {
    const rig = await starved();
    rig.world.fail('ECS:DescribeClusters', denied('ecs:DescribeClusters'));

    await expect(rig.send(placementFailure(rig))).rejects.toThrow(/ecs:DescribeClusters/);

    expect(rig.world.writes()).toEqual([]);
  });
});

describe('zones', () => {
  it('are not asked for again while the service has the same subnets', async () => {
    const rig = await opened();
    await rig.send(order(rig, 'fail-back'));
    expect(rig.world.inputs(UPDATE)).toHaveLength(2);

    expect(rig.world.inputs(SUBNETS)).toHaveLength(1);
  });

  it('are asked for again when it has others', async () => {
    const rig = await opened();
    const network = rig.world.service('web').networkConfiguration?.awsvpcConfiguration;
    Object.assign(network ?? {}, { subnets: ['subnet-a'] });

    await rig.send(order(rig, 'fail-back'));

    expect(rig.world.inputs(SUBNETS)).toHaveLength(2);
  });
});

describe('what DescribeServices says', () => {
  it('is asked for ten services a call, of each cluster apart', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `s${n}`);
    const services = [
      ...names.map((name) => servicePolicy(name)),
      ...names.slice(0, 3).map((name) => servicePolicy(name, { in: 'other' })),
    ];
    const rig = createFailoverRig({ services });
    for (const name of names) rig.world.addService(name);

    await rig.tick();

    const asked = rig.world.inputs('ECS:DescribeServices');
    expect(asked.map(({ cluster, services: some }) => [cluster, (some as string[]).length])).toEqual([
      ['prod', 10],
      ['prod', 2],
      ['other', 3],
    ]);
  });

  it('of a failure that is not MISSING is not taken for a deleted service', async () => {
    const rig = await opened();
    rig.world.fail(
      'ECS:DescribeServices',
      Object.assign(new Error('x'), { name: 'ServerException', $fault: 'server' }),
    );

    await expect(rig.tick()).rejects.toThrow('x');

    expect((await rig.record()).original).toBeDefined();
  });

  it('failover edge 23: of a service that does not exist cleans its record', async () => {
    const rig = await opened();
    rig.world.state.services.clear();

    await rig.tick();

    expect(await rig.record()).toMatchObject({ phase: { name: 'closed' } });
    expect((await rig.record()).original).toBeUndefined();
  });

  it('goes to the newest message of each kind', async () => {
    const rig = createFailoverRig();
    const policy = servicePolicy('web');
    rig.world.state.services.set(
      'web',
      spotService('web', 4, {
        events: [
          event('(service web) has reached a steady state.', 5_000),
          event(`(service web) ${NO_CAPACITY}`, 4_000),
          event('(service web) has reached a steady state.', 3_000),
          event('(service web) is unable to consistently start tasks successfully.', 2_000),
          event(
            "(service web) was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently",
            1_000,
          ),
          event('(service web) registered 1 targets in (target-group x)', 9_000),
        ],
      }),
    );

    const seen = await observe(rig.clients, [policy]);

    expect(seen.get(policy.id)).toMatchObject({
      service: {
        messages: { steadyAt: 5_000, capacityUnavailableAt: 4_000, impairedAt: 2_000, quotaAt: 1_000 },
      },
    });
  });

  it('has the PRIMARY deployment first, then the newest', async () => {
    const rig = createFailoverRig();
    const policy = servicePolicy('web');
    const at = (ms: number) => ({ createdAt: new Date(ms) });
    const deployments = [
      { id: 'old', status: 'ACTIVE', ...at(1) },
      { id: 'newer', status: 'ACTIVE', ...at(2) },
      { id: 'primary', status: 'PRIMARY', rolloutState: 'IN_PROGRESS' as const, ...at(3) },
    ];
    rig.world.state.services.set('web', spotService('web', 4, { deployments }));

    const seen = await observe(rig.clients, [policy]);

    expect(seen.get(policy.id)).toMatchObject({
      service: {
        deployments: [
          { id: 'primary', rollout: 'IN_PROGRESS' },
          { id: 'newer', rollout: 'COMPLETED' },
          { id: 'old' },
        ],
      },
    });
  });
});
