import type { AutoScalingGroup, Instance, LaunchTemplateOverrides } from '@aws-sdk/client-auto-scaling';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import {
  ATTRIBUTES,
  attributes,
  containerInstance,
  definition,
  group,
  groupArn,
  member,
  resources,
  settle,
  task,
  typeInfo,
} from './shapes.ts';
import { createCapacityWorld } from './world.ts';

/** A group with those instances, all of them registered. */
function worldOf(ids: readonly string[], changes: Partial<AutoScalingGroup> = {}) {
  const world = createCapacityWorld();
  settle(world, ids);
  world.state.groups = [group(ids, changes)];
  const view = async () => (await world.observe()).view.groups[0];
  return { ...world, view };
}

describe('a group', () => {
  it('is as Auto Scaling describes it, with its capacity provider', async () => {
    const SuspendedProcesses = [{ ProcessName: 'AZRebalance' }];
    const world = worldOf(['i-1'], { SuspendedProcesses });
    const autoScalingGroupProvider = {
      autoScalingGroupArn: groupArn('prod-hosts'),
      managedScaling: { status: 'ENABLED' as const },
      managedTerminationProtection: 'ENABLED' as const,
    };
    world.state.providers = [
      ...Array.from({ length: 11 }, (_, n) => ({
        name: `other-${n}`,
        autoScalingGroupProvider: { autoScalingGroupArn: groupArn(`other-${n}`) },
      })),
      { name: 'hosts', autoScalingGroupProvider },
    ];

    expect(await world.view()).toMatchObject({
      name: 'prod-hosts',
      min: 1,
      max: 9,
      desired: 1,
      zones: ['eu-central-1a', 'eu-central-1b'],
      provider: 'hosts',
      managedScaling: true,
      managedTerminationProtection: true,
      managedDraining: false,
      suspended: ['AZRebalance'],
      launching: new Map(),
      overdue: new Map(),
    });
  });

  it('that does not exist is left out', async () => {
    const world = worldOf(['i-1']);
    world.state.groups = [];
    expect(await world.view()).toBeUndefined();
  });

  it('has on the way what it launched and ECS does not know as ACTIVE yet, until that is overdue', async () => {
    const world = worldOf(['i-1']);
    const at = (minutes: number) => new Date(world.clock.now() - minutes * MINUTE);
    const coming = (id: string, zone: string, LifecycleState: Instance['LifecycleState']) =>
      member(id, { AvailabilityZone: `eu-central-1${zone}`, LifecycleState });
    world.state.groups[0]?.Instances?.push(
      coming('i-2', 'a', 'Pending'),
      coming('i-3', 'b', 'InService'),
      coming('i-4', 'b', 'InService'),
      coming('i-5', 'b', 'InService'),
      coming('i-6', 'a', 'Terminating:Wait'),
      coming('i-7', 'a', 'Standby'),
      coming('i-8', 'a', 'Warmed:Stopped'),
    );
    world.state.instances.push(containerInstance('i-4', { status: 'REGISTERING' }));
    world.state.machines.set('i-3', { InstanceId: 'i-3', LaunchTime: at(9) });
    world.state.machines.set('i-4', { InstanceId: 'i-4', LaunchTime: at(2) });
    world.state.machines.set('i-5', { InstanceId: 'i-5', LaunchTime: at(10) });

    expect(await world.view()).toMatchObject({
      launching: new Map([
        ['eu-central-1a', 1],
        ['eu-central-1b', 2],
      ]),
      overdue: new Map([['eu-central-1b', 1]]),
    });
  });
});

describe('what an instance of a type brings', () => {
  it('is what the newest of the group registered, and what all of them have alike', async () => {
    const world = worldOf(['i-1', 'i-2']);
    const named = { ...ATTRIBUTES, disk: 'fast' };
    world.state.instances = [
      containerInstance('i-1', { attributes: attributes({ ...named, stack: 'blue' }) }),
      containerInstance('i-2', {
        registeredAt: new Date(Date.UTC(2026, 10, 21)),
        registeredResources: resources(2048, 7700),
        attributes: attributes({ ...named, stack: 'green', 'ecs.availability-zone': 'eu-central-1b' }),
      }),
      containerInstance('i-9', { registeredResources: resources(2048, 4000), registeredAt: new Date() }),
    ];

    expect((await world.view())?.types).toEqual([
      {
        name: 'm7i.large',
        registered: { cpu: 2048, memory: 7700, gpu: 0, enis: 2 },
        price: 0.11,
        attributes: new Map([
          ['ecs.ami-id', 'ami-1'],
          ['com.amazonaws.ecs.capability.docker-remote-api.1.44', ''],
          ['disk', 'fast'],
          ['ecs.instance-type', 'm7i.large'],
          ['ecs.cpu-architecture', 'x86_64'],
        ]),
      },
    ]);
  });

  it('where there is none to see is what EC2 says less a reserve, with what agents announce', async () => {
    const world = worldOf([]);
    const requiresAttributes = [{ name: 'ecs.capability.task-eni' }, { name: 'disk', value: 'fast' }];
    world.state.definitions.set(...definition('web:1', { requiresAttributes }));
    world.state.services = [];
    world.state.tasks = [task('1', undefined, { lastStatus: 'PROVISIONING', group: 'family:report' })];

    expect((await world.view())?.types).toEqual([
      {
        name: 'm7i.large',
        registered: { cpu: 2048, memory: 7372, gpu: 0, enis: 2 },
        price: 0.11,
        attributes: new Map([
          ['ecs.capability.task-eni', ''],
          ['ecs.instance-type', 'm7i.large'],
          ['ecs.cpu-architecture', 'x86_64'],
          ['ecs.os-type', 'linux'],
        ]),
      },
    ]);
  });

  it('is told for each type of a mixed instances policy, in its order', async () => {
    const world = worldOf(['i-1'], mixed([{ InstanceType: 'm7i.xlarge' }, { InstanceType: 'm7i.large' }]));
    world.state.types.set(...typeInfo('m7i.xlarge', 4, 16384, 4));

    expect((await world.view())?.types).toMatchObject([
      { name: 'm7i.xlarge', registered: { cpu: 4096, memory: 14745, enis: 3 } },
      { name: 'm7i.large', registered: { cpu: 2048, memory: 7764, enis: 2 } },
    ]);
  });

  it('is told of no type where weights count: the desired count is not of instances then', async () => {
    const world = worldOf(['i-1'], mixed([{ InstanceType: 'm7i.large', WeightedCapacity: '2' }]));
    expect((await world.view())?.types).toEqual([]);
  });

  it('is told of the types that are there, where the group asks for requirements', async () => {
    const InstanceRequirements = { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 } };
    const world = worldOf(['i-1'], mixed([{ InstanceRequirements }]));
    expect((await world.view())?.types).toMatchObject([{ name: 'm7i.large' }]);
  });
});

const base = { LaunchTemplateId: 'lt-1', Version: '$Latest' };

function mixed(Overrides: LaunchTemplateOverrides[]): Partial<AutoScalingGroup> {
  const LaunchTemplate = { LaunchTemplateSpecification: base, Overrides };
  return { LaunchTemplate: undefined, MixedInstancesPolicy: { LaunchTemplate } };
}

describe('an instance', () => {
  /** Of a group that launches version 7 of lt-1, with AMI ami-1. */
  async function generationOf(
    instance: Partial<Instance>,
    changes: Partial<AutoScalingGroup> = {},
    image = 'ami-1',
  ) {
    const world = worldOf(['i-1'], { ...changes, Instances: [member('i-1', instance)] });
    world.state.templates.set('lt-1 $Latest', { number: 7, data: { ImageId: image } });
    world.state.templates.set('lt-2 3', { number: 3, data: { ImageId: image } });
    return (await world.observe()).view.hosts[0]?.generation;
  }
  const from = (LaunchTemplateId: string, Version: string) => ({
    LaunchTemplate: { LaunchTemplateId, Version },
  });

  it('is obsolete when the group would launch another version or another template', async () => {
    expect(await generationOf(from('lt-1', '7'))).toBe('current');
    expect(await generationOf(from('lt-1', '6'))).toBe('obsolete');
    expect(await generationOf(from('lt-0', '7'))).toBe('obsolete');
  });

  it('is obsolete when the AMI is another one', async () => {
    expect(await generationOf({ ImageId: 'ami-0' })).toBe('obsolete');
    expect(await generationOf({}, {}, 'ami-2')).toBe('obsolete');
  });

  it('is not known to be current when a parameter says which AMI', async () => {
    expect(await generationOf({}, {}, 'resolve:ssm:/aws/service/ecs/optimized-ami')).toBe('unknown');
    expect(await generationOf(from('lt-1', '6'), {}, 'resolve:ssm:/aws/service')).toBe('obsolete');
  });

  it('goes by the template of its own type in a mixed instances policy', async () => {
    const LaunchTemplateSpecification = { LaunchTemplateId: 'lt-2', Version: '3' };
    const own = mixed([{ InstanceType: 'm7i.large', LaunchTemplateSpecification }]);
    expect(await generationOf(from('lt-2', '3'), own)).toBe('current');
    expect(await generationOf(from('lt-1', '7'), own)).toBe('obsolete');
    expect(await generationOf(from('lt-1', '7'), mixed([{ InstanceType: 'm7i.large' }]))).toBe('current');
  });

  it('goes by the name of a launch configuration', async () => {
    const configured = { LaunchTemplate: undefined, LaunchConfigurationName: 'new' };
    const by = (LaunchConfigurationName?: string) => ({ LaunchTemplate: undefined, LaunchConfigurationName });
    expect(await generationOf(by('new'), configured)).toBe('current');
    expect(await generationOf(by('old'), configured)).toBe('obsolete');
    expect(await generationOf(from('lt-1', '7'), configured)).toBe('obsolete');
    expect(await generationOf(by('old'))).toBe('obsolete');
  });

  it('is of no known generation when it was attached, or the template is gone', async () => {
    expect(await generationOf({ LaunchTemplate: undefined })).toBe('unknown');
    const gone = { LaunchTemplate: { LaunchTemplateId: 'lt-9', Version: '1' } };
    expect(await generationOf({}, gone)).toBe('unknown');
  });
});
