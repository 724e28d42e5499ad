import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { clusterName } from '../../lib/ids.ts';
import { readCapacities } from '../../lib/scaling/capacity.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import { readOwners } from '../../lib/scaling/owners.ts';
import type { Target } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { awsError, denied } from '../functions/calls.ts';
import { testClock } from '../state/clock.ts';
import { hostsTarget, serviceTarget, webTarget } from './policies.ts';
import { createScalingWorld, group, service } from './world.ts';

function worldOf() {
  const clock = testClock();
  const world = createScalingWorld(clock);
  const read = async (target: Target, record: Partial<ScalingRecord> = {}) => {
    const request = { target, record: { ...newScalingRecord(target.id), ...record } };
    return (await readCapacities(world.clients, [request], clock.now())).get(target.id);
  };
  return { ...world, clock, read };
}

describe('how many tasks a service has', () => {
  it('takes ten services of a cluster to a call', async () => {
    const world = worldOf();
    const targets = Array.from({ length: 11 }, (_, n) => serviceTarget(`s${n}`));
    for (const { id } of targets) world.state.services.set(id.slice(13), service(id.slice(13), 3));

    const requests = targets.map((target) => ({ target, record: newScalingRecord(target.id) }));
    const views = await readCapacities(world.clients, requests, world.clock.now());

    expect(world.names()).toEqual(['ECS:DescribeServices', 'ECS:DescribeServices']);
    expect([...views.values()]).toEqual(
      targets.map(() => expect.objectContaining({ desired: 3, running: 3 })),
    );
  });

  it('scaling edges 8 and 9: in a deployment is that of PRIMARY, and a deployment is seen', async () => {
    const world = worldOf();
    const deployments = [
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS' as const, runningCount: 2 },
      { status: 'ACTIVE', rolloutState: 'COMPLETED' as const, runningCount: 4 },
    ];
    world.state.services.set('web', service('web', 4, { runningCount: 6, deployments }));

    expect(await world.read(webTarget)).toMatchObject({ desired: 4, running: 2, deploying: true });
  });

  it('is nothing to set where it was deleted, never was, or its cluster is gone', async () => {
    const world = worldOf();
    expect(await world.read(webTarget)).toBe('missing');
    world.state.services.set('web', service('web', 4, { status: 'DRAINING' }));
    expect(await world.read(webTarget)).toBe('missing');
    world.fail('ECS:DescribeServices', awsError('ClusterNotFoundException', 'Cluster not found.'));
    expect(await world.read(webTarget)).toBe('missing');
  });

  it('is no guess when it cannot be read', async () => {
    const world = worldOf();
    world.fail('ECS:DescribeServices', denied('ecs:DescribeServices'));
    await expect(world.read(webTarget)).rejects.toThrow('not authorized');
  });
});

describe('how many instances a group has', () => {
  it('counts those in service, the protected ones, and what is suspended', async () => {
    const world = worldOf();
    const hosts = group('prod-hosts', 4, { MinSize: 2, MaxSize: 9 });
    const Instances = (hosts.Instances ?? []).map((one, n) => ({
      ...one,
      ProtectedFromScaleIn: n === 0,
      LifecycleState: n === 3 ? ('Pending:Wait' as const) : ('InService' as const),
    }));
    const SuspendedProcesses = [{ ProcessName: 'AZRebalance' }, { ProcessName: 'Launch' }];
    world.state.groups.set('prod-hosts', { ...hosts, Instances, SuspendedProcesses });

    expect(await world.read(hostsTarget)).toEqual({
      desired: 4,
      running: 3,
      unusable: 0,
      deploying: false,
      warming: 1,
      protectedFromScaleIn: 1,
      bounds: { min: 2, max: 9 },
      suspended: ['Launch'],
    });
  });

  it('scaling edge 13: knows as warming up what was added within the warm-up', async () => {
    const world = worldOf();
    world.state.groups.set('prod-hosts', group('prod-hosts', 6));
    const change = (minutesAgo: number, from: number, to: number) => ({
      at: world.clock.now() - minutesAgo * MINUTE,
      from,
      to,
      policy: 'out',
      cooldownMs: 0,
    });

    const changes = [change(9, 1, 3), change(4, 3, 5), change(3, 5, 4), change(1, 4, 6)];
    expect(await world.read(hostsTarget, { changes })).toMatchObject({ running: 6, warming: 4 });
  });

  it('scaling edges 23 and 34: counts no host that ECS cannot use, and says how many there are', async () => {
    const world = worldOf();
    const hosts = group('prod-hosts', 60);
    world.state.groups.set('prod-hosts', hosts);
    world.state.connected = (hosts.Instances ?? []).slice(0, 57).map(({ InstanceId = '' }) => InstanceId);

    const view = await world.read({ ...hostsTarget, cluster: clusterName('prod') } as Target);

    expect(view).toMatchObject({ desired: 60, running: 57, unusable: 3 });
    expect(world.inputs('ECS:ListContainerInstances')).toMatchObject([
      {
        cluster: 'prod',
        status: 'ACTIVE',
        filter: expect.stringMatching(/^agentConnected == true and ec2Inst/),
      },
      {},
    ]);
  });

  it('is missing when the group is', async () => {
    expect(await worldOf().read(hostsTarget)).toBe('missing');
  });
});

describe('scaling edge 32: who else scales', () => {
  it('is Application Auto Scaling with a policy, and managed scaling that is on', async () => {
    const world = worldOf();
    world.state.scalingPolicies.push(webTarget.id, webTarget.id);
    const autoScalingGroupArn =
      'arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:7d2c1f64:autoScalingGroupName/prod-hosts';
    world.state.capacityProviders.push({
      name: 'hosts',
      autoScalingGroupProvider: { autoScalingGroupArn, managedScaling: { status: 'ENABLED' } },
    });

    expect(await readOwners(world.clients, [webTarget, serviceTarget('api'), hostsTarget])).toEqual(
      new Map<string, unknown>([
        [webTarget.id, { kind: 'scalable-target', policies: 2 }],
        [hostsTarget.id, { kind: 'managed-scaling', capacityProvider: 'hosts' }],
      ]),
    );
  });

  it('is nobody while managed scaling is off', async () => {
    const world = worldOf();
    const autoScalingGroupArn =
      'arn:aws:autoscaling:us-east-1:1:autoScalingGroup:7:autoScalingGroupName/prod-hosts';
    world.state.capacityProviders.push({
      name: 'hosts',
      autoScalingGroupProvider: { autoScalingGroupArn, managedScaling: { status: 'DISABLED' } },
    });

    expect(await readOwners(world.clients, [hostsTarget])).toEqual(new Map());
    expect(world.names()).toEqual(['ECS:DescribeCapacityProviders']);
  });
});
