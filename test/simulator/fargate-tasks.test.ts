import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { fargateWorld, SPOT, SUBNETS, spotService, taskEvents, ZONES } from './fargate-world.ts';
import { first } from './worlds.ts';

describe('a Fargate task', () => {
  it('goes through its states, with an event and a higher version at each', async () => {
    const { world, ecs, service } = spotService({ desired: 0 });
    world.ecs.setDesired(service, 1);
    await world.runFor(MINUTE);
    const task = first([...service.tasks]);
    await ecs.stopTask({ cluster: 'prod', task: task.arn });
    await world.runFor(MINUTE);

    const events = taskEvents(world, task.arn) as { lastStatus: string; version: number }[];
    expect(events.map(({ lastStatus }) => lastStatus)).toEqual([
      'PROVISIONING',
      'PENDING',
      'RUNNING',
      'RUNNING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('has no container instance but a provider, a zone, a network interface and its image by digest', async () => {
    const { world, ecs, service } = spotService({ architecture: 'ARM64', cpu: 512, memory: 1024 });
    const task = first([...service.tasks]);
    const { tasks } = await ecs.describeTasks({ cluster: 'prod', tasks: [task.arn] });
    const described = first(tasks ?? []);
    expect(described).toMatchObject({
      launchType: 'FARGATE',
      capacityProviderName: 'FARGATE_SPOT',
      availabilityZone: ZONES[0],
      platformVersion: '1.4.0',
      platformFamily: 'Linux',
      cpu: '512',
      memory: '1024',
      attributes: [{ name: 'ecs.cpu-architecture', value: 'arm64' }],
      startedBy: service.deployments[0].id,
      group: 'service:web',
      attachments: [{ type: 'ElasticNetworkInterface', status: 'ATTACHED' }],
      containers: [{ name: 'web', image: 'web:latest', imageDigest: world.ecs.resolveImage('web:latest') }],
    });
    expect(described.attachments?.[0]?.details).toContainEqual({ name: 'subnetId', value: SUBNETS[0] });
    expect(described.containerInstanceArn).toBeUndefined();
  });

  it('by launch type has no capacity provider', async () => {
    const { ecs, service } = spotServiceByLaunchType();
    const { tasks } = await ecs.describeTasks({ cluster: 'prod', tasks: [first([...service.tasks]).arn] });
    expect(tasks?.[0]).toMatchObject({ launchType: 'FARGATE' });
    expect(tasks?.[0]?.capacityProviderName).toBeUndefined();
  });

  it('that crashes says so with its exit code, and is replaced', async () => {
    const { world, service } = spotService({ desired: 1 });
    const task = first([...service.tasks]);
    world.ecs.tasks.exit(task, 137);
    await world.runFor(MINUTE);

    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' });
    expect(taskEvents(world, task.arn).at(-1)).toMatchObject({ containers: [{ exitCode: 137 }] });
    expect([...service.tasks].map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING']);
  });

  it('that cannot pull its image fails to start, again and again, ever more slowly', async () => {
    const { world, service } = fargateWorldWithoutImage();
    await world.runFor(40 * MINUTE);

    const stopped = [...service.cluster.tasks.values()].filter((task) => task.lastStatus === 'STOPPED');
    expect(stopped.length).toBeGreaterThan(3);
    expect(stopped.length).toBeLessThan(9);
    expect(stopped[0]).toMatchObject({ stopCode: 'TaskFailedToStart' });
    expect(stopped[0]?.stoppedReason).toMatch(/^CannotPullContainerError: .*web:latest/);
    expect(service.events.map(({ message }) => message).join()).toMatch(/unable to consistently start tasks/);
  });
});

describe('the interruption of a Spot task', () => {
  it('warns while it is RUNNING, and stops it at its stop timeout with the same code', async () => {
    const { world, service } = spotService({
      stopMs: 10 * MINUTE,
      stopTimeoutMs: 90 * SECOND,
      deprovisionMs: 0,
    });
    const task = first([...service.tasks]);
    const at = world.now();
    world.ecs.fargate.interrupt(task);
    await world.runFor(5 * MINUTE);

    const [warning, stopped] = taskEvents(world, task.arn);
    const said = { stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' };
    expect(warning).toMatchObject({
      ...said,
      desiredStatus: 'STOPPED',
      lastStatus: 'RUNNING',
      group: 'service:web',
    });
    expect(stopped).toMatchObject({ ...said, lastStatus: 'STOPPED' });
    expect((task.stoppedAt ?? 0) - at).toBe(90 * SECOND);
  });

  it('takes two minutes at the most, whatever the stop timeout', async () => {
    const { world, service } = spotService({
      stopMs: 10 * MINUTE,
      stopTimeoutMs: 10 * MINUTE,
      deprovisionMs: 0,
    });
    const task = first([...service.tasks]);
    world.ecs.fargate.interrupt(task);
    await world.runFor(2 * MINUTE);
    expect(task.lastStatus).toBe('STOPPED');
  });

  it('can have the code that it had until 2023', async () => {
    const { world, service } = spotService();
    world.ecs.fargate.stopCode = 'TerminationNotice';
    world.ecs.fargate.interrupt(first([...service.tasks]));
    await world.runFor(MINUTE);
    expect(taskEvents(world, first([...service.cluster.tasks.keys()]))[0]).toMatchObject({
      stopCode: 'TerminationNotice',
    });
  });

  it('is followed by another try on Spot', async () => {
    const { world, service } = spotService();
    world.ecs.fargate.interrupt(first([...service.tasks]));
    await world.runFor(5 * MINUTE);
    expect([...service.tasks].map(({ fargate }) => fargate?.provider)).toEqual(Array(4).fill('FARGATE_SPOT'));
  });

  it('never hits a task on demand', () => {
    const { world, service } = spotServiceByLaunchType();
    expect(() => world.ecs.fargate.interrupt(first([...service.tasks]))).toThrow(
      'does not run on FARGATE_SPOT',
    );
  });
});

describe('ListTasks', () => {
  it('filters by service, by launch type and by who started it', async () => {
    const { world, ecs, service } = spotService();
    world.ecs.addService({ cluster: 'prod', name: 'other', desired: 2, capacityProviderStrategy: SPOT });
    const count = async (filter: object) =>
      (await ecs.listTasks({ cluster: 'prod', ...filter })).taskArns?.length;
    expect(await count({ serviceName: 'web' })).toBe(4);
    expect(await count({ serviceName: service.arn })).toBe(4);
    expect(await count({ launchType: 'FARGATE' })).toBe(6);
    expect(await count({ launchType: 'EC2' })).toBe(0);
    expect(await count({ startedBy: service.deployments[0].id })).toBe(4);
    expect(await count({ family: 'other' })).toBe(2);
    await expect(count({ startedBy: 'x', serviceName: 'web' })).rejects.toThrow('only filter');
    await expect(count({ serviceName: 'none' })).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
  });

  it('shows an interrupted task among those that are to stop', async () => {
    const { world, ecs, service } = spotService();
    const task = first([...service.tasks]);
    world.ecs.fargate.interrupt(task);
    const { taskArns } = await ecs.listTasks({ cluster: 'prod', desiredStatus: 'STOPPED' });
    expect(taskArns).toEqual([task.arn]);
  });
});

function spotServiceByLaunchType() {
  const made = fargateWorld();
  const service = made.world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 1,
    launchType: 'FARGATE',
  });
  return { ...made, service };
}

function fargateWorldWithoutImage() {
  const made = fargateWorld();
  made.world.ecs.resolveImage = () => undefined;
  const service = made.world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 1,
    launchType: 'FARGATE',
    running: false,
  });
  return { ...made, service };
}
