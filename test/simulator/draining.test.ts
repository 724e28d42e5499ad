import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import { first, prodWorld, published } from './worlds.ts';

/** Four tasks on one instance that then drains; two more instances have room. */
async function drainFour(spec: Partial<ServiceSpec>) {
  const made = prodWorld({ group: { instances: 1, cpu: 8192, memory: 16_384 } });
  const { world, ecs } = made;
  const host = first(made.instances);
  const service = world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 4,
    stopMs: 5 * SECOND,
    ...spec,
  });
  await world.runFor(10 * SECOND);
  world.addGroup({ name: 'spare', cluster: 'prod', instances: 2 });
  await ecs.updateContainerInstancesState({
    cluster: 'prod',
    containerInstances: [host.arn],
    status: 'DRAINING',
  });
  /** The fewest and the most desired-RUNNING tasks at any moment while it drains. */
  const range = { fewestRunning: 4, mostWanted: 4 };
  const watch = () => {
    const tasks = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
    const running = tasks.filter((task) => task.lastStatus === 'RUNNING').length;
    range.fewestRunning = Math.min(range.fewestRunning, running);
    range.mostWanted = Math.max(range.mostWanted, tasks.length);
    return host.tasks.size === 0;
  };
  const drained = await world.run({ until: watch, limit: world.now() + 20 * MINUTE });
  return { ...made, host, service, range, drained };
}

describe('draining a container instance', () => {
  it('with 100/200 starts all replacements first and never goes below the desired count', async () => {
    const { drained, range } = await drainFour({ minimumHealthyPercent: 100, maximumPercent: 200 });
    expect({ drained, ...range }).toEqual({ drained: true, fewestRunning: 4, mostWanted: 8 });
  });

  it('with 50/100 stops two first and never has more than the desired count', async () => {
    const { drained, range } = await drainFour({ minimumHealthyPercent: 50, maximumPercent: 100 });
    expect({ drained, ...range }).toEqual({ drained: true, fewestRunning: 2, mostWanted: 4 });
  });

  it('rounds the minimum up: 60 % of 4 keeps 3', async () => {
    const { range } = await drainFour({ minimumHealthyPercent: 60, maximumPercent: 100 });
    expect(range.fewestRunning).toBe(3);
  });

  it('rounds the maximum down: 140 % of 4 allows 5', async () => {
    const { range } = await drainFour({ minimumHealthyPercent: 100, maximumPercent: 140 });
    expect(range.mostWanted).toBe(5);
  });

  it('edge 15: with minimum = maximum = 100 it never progresses', async () => {
    const { drained, host } = await drainFour({ minimumHealthyPercent: 100, maximumPercent: 100 });
    expect({ drained, left: host.tasks.size }).toEqual({ drained: false, left: 4 });
  });

  it('edge 15: without capacity the service says so on the bus and in its events', async () => {
    const { world, ecs, instances } = prodWorld({ group: { instances: 1 } });
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 2 });
    const containerInstances = instances.map(({ arn }) => arn);
    await ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'DRAINING' });
    await world.runFor(MINUTE);
    const [action] = published(world, 'ECS Service Action');
    expect(action?.detail).toMatchObject({ eventName: 'SERVICE_TASK_PLACEMENT_FAILURE', eventType: 'ERROR' });
    const { services } = await ecs.describeServices({ cluster: 'prod', services: ['web'] });
    expect(services?.[0]?.events?.[0]?.message).toMatch(/unable to place a task/);
  });

  it('edge 1: the running count is 0 and the RUNNING list empty while tasks still stop', async () => {
    const { world, ecs, instances } = prodWorld({ group: { instances: 1 } });
    const host = first(instances);
    world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 1,
      minimumHealthyPercent: 0,
      deregistrationDelayMs: 30 * SECOND,
    });
    const at = { cluster: 'prod', containerInstance: host.arn };
    await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: [host.arn],
      status: 'DRAINING',
    });
    await world.runFor(10 * SECOND);
    const seen = await ecs.describeContainerInstances({ cluster: 'prod', containerInstances: [host.arn] });
    expect(seen.containerInstances?.[0]?.runningTasksCount).toBe(0);
    expect((await ecs.listTasks(at)).taskArns).toEqual([]);
    const { taskArns } = await ecs.listTasks({ ...at, desiredStatus: 'STOPPED' });
    const { tasks } = await ecs.describeTasks({ cluster: 'prod', tasks: taskArns });
    expect(tasks?.map((task) => task.lastStatus)).toEqual(['DEACTIVATING']);
  });

  it('walks a task through its states, with a rising version', async () => {
    const { world, host } = await drainFour({ deregistrationDelayMs: 10 * SECOND, deprovisionMs: SECOND });
    const events = published(world, 'ECS Task State Change')
      .map(
        ({ detail }) =>
          detail as { taskArn: string; lastStatus: string; version: number; containerInstanceArn: string },
      )
      .filter((detail) => detail.containerInstanceArn === host.arn);
    const one = events.filter(({ taskArn }) => taskArn === events[0]?.taskArn);
    expect(one.map(({ lastStatus }) => lastStatus)).toEqual([
      'RUNNING',
      'DEACTIVATING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
    expect(one.map(({ version }) => version)).toEqual([4, 5, 6, 7, 8]);
  });

  it('edge 13: leaves standalone tasks alone', async () => {
    const { world, ecs, instances } = prodWorld();
    const host = first(instances);
    const task = world.ecs.runTask({ cluster: 'prod', family: 'report', on: host.ec2InstanceId });
    await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: [host.arn],
      status: 'DRAINING',
    });
    await world.runFor(60 * MINUTE);
    expect([task.desiredStatus, task.lastStatus]).toEqual(['RUNNING', 'RUNNING']);
  });

  it('edge 14: stops the daemon last, and places none on a draining instance', async () => {
    const { world, ecs, cluster, instances } = prodWorld();
    const host = first(instances);
    world.ecs.addService({ cluster: 'prod', name: 'web', desired: 3, stopMs: 3 * SECOND });
    const daemon = world.ecs.addService({
      cluster: 'prod',
      name: 'logs',
      strategy: 'DAEMON',
      stopMs: SECOND,
    });
    const own = first([...daemon.tasks].filter((task) => task.instance === host));
    await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: [host.arn],
      status: 'DRAINING',
    });
    const replicas = () =>
      [...host.tasks].some((task) => task.service?.name === 'web' && task.lastStatus === 'RUNNING');
    await world.run({ until: () => own.desiredStatus === 'STOPPED', limit: world.now() + 10 * MINUTE });
    expect(replicas()).toBe(false);
    await world.runFor(10 * MINUTE);
    expect(host.tasks.size).toBe(0);
    expect(daemon.tasks.size).toBe(cluster.instances.size - 1);
  });

  it('stops a PENDING service task at once, whatever the percentages', async () => {
    const { world, ecs } = prodWorld({ group: { instances: 1 } });
    const service = world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 1,
      running: false,
      startMs: 10 * MINUTE,
    });
    await world.run({ until: () => service.tasks.size === 1, limit: world.now() + MINUTE });
    const task = first([...service.tasks]);
    const arn = task.instance?.arn ?? '';
    await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: [arn],
      status: 'DRAINING',
    });
    await world.runFor(5 * SECOND);
    expect(task.lastStatus).toBe('STOPPED');
  });

  it('edge 41: task protection shows in the API and does not hold a drain', async () => {
    const { world, ecs, instances } = prodWorld({ group: { instances: 1 } });
    const service = world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 1,
      minimumHealthyPercent: 0,
    });
    const task = first([...service.tasks]);
    world.ecs.protect(task, world.now() + 60 * MINUTE);
    const shown = await ecs.getTaskProtection({ cluster: 'prod', tasks: [task.arn] });
    expect(shown.protectedTasks?.[0]).toMatchObject({ protectionEnabled: true });
    const containerInstances = instances.map(({ arn }) => arn);
    await ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'DRAINING' });
    await world.runFor(MINUTE);
    expect(task.lastStatus).toBe('STOPPED');
  });

  it('goes back to ACTIVE, and then takes tasks again', async () => {
    const { world, ecs, instances } = prodWorld({ group: { instances: 1 } });
    const containerInstances = instances.map(({ arn }) => arn);
    await ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'DRAINING' });
    const service = world.ecs.addService({ cluster: 'prod', name: 'web', desired: 1 });
    await world.runFor(MINUTE);
    expect(service.tasks.size).toBe(0);
    await ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'ACTIVE' });
    await world.runFor(MINUTE);
    expect(service.tasks.size).toBe(1);
  });

  it('edge 26: an instance that is REGISTERING cannot be drained', async () => {
    const { ecs, instances } = prodWorld();
    const host = first(instances);
    host.status = 'REGISTERING';
    const answer = await ecs.updateContainerInstancesState({
      cluster: 'prod',
      containerInstances: instances.map(({ arn }) => arn),
      status: 'DRAINING',
    });
    expect(answer.containerInstances).toHaveLength(2);
    expect(answer.failures?.[0]?.detail).toMatch(/REGISTERING/);
  });
});
