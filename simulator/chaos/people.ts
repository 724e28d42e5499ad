import { MINUTE } from '../../lib/clock.ts';
import { ApiError } from '../kernel.ts';
import type { Stage } from './build.ts';
import { around } from './draw.ts';
import type { Deed, HostDeed, ServiceDeed } from './faults.ts';
import { order } from './order.ts';
import { toRepository } from './people-images.ts';

/** Does it, where the world allows: what AWS refuses to them does not happen. */
export function carryOut(stage: Stage, deed: Deed): void {
  try {
    perform(stage, deed);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

function perform(stage: Stage, deed: Deed): void {
  switch (deed.kind) {
    case 'deploy':
    case 'strategy':
    case 'interrupt':
    case 'delete-service':
    case 'resize':
      toService(stage, deed);
      return;
    case 'terminate':
    case 'stop':
    case 'start':
    case 'reclaim':
    case 'rebalance':
    case 'standalone':
    case 'ghost':
    case 'by-hand':
    case 'maintenance':
    case 'order-drain':
      toHost(stage, deed);
      return;
    case 'scale-group': {
      const group = around(stage.groups, deed.group);
      if (group === undefined) return;
      const desired = Math.min(group.max, Math.max(group.min, group.desired + deed.by));
      stage.world.autoScaling.setDesired(group, desired);
      return;
    }
    case 'hook-gone':
      deleteHook(stage, deed.group);
      return;
    case 'alarm': {
      // As people test an alarm: `aws cloudwatch set-alarm-state`.
      const cluster = around(stage.plan.clusters, deed.cluster)?.name ?? '';
      stage.world.cloudWatch.setState(`${cluster}-${deed.which}`, deed.value, 'a test');
      return;
    }
    case 'push':
    case 'move-tag':
    case 'untag':
    case 'archive':
    case 'sign':
    case 'expire':
    case 'order-retag':
      toRepository(stage, deed);
      return;
    case 'order-failover': {
      const service = around([...stage.onSpot, ...stage.odd], deed.service);
      if (service === undefined) return;
      const detail = { verb: deed.verb, cluster: service.cluster.name, service: service.name };
      order(stage, 'Stevedore Failover Order', detail);
      return;
    }
  }
}

function toService({ world: { ecs }, services, onSpot, odd }: Stage, deed: ServiceDeed): void {
  const service = around([...onSpot, ...services], deed.service);
  if (service === undefined) return;
  switch (deed.kind) {
    case 'deploy':
      ecs.updateService(service, { forceNewDeployment: true });
      return;
    case 'strategy': {
      const target = around(onSpot, deed.service);
      if (target === undefined) return;
      const capacityProviderStrategy = [
        { capacityProvider: 'FARGATE', base: 1, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 2 },
      ];
      ecs.updateService(target, { capacityProviderStrategy, forceNewDeployment: true });
      return;
    }
    case 'interrupt': {
      const task = [...service.tasks].find(
        ({ fargate, desiredStatus }) => fargate?.provider === 'FARGATE_SPOT' && desiredStatus === 'RUNNING',
      );
      if (task !== undefined) ecs.fargate.interrupt(task);
      return;
    }
    case 'delete-service': {
      // Only one that nobody looks for afterwards.
      const gone = around(odd, deed.service);
      if (gone !== undefined) ecs.deleteService(gone);
      return;
    }
    case 'resize': {
      if (service.strategy === 'DAEMON') return;
      ecs.updateService(service, { desiredCount: Math.max(1, service.desired + deed.by) });
      return;
    }
  }
}

function toHost(stage: Stage, deed: HostDeed): void {
  const { world, groups } = stage;
  const members = groups.flatMap((group) =>
    [...group.members.values()].map((member) => ({ id: member.instanceId, group })),
  );
  const host = around(members, deed.host);
  const state = world.ec2.instances.get(host?.id ?? '')?.state;
  if (host === undefined || state !== (deed.kind === 'start' ? 'stopped' : 'running')) return;
  const { id, group } = host;
  const cluster = group.spec.cluster ?? '';
  switch (deed.kind) {
    case 'terminate':
      world.ec2.terminate(id);
      return;
    case 'stop':
      world.ec2.stop(id);
      return;
    case 'reclaim':
      if (group.spec.spot === true) world.ec2.interruptSpot(id);
      return;
    case 'rebalance':
      if (group.spec.spot === true) world.ec2.rebalance(id);
      return;
    case 'standalone': {
      const instance = world.ecs.instances.find(id);
      if (instance?.status !== 'ACTIVE' || !instance.agentConnected) return;
      if (instance.cpu - instance.usedCpu < 64 || instance.memory - instance.usedMemory < 128) return;
      const task = { cluster, family: 'job-by-hand', on: id, cpu: 64, memory: 128 };
      world.ecs.runTask({ ...task, runMs: 6 * MINUTE });
      return;
    }
    case 'start':
      world.ec2.start(id);
      return;
    case 'ghost': {
      // The agent dies first, and then ECS does not notice that the host is terminated.
      const instance = world.ecs.instances.find(id);
      if (instance !== undefined) world.ecs.instances.setAgentConnected(instance, false);
      world.ec2.terminate(id);
      return;
    }
    case 'by-hand': {
      // Who sets one ACTIVE means one that drains.
      const all = members.flatMap((member) => world.ecs.instances.find(member.id) ?? []);
      const wanted = all.filter(
        ({ status }) => status === (deed.status === 'ACTIVE' ? 'DRAINING' : 'ACTIVE'),
      );
      const instance = around(wanted, deed.host);
      if (instance !== undefined) world.ecs.instances.setStatus(instance, deed.status);
      return;
    }
    case 'maintenance':
      world.announceMaintenance({
        instanceIds: [id],
        startAt: world.now() + deed.inMs,
        status: deed.status,
        eventArn: `arn:aws:health:eu-west-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/${id}`,
      });
      return;
    case 'order-drain':
      order(stage, 'Stevedore Drain Order', { verb: deed.verb, instanceId: id, cluster });
      return;
  }
}

/** An outstanding wait goes on at once: EC2 Auto Scaling API reference, DeleteLifecycleHook. */
function deleteHook({ world, groups }: Stage, index: number): void {
  const group = around(groups, index);
  const [hook] = group?.hooks.values() ?? [];
  if (group === undefined || hook === undefined) return;
  for (const member of [...group.members.values()]) {
    const action = member.actions.get(hook.name);
    if (action !== undefined) world.autoScaling.hooks.complete(group, member, action, 'CONTINUE');
  }
  group.hooks.delete(hook.name);
}
