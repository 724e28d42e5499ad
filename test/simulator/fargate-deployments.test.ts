import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { byProvider, named, ON_DEMAND, SPOT, spotService } from './fargate-world.ts';
import { first } from './worlds.ts';

const FLIP = { capacityProviderStrategy: ON_DEMAND, forceNewDeployment: true };
const BREAKER = { enable: true, rollback: true };
const CHANGE = 'ECS Deployment State Change';

/** The fewest tasks RUNNING and the most wanted at any moment until the deployment is over. */
async function watch({ world, service }: ReturnType<typeof spotService>) {
  const range = { fewest: Number.POSITIVE_INFINITY, most: 0 };
  const over = () => {
    const wanted = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
    range.fewest = Math.min(range.fewest, wanted.filter((task) => task.lastStatus === 'RUNNING').length);
    range.most = Math.max(range.most, wanted.length);
    return service.deployments[0].rollout !== 'IN_PROGRESS';
  };
  const done = await world.run({ until: over, limit: world.now() + HOUR });
  return { done, ...range };
}

describe('a rolling deployment on Fargate', () => {
  it.each([
    [100, 200, { fewest: 4, most: 8 }],
    [50, 100, { fewest: 2, most: 4 }],
    [100, 125, { fewest: 4, most: 5 }],
  ])(
    'with %i/%i moves all tasks to the new strategy within the percentages',
    async (minimum, maximum, range) => {
      const made = spotService({ minimumHealthyPercent: minimum, maximumPercent: maximum });
      await made.update(FLIP);
      expect(await watch(made)).toEqual({ done: true, ...range });
      expect(byProvider(made.service)).toEqual({ FARGATE: 4 });
    },
  );

  it('failover edge 15: with 100/100, or with 125 % of three, never progresses', async () => {
    for (const [desired, maximumPercent] of [
      [4, 100],
      [3, 125],
    ]) {
      const made = spotService({ desired: desired ?? 0, maximumPercent: maximumPercent ?? 0 });
      await made.update(FLIP);
      expect(await watch(made)).toMatchObject({ done: false });
      expect(byProvider(made.service)).toEqual({ FARGATE_SPOT: desired });
    }
  });

  it('is told at its start and its end, on the bus and by its rollout state', async () => {
    const made = spotService();
    const { world, described, update, service } = made;
    await update(FLIP);
    const { id } = service.deployments[0];
    expect((await described()).deployments).toMatchObject([
      {
        id,
        status: 'PRIMARY',
        rolloutState: 'IN_PROGRESS',
        rolloutStateReason: `ECS deployment ${id} in progress.`,
      },
      { status: 'ACTIVE', rolloutState: 'COMPLETED', runningCount: 4 },
    ]);
    await watch(made);
    expect((await described()).deployments).toMatchObject([
      {
        id,
        rolloutState: 'COMPLETED',
        rolloutStateReason: `ECS deployment ${id} completed.`,
        failedTasks: 0,
      },
    ]);
    const about = { eventType: 'INFO', deploymentId: id, updatedAt: expect.any(String) };
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_IN_PROGRESS')).toMatchObject([about]);
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_COMPLETED')).toMatchObject([about]);
  });

  it('failover edge 14: a task that is lost meanwhile is replaced in its own revision', async () => {
    const { world, service, update } = spotService();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    await world.runFor(MINUTE);
    const [primary, old] = service.deployments;
    world.ecs.fargate.interrupt(first([...service.tasks]));
    await world.runFor(5 * MINUTE);
    expect([...service.tasks].map(({ startedBy }) => startedBy)).toEqual(Array(4).fill(old?.id));

    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0, interruptWithinMs: 0 });
    await world.runFor(5 * MINUTE);
    const short = named(world, 'ECS Service Action', 'SERVICE_TASK_PLACEMENT_FAILURE');
    expect(JSON.stringify(short)).toContain('FARGATE_SPOT');
    expect([primary.rollout, service.tasks.size]).toEqual(['IN_PROGRESS', 0]);
  });

  it('does not replace the last old task once all new ones are healthy', async () => {
    const made = spotService();
    const { world, service, update } = made;
    await update(FLIP);
    const [{ id }, old] = service.deployments;
    const newOnes = () => [...service.tasks].filter((task) => task.startedBy === id && task.healthy);
    const oldOnes = () => [...service.tasks].filter((task) => task.startedBy === old?.id);
    await world.run({ until: () => newOnes().length === 4, limit: world.now() + HOUR });
    expect(oldOnes().some(({ desiredStatus }) => desiredStatus === 'RUNNING')).toBe(true);
    for (const task of oldOnes()) if (task.desiredStatus === 'RUNNING') world.ecs.fargate.interrupt(task);
    await watch(made);
    const everOnSpot = [...service.cluster.tasks.values()].filter(({ startedBy }) => startedBy === old?.id);
    expect(everOnSpot).toHaveLength(4);
  });

  it('failover edge 14: more tasks are wanted of both revisions while it lasts', async () => {
    const { world, service, update } = spotService();
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    await update({ desiredCount: 6 });
    await world.runFor(5 * MINUTE);
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 6 });
  });

  it('overtaken by another one, gives way to it', async () => {
    const made = spotService();
    const { world, ecs, update, service } = made;
    await update(FLIP);
    await world.runFor(2 * SECOND);
    await update({ capacityProviderStrategy: SPOT, forceNewDeployment: true });
    expect(await watch(made)).toMatchObject({ done: true });
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 4 });
    const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: 'prod', service: 'web' });
    expect(serviceDeployments?.map(({ status }) => status)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL']);
  });

  it('stops at once the older tasks that do not run yet', async () => {
    const { world, service, update } = spotService({ running: false });
    await world.run({ until: () => service.tasks.size === 4, limit: world.now() + MINUTE });
    const before = [...service.tasks];
    await update(FLIP);
    expect(before.map(({ desiredStatus }) => desiredStatus)).toEqual(Array(4).fill('STOPPED'));
  });

  it('is tried at once, however long the service has waited for capacity', async () => {
    const { world, service, update } = spotService({ desired: 0 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    world.ecs.setDesired(service, 2);
    await world.runFor(2 * HOUR);
    await update({ forceNewDeployment: true });
    await world.runFor(3 * SECOND);
    expect(service.deployments[0].failedTasks).toBe(1);
  });

  it('is over soon for a desired count of 0', async () => {
    const made = spotService({ desired: 0 });
    await made.update(FLIP);
    expect((await watch(made)).done).toBe(true);
  });
});

describe('the circuit breaker', () => {
  it('failover edge 12: counts tasks that find no capacity, and rolls back with the strategy of before', async () => {
    const { world, service, described, update } = spotService({ circuitBreaker: BREAKER });
    const before = [...service.tasks];
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    const { id: failed } = service.deployments[0];
    await world.run({ until: () => service.deployments[0].id !== failed, limit: world.now() + HOUR });

    const [primary, old, ...more] = (await described()).deployments ?? [];
    expect(more).toEqual([]);
    expect(primary).toMatchObject({
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment circuit breaker: rolling back to deploymentId ${primary?.id}.`,
      capacityProviderStrategy: SPOT,
    });
    expect(old).toMatchObject({ id: failed, rolloutState: 'FAILED', failedTasks: 3 });
    await world.runFor(5 * MINUTE);

    expect((await described()).capacityProviderStrategy).toEqual(SPOT);
    expect((await described()).deployments).toMatchObject([{ rolloutState: 'COMPLETED', runningCount: 4 }]);
    expect([...service.tasks]).toEqual(before);
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_FAILED')).toMatchObject([
      { eventType: 'ERROR', deploymentId: failed, reason: expect.stringContaining('circuit breaker') },
    ]);
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_IN_PROGRESS').at(-1)).toMatchObject({
      reason: expect.stringMatching(/rolling back to deploymentId ecs-svc\/\d+\.$/),
    });
  });

  it('rolls back to all tasks that are wanted, at once', async () => {
    const { world, service, update } = spotService({ circuitBreaker: BREAKER, minimumHealthyPercent: 50 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    const { id: failed } = service.deployments[0];
    await world.run({ until: () => service.deployments[0].id !== failed, limit: world.now() + HOUR });
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 2 });
    await world.runFor(3 * SECOND);
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 4 });
  });

  it('counts tasks that crash before they are healthy', async () => {
    const { world, service } = spotService({ circuitBreaker: BREAKER, healthDelayMs: 30 * SECOND });
    world.ecs.redeploy(service, { crashMs: 5 * SECOND });
    await world.runFor(15 * MINUTE);
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_FAILED')).toHaveLength(1);
    expect(service.deployments).toMatchObject([
      { rollout: 'COMPLETED', revision: { definition: { revision: 1 } } },
    ]);
  });

  it('does not count a task that was healthy before it crashed', async () => {
    const { world, service } = spotService({ circuitBreaker: BREAKER, desired: 3 });
    world.ecs.redeploy(service, { crashMs: 10 * SECOND });
    await world.runFor(10 * MINUTE);
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_FAILED')).toEqual([]);
  });

  it('begins anew with every healthy task', async () => {
    const { world, service, update } = spotService({ circuitBreaker: BREAKER });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    const [primary] = service.deployments;
    await world.run({ until: () => primary.failedTasks === 2, limit: world.now() + HOUR });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 1 });
    const healthy = () => [...service.tasks].some((task) => task.healthy && task.startedBy === primary.id);
    expect(await world.run({ until: healthy, limit: world.now() + HOUR })).toBe(true);
    expect(primary).toMatchObject({ rollout: 'IN_PROGRESS', failedTasks: 0 });
  });

  it('lets a rollback wait for capacity for ever', async () => {
    const { world, service, update } = spotService({ circuitBreaker: BREAKER });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    await update(FLIP);
    await world.runFor(6 * HOUR);
    expect(service.deployments[0]).toMatchObject({ rollout: 'IN_PROGRESS', id: service.completed?.id });
    expect(named(world, CHANGE, 'SERVICE_DEPLOYMENT_FAILED')).toHaveLength(1);
  });

  it('without rollback leaves the deployment FAILED and launches no more for it', async () => {
    const { world, ecs, service, update, described } = spotService({
      circuitBreaker: { enable: true, rollback: false },
    });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    await world.runFor(HOUR);
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 'unlimited' });
    await world.runFor(HOUR);
    expect((await described()).deployments).toMatchObject([
      {
        rolloutState: 'FAILED',
        rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.',
      },
      { status: 'ACTIVE', runningCount: 4 },
    ]);
    expect(byProvider(service)).toEqual({ FARGATE_SPOT: 4 });
    const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: 'prod', service: 'web' });
    expect(serviceDeployments?.[0]).toMatchObject({ status: 'STOPPED' });
  });

  it('switched off lets a deployment wait for capacity for ever', async () => {
    const made = spotService();
    made.world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await made.update(FLIP);
    expect(await watch(made)).toMatchObject({ done: false });
  });

  it('trips at half of the desired count, from 3 to 200', async () => {
    const { ecs, world, service } = spotService({ circuitBreaker: BREAKER });
    const thresholds: (number | undefined)[] = [];
    for (const desired of [1, 20, 1000]) {
      world.ecs.setDesired(service, desired);
      const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: 'prod', service: 'web' });
      const serviceDeploymentArns = [first(serviceDeployments ?? []).serviceDeploymentArn ?? ''];
      const described = await ecs.describeServiceDeployments({ serviceDeploymentArns });
      thresholds.push(described.serviceDeployments?.[0]?.deploymentCircuitBreaker?.threshold);
    }
    expect(thresholds).toEqual([3, 10, 200]);
  });
});

describe('the digest of an image', () => {
  const MOVED = 'sha256:moved';

  it('failover edge 10: is fixed by the deployment, and another one ships what the tag has then', async () => {
    const { world, ecs, service, update } = spotService();
    const before = world.ecs.resolveImage('web:latest');
    const digests = async () => {
      const { taskArns } = await ecs.listTasks({ cluster: 'prod', serviceName: 'web' });
      const { tasks } = await ecs.describeTasks({ cluster: 'prod', tasks: taskArns });
      return new Set(tasks?.map(({ containers }) => containers?.[0]?.imageDigest));
    };
    world.ecs.resolveImage = () => MOVED;
    await update({ desiredCount: 6 });
    await world.runFor(5 * MINUTE);
    expect(await digests()).toEqual(new Set([before]));

    await update(FLIP);
    await world.runFor(5 * MINUTE);
    expect(await digests()).toEqual(new Set([MOVED]));
    expect(service.tasks.size).toBe(6);
  });

  it('failover edge 10: stands in the service revisions', async () => {
    const { world, ecs, service, update, described } = spotService();
    const before = world.ecs.resolveImage('web:latest');
    world.ecs.resolveImage = () => MOVED;
    await update(FLIP);
    const { currentServiceRevisions } = await described();
    const arns = currentServiceRevisions?.map(({ arn }) => arn ?? '') ?? [];
    const { serviceRevisions, failures } = await ecs.describeServiceRevisions({
      serviceRevisionArns: [...arns, 'arn:aws:ecs:none'],
    });
    expect(serviceRevisions).toMatchObject([
      {
        serviceArn: service.arn,
        clusterArn: service.cluster.arn,
        capacityProviderStrategy: ON_DEMAND,
        containerImages: [{ containerName: 'web', image: 'web:latest', imageDigest: MOVED }],
      },
      { capacityProviderStrategy: SPOT, containerImages: [{ imageDigest: before }] },
    ]);
    expect(failures).toEqual([{ arn: 'arn:aws:ecs:none', reason: 'MISSING' }]);
  });
});

describe('service deployments', () => {
  it('are listed newest first, by pages, by status and by time', async () => {
    const made = spotService();
    const { ecs, update, world } = made;
    for (const _ of [1, 2]) {
      await update({ forceNewDeployment: true });
      await watch(made);
    }
    await update({ forceNewDeployment: true });
    const list = async (more: object) =>
      ecs.listServiceDeployments({ cluster: 'prod', service: 'web', ...more });
    const page = await list({ maxResults: 3 });
    expect(page.serviceDeployments?.map(({ status }) => status)).toEqual([
      'IN_PROGRESS',
      'SUCCESSFUL',
      'SUCCESSFUL',
    ]);
    const rest = await list({ maxResults: 3, nextToken: page.nextToken });
    expect(rest.serviceDeployments).toHaveLength(1);
    expect(rest.nextToken).toBeUndefined();
    expect((await list({ status: ['IN_PROGRESS'] })).serviceDeployments).toHaveLength(1);
    expect(
      (await list({ createdAt: { after: new Date(world.now() - SECOND) } })).serviceDeployments,
    ).toHaveLength(1);
  });

  it('show their revisions, and the rollback', async () => {
    const { world, ecs, service, update } = spotService({ circuitBreaker: BREAKER });
    world.ecs.fargate.setCapacity({ provider: 'FARGATE', tasks: 0 });
    await update(FLIP);
    const describe = async () => {
      const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: 'prod', service: 'web' });
      const serviceDeploymentArns = [first(serviceDeployments ?? []).serviceDeploymentArn ?? '', 'none'];
      return ecs.describeServiceDeployments({ serviceDeploymentArns });
    };
    const [target, source] = service.deployments;
    const { serviceDeployments, failures } = await describe();
    expect(failures).toEqual([{ arn: 'none', reason: 'MISSING' }]);
    expect(serviceDeployments).toMatchObject([
      {
        status: 'IN_PROGRESS',
        targetServiceRevision: { arn: target.revision.arn, requestedTaskCount: 4, runningTaskCount: 0 },
        sourceServiceRevisions: [{ arn: source?.revision.arn }],
        deploymentCircuitBreaker: { status: 'MONITORING', failureCount: 0, threshold: 3 },
      },
    ]);
    await world.runFor(HOUR);
    expect((await describe()).serviceDeployments).toMatchObject([
      {
        status: 'ROLLBACK_SUCCESSFUL',
        rollback: { serviceRevisionArn: source?.revision.arn },
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3 },
      },
    ]);
  });

  it('and revisions are described twenty at a time', async () => {
    const { ecs } = spotService();
    const many = Array(21).fill('arn:aws:ecs:x');
    await expect(ecs.describeServiceDeployments({ serviceDeploymentArns: many })).rejects.toThrow(
      'at most 20',
    );
    await expect(ecs.describeServiceRevisions({ serviceRevisionArns: many })).rejects.toThrow('at most 20');
  });
});
