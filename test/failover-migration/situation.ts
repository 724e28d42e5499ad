import { MINUTE } from '../../lib/clock.ts';
import type { Situation } from '../../lib/failover/migration/decision.ts';
import { newMigrationRecord } from '../../lib/failover/migration/intake.ts';
import type {
  ClusterView,
  MigrationSnapshot,
  MovableView,
  TargetCircumstances,
  TaskDefinitionView,
} from '../../lib/failover/migration/snapshot.ts';
import type { MigrationPolicy } from '../../lib/failover/policy.ts';
import type { MigrationRecord, Strategy } from '../../lib/failover/record.ts';
import type { DeploymentView } from '../../lib/failover/snapshot.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';

export const NOON = Date.UTC(2026, 10, 21, 12);

export const onFargate: Strategy = [
  { provider: 'FARGATE', base: 1, weight: 1 },
  { provider: 'FARGATE_SPOT', base: 0, weight: 3 },
];

/** Cluster prod: web, then api, then jobs; one task on demand and of the rest one in four. */
export function migrationPolicy(overrides: Partial<MigrationPolicy> = {}): MigrationPolicy {
  return {
    cluster: clusterName('prod'),
    services: ['web', 'api', 'jobs'].map(serviceName),
    base: 1,
    onDemandWeight: 1,
    spotWeight: 3,
    image: 'refuse',
    soakMs: 10 * MINUTE,
    stepTimeoutMs: 30 * MINUTE,
    ...overrides,
  };
}

export function deployment(overrides: Partial<DeploymentView> = {}): DeploymentView {
  return {
    id: 'ecs-svc/1',
    rollout: 'COMPLETED',
    reason: '',
    createdAt: NOON,
    desired: 4,
    running: 4,
    failed: 0,
    ...overrides,
  };
}

/** A service of four tasks with launch type EC2 that may be moved. */
export function movable(overrides: Partial<MovableView> = {}): MovableView {
  return {
    status: 'ACTIVE',
    controller: 'ECS',
    scheduling: 'REPLICA',
    launchType: 'EC2',
    strategy: [],
    desired: 4,
    running: 4,
    pending: 0,
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    taskDefinition: 'web:1',
    deployments: [deployment()],
    platformFamily: null,
    platformVersion: null,
    network: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: false },
    messages: {},
    rollout: 'ROLLING',
    placementConstraints: 0,
    placementStrategies: 0,
    revisions: [],
    ...overrides,
  };
}

export const moved = (overrides: Partial<MovableView> = {}) =>
  movable({
    launchType: null,
    strategy: onFargate,
    deployments: [deployment({ id: 'ecs-svc/2' })],
    ...overrides,
  });

export function clusterView(overrides: Partial<ClusterView> = {}): ClusterView {
  return {
    settled: true,
    providers: ['hosts', 'FARGATE', 'FARGATE_SPOT'],
    defaultStrategy: [],
    attached: ['hosts'],
    managedInstances: [],
    ...overrides,
  };
}

export function circumstances(
  taskDefinition: Partial<TaskDefinitionView> = {},
  images: TargetCircumstances['images'] = [],
): TargetCircumstances {
  return {
    taskDefinition: {
      networkMode: 'awsvpc',
      compatibilities: ['EC2', 'FARGATE'],
      hasCpu: true,
      hasMemory: true,
      operatingSystem: 'LINUX',
      ...taskDefinition,
    },
    images,
  };
}

/** Web, api and jobs on EC2, the cluster has all that is needed, and nothing says no to web. */
export function situation({
  record = {},
  policy = {},
  services = {},
  snapshot = {},
  now = NOON,
}: {
  readonly record?: Partial<MigrationRecord>;
  readonly policy?: Partial<MigrationPolicy>;
  readonly services?: Readonly<Record<string, MovableView | 'missing'>>;
  readonly snapshot?: Partial<MigrationSnapshot>;
  readonly now?: number;
} = {}): Situation {
  const all = { web: movable(), api: movable(), jobs: movable(), ...services };
  return {
    record: { ...newMigrationRecord('prod'), ...record },
    policy: migrationPolicy(policy),
    snapshot: {
      cluster: clusterView(),
      services: new Map(Object.entries(all)),
      target: { service: 'web', circumstances: circumstances() },
      ...snapshot,
    },
    now,
  };
}
