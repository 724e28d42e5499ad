import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../lib/placement/expression/evaluate.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../../lib/placement/strategies.ts';
import { container, definition, service, settle, task, taskArn } from './shapes.ts';
import { createCapacityWorld } from './world.ts';

function worldOf(ids: readonly string[] = ['i-1', 'i-2']) {
  const world = createCapacityWorld();
  settle(world, ids);
  return world;
}

/** What a task of the definition takes, with the overrides. */
async function needsOf(changes: Partial<TaskDefinition>, overrides?: object) {
  const world = worldOf();
  world.state.definitions.set(...definition('web:1', changes));
  world.state.tasks = [task('1', 'i-1', { ...(overrides && { overrides }) })];
  return (await world.observe()).view.tasks[0]?.workload.needs;
}

describe('the tasks of a cluster', () => {
  it('are those that hold resources: until the last status is STOPPED', async () => {
    const world = worldOf();
    world.state.tasks = [
      task('1', 'i-1'),
      task('2', 'i-1', { desiredStatus: 'STOPPED' }),
      task('3', 'i-1', { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' }),
      task('4', undefined, { launchType: 'FARGATE' }),
    ];

    const { view } = await world.observe();
    expect(view.tasks.map(({ id, stopping }) => [id, stopping])).toEqual([
      [taskArn('1'), false],
      [taskArn('2'), true],
    ]);
  });

  it('are listed RUNNING first, so that one told to stop meanwhile is in one of the lists', async () => {
    const world = worldOf();
    await world.observe();
    expect(world.inputs('ECS:ListTasks')).toMatchObject([
      { desiredStatus: 'RUNNING' },
      { desiredStatus: 'STOPPED' },
    ]);
  });

  it('that have stopped are described once, while ECS lists them for an hour', async () => {
    const world = worldOf();
    world.state.tasks = [
      task('1', 'i-1', { desiredStatus: 'STOPPED', lastStatus: 'STOPPED' }),
      task('2', undefined, { launchType: 'FARGATE' }),
    ];
    await world.observe();
    await world.observe();

    expect(world.inputs('ECS:DescribeTasks')).toHaveLength(1);
  });

  it('are of services, of daemons, or of nobody', async () => {
    const world = worldOf();
    world.state.services.push(service('agent', 2, { schedulingStrategy: 'DAEMON' }));
    world.state.tasks = [
      task('1', 'i-1'),
      task('2', 'i-1', { group: 'service:agent' }),
      task('3', 'i-1', { group: 'family:report' }),
    ];

    const { view } = await world.observe();
    expect(view.tasks.map(({ kind }) => kind)).toEqual(['service', 'daemon', 'standalone']);
  });

  it('cannot be read in part: an instance would look emptier than it is', async () => {
    const world = worldOf();
    world.state.tasks = [task('1', 'i-1')];
    world.state.taskFailures = [{ arn: taskArn('2'), reason: 'InternalError' }];
    await expect(world.observe()).rejects.toThrow(`could not describe task ${taskArn('2')}: InternalError`);
  });

  it('may be gone meanwhile', async () => {
    const world = worldOf();
    world.state.tasks = [task('1', 'i-1')];
    world.state.taskFailures = [{ arn: taskArn('2'), reason: 'MISSING' }];
    expect((await world.observe()).view.tasks).toHaveLength(1);
  });
});

describe('scaling edge 25: protection', () => {
  it('is asked of tasks of replica services on instances of the groups, and of no other', async () => {
    const world = worldOf();
    const until = new Date(Date.UTC(2026, 10, 21, 18));
    world.state.services.push(service('agent', 2, { schedulingStrategy: 'DAEMON' }));
    world.state.groups[0]?.Instances?.splice(1);
    world.state.protectedTasks.set(taskArn('1'), until).set(taskArn('2'), undefined);
    world.state.tasks = [
      task('1', 'i-1'),
      task('2', 'i-1'),
      task('3', 'i-1'),
      task('4', 'i-1', { group: 'service:agent' }),
      task('5', 'i-1', { group: 'family:report' }),
      task('6', 'i-1', { desiredStatus: 'STOPPED' }),
      task('7', 'i-2'),
    ];

    const { view } = await world.observe();
    expect(world.inputs('ECS:GetTaskProtection')).toEqual([
      { cluster: 'prod', tasks: ['1', '2', '3'].map(taskArn) },
    ]);
    const [first, second, third] = view.tasks.map(({ protectedUntil }) => protectedUntil);
    expect([first, second, third]).toEqual([until.getTime(), Number.POSITIVE_INFINITY, undefined]);
  });
});

describe('what a task takes', () => {
  it('is what its containers take together', async () => {
    const containerDefinitions = [container(), container({ name: 'log', cpu: 64, memory: 128 })];
    expect(await needsOf({ containerDefinitions })).toMatchObject({ cpu: 320, memory: 640, gpu: 0, enis: 0 });
  });

  it('is the memory reservation where there is one, also under a hard limit', async () => {
    const both = container({ memory: 1024, memoryReservation: 300 });
    expect(await needsOf({ containerDefinitions: [both] })).toMatchObject({ memory: 300 });
    expect(await needsOf({ containerDefinitions: [container({ memory: 1024 })] })).toMatchObject({
      memory: 1024,
    });
  });

  it('is what is given for the whole task before that', async () => {
    expect(await needsOf({ cpu: '512', memory: '2048' })).toMatchObject({ cpu: 512, memory: 2048 });
  });

  it('is what RunTask overrides, for the task before its containers', async () => {
    const containerOverrides = [{ name: 'app', memoryReservation: 700, cpu: 1024 }];
    expect(await needsOf({}, { containerOverrides })).toMatchObject({ cpu: 1024, memory: 700 });
    expect(await needsOf({ cpu: '256' }, { cpu: '2048', memory: '4096' })).toMatchObject({
      cpu: 2048,
      memory: 4096,
    });
  });

  it('is a network interface in awsvpc, and no port of the instance', async () => {
    const portMappings = [{ containerPort: 80, hostPort: 80 }];
    const containerDefinitions = [container({ portMappings })];
    expect(await needsOf({ containerDefinitions, networkMode: 'awsvpc' })).toMatchObject({
      enis: 1,
      tcp: [],
    });
  });

  it('is the ports of the instance that are fixed: the container ports in mode host', async () => {
    const portMappings = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 81, hostPort: 0 },
      { containerPort: 82 },
      { containerPortRange: '9000-9010' },
      { containerPort: 53, hostPort: 53, protocol: 'udp' as const },
    ];
    const containerDefinitions = [container({ portMappings })];
    expect(await needsOf({ containerDefinitions })).toMatchObject({ tcp: [8080], udp: [53] });
    const inHost = await needsOf({
      containerDefinitions: [container({ portMappings: [{ containerPort: 82 }] })],
      networkMode: 'host',
    });
    expect(inHost).toMatchObject({ tcp: [82], udp: [] });
  });

  it('is GPUs and attributes', async () => {
    const resourceRequirements = [{ type: 'GPU' as const, value: '2' }];
    const containerDefinitions = [container({ resourceRequirements })];
    const requiresAttributes = [{ name: 'ecs.capability.x' }, { name: 'disk', value: 'fast' }];
    expect(await needsOf({ containerDefinitions, requiresAttributes })).toMatchObject({
      gpu: 2,
      requires: [
        { name: 'ecs.capability.x', value: undefined },
        { name: 'disk', value: 'fast' },
      ],
    });
  });
});

describe('a workload', () => {
  it('is one object for all tasks that are placed alike', async () => {
    const world = worldOf();
    const overrides = (override: object) => ({ overrides: { containerOverrides: [override] } });
    world.state.tasks = [
      task('1', 'i-1'),
      task('2', 'i-2', overrides({ name: 'app', command: ['report'] })),
      task('3', 'i-1', overrides({ name: 'app', cpu: 512 })),
      task('4', 'i-1', { capacityProviderName: 'spot' }),
      task('5', 'i-1', { group: 'service:api' }),
    ];

    const { view } = await world.observe();
    const [first, ...others] = view.tasks.map(({ workload }) => workload);
    expect(others.map((one) => one === first)).toEqual([true, false, false, false]);
    expect(first?.providers).toBeUndefined();
    expect(others[2]?.providers).toEqual(['spot']);
  });

  it('has the constraints of the service and of the definition, and the strategies of the service', async () => {
    const world = worldOf();
    const ofService = 'attribute:ecs.instance-type =~ m7i.*';
    const ofDefinition = 'attribute:disk == fast';
    world.state.services[0] = service('web', 1, {
      placementConstraints: [{ type: 'distinctInstance' }, { type: 'memberOf', expression: ofService }],
      placementStrategy: [
        { type: 'spread', field: 'attribute:ecs.availability-zone' },
        { type: 'binpack', field: 'MEMORY' },
      ],
    });
    world.state.definitions.set(
      ...definition('web:1', { placementConstraints: [{ type: 'memberOf', expression: ofDefinition }] }),
    );
    world.state.tasks = [task('1', 'i-1')];

    const { view, remarks } = await world.observe();
    const memberOf = (text: string) => {
      const parsed = parseExpression(text);
      return { type: 'memberOf', expression: parsed.ok && parsed.expression };
    };
    expect(view.tasks[0]?.workload).toMatchObject({
      constraints: [{ type: 'distinctInstance' }, memberOf(ofService), memberOf(ofDefinition)],
      strategies: [
        { type: 'spread', field: 'attribute:ecs.availability-zone' },
        { type: 'binpack', field: 'memory' },
      ],
    });
    expect(remarks).toEqual([]);
  });

  it('of a service without a strategy has the default of services, a standalone task none', async () => {
    const world = worldOf();
    world.state.tasks = [task('1', 'i-1'), task('2', 'i-1', { group: 'family:report' })];

    const { view } = await world.observe();
    expect(view.tasks.map(({ workload }) => workload.strategies)).toEqual([SERVICE_DEFAULT_STRATEGIES, []]);
  });

  it('with an expression that cannot be read fits nowhere else, and that is said', async () => {
    const world = worldOf();
    world.state.services[0] = service('web', 1, {
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:disk ~~ fast' }],
    });
    world.state.tasks = [task('1', 'i-1')];

    const { view, remarks } = await world.observe();
    expect(remarks).toEqual([
      expect.stringContaining('"attribute:disk ~~ fast" of service:web cannot be read'),
    ]);
    const [constraint] = view.tasks[0]?.workload.constraints ?? [];
    const admits = (attributes: ReadonlyMap<string, string>) =>
      constraint?.type === 'memberOf' &&
      evaluate(constraint.expression, {
        attributes,
        agentConnected: true,
        agentVersion: '1.98.0',
        ec2InstanceId: 'i-1',
        registeredAt: 0,
        runningTasksCount: 0,
        taskGroups: new Set(),
      });
    expect(constraint?.type).toBe('memberOf');
    expect([admits(new Map()), admits(new Map([['ecs.instance-type', 'm7i.large']]))]).toEqual([
      false,
      false,
    ]);
  });

  it('has its definition read once, whatever else is read', async () => {
    const world = worldOf();
    world.state.tasks = [task('1', 'i-1'), task('2', 'i-2')];
    await world.observe();
    await world.observe();
    expect(world.inputs('ECS:DescribeTaskDefinition')).toHaveLength(1);
  });
});
