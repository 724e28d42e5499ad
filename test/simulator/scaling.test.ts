import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { first, prodWorld } from './worlds.ts';

const WEB = { cluster: 'prod', services: ['web'] };

function webWorld(spec: Partial<ServiceSpec> = {}) {
  const made = prodWorld();
  const service = made.world.ecs.addService({ cluster: 'prod', name: 'web', desired: 4, ...spec });
  const described = async () => first((await made.ecs.describeServices(WEB)).services ?? []);
  return { ...made, service, described };
}

describe('a service whose desired count is updated', () => {
  it('starts tasks until they are as many, without a deployment', async () => {
    const { world, ecs, described } = webWorld();
    const answer = await ecs.updateService({ cluster: 'prod', service: 'web', desiredCount: 7 });
    expect(answer.service).toMatchObject({ desiredCount: 7, runningCount: 4 });
    await world.runFor(MINUTE);

    expect(await described()).toMatchObject({
      desiredCount: 7,
      runningCount: 7,
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', desiredCount: 7, runningCount: 7 }],
    });
  });

  it('stops tasks until they are as many', async () => {
    const { world, ecs, described } = webWorld();
    await ecs.updateService({ cluster: 'prod', service: 'web', desiredCount: 1 });
    await world.runFor(MINUTE);
    expect((await described()).runningCount).toBe(1);
  });

  it('scaling edge 7: has more desired than running tasks when they cannot be placed', async () => {
    const { world, ecs, described } = webWorld({ cpu: 1024 });
    await ecs.updateService({ cluster: 'prod', service: 'web', desiredCount: 10 });
    await world.runFor(5 * MINUTE);
    expect(await described()).toMatchObject({ desiredCount: 10, runningCount: 6 });
  });

  it('is refused for a service that is not there, and for a daemon', async () => {
    const { world, ecs } = webWorld();
    world.ecs.addService({ cluster: 'prod', name: 'exporter', strategy: 'DAEMON' });
    const update = (service: string) => ecs.updateService({ cluster: 'prod', service, desiredCount: 2 });

    await expect(update('none')).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
    await expect(update('exporter')).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('scaling edge 8: a deployment', () => {
  it('runs old and new tasks side by side, each counted in its own deployment', async () => {
    const { world, ecs, described } = webWorld({ healthDelayMs: 30 * SECOND });
    await ecs.updateService({ cluster: 'prod', service: 'web', forceNewDeployment: true });
    await world.runFor(20 * SECOND);

    expect(await described()).toMatchObject({
      desiredCount: 4,
      runningCount: 8,
      deployments: [
        { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 4, runningCount: 4 },
        { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 4 },
      ],
    });
  });

  it('is COMPLETED when only its own tasks are left', async () => {
    const { world, ecs, service, described } = webWorld();
    const before = [...service.tasks];
    await ecs.updateService({ cluster: 'prod', service: 'web', forceNewDeployment: true });
    await world.runFor(2 * MINUTE);

    expect((await described()).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 4 },
    ]);
    expect(before.every((task) => task.lastStatus === 'STOPPED')).toBe(true);
  });

  it('stays IN_PROGRESS for as long as its tasks cannot be placed', async () => {
    const { world, service, described } = webWorld();
    world.ecs.redeploy(service, { cpu: 4096 });
    await world.runFor(10 * MINUTE);

    expect((await described()).deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'IN_PROGRESS', runningCount: 0 },
      { status: 'ACTIVE', runningCount: 4 },
    ]);
  });
});

describe('a group whose desired capacity is set', () => {
  const set = (DesiredCapacity: number) => ({ AutoScalingGroupName: 'prod-asg', DesiredCapacity });

  it('is refused beyond its MinSize and MaxSize', async () => {
    const { autoScaling } = prodWorld({ group: { min: 2, max: 5 } });
    await expect(autoScaling.setDesiredCapacity(set(6))).rejects.toThrow('value 6 is above max value 5');
    await expect(autoScaling.setDesiredCapacity(set(1))).rejects.toThrow('value 1 is below min value 2');
  });

  it('launches instances, which EC2 knows the launch time of', async () => {
    const { world, autoScaling, ec2, group } = prodWorld();
    const before = world.now();
    await autoScaling.setDesiredCapacity(set(5));
    await world.runFor(MINUTE);
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [...group.members.keys()] });
    const launches = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);

    expect(launches.filter(({ LaunchTime }) => (LaunchTime?.getTime() ?? 0) > before)).toHaveLength(2);
  });

  it('says which processes are suspended, does not launch meanwhile, and makes up for it', async () => {
    const { world, autoScaling, group } = prodWorld({
      group: { suspended: ['Launch'], warmupMs: 2 * MINUTE },
    });
    await autoScaling.setDesiredCapacity(set(4));
    await world.runFor(MINUTE);
    const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups({});

    expect(AutoScalingGroups?.[0]).toMatchObject({
      DesiredCapacity: 4,
      DefaultInstanceWarmup: 120,
      SuspendedProcesses: [{ ProcessName: 'Launch' }],
    });
    expect(group.members.size).toBe(3);
    world.autoScaling.setSuspended(group, 'Launch', false);
    await world.runFor(MINUTE);
    expect(group.members.size).toBe(4);
  });

  it('terminates none while Terminate is suspended', async () => {
    const { world, autoScaling, group } = prodWorld({ group: { suspended: ['Terminate'] } });
    await autoScaling.setDesiredCapacity(set(1));
    await world.runFor(5 * MINUTE);
    expect(group.members.size).toBe(3);
  });

  it('scaling edge 28: has all instances left when all are protected from scale-in', async () => {
    const { world, autoScaling, group } = prodWorld({ group: { protectedFromScaleIn: true } });
    await autoScaling.setDesiredCapacity(set(1));
    await world.runFor(5 * MINUTE);
    expect([group.desired, group.members.size]).toEqual([1, 3]);
  });
});
