import type { AutoScalingGroup, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import type { Cluster } from '@aws-sdk/client-ecs';
import { mapConcurrent } from '../../../lib/aws/batch.ts';
import type { DoctorClients } from '../clients.ts';
import type { Policy } from '../finding.ts';
import { clusterPolicy } from '../group-policy.ts';
import { type Action, TEMPLATES } from '../reads.ts';
import type { GroupView, InstanceView, MachineView, ProviderView, Snapshot } from '../snapshot.ts';
import { type Attempts, createAttempts } from './attempts.ts';
import { readDefaultInstances, readDefinitions, readInstances, readProviders, readServices } from './ecs.ts';
import { groupView, readGroups, readHooks, templatesOf } from './groups.ts';
import { CONCURRENCY } from './in-batches.ts';
import { strategyView } from './views.ts';

/** What is read, and for whom. */
export interface ReadOptions {
  readonly clients: DoctorClients;
  readonly policy: Policy;
  /** The calls that some check needs. */
  readonly wanted: ReadonlySet<Action>;
  /** What to do about a call that is denied, where that is another thing than to leave out checks. */
  readonly remedy?: string;
}

/**
 * Everything that the checks need of a cluster. A call that is denied, or that AWS does not answer, is named in `unread`.
 * @throws the error if the credentials are no good for anything
 */
export async function readCluster(cluster: Cluster, options: ReadOptions): Promise<Snapshot> {
  const { clients } = options;
  const { ecs } = clients;
  const attempts = createAttempts(options.wanted, options.remedy);
  const { clusterName: name = '', clusterArn: arn = '' } = cluster;
  const [services, instances, providers] = await Promise.all([
    readServices(ecs, name, attempts),
    readInstances(ecs, name, attempts),
    readProviders(ecs, cluster, attempts),
  ]);
  const definitions = await readDefinitions(ecs, services, attempts);
  const hosts = await readHosts(name, instances, providers, options, attempts);
  const { readTargetGroups, readLoadBalancers } = await import('./load-balancing.ts');
  const { readRepositories } = await import('./repositories.ts');
  const targetGroups = await readTargetGroups(clients.loadBalancing, services, attempts);
  const [, , , region = '', account = ''] = arn.split(':');
  return {
    cluster: name,
    arn,
    associated: cluster.capacityProviders ?? [],
    defaultStrategy: strategyView(cluster.defaultCapacityProviderStrategy),
    services,
    definitions,
    instances,
    providers,
    ...hosts,
    targetGroups,
    loadBalancers: await readLoadBalancers(clients.loadBalancing, targetGroups, attempts),
    repositories: await readRepositories(clients.ecr, definitions, { account, region }, attempts),
    unread: attempts.unread,
  };
}

type Hosts = Pick<Snapshot, 'machines' | 'groups' | 'inDefault' | 'securityGroups'>;

/** What EC2 and Auto Scaling say of the instances. */
async function readHosts(
  cluster: string,
  instances: readonly InstanceView[],
  providers: readonly ProviderView[],
  options: ReadOptions,
  attempts: Attempts,
): Promise<Hosts> {
  const { clients, policy } = options;
  const { attempt } = attempts;
  const { readMachines, readSecurityGroups } = await import('./ec2.ts');
  const ids = instances.map(({ id }) => id).filter((id) => id.startsWith('i-'));
  const machines = await attempt('ec2:DescribeInstances', new Map<string, MachineView>(), () =>
    readMachines(clients.ec2, ids),
  );
  const names = new Set([
    ...providers.flatMap(({ group }) => group ?? []),
    ...[...machines.values()].flatMap(({ group }) => group ?? []),
    ...(clusterPolicy(policy, cluster)?.groups ?? []).map(({ name }) => name),
  ]);
  const found = await attempt('autoscaling:DescribeAutoScalingGroups', [], () =>
    readGroups(clients.autoScaling, names),
  );
  const known = found.flatMap(({ AutoScalingGroupName }) => AutoScalingGroupName ?? []);
  const hooks = await attempt(
    'autoscaling:DescribeLifecycleHooks',
    new Map<string, GroupView['hooks']>(),
    () => readHooks(clients.autoScaling, known),
  );
  const groups = await mapConcurrent(found, CONCURRENCY, async (group) => {
    const templates = await readTemplates(group, clients, attempts);
    return groupView(group, hooks.get(group.AutoScalingGroupName ?? '') ?? [], templates);
  });
  const firewalls = [...machines.values()].flatMap(({ securityGroups }) => securityGroups);
  const securityGroups = await attempt('ec2:DescribeSecurityGroups', new Map(), () =>
    readSecurityGroups(clients.ec2, firewalls),
  );
  const inDefault = await strayed(cluster, instances, groups, options);
  return { machines, groups, inDefault, securityGroups };
}

async function readTemplates(
  group: AutoScalingGroup,
  { ec2 }: DoctorClients,
  { attempt }: Attempts,
): Promise<GroupView['templates']> {
  const { readTemplate } = await import('./ec2.ts');
  const distinct = new Map(templatesOf(group).map((one) => [keyOf(one), one]));
  return attempt('ec2:DescribeLaunchTemplateVersions', [], async () => {
    const read = await mapConcurrent([...distinct], CONCURRENCY, async ([key, one]) => {
      const { LaunchTemplateId: id = '', LaunchTemplateName = id, Version: version = '$Default' } = one;
      const says = await readTemplate(ec2, { id, version });
      return says === undefined ? [] : [{ name: `${LaunchTemplateName} (${version})`, key, says }];
    });
    return read.flat().map(({ name, says }) => ({ name, says }));
  });
}

const keyOf = ({ LaunchTemplateId, Version = '$Default' }: LaunchTemplateSpecification) =>
  `${LaunchTemplateId} ${Version}`;

/** Where instances of the groups are missing, the cluster `default` is looked into: it is where an agent goes untold. */
async function strayed(
  cluster: string,
  instances: readonly InstanceView[],
  groups: readonly GroupView[],
  { clients, wanted }: ReadOptions,
): Promise<ReadonlySet<string>> {
  const registered = new Set(instances.map(({ id }) => id));
  const missing = groups.flatMap((group) => group.instances).some(({ id }) => !registered.has(id));
  if (!missing || cluster === 'default' || !TEMPLATES.every((action) => wanted.has(action))) return new Set();
  const found = await readDefaultInstances(clients.ecs);
  return new Set(found.map(({ id }) => id));
}
