import type { ClusterPolicy, ConsolidationPolicy } from '../lib/capacity/policy.ts';
import type { ClusterView, HostView, InstanceTypeView, ServiceView, TaskView } from '../lib/capacity/view.ts';
import { type EpochMs, HOUR, MINUTE, SECOND } from '../lib/clock.ts';
import { clusterName, groupName } from '../lib/ids.ts';
import type { Needs, Workload } from '../lib/placement/model.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../lib/placement/place.ts';

export const NOW: EpochMs = Date.UTC(2026, 10, 21, 12, 2);
export const CLUSTER = clusterName('bench');
export const GROUP = groupName('bench-hosts');
export const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;

/** As ECS registers them: the vCPUs, and the memory less what the agent and the system keep. */
export const TYPES = [
  aType('m7i.large', 2, 7_680, 0.1008),
  aType('m7i.xlarge', 4, 15_550, 0.2016),
  aType('c7i.xlarge', 4, 7_680, 0.1785),
  aType('r7i.large', 2, 15_550, 0.1323),
  aType('m7i.2xlarge', 8, 31_400, 0.4032),
] as const;

function aType(name: string, cpus: number, memory: number, price: number): InstanceTypeView {
  const registered = { cpu: 1_024 * cpus, memory, gpu: 0, enis: 4 };
  return { name, registered, price, attributes: new Map([['ecs.instance-type', name]]) };
}

/** Always the same numbers from the same seed (mulberry32), from 0 to below 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An ACTIVE instance of the group, a day old unless said otherwise. */
export function aHost(
  id: string,
  { name, registered }: InstanceTypeView,
  zone: string,
  launchedAt = NOW - 24 * HOUR,
): HostView {
  return {
    id,
    zone,
    registered,
    launchedAt,
    instanceType: name,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '1.98.0',
    registeredAt: launchedAt + 2 * MINUTE,
    provider: undefined,
    attributes: new Map([
      ['ecs.availability-zone', zone],
      ['ecs.instance-type', name],
    ]),
    reserved: { tcp: [22, 2375, 2376, 51678, 51679, 51680], udp: [] },
    group: GROUP,
    lifecycle: 'on-demand',
    protectedFromScaleIn: false,
    generation: 'current',
    lifecycleState: 'InService',
  };
}

/** A service's tasks, placed as ECS does by default. */
export function aWorkload(
  service: string,
  needs: Pick<Needs, 'cpu' | 'memory'>,
  said: Partial<Workload> = {},
): Workload {
  return {
    group: `service:${service}`,
    needs: { gpu: 0, enis: 0, tcp: [], udp: [], requires: [], ...needs },
    constraints: [],
    strategies: SERVICE_DEFAULT_STRATEGIES,
    providers: undefined,
    ...said,
  };
}

export const aTask = (
  id: string,
  host: string,
  workload: Workload,
  kind: TaskView['kind'] = 'service',
): TaskView => ({
  id,
  host,
  workload,
  kind,
  startedAt: NOW - 12 * HOUR,
  protectedUntil: undefined,
  stopping: false,
});

/** A cluster of one group in which every service has what it wants, under ECS's defaults of 100 and 200 percent. */
export function aView(hosts: readonly HostView[], tasks: readonly TaskView[], minimum = 0): ClusterView {
  const services = new Map<string, ServiceView>();
  const shared = { minimumHealthyPercent: 100, maximumPercent: 200, deploying: false } as const;
  const served = tasks.filter(({ kind }) => kind === 'service');
  for (const [group, { length }] of Map.groupBy(served, ({ workload }) => workload.group)) {
    services.set(group, { ...shared, controller: 'ECS', desired: length, running: length });
  }
  const types = TYPES.filter(({ name }) => hosts.some(({ instanceType }) => instanceType === name));
  const group = {
    name: GROUP,
    min: minimum,
    max: 2 * hosts.length,
    desired: hosts.length,
    zones: ZONES,
    types,
    provider: undefined,
    managedScaling: false,
    managedTerminationProtection: false,
    managedDraining: false,
    suspended: [],
    launching: new Map<string, number>(),
  };
  return { cluster: CLUSTER, hosts, tasks, pending: [], services, groups: [group] };
}

/** The defaults of the policy file, but for what is said. */
export function aPolicy(said: Partial<ConsolidationPolicy> = {}): ClusterPolicy {
  return {
    cluster: CLUSTER,
    groups: [GROUP],
    prices: {},
    besideManagedScaling: false,
    reserve: { cpu: 0, memory: 0, percent: 0 },
    consolidation: {
      reasons: ['empty', 'underused', 'obsolete'],
      afterMs: 10 * MINUTE,
      minimumAgeMs: 15 * MINUTE,
      budgets: [{ limit: { kind: 'percent', value: 10 }, reasons: null, window: null }],
      replace: false,
      balance: 2,
      drainTimeoutMs: HOUR,
      zoneSkew: 1,
      ...said,
    },
    scaleOut: { afterMs: 30 * SECOND, maximumStep: 20, launchTimeoutMs: 10 * MINUTE },
  };
}
