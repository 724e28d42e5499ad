import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { prodWorld } from './worlds.ts';

// Developer Guide, "Create expressions to define container instances for Amazon ECS tasks".

/** Instances 0 and 1 have the attribute stack; a task of the group family:job runs on 0. */
async function list(filter: string) {
  const { ecs, world, cluster } = prodWorld({ group: { instances: 1, attributes: { stack: 'prod' } } });
  await world.runFor(HOUR);
  world.addGroup({
    name: 'more',
    cluster: 'prod',
    instances: 1,
    instanceType: 'm5.large',
    attributes: { stack: 'test' },
  });
  world.addGroup({ name: 'plain', cluster: 'prod', instances: 1, instanceType: 'm6i.xlarge' });
  world.ecs.runTask({ cluster: 'prod', family: 'job' });
  const instances = [...cluster.instances.values()];
  const { containerInstanceArns } = await ecs.listContainerInstances({ cluster: 'prod', filter });
  return containerInstanceArns?.map((arn) => instances.findIndex((instance) => instance.arn === arn));
}

describe('the cluster query language', () => {
  it.each([
    ['attribute:stack != prod', [1]],
    ['attribute:stack not_equals prod', [1]],
    ['attribute:stack exists', [0, 1]],
    ['attribute:stack !exists', [2]],
    ['attribute:stack not_exists', [2]],
    ['attribute:stack in [\'prod\', "test"]', [0, 1]],
    ['attribute:stack !in [prod]', [1]],
    ['attribute:ecs.instance-type =~ m5.*', [1]],
    ['attribute:ecs.instance-type matches m[56].+', [1, 2]],
    ['attribute:ecs.instance-type !~ m5.*', [0, 2]],
    ['task:group == family:job', [0]],
    ['not(task:group == family:job)', [1, 2]],
    ['!(task:group == family:job) && attribute:stack exists', [1]],
    ['runningTasksCount less_than 1', [1, 2]],
    ['agentVersion > 1.9.0', [0, 1, 2]],
    ['agentVersion greater_than 1.100.0', []],
    ['registeredAt > 2026-11-21T14:30:00Z', [1, 2]],
    ['registeredAt < 2026-11-21T14:30:00', [0]],
    ['attribute:stack == test or attribute:stack == prod and runningTasksCount == 0', [1]],
    ['(attribute:stack == test or attribute:stack == prod) and runningTasksCount == 1', [0]],
  ])('%s', async (filter, expected) => {
    expect(await list(filter)).toEqual(expected);
  });

  it.each([
    'attribute:stack',
    'attribute:stack ==',
    '(runningTasksCount == 0',
    'ec2InstanceId =~ [',
    'status == ACTIVE',
  ])('refuses %s', async (filter) => {
    await expect(list(filter)).rejects.toThrow(/Invalid filter expression/);
  });
});
