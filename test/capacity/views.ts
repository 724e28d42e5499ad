import { planConsolidation } from '../../lib/capacity/consolidation/consolidate.ts';
import type { ConsolidationPlan } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy, ConsolidationPolicy } from '../../lib/capacity/policy.ts';
import type { ConsolidationState } from '../../lib/capacity/state.ts';
import type {
  ClusterView,
  GroupView,
  HostView,
  InstanceTypeView,
  PendingTasks,
  ServiceView,
  TaskView,
} from '../../lib/capacity/view.ts';
import { type EpochMs, HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import {
  type Amounts,
  type Constraint,
  type Needs,
  NO_AMOUNTS,
  type Workload,
} from '../../lib/placement/model.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../../lib/placement/place.ts';

/** When the tests look; all their times are distances from it. */
export const NOW: EpochMs = Date.UTC(2026, 10, 21, 12, 2);

export const CLUSTER = clusterName('prod');
export const HOSTS = groupName('prod-hosts');
export const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] as const;

/** What an m7i.large registers with: 2 vCPU, and 8 GiB less what the agent keeps. */
export const LARGE: Amounts = { cpu: 2_048, memory: 7_680, gpu: 0, enis: 2 };

/** Always the same numbers from the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An m7i.large of the group, ACTIVE and a day old. */
export function aHost(id: string, changes: Partial<HostView> = {}): HostView {
  const zone = changes.zone ?? ZONES[0];
  const instanceType = changes.instanceType ?? 'm7i.large';
  return {
    id,
    status: 'ACTIVE',
    agentConnected: true,
    agentVersion: '1.98.0',
    registeredAt: NOW - 24 * HOUR + 2 * MINUTE,
    provider: undefined,
    attributes: new Map([
      ['ecs.availability-zone', zone],
      ['ecs.instance-type', instanceType],
    ]),
    registered: LARGE,
    reserved: { tcp: [22, 2375, 2376, 51678, 51679, 51680], udp: [] },
    group: HOSTS,
    instanceType,
    zone,
    lifecycle: 'on-demand',
    launchedAt: NOW - 24 * HOUR,
    protectedFromScaleIn: false,
    generation: 'current',
    lifecycleState: 'InService',
    ...changes,
  };
}

/** A quarter of a vCPU and 512 MiB. */
export const someNeeds = (changes: Partial<Needs> = {}): Needs => ({
  ...NO_AMOUNTS,
  cpu: 256,
  memory: 512,
  tcp: [],
  udp: [],
  requires: [],
  ...changes,
});

/** Of the service, placed as ECS does by default. Tasks that are alike share one workload. */
export const aWorkload = (service: string, changes: Partial<Workload> = {}): Workload => ({
  group: `service:${service}`,
  needs: someNeeds(),
  constraints: [],
  strategies: SERVICE_DEFAULT_STRATEGIES,
  providers: undefined,
  ...changes,
});

export const memberOf = (text: string): Constraint => {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return { type: 'memberOf', expression: parsed.expression };
};

export const aTask = (
  id: string,
  host: string,
  workload: Workload,
  changes: Partial<TaskView> = {},
): TaskView => ({
  id,
  host,
  workload,
  kind: 'service',
  startedAt: NOW - 12 * HOUR,
  protectedUntil: undefined,
  stopping: false,
  ...changes,
});

/** Long enough for {@link scalingOut}. */
export const waiting = (workload: Workload, count = 1): PendingTasks => ({
  workload,
  count,
  since: NOW - MINUTE,
});

/** Ten tasks under ECS's defaults, 100 and 200 percent. */
export const aService = (changes: Partial<ServiceView> = {}): ServiceView => ({
  desired: 10,
  running: changes.desired ?? 10,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  deploying: false,
  controller: 'ECS',
  ...changes,
});

export const aType = (name: string, changes: Partial<InstanceTypeView> = {}): InstanceTypeView => ({
  name,
  registered: LARGE,
  price: 0.1,
  attributes: new Map([['ecs.instance-type', name]]),
  ...changes,
});

/** From none to 100 instances of m7i.large, at 0.1 an hour, in three zones. */
export const aGroup = (changes: Partial<GroupView> = {}): GroupView => ({
  name: HOSTS,
  min: 0,
  max: 100,
  desired: 10,
  zones: ZONES,
  types: [aType('m7i.large')],
  provider: undefined,
  managedScaling: false,
  managedTerminationProtection: false,
  managedDraining: false,
  suspended: [],
  launching: new Map(),
  ...changes,
});

/** What is not given is made to suit: a service of as many tasks as it has, a group of as many instances. */
export function aView(changes: Partial<ClusterView> = {}): ClusterView {
  const hosts = changes.hosts ?? [];
  const tasks = changes.tasks ?? [];
  const services = new Map<string, ServiceView>();
  for (const { kind, workload } of tasks) {
    if (kind !== 'service' || services.has(workload.group)) continue;
    const desired = tasks.filter((task) => task.workload.group === workload.group).length;
    services.set(workload.group, aService({ desired }));
  }
  return {
    cluster: CLUSTER,
    hosts,
    tasks,
    pending: [],
    services,
    groups: [aGroup({ desired: hosts.filter(({ group }) => group === HOSTS).length })],
    ...changes,
  };
}

/** Everything is allowed and at once: what a test is about it forbids. */
export const aConsolidation = (changes: Partial<ConsolidationPolicy> = {}): ConsolidationPolicy => ({
  reasons: ['empty', 'underused', 'obsolete'],
  afterMs: 0,
  minimumAgeMs: 0,
  budgets: [],
  replace: false,
  balance: 0,
  drainTimeoutMs: HOUR,
  zoneSkew: 100,
  ...changes,
});

export const aPolicy = (changes: Partial<ClusterPolicy> = {}): ClusterPolicy => ({
  cluster: CLUSTER,
  groups: [HOSTS],
  prices: {},
  besideManagedScaling: false,
  reserve: { cpu: 0, memory: 0, percent: 0 },
  consolidation: aConsolidation(),
  scaleOut: null,
  ...changes,
});

/** A policy that differs in its consolidation only. */
export const consolidating = (changes: Partial<ConsolidationPolicy> = {}): ClusterPolicy =>
  aPolicy({ consolidation: aConsolidation(changes) });

export const scalingOut = (changes: Partial<ClusterPolicy> = {}): ClusterPolicy =>
  aPolicy({ scaleOut: { afterMs: 30 * SECOND, maximumStep: 20, launchTimeoutMs: 10 * MINUTE }, ...changes });

/** Nothing is remembered. */
export const NO_STATE: ConsolidationState = { candidates: {}, leaving: {} };

export const planRemovals = (
  view: ClusterView,
  policy: ClusterPolicy = consolidating(),
  state: ConsolidationState = NO_STATE,
) => planConsolidation(view, policy, NOW, state, seeded(1));

export const hostsOf = ({ steps }: ConsolidationPlan) => steps.map(({ hosts }) => hosts.join('+'));

export const whyOf = ({ kept }: ConsolidationPlan, host: string) =>
  kept.find((one) => one.host === host)?.why;
