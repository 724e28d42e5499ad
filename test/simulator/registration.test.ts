import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { first, prodWorld, published } from './worlds.ts';

describe('registration and deregistration', () => {
  it('ECS deregisters by itself what is terminated while its agent is connected, after 10 to 30 s', async () => {
    const { world, instances } = prodWorld();
    const host = first(instances);
    world.ec2.terminate(host.ec2InstanceId);
    await world.runFor(9 * SECOND);
    expect(host.status).toBe('ACTIVE');
    await world.runFor(22 * SECOND);
    expect(host.status).toBe('INACTIVE');
  });

  it('edge 22: what was stopped before it was terminated stays registered', async () => {
    const { world, ecs, ec2, instances } = prodWorld();
    const host = first(instances);
    world.ec2.stop(host.ec2InstanceId);
    await world.runFor(2 * MINUTE);
    world.ec2.terminate(host.ec2InstanceId);
    await world.runFor(30 * MINUTE);
    const filter = `ec2InstanceId == ${host.ec2InstanceId}`;
    const { containerInstanceArns } = await ecs.listContainerInstances({ cluster: 'prod', filter });
    expect(containerInstanceArns).toEqual([host.arn]);
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [host.ec2InstanceId] });
    expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('terminated');
  });

  it('edge 22: so does what had lost its agent, with its tasks shown RUNNING', async () => {
    const { world, instances } = prodWorld();
    const host = first(instances);
    const task = world.ecs.runTask({ cluster: 'prod', family: 'job', on: host.ec2InstanceId });
    world.ecs.instances.setAgentConnected(host, false);
    world.ec2.terminate(host.ec2InstanceId);
    await world.runFor(2 * HOUR);
    expect([host.status, task.lastStatus]).toEqual(['ACTIVE', 'RUNNING']);
    expect(world.ec2.instances.has(host.ec2InstanceId)).toBe(false);
  });

  it('a stopped host loses its tasks; started again, its agent comes back', async () => {
    const { world, instances } = prodWorld({ group: { cluster: 'prod' } });
    const host = first(instances);
    world.autoScaling.groups.clear();
    const task = world.ecs.runTask({ cluster: 'prod', family: 'job', on: host.ec2InstanceId });
    world.ec2.stop(host.ec2InstanceId);
    await world.runFor(2 * MINUTE);
    expect(task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TerminationNotice',
      stoppedReason: `Host EC2 (instance ${host.ec2InstanceId}) stopped.`,
    });
    expect([host.status, host.agentConnected]).toEqual(['ACTIVE', false]);
    world.ec2.start(host.ec2InstanceId);
    await world.runFor(2 * MINUTE);
    expect(host.agentConnected).toBe(true);
  });

  it('nothing moves on an instance whose agent is away, until it is back', async () => {
    const { world, ecs, instances } = prodWorld();
    const host = first(instances);
    const task = world.ecs.runTask({ cluster: 'prod', family: 'job', on: host.ec2InstanceId });
    world.ecs.instances.setAgentConnected(host, false);
    await ecs.stopTask({ cluster: 'prod', task: task.arn });
    await world.runFor(HOUR);
    expect([task.desiredStatus, task.lastStatus]).toEqual(['STOPPED', 'RUNNING']);
    world.ecs.instances.setAgentConnected(host, true);
    await world.runFor(MINUTE);
    expect(task.lastStatus).toBe('STOPPED');
  });

  it('refuses to deregister an instance with tasks, unless forced', async () => {
    const { world, ecs, instances } = prodWorld();
    const host = first(instances);
    const task = world.ecs.runTask({ cluster: 'prod', family: 'job', on: host.ec2InstanceId });
    const named = { cluster: 'prod', containerInstance: host.arn };
    await expect(ecs.deregisterContainerInstance(named)).rejects.toThrow(/running tasks/);
    const { containerInstance } = await ecs.deregisterContainerInstance({ ...named, force: true });
    expect([containerInstance?.status, task.lastStatus]).toEqual(['INACTIVE', 'STOPPED']);
  });

  it('a deregistered instance is unlisted at once and describable for an hour', async () => {
    const { world, ecs, instances } = prodWorld();
    const { arn } = first(instances);
    const describe = () => ecs.describeContainerInstances({ cluster: 'prod', containerInstances: [arn] });
    await ecs.deregisterContainerInstance({ cluster: 'prod', containerInstance: arn });
    expect((await ecs.listContainerInstances({ cluster: 'prod' })).containerInstanceArns).toHaveLength(2);
    await world.runFor(HOUR - SECOND);
    expect((await describe()).containerInstances?.[0]?.status).toBe('INACTIVE');
    await world.runFor(2 * SECOND);
    expect((await describe()).failures?.[0]?.reason).toBe('MISSING');
  });

  it('a stopped task is visible for an hour', async () => {
    const { world, ecs } = prodWorld();
    const task = world.ecs.runTask({ cluster: 'prod', family: 'job', runMs: SECOND });
    const list = async () => (await ecs.listTasks({ cluster: 'prod', desiredStatus: 'STOPPED' })).taskArns;
    await world.runFor(MINUTE);
    expect(await list()).toEqual([task.arn]);
    expect((await ecs.listTasks({ cluster: 'prod', desiredStatus: 'PENDING' })).taskArns).toEqual([]);
    await world.runFor(HOUR);
    expect(await list()).toEqual([]);
  });

  it('edge 9: every change of an instance is an event with a higher version', async () => {
    const { world, ecs, instances } = prodWorld();
    const host = first(instances);
    const task = world.ecs.runTask({
      cluster: 'prod',
      family: 'job',
      on: host.ec2InstanceId,
      running: false,
    });
    await world.runFor(MINUTE);
    await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: [host.arn],
      status: 'DRAINING',
    });
    await ecs.stopTask({ cluster: 'prod', task: task.arn });
    await world.runFor(MINUTE);
    const details = published(world, 'ECS Container Instance State Change').map(
      ({ detail }) => detail as { version: number; status: string; runningTasksCount: number },
    );
    expect(details.map(({ status, runningTasksCount }) => [status, runningTasksCount])).toEqual([
      ['ACTIVE', 1],
      ['DRAINING', 1],
      ['DRAINING', 0],
      ['DRAINING', 0],
    ]);
    const versions = details.map(({ version }) => version);
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  });
});
