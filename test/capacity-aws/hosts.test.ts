import { describe, expect, it } from 'vitest';
import { denied } from '../functions/calls.ts';
import {
  ATTRIBUTES,
  attributes,
  container,
  containerInstance,
  definition,
  group,
  groupArn,
  member,
  resources,
  settle,
  task,
} from './shapes.ts';
import { createCapacityWorld } from './world.ts';

/** A world with one instance, i-1, that is as told. */
function worldOf(changes: Parameters<typeof containerInstance>[1] = {}) {
  const world = createCapacityWorld();
  settle(world, ['i-1']);
  world.state.instances = [containerInstance('i-1', changes)];
  const host = async () => (await world.observe()).view.hosts[0];
  return { ...world, host };
}

describe('a container instance', () => {
  it('is what ECS, EC2 and Auto Scaling say of it together', async () => {
    const world = worldOf({ capacityProviderName: 'hosts' });
    world.state.machines.set('i-1', {
      InstanceId: 'i-1',
      LaunchTime: new Date(5_000),
      InstanceLifecycle: 'spot',
      ImageId: 'ami-1',
    });
    world.state.groups = [group([], { Instances: [member('i-1', { ProtectedFromScaleIn: true })] })];

    expect(await world.host()).toEqual({
      id: 'i-1',
      status: 'ACTIVE',
      agentConnected: true,
      agentVersion: '1.98.0',
      registeredAt: Date.UTC(2026, 10, 20),
      provider: 'hosts',
      attributes: new Map(
        Object.entries({ ...ATTRIBUTES, 'com.amazonaws.ecs.capability.docker-remote-api.1.44': '' }),
      ),
      registered: { cpu: 2048, memory: 7764, gpu: 0, enis: 2 },
      reserved: { tcp: [22, 51678], udp: [] },
      group: 'prod-hosts',
      instanceType: 'm7i.large',
      zone: 'eu-central-1a',
      lifecycle: 'spot',
      launchedAt: 5_000,
      protectedFromScaleIn: true,
      generation: 'current',
      lifecycleState: 'InService',
    });
  });

  it('is in no group of the policy: its room counts, and nothing else', async () => {
    const world = worldOf();
    world.state.groups = [group([])];

    expect(await world.host()).toMatchObject({ group: undefined, lifecycleState: '', generation: 'unknown' });
  });

  it('scaling edges 23 and 34: is listed whatever its status, so that it is not taken for missing', async () => {
    const world = createCapacityWorld();
    settle(world, ['i-1', 'i-2', 'i-3', 'i-4']);
    const states = ['ACTIVE', 'DRAINING', 'REGISTERING', 'INACTIVE'];
    world.state.instances = states.map((status, n) => containerInstance(`i-${n + 1}`, { status }));

    const { view } = await world.observe();
    expect(view.hosts.map(({ status }) => status)).toEqual(['ACTIVE', 'DRAINING', 'REGISTERING']);
    expect(world.inputs('ECS:ListContainerInstances')).toEqual([{ cluster: 'prod', nextToken: undefined }]);
  });

  it('has more network interfaces for tasks with a trunk', async () => {
    const trunked = attributes({ ...ATTRIBUTES, 'ecs.awsvpc-trunk-id': 'eni-1' });
    const registered = (await worldOf({ attributes: trunked }).host())?.registered;
    expect(registered?.enis).toBeGreaterThan(2);
  });

  it('counts GPUs by their ids', async () => {
    const gpus = resources(2048, 7764, [], ['GPU-1', 'GPU-2']);
    const world = worldOf({ registeredResources: gpus, remainingResources: gpus });
    expect((await world.host())?.registered.gpu).toBe(2);
  });

  it('keeps from tasks the ports that no known task holds', async () => {
    const world = worldOf({ remainingResources: resources(1792, 7252, ['8080', '9999']) });
    const portMappings = [{ containerPort: 80, hostPort: 8080 }];
    world.state.definitions.set(
      ...definition('web:1', { containerDefinitions: [container({ portMappings })] }),
    );
    world.state.tasks = [task('1', 'i-1')];

    expect((await world.host())?.reserved).toEqual({ tcp: [22, 51678, 9999], udp: [] });
  });

  it('has no more room than ECS says, whatever takes it', async () => {
    const world = worldOf({ remainingResources: resources(1700, 7252) });
    world.state.tasks = [task('1', 'i-1')];

    // The task takes 256 CPU units and 512 MiB; another 92 units are gone as well.
    expect((await world.host())?.registered).toMatchObject({ cpu: 2048 - 92, memory: 7764 });
  });

  it('scaling edge 35: has no room yet that a stopping task still uses, though ECS frees it', async () => {
    const world = worldOf();
    world.state.tasks = [task('1', 'i-1', { desiredStatus: 'STOPPED' })];

    const { view } = await world.observe();
    expect(view.hosts[0]?.registered).toMatchObject({ cpu: 2048, memory: 7764 });
    expect(view.tasks).toMatchObject([{ host: 'i-1', stopping: true }]);
  });
});

describe('instances that others manage', () => {
  it('are left out with their tasks: those of ECS Anywhere, and those that ECS manages', async () => {
    const world = createCapacityWorld();
    settle(world, ['i-1', 'i-2', 'i-3']);
    world.state.instances[1] = containerInstance('mi-2');
    world.state.instances[2] = containerInstance('i-3', { capacityProviderName: 'managed' });
    world.state.providers = [{ name: 'managed', managedInstancesProvider: {} as never }];
    world.state.tasks = [task('1', 'i-1'), task('2', 'mi-2'), task('3', 'i-3')];

    const { view } = await world.observe();
    expect(view.hosts.map(({ id }) => id)).toEqual(['i-1']);
    expect(view.tasks.map(({ host }) => host)).toEqual(['i-1']);
  });

  it('are not those of a capacity provider with a group', async () => {
    const world = worldOf({ capacityProviderName: 'hosts' });
    const autoScalingGroupProvider = { autoScalingGroupArn: groupArn('prod-hosts') };
    world.state.providers = [{ name: 'FARGATE' }, { name: 'hosts', autoScalingGroupProvider }];

    const { view } = await world.observe();
    expect(view.hosts).toMatchObject([{ id: 'i-1', provider: 'hosts' }]);
    expect(view.groups).toMatchObject([{ provider: 'hosts', managedScaling: false }]);
  });
});

describe('what EC2 says', () => {
  it('is asked once for each instance and type, and for the launch template every time', async () => {
    const world = worldOf();
    await world.observe();
    const before = world.calls.length;
    await world.observe();

    const asked = world.names(before).filter((name) => name.startsWith('EC2:'));
    expect(asked).toEqual(['EC2:DescribeLaunchTemplateVersions']);
  });

  it('is not needed of an instance that EC2 has forgotten', async () => {
    const world = worldOf();
    world.state.machines.clear();
    expect(await world.host()).toMatchObject({ launchedAt: Date.UTC(2026, 10, 20), lifecycle: 'on-demand' });
  });
});

describe('what cannot be read', () => {
  it('leaves no picture at all: AWS denies a call', async () => {
    const world = worldOf();
    world.fail('ECS:DescribeContainerInstances', denied('ecs:DescribeContainerInstances'));
    await expect(world.observe()).rejects.toThrow('not authorized');
  });

  it('leaves no picture at all: ECS answers in part', async () => {
    const world = worldOf();
    world.state.instanceFailures = [{ arn: 'arn:2', reason: 'InternalError' }];
    await expect(world.observe()).rejects.toThrow('could not describe container instance arn:2');
    world.state.instanceFailures = [{ arn: 'arn:2', reason: 'MISSING' }];
    world.state.serviceFailures = [{ arn: 'arn:3', reason: 'InternalError' }];
    await expect(world.observe()).rejects.toThrow('could not describe service arn:3');
  });

  it('leaves no picture at all: nothing is said of a task definition', async () => {
    const world = worldOf();
    world.state.definitions.clear();
    world.state.tasks = [task('1', 'i-1')];
    await expect(world.observe()).rejects.toThrow('described nothing of task definition');
  });
});
