import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { first, prodWorld } from './worlds.ts';

describe('placement', () => {
  it('spreads a service and stops at the capacity of the cluster', () => {
    const { world, instances } = prodWorld({ group: { memory: 1024 } });
    const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 20, memory: 512 });
    expect(service.tasks.size).toBe(6);
    expect(instances.map(({ tasks }) => tasks.size)).toEqual([2, 2, 2]);
  });

  it('puts one task with a static port on an instance', () => {
    const { world } = prodWorld();
    const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 5, hostPorts: [8080] });
    expect(service.tasks.size).toBe(3);
  });

  it('honours distinctInstance and memberOf', () => {
    const { world } = prodWorld();
    world.addGroup({ name: 'gpu', cluster: 'prod', instances: 2, attributes: { gpu: 'true' } });
    const expression = 'attribute:gpu == true';
    const spec = { cluster: 'prod', desired: 9 };
    const distinct = world.ecs.addService({
      ...spec,
      name: 'a',
      constraints: [{ type: 'distinctInstance' }],
    });
    const member = world.ecs.addService({
      ...spec,
      name: 'b',
      constraints: [{ type: 'memberOf', expression }],
    });
    expect(distinct.tasks.size).toBe(5);
    expect(new Set([...member.tasks].map((task) => task.instance?.attributes.get('gpu')))).toEqual(
      new Set(['true']),
    );
  });

  it('replaces a task that was stopped by hand', async () => {
    const { world, ecs } = prodWorld();
    const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 2 });
    const task = first([...service.tasks]);
    await ecs.stopTask({ cluster: 'prod', task: task.arn, reason: 'test' });
    await world.runFor(MINUTE);
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'test' });
    expect([...service.tasks].filter((each) => each.lastStatus === 'RUNNING')).toHaveLength(2);
  });

  it('ends a long SIGTERM at the stop timeout', async () => {
    const { world, ecs } = prodWorld();
    const task = world.ecs.runTask({
      cluster: 'prod',
      family: 'slow',
      stopMs: 60 * MINUTE,
      stopTimeoutMs: 2 * MINUTE,
    });
    await ecs.stopTask({ cluster: 'prod', task: task.arn });
    await world.runFor(MINUTE);
    expect(task.lastStatus).toBe('STOPPING');
    await world.runFor(2 * MINUTE);
    expect(task.lastStatus).toBe('STOPPED');
  });
});

describe('the cluster query language', () => {
  const list = async (filter: string) => {
    const { ecs, world, instances } = prodWorld();
    const host = first(instances);
    world.ecs.instances.setAgentConnected(host, false);
    world.ecs.runTask({ cluster: 'prod', family: 'x' });
    const { containerInstanceArns } = await ecs.listContainerInstances({
      cluster: 'prod',
      filter: filter.replace('$0', host.ec2InstanceId).replace('$1', instances[1]?.ec2InstanceId ?? ''),
    });
    return containerInstanceArns?.map((arn) => instances.findIndex((instance) => instance.arn === arn));
  };

  it.each([
    ['ec2InstanceId == $0', [0]],
    ['ec2InstanceId in [$0, $1]', [0, 1]],
    ['ec2InstanceId in [$0,$1] and agentConnected == true', [1]],
    ['agentConnected == false', [0]],
    ['runningTasksCount == 0', [0, 2]],
    ['runningTasksCount > 0 or ec2InstanceId == $0', [0, 1]],
    ['attribute:ecs.availability-zone == eu-west-1c', [2]],
  ])('%s', async (filter, expected) => {
    expect(await list(filter)).toEqual(expected);
  });

  it('refuses what it does not understand', async () => {
    await expect(list('colour == red')).rejects.toThrow(/Invalid filter expression/);
  });
});
