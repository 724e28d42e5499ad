import { CHECKS } from '../../cli/doctor/checks.ts';
import type { Found, Policy } from '../../cli/doctor/finding.ts';
import type {
  ContainerView,
  DefinitionView,
  GroupView,
  InstanceView,
  MachineView,
  ProviderView,
  RepositoryView,
  ServiceView,
  Snapshot,
  TargetGroupView,
} from '../../cli/doctor/snapshot.ts';
import { compilePolicy } from '../../lib/policy/compile.ts';
import { parsePolicy } from '../../lib/policy/load.ts';

/** What the check of this id finds in a snapshot. */
export function findings(id: string, seen: Snapshot, policy: Policy = null): readonly Found[] {
  const check = CHECKS.find((one) => one.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  return check.find(seen, policy);
}

/** A cluster `prod` in which nothing is wrong, for there is nothing in it. */
export const snapshot = (seen: Partial<Snapshot> = {}): Snapshot => ({
  cluster: 'prod',
  arn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
  associated: ['FARGATE', 'FARGATE_SPOT'],
  defaultStrategy: [],
  services: [],
  definitions: new Map(),
  instances: [],
  machines: new Map(),
  providers: [],
  groups: [],
  inDefault: new Set(),
  securityGroups: new Map(),
  targetGroups: new Map(),
  loadBalancers: new Map(),
  repositories: new Map(),
  unread: new Map(),
  ...seen,
});

/** Four tasks on EC2 with AWS's own percentages. */
export const service = (seen: Partial<ServiceView> = {}): ServiceView => ({
  arn: 'arn:aws:ecs:eu-west-1:111122223333:service/prod/web',
  name: 'web',
  desired: 4,
  daemon: false,
  rolling: true,
  minPercent: 100,
  maxPercent: 200,
  launchType: 'EC2',
  strategy: [],
  definition: WEB,
  targetGroups: [],
  graceSeconds: 0,
  expressions: [],
  ...seen,
});

const WEB = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7';

export const definition = (seen: Partial<DefinitionView> = {}): DefinitionView => ({
  arn: WEB,
  name: 'web:7',
  networkMode: 'bridge',
  hasTaskRole: true,
  containers: [container()],
  volumes: [],
  expressions: [],
  ...seen,
});

export const container = (seen: Partial<ContainerView> = {}): ContainerView => ({
  name: 'app',
  image: 'registry.example/web:1',
  pinned: true,
  ports: [{ container: 8080, host: 0, protocol: 'tcp' }],
  secrets: [],
  stopTimeoutSeconds: null,
  startPeriodSeconds: 0,
  devices: [],
  s3Program: null,
  ...seen,
});

/** A service and the task definition that it runs. */
export const runs = (seen: Partial<ServiceView> = {}, runsWhat: Partial<DefinitionView> = {}) => ({
  services: [service(seen)],
  definitions: new Map([[WEB, definition(runsWhat)]]),
});

export const instance = (id: string, seen: Partial<InstanceView> = {}): InstanceView => ({
  arn: `arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/${id.slice(2)}`,
  id,
  status: 'ACTIVE',
  connected: true,
  agentVersion: '1.99.0',
  attributes: new Map(),
  provider: null,
  ...seen,
});

/** Container instances with EC2's view of them. */
export const hosts = (
  ids: readonly string[],
  machine: Partial<MachineView> = {},
  seen: Partial<InstanceView> = {},
): Pick<Snapshot, 'instances' | 'machines'> => ({
  instances: ids.map((id) => instance(id, seen)),
  machines: new Map(
    ids.map((id) => [
      id,
      { state: 'running' as const, spot: false, securityGroups: [], group: null, ...machine },
    ]),
  ),
});

export const group = (seen: Partial<GroupView> = {}): GroupView => ({
  name: 'prod-ecs',
  arn: 'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:u:autoScalingGroupName/prod-ecs',
  maxSize: 9,
  minSize: 1,
  protectsNew: false,
  instances: [],
  hooks: [],
  templates: [],
  ...seen,
});

export const member = (id: string, seen: Partial<GroupView['instances'][number]> = {}) => ({
  id,
  state: 'InService',
  protected: false,
  ...seen,
});

export const provider = (seen: Partial<ProviderView> = {}): ProviderView => ({
  name: 'prod-cp',
  group: 'prod-ecs',
  managedInstances: false,
  managedDraining: false,
  managedTermination: false,
  managedScaling: false,
  targetCapacity: 100,
  ...seen,
});

export const targetGroup = (seen: Partial<TargetGroupView> = {}): TargetGroupView => ({
  name: 'web-tg',
  type: 'instance',
  loadBalancers: ['alb'],
  deregistrationSeconds: 60,
  slowStartSeconds: 0,
  ...seen,
});

export const repository = (seen: Partial<RepositoryView> = {}): RepositoryView => ({
  arn: 'arn:aws:ecr:eu-west-1:111122223333:repository/shop/api',
  name: 'shop/api',
  mutability: 'IMMUTABLE',
  exceptions: [],
  hasLifecyclePolicy: true,
  isScanned: true,
  ...seen,
});

/** Of a policy file with these sections. */
export function policy(yaml: string): NonNullable<Policy> {
  const parsed = parsePolicy(`version: 1\n${yaml}`, 'stevedore.yml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return compilePolicy(parsed.policy).runtime;
}

/** Draining of cluster prod, with our hook on group prod-ecs. */
export const draining = (deadline = '30m') =>
  policy(
    `draining: { clusters: { prod: { deadline: ${deadline}, groups: { prod-ecs: { hooks: [stevedore-drain] } } } } }`,
  );
