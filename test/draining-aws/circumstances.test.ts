import { describe, expect, it } from 'vitest';
import { readCircumstances } from '../../lib/draining/circumstances.ts';
import type { TaskView } from '../../lib/draining/snapshot.ts';
import { clusterName, taskArn } from '../../lib/ids.ts';
import { host, tasks } from '../functions/hosts.ts';
import { createWorld } from '../functions/world.ts';
import { testClock } from '../state/clock.ts';

const prod = clusterName('prod');

const view = (n: number, overrides: Partial<TaskView> = {}): TaskView => ({
  task: taskArn(`arn:aws:ecs:us-east-1:111122223333:task/prod/task-${n}`),
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  service: 'web',
  ...overrides,
});

describe('edge 15: why tasks stay', () => {
  it('asks for services and protections by ten', async () => {
    const world = createWorld(testClock());
    const views = Array.from({ length: 25 }, (_, n) => view(n, { service: `service-${n}` }));
    await readCircumstances(world.clients, prod, views);

    const sizes = (name: string, field: string) =>
      world.inputs(name).map((input) => (input[field] as unknown[]).length);
    expect(sizes('ECS:DescribeServices', 'services')).toEqual([10, 10, 5]);
    expect(sizes('ECS:GetTaskProtection', 'tasks')).toEqual([10, 10, 5]);
  });

  it('asks nothing when all tasks have stopped', async () => {
    const world = createWorld(testClock());
    await readCircumstances(world.clients, prod, [
      view(0, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' }),
    ]);

    expect(world.calls).toEqual([]);
  });

  it('reads what lets a service move, with the defaults of ECS', async () => {
    const world = createWorld(testClock());
    world.services.set('web', { desiredCount: 3, runningCount: 2 });
    const { services } = await readCircumstances(world.clients, prod, [view(0)]);

    expect(services.get('web')).toEqual({
      name: 'web',
      daemon: false,
      desired: 3,
      running: 2,
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      constraints: [],
      events: [],
    });
  });

  it('edge 41: knows until when a task is protected', async () => {
    const world = createWorld(testClock());
    const until = new Date(Date.UTC(2026, 10, 21, 18));
    world.hosts.push(host(1, { tasks: tasks(1, { protectedUntil: until }) }));
    const { protectedUntil } = await readCircumstances(world.clients, prod, [view(0), view(1)]);

    expect([...protectedUntil]).toEqual([[view(0).task, until.getTime()]]);
  });

  it('asks for the constraints of a task definition only where a task found no place', async () => {
    const world = createWorld(testClock());
    const message =
      '(service api) was unable to place a task because no container instance met all of its requirements.';
    world.services.set('web', { taskDefinition: 'web:27' });
    world.services.set('api', {
      taskDefinition: 'api:3',
      events: [{ message, createdAt: new Date(0) }],
      placementConstraints: [{ type: 'distinctInstance' }],
    });
    const { services } = await readCircumstances(world.clients, prod, [view(0), view(1, { service: 'api' })]);

    expect(world.inputs('ECS:DescribeTaskDefinition')).toEqual([{ taskDefinition: 'api:3' }]);
    expect(services.get('api')?.constraints).toEqual([
      'distinctInstance',
      'attribute:ecs.os-family == LINUX',
    ]);
    expect(services.get('web')?.constraints).toEqual([]);
  });

  it('edge 41: asks nothing of what is stopping already: its end is announced', async () => {
    const world = createWorld(testClock());
    await readCircumstances(world.clients, prod, [
      view(0, { desiredStatus: 'STOPPED', lastStatus: 'STOPPING' }),
    ]);

    expect(world.calls).toEqual([]);
  });
});
