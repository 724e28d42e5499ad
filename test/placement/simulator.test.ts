import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Host, Placed, Workload } from '../../lib/placement/model.ts';
import { Packing } from '../../lib/placement/packing.ts';
import { Scheduler } from '../../lib/placement/place.ts';
import type * as simulated from '../../simulator/ecs/model.ts';
import { placer } from '../../simulator/ecs/placement.ts';
import { createWorld } from '../../simulator/world.ts';
import { first, host, memberOf, needs, workload } from './clusters.ts';

// The simulator's ECS places by code of its own, with rules that are simpler: by instance, then the emptiest. Which host
// it takes may differ, whether there is one may not.

const anyService = fc.record({
  desired: fc.integer({ min: 0, max: 6 }),
  cpu: fc.constantFrom(128, 512, 1024),
  memory: fc.constantFrom(128, 512, 1536),
  hostPorts: fc.constantFrom([], [], [8080], [8080, 8443], [22]),
  constraints: fc.uniqueArray(
    fc.constantFrom<simulated.PlacementConstraint>(
      { type: 'distinctInstance' },
      { type: 'memberOf', expression: 'attribute:disk == ssd' },
      { type: 'memberOf', expression: 'runningTasksCount == 1' },
      { type: 'memberOf', expression: 'attribute:disk == ssd or runningTasksCount == 0' },
    ),
    { maxLength: 2 },
  ),
  provider: fc.constantFrom(undefined, undefined, 'ssd'),
});

const anyWorld = fc.record({
  plain: fc.integer({ min: 0, max: 3 }),
  ssd: fc.integer({ min: 0, max: 3 }),
  services: fc.array(anyService, { minLength: 1, maxLength: 5 }),
  draining: fc.nat({ max: 6 }),
  lost: fc.nat({ max: 6 }),
});

function built({
  plain,
  ssd,
  services,
  draining,
  lost,
}: typeof anyWorld extends fc.Arbitrary<infer T> ? T : never) {
  const world = createWorld({ throttling: false });
  const cluster = world.addCluster('prod');
  const size = { cluster: 'prod', cpu: 2048, memory: 2048 };
  world.addGroup({ name: 'plain', instances: plain, ...size });
  world.addGroup({
    name: 'ssd',
    instances: ssd,
    capacityProvider: 'ssd',
    attributes: { disk: 'ssd' },
    ...size,
  });
  const instances = [...cluster.instances.values()];
  const [drained, silent] = [instances[draining], instances[lost]];
  const placed = services.map(({ provider, ...said }, at) => {
    if (at === 1 && drained !== undefined) world.ecs.instances.setStatus(drained, 'DRAINING');
    if (at === 1 && silent !== undefined) world.ecs.instances.setAgentConnected(silent, false);
    const strategy =
      provider === undefined ? {} : { capacityProviderStrategy: [{ capacityProvider: provider, weight: 1 }] };
    return world.ecs.addService({ cluster: 'prod', name: `web-${at}`, ...said, ...strategy });
  });
  return { cluster, services: placed };
}

function packingOf(cluster: simulated.Cluster): Packing {
  const hosts: Host[] = [];
  const tasks: Placed[] = [];
  for (const instance of cluster.instances.values()) {
    const {
      ec2InstanceId: id,
      status,
      agentConnected,
      attributes,
      capacityProvider: provider,
      cpu,
      memory,
    } = instance;
    const ofTasks = [...instance.tasks].flatMap(({ definition }) => definition.hostPorts);
    const tcp = [...instance.ports].filter((port) => !ofTasks.includes(port));
    const registered = { cpu, memory, gpu: 0, enis: 0 };
    const reserved = { tcp, udp: [] };
    hosts.push(host(id, { status, agentConnected, attributes, provider, registered, reserved }));
    for (const { arn, group, definition } of instance.tasks) {
      tasks.push({ id: arn, workload: workload(group, { needs: needsOf(definition) }), host: id });
    }
  }
  return new Packing(hosts, tasks);
}

function needsOf({ cpu, memory, hostPorts }: simulated.TaskDefinition) {
  return needs({ cpu, memory, tcp: hostPorts });
}

function workloadOf(service: simulated.Service): Workload {
  const { definition, capacity } = service.deployments[0].revision;
  return workload(`service:${service.name}`, {
    needs: needsOf(definition),
    constraints: service.constraints.map((each) =>
      each.type === 'memberOf' ? memberOf(each.expression) : each,
    ),
    providers: capacity.strategy?.map(({ capacityProvider }) => capacityProvider),
  });
}

it('the model finds a place where the simulator does, and none where it finds none', () => {
  const found = { placed: 0, nowhere: 0 };
  const check = (world: Parameters<typeof built>[0]) => {
    const { cluster, services } = built(world);
    for (const service of services) {
      const wanted = workloadOf(service);
      const packing = packingOf(cluster);
      const id = placer(service)()?.ec2InstanceId;
      found[id === undefined ? 'nowhere' : 'placed'] += 1;
      // With all others closed, it can only be this one.
      for (const bin of packing.bins.values()) if (id !== undefined && bin.host.id !== id) packing.close(bin);
      const placement = new Scheduler(packing, first).next(wanted);
      expect(placement.kind === 'placed' ? placement.bin.host.id : undefined).toBe(id);
    }
  };
  fc.assert(fc.property(anyWorld, check), { numRuns: 300 });
  expect(Math.min(found.placed, found.nowhere)).toBeGreaterThan(100);
});
