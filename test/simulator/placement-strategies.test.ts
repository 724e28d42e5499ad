import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import type { ServiceSpec } from '../../simulator/ecs/ecs.ts';
import type { Service, Task } from '../../simulator/ecs/model.ts';
import { first, prodWorld, published } from './worlds.ts';

// Developer Guide: "How Amazon ECS places tasks on container instances", "Use strategies to define Amazon ECS task
// placement", "Define which container instances Amazon ECS uses for tasks".

const ZONE = { type: 'spread', field: 'attribute:ecs.availability-zone' } as const;
const MEMORY = { type: 'binpack', field: 'memory' } as const;

/** Six instances in three zones of 1,024 MiB, and a service of as many tasks of 256. */
function worldWith(spec: Partial<ServiceSpec>) {
  const made = prodWorld({ group: { instances: 6, memory: 1024 } });
  const service = made.world.ecs.addService({
    cluster: 'prod',
    name: 'web',
    desired: 4,
    memory: 256,
    ...spec,
  });
  return { ...made, service };
}

const running = ({ tasks }: Service) => [...tasks].filter(({ desiredStatus }) => desiredStatus === 'RUNNING');
const countsBy = (tasks: readonly Task[], of: (task: Task) => string | undefined) =>
  [...Map.groupBy(tasks, of).values()].map(({ length }) => length).toSorted();
const hostOf = ({ instance }: Task) => instance?.ec2InstanceId;
const zoneOf = ({ instance }: Task) => instance?.attributes.get('ecs.availability-zone');

describe('a placement strategy', () => {
  it('binpack fills one instance before the next', () => {
    const { service } = worldWith({ desired: 6, placementStrategy: [MEMORY] });
    expect(countsBy(running(service), hostOf)).toEqual([2, 4]);
  });

  it('spread by zone, then binpack: as many in each zone, on one instance of it', () => {
    const { service } = worldWith({ desired: 6, placementStrategy: [ZONE, MEMORY] });
    expect(countsBy(running(service), zoneOf)).toEqual([2, 2, 2]);
    expect(countsBy(running(service), hostOf)).toEqual([2, 2, 2]);
  });

  it('spread by instanceId uses every instance, under the name host too', () => {
    const { service } = worldWith({ desired: 6, placementStrategy: [{ type: 'spread', field: 'host' }] });
    expect(countsBy(running(service), hostOf)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('random comes out the same from the same seed', () => {
    const hosts = () => {
      const { service } = worldWith({ desired: 8, placementStrategy: [{ type: 'random' }] });
      return [...service.tasks].map(({ instance }) => instance?.order);
    };
    expect(hosts()).toEqual(hosts());
    expect(new Set(hosts()).size).toBeGreaterThan(2);
  });

  it('is taken from CreateService and UpdateService, and refused where it is none', async () => {
    const { ecs, world } = worldWith({});
    world.ecs.definitions.define('api', { memory: 256 }, false);
    const created = await ecs.createService({
      cluster: 'prod',
      serviceName: 'api',
      taskDefinition: 'api',
      desiredCount: 2,
      placementStrategy: [MEMORY],
    });
    expect(created.service?.placementStrategy).toEqual([MEMORY]);
    const change = { cluster: 'prod', service: 'api' };
    const updated = await ecs.updateService({ ...change, placementStrategy: [ZONE] });
    expect(updated.service?.placementStrategy).toEqual([ZONE]);
    await expect(
      ecs.updateService({ ...change, placementStrategy: [{ type: 'binpack', field: 'disk' }] }),
    ).rejects.toThrow(/binpack is cpu or memory/);
    await world.runFor(MINUTE);
    expect(world.ecs.cluster('prod').services.get('api')?.tasks.size).toBe(2);
  });
});

describe('a scale-in', () => {
  const shrunk = async (spec: Partial<ServiceSpec>, desired: number) => {
    const { world, service } = worldWith(spec);
    world.ecs.setDesired(service, desired);
    await world.runFor(MINUTE);
    return running(service);
  };

  it('by binpack stops tasks on the instance that is left with the most free', async () => {
    const left = await shrunk({ desired: 6, placementStrategy: [MEMORY] }, 4);
    expect(countsBy(left, hostOf)).toEqual([4]);
  });

  it('by spread keeps the zones even', async () => {
    const left = await shrunk({ desired: 9, placementStrategy: [ZONE] }, 6);
    expect(countsBy(left, zoneOf)).toEqual([2, 2, 2]);
  });

  it('spares protected tasks', async () => {
    const { world, ecs, service } = worldWith({ desired: 5, placementStrategy: [MEMORY] });
    const alone = running(service).find(
      (task) => running(service).filter((other) => other.instance === task.instance).length === 1,
    );
    const task = alone?.arn ?? '';
    await ecs.updateTaskProtection({ cluster: 'prod', tasks: [task], protectionEnabled: true });
    world.ecs.setDesired(service, 4);
    await world.runFor(MINUTE);
    expect(running(service).map(({ arn }) => arn)).toContain(task);
    expect(running(service)).toHaveLength(4);
  });
});

describe('what a task needs beyond CPU and memory', () => {
  it('UDP ports collide with UDP ports only', () => {
    const { service } = worldWith({ desired: 9, udpPorts: [53] });
    expect(countsBy(running(service), hostOf)).toEqual([1, 1, 1, 1, 1, 1]);
    const { service: both } = worldWith({ desired: 9, udpPorts: [53], hostPorts: [53] });
    expect(both.tasks.size).toBe(6);
  });

  it('GPUs', () => {
    const { world } = prodWorld({ group: { instances: 1 } });
    world.addGroup({ name: 'gpu', cluster: 'prod', instances: 2, instanceType: 'g4dn.xlarge' });
    const service = world.ecs.addService({ cluster: 'prod', name: 'train', desired: 3, gpus: 1 });
    expect(service.tasks.size).toBe(2);
  });

  it('a network interface of its own: an m7g.large has two beside its own', () => {
    const { world } = prodWorld({ group: { instances: 1 } });
    const service = world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 5,
      networkMode: 'awsvpc',
    });
    expect(service.tasks.size).toBe(2);
  });

  it('attributes that its definition requires, and constraints of its own', () => {
    const { world } = prodWorld();
    world.addGroup({ name: 'ssd', cluster: 'prod', instances: 1, attributes: { disk: 'ssd' } });
    const requires = [{ name: 'disk', value: 'ssd' }];
    const on = (spec: Partial<ServiceSpec>, name: string) => {
      const service = world.ecs.addService({ cluster: 'prod', name, desired: 3, ...spec });
      return new Set([...service.tasks].map(({ instance }) => instance?.attributes.get('disk')));
    };
    expect(on({ requires }, 'a')).toEqual(new Set(['ssd']));
    expect(on({ memberOf: ['attribute:disk == ssd'] }, 'b')).toEqual(new Set(['ssd']));
  });
});

describe('a service that finds no place', () => {
  it.each([
    ['CPU', { cpu: 4096 }, 'RESOURCE:CPU', /has insufficient CPU units available/],
    ['memory', { memory: 4096 }, 'RESOURCE:MEMORY', /has insufficient memory available/],
    ['ports', { hostPorts: [22] }, 'RESOURCE:PORTS', /is already using a port required by your task/],
    [
      'a constraint',
      { memberOf: ['attribute:x == y'] },
      'MemberOf placement constraint unsatisfied.',
      /MemberOf/,
    ],
  ])('for want of %s says so, in its events and on the bus', async (_what, spec, reason, sentence) => {
    const { world, ecs } = worldWith({ running: false, ...spec });
    await world.runFor(MINUTE);
    const failure = published(world, 'ECS Service Action').find(
      ({ detail }) => 'eventName' in detail && detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE',
    );
    expect(failure?.detail).toMatchObject({ reason, eventType: 'ERROR' });
    const { services } = await ecs.describeServices({ cluster: 'prod', services: ['web'] });
    expect(first(services?.[0]?.events ?? []).message).toMatch(sentence);
  });
});

describe('a capacity provider', () => {
  const STRATEGY = [{ capacityProvider: 'hosts', weight: 1 }];
  const full = (managedScaling: boolean) => {
    const made = prodWorld({
      group: { instances: 1, memory: 1024, capacityProvider: 'hosts', managedScaling },
    });
    const service = made.world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 3,
      memory: 512,
      capacityProviderStrategy: STRATEGY,
      running: false,
    });
    return { ...made, service };
  };

  // AWS blog, "Deep dive on Amazon ECS cluster auto scaling", as quoted in PRX/Infrastructure#402.
  it('with managed scaling has tasks wait PROVISIONING until an instance comes', async () => {
    const { world, ecs, autoScaling, service } = full(true);
    await world.runFor(MINUTE);
    const waiting = [...service.tasks].find(({ instance }) => instance === undefined);
    const { tasks } = await ecs.describeTasks({ cluster: 'prod', tasks: [waiting?.arn ?? ''] });
    expect(tasks?.[0]).toMatchObject({ lastStatus: 'PROVISIONING', capacityProviderName: 'hosts' });
    expect(tasks?.[0]?.containerInstanceArn).toBeUndefined();

    await autoScaling.setDesiredCapacity({ AutoScalingGroupName: 'prod-asg', DesiredCapacity: 2 });
    await world.runFor(3 * MINUTE);
    expect(running(service).map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  });

  it('without it has none', async () => {
    const { world, service } = full(false);
    await world.runFor(MINUTE);
    expect(service.tasks.size).toBe(2);
  });

  it('has standalone tasks wait too, and a task that is stopped waits no longer', async () => {
    const { world, ecs, cluster } = full(true);
    await world.runFor(MINUTE);
    world.ecs.definitions.define('job', { memory: 512 }, false);
    const request = { cluster: 'prod', taskDefinition: 'job', capacityProviderStrategy: STRATEGY };
    const { tasks, failures } = await ecs.runTask(request);
    expect([tasks?.[0]?.lastStatus, failures]).toEqual(['PROVISIONING', []]);
    await ecs.stopTask({ cluster: 'prod', task: tasks?.[0]?.taskArn ?? '' });
    await world.runFor(MINUTE);
    expect([...cluster.waiting].map(({ group }) => group)).toEqual(['service:web']);
  });
});

describe('distinctInstance', () => {
  it('allows a task beside one that is told to stop: the desired status counts', async () => {
    const { world, ecs } = prodWorld({ group: { instances: 1 } });
    const service = world.ecs.addService({
      cluster: 'prod',
      name: 'web',
      desired: 1,
      constraints: [{ type: 'distinctInstance' }],
      stopMs: 20 * MINUTE,
      stopTimeoutMs: 20 * MINUTE,
    });
    await ecs.stopTask({ cluster: 'prod', task: first([...service.tasks]).arn });
    await world.runFor(MINUTE);
    expect([...service.tasks].map(({ desiredStatus }) => desiredStatus)).toEqual(['STOPPED', 'RUNNING']);
  });
});
