import { describe, expect, it } from 'vitest';
import { clientsOf, first, prodWorld } from './worlds.ts';

describe('the wire protocol, through the real SDK clients', () => {
  it('pages container instances by 100', async () => {
    const { ecs } = prodWorld({ group: { instances: 230 } });
    const pages: number[] = [];
    const arns = new Set<string>();
    let nextToken: string | undefined;
    do {
      const page = await ecs.listContainerInstances({ cluster: 'prod', ...(nextToken && { nextToken }) });
      pages.push(page.containerInstanceArns?.length ?? 0);
      for (const arn of page.containerInstanceArns ?? []) arns.add(arn);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(pages).toEqual([100, 100, 30]);
    expect(arns.size).toBe(230);
  });

  it('keeps its place in a list when an item of an earlier page goes away', async () => {
    const { ecs, world, instances } = prodWorld({ group: { instances: 150 } });
    const page = await ecs.listContainerInstances({ cluster: 'prod' });
    world.ecs.instances.deregister(first(instances), true);
    const rest = await ecs.listContainerInstances({ cluster: 'prod', nextToken: page.nextToken ?? '' });
    expect(rest.containerInstanceArns).toHaveLength(50);
  });

  it('reports what is missing beside what is found, with HTTP 200', async () => {
    const { ecs, instances } = prodWorld();
    const { arn } = first(instances);
    const answer = await ecs.describeContainerInstances({
      cluster: 'prod',
      containerInstances: [arn, 'nobody'],
    });
    expect(answer.containerInstances?.map(({ containerInstanceArn }) => containerInstanceArn)).toEqual([arn]);
    expect(answer.failures).toEqual([{ arn: expect.stringMatching(/prod\/nobody$/), reason: 'MISSING' }]);
  });

  it('turns times into dates', async () => {
    const { ecs, instances, world, autoScaling } = prodWorld();
    const answer = await ecs.describeContainerInstances({
      cluster: 'prod',
      containerInstances: [first(instances).arn],
    });
    expect(answer.containerInstances?.[0]?.registeredAt).toEqual(new Date(world.now()));
    const groups = await autoScaling.describeAutoScalingGroups({});
    expect(groups.AutoScalingGroups?.[0]?.CreatedTime).toEqual(new Date(world.now()));
  });

  it('refuses more than 10 instances in one UpdateContainerInstancesState', async () => {
    const { ecs, instances } = prodWorld({ group: { instances: 11 } });
    const containerInstances = instances.map(({ arn }) => arn);
    await expect(
      ecs.updateContainerInstancesState({ cluster: 'prod', containerInstances, status: 'DRAINING' }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', $metadata: { httpStatusCode: 400 } });
  });

  it('refuses more than 100 tasks or container instances in one describe', async () => {
    const { ecs } = prodWorld();
    const ids = Array.from({ length: 101 }, (_, index) => `id${index}`);
    await expect(ecs.describeTasks({ cluster: 'prod', tasks: ids })).rejects.toThrow(/at most 100/);
    await expect(
      ecs.describeContainerInstances({ cluster: 'prod', containerInstances: ids }),
    ).rejects.toThrow(/at most 100/);
  });

  it('names a cluster that it does not have', async () => {
    const { ecs } = prodWorld();
    await expect(ecs.listTasks({ cluster: 'stage' })).rejects.toMatchObject({
      name: 'ClusterNotFoundException',
    });
  });

  it('pages groups and takes lists of names in the Query protocol', async () => {
    const { autoScaling, world } = prodWorld();
    for (let index = 0; index < 120; index++) world.addGroup({ name: `g${index}`, instances: 0 });
    const page = await autoScaling.describeAutoScalingGroups({ MaxRecords: 100 });
    const rest = await autoScaling.describeAutoScalingGroups({ NextToken: page.NextToken ?? '' });
    expect([page.AutoScalingGroups?.length, rest.AutoScalingGroups?.length]).toEqual([100, 21]);
    const named = await autoScaling.describeAutoScalingGroups({
      AutoScalingGroupNames: ['g7', 'prod-asg', 'x'],
    });
    expect(named.AutoScalingGroups?.map((group) => group.AutoScalingGroupName)).toEqual(['prod-asg', 'g7']);
    expect(named.AutoScalingGroups?.[0]?.Instances).toHaveLength(3);
    expect(named.AutoScalingGroups?.[1]?.Instances).toEqual([]);
  });

  it('filters EC2 instances by id, and fails as a whole on an unknown InstanceId', async () => {
    const { ec2, instances } = prodWorld();
    const id = first(instances).ec2InstanceId;
    const found = await ec2.describeInstances({
      Filters: [{ Name: 'instance-id', Values: [id, 'i-0none'] }],
    });
    expect(found.Reservations?.flatMap(({ Instances }) => Instances?.map((each) => each.InstanceId))).toEqual(
      [id],
    );
    await expect(ec2.describeInstances({ InstanceIds: [id, 'i-0none'] })).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
  });

  it('escapes text in XML', async () => {
    const metadata = '{"cluster":"a & b <c> &lt;"}';
    const { autoScaling } = prodWorld({
      group: { hooks: [{ name: 'drain', notificationMetadata: metadata }] },
    });
    const { LifecycleHooks } = await autoScaling.describeLifecycleHooks({ AutoScalingGroupName: 'prod-asg' });
    expect(LifecycleHooks?.[0]?.NotificationMetadata).toBe(metadata);
  });

  it('says so when an operation is not simulated', async () => {
    const { world } = prodWorld();
    await expect(clientsOf(world).ecs.listTaskDefinitions({})).rejects.toThrow(
      /does not know ECS:ListTaskDefinitions/,
    );
  });
});
