import { expect, it } from 'vitest';
import { containerInstance, definition, definitionArn, group, service, settle, task } from './shapes.ts';
import { createCapacityWorld } from './world.ts';

/** 1,000 instances with ten tasks each, of 200 services. */
function largeWorld() {
  const world = createCapacityWorld();
  const ids = Array.from({ length: 1_000 }, (_, n) => `i-${String(n).padStart(4, '0')}`);
  settle(world, ids);
  const { state } = world;
  state.instances = ids.map((id) => containerInstance(id));
  state.groups = [group(ids, { DesiredCapacity: 1_000, MaxSize: 2_000 })];
  const names = Array.from({ length: 200 }, (_, n) => `s${n}`);
  state.services = names.map((name) => {
    const taskDefinition = definitionArn(`${name}:1`);
    const deployments = [{ id: 'ecs-svc/1', status: 'PRIMARY', taskDefinition }];
    return service(name, 50, { taskDefinition, deployments });
  });
  for (const name of names) state.definitions.set(...definition(`${name}:1`));
  state.tasks = ids.flatMap((id, host) =>
    Array.from({ length: 10 }, (_, n) => {
      const name = `s${(host * 10 + n) % 200}`;
      const taskDefinitionArn = definitionArn(`${name}:1`);
      return task(`${host}-${n}`, id, { group: `service:${name}`, taskDefinitionArn });
    }),
  );
  return world;
}

it('1,000 instances with 10,000 tasks take 346 calls, and some 200 more the first time', async () => {
  const world = largeWorld();
  const { view } = await world.observe();
  const first = world.calls.length;
  await world.observe();

  expect([view.hosts.length, view.tasks.length, view.pending]).toEqual([1_000, 10_000, []]);
  expect(world.count(first)).toEqual({
    'ECS:ListContainerInstances': 10,
    'ECS:DescribeContainerInstances': 10,
    'ECS:ListTasks': 101,
    'ECS:DescribeTasks': 100,
    'ECS:ListServices': 2,
    'ECS:DescribeServices': 20,
    'ECS:GetTaskProtection': 100,
    'ECS:DescribeCapacityProviders': 1,
    'AutoScaling:DescribeAutoScalingGroups': 1,
    'EC2:DescribeLaunchTemplateVersions': 1,
  });
  const onlyOnce = Object.entries(world.count()).filter(([name]) => !(name in world.count(first)));
  expect(Object.fromEntries(onlyOnce)).toEqual({
    'ECS:DescribeTaskDefinition': 200,
    'EC2:DescribeInstances': 10,
    'EC2:DescribeInstanceTypes': 1,
  });
});
