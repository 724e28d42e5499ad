import type { FailoverPolicy } from '../failover/policy.ts';
import type { FailoverScope } from './rules.ts';
import { type Arn, arn, type IamStatement } from './statements.ts';

/**
 * What the failover function may do under this policy: see `statementsFor`. Only the services that it names, those
 * paired with them and those to be moved are written to, and none under `mode: observe`; or, by `scope`, all of their
 * clusters.
 */
export function failoverStatements(policy: FailoverPolicy, scope: FailoverScope): IamStatement[] {
  const named = namesIn(policy, scope);
  if (named.clusters.length === 0) return [];
  const statements = [...reads(policy, named), ...(policy.mode === 'act' ? writes(policy, named) : [])];
  return statements.filter(({ Resource }) => Resource.length > 0);
}

/** Whether a probe of Stevedore's own can come to run, so that the stack needs task definitions for it. */
export function probesByTask({ mode, services, breaker }: FailoverPolicy): boolean {
  return mode === 'act' && breaker.probe.kind === 'task' && services.length > 0;
}

interface Named {
  readonly clusters: readonly string[];
  /** As `CLUSTER/NAME`, or `CLUSTER/*`. */
  readonly services: readonly string[];
}

function namesIn({ services, migrations }: FailoverPolicy, scope: FailoverScope): Named {
  const failedOver = services.flatMap(({ cluster, service, paired }) =>
    [service, ...(paired === null ? [] : [paired])].map((name) => `${cluster}/${name}`),
  );
  const moved = migrations.flatMap(({ cluster, services: names }) =>
    names.map((name) => `${cluster}/${name}`),
  );
  const clusters = [...new Set([...services, ...migrations].map(({ cluster }) => cluster))];
  if (scope === 'clusters') return { clusters, services: clusters.map((cluster) => `${cluster}/*`) };
  return { clusters, services: [...new Set([...failedOver, ...moved])] };
}

const readDeployments = ['ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'] as const;

function reads(
  { services, migrations }: FailoverPolicy,
  { clusters, services: named }: Named,
): IamStatement[] {
  const comparesImages = [...services, ...migrations].some(({ image }) => image !== 'ignore');
  return [
    {
      // Deployments and revisions are authorised on their service, too: both resource types are required (Service
      // Authorization Reference).
      Sid: 'EcsReadServices',
      Effect: 'Allow',
      Action: ['ecs:DescribeServices', 'ecs:ListServiceDeployments', ...readDeployments],
      Resource: ecs('service', named),
    },
    {
      // By cluster, not by service, so that more services fit into the role.
      Sid: 'EcsReadDeployments',
      Effect: 'Allow',
      Action: readDeployments,
      Resource: [...ecs('service-deployment', clusters, '/*'), ...ecs('service-revision', clusters, '/*')],
    },
    {
      Sid: 'EcsReadClusters',
      Effect: 'Allow',
      Action: ['ecs:DescribeClusters'],
      Resource: ecs('cluster', clusters),
    },
    {
      // Which providers a cluster has beside Fargate's is not known before it is asked for.
      Sid: 'EcsReadCapacityProviders',
      Effect: 'Allow',
      Action: ['ecs:DescribeCapacityProviders'],
      Resource: migrations.length > 0 ? [arn('ecs', 'capacity-provider/*')] : [],
    },
    {
      // Without a container instance to filter by, ListTasks asks for * in some accounts (cdklabs/construct-hub#1207).
      Sid: 'EcsListTasks',
      Effect: 'Allow',
      Action: ['ecs:ListTasks'],
      Resource: '*',
      Condition: { ArnEquals: { 'ecs:cluster': ecs('cluster', clusters) } },
    },
    {
      Sid: 'EcsReadTasks',
      Effect: 'Allow',
      Action: ['ecs:DescribeTasks'],
      Resource: ecs('task', clusters, '/*'),
    },
    {
      // The action has no resource type: AWS accepts nothing but *.
      Sid: 'EcsReadTaskDefinitions',
      Effect: 'Allow',
      Action: ['ecs:DescribeTaskDefinition'],
      Resource: '*',
    },
    {
      // EC2's Describe actions have no resource type.
      Sid: 'Ec2ReadSubnets',
      Effect: 'Allow',
      Action: ['ec2:DescribeSubnets'],
      Resource: '*',
    },
    {
      // Images are often kept in another account, where the policy of the repository has the last word.
      Sid: 'EcrReadManifests',
      Effect: 'Allow',
      Action: ['ecr:BatchGetImage'],
      Resource: comparesImages ? [{ 'Fn::Sub': `arn:\${AWS::Partition}:ecr:*:*:repository/*` }] : [],
    },
  ];
}

function writes(policy: FailoverPolicy, { services, clusters }: Named): IamStatement[] {
  return [
    {
      Sid: 'EcsUpdateServices',
      Effect: 'Allow',
      Action: ['ecs:UpdateService'],
      Resource: ecs('service', services),
    },
    ...(probesByTask(policy) ? probing(policy) : []),
    ...(policy.services.some(({ image }) => image === 'pin') ? pinning : []),
    {
      Sid: 'EcsAssociateCapacityProviders',
      Effect: 'Allow',
      Action: ['ecs:PutClusterCapacityProviders'],
      Resource: ecs(
        'cluster',
        clusters.filter((name) => policy.migrations.some(({ cluster }) => cluster === name)),
      ),
    },
  ];
}

/** RunTask is authorised on the task definition, with the cluster as a condition; StopTask on the task. */
function probing({ services }: FailoverPolicy): IamStatement[] {
  const clusters = [...new Set(services.map(({ cluster }) => cluster))];
  return [
    {
      Sid: 'EcsRunProbe',
      Effect: 'Allow',
      Action: ['ecs:RunTask'],
      Resource: ['arm64', 'x86-64'].map((architecture) =>
        arn('ecs', `task-definition/\${AWS::StackName}-probe-${architecture}:*`),
      ),
      Condition: { ArnEquals: { 'ecs:cluster': ecs('cluster', clusters) } },
    },
    {
      Sid: 'EcsStopProbe',
      Effect: 'Allow',
      Action: ['ecs:StopTask'],
      Resource: ecs('task', clusters, '/*'),
    },
  ];
}

const pinning: readonly IamStatement[] = [
  {
    // The Service Authorization Reference has a resource type for it now, the task definition, and had none for long:
    // only * is right with both. The families are those of the services, which the policy does not know.
    Sid: 'EcsRegisterTaskDefinitions',
    Effect: 'Allow',
    Action: ['ecs:RegisterTaskDefinition'],
    Resource: '*',
  },
  {
    // The new revision has the tags of the old one, and tagging at creation is authorised by itself.
    Sid: 'EcsTagTaskDefinitions',
    Effect: 'Allow',
    Action: ['ecs:TagResource'],
    Resource: [arn('ecs', 'task-definition/*')],
    Condition: { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
  },
  {
    // The roles of the task definition are passed on as they are; the policy does not know their names.
    Sid: 'IamPassTaskRoles',
    Effect: 'Allow',
    Action: ['iam:PassRole'],
    Resource: [{ 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/*` }],
    Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  },
];

const ecs = (type: string, names: readonly string[], suffix = ''): readonly Arn[] =>
  names.map((name) => arn('ecs', `${type}/${name}${suffix}`));
