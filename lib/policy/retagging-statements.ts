import type { PromotionRule, RetaggingPolicy } from '../retagging/policy.ts';
import type { RetaggingScope } from './rules.ts';
import { type Arn, arn, type IamStatement } from './statements.ts';

/**
 * What the retag function may do under this policy: see `statementsFor`. Only the repositories that it names are read, only
 * those that get tags are written to, and none under `mode: observe`; or, by `scope`, all of the registry. Which action takes which resource: Service
 * Authorization Reference, Amazon ECR and ECS.
 */
export function retaggingStatements({ mode, rules }: RetaggingPolicy, scope: RetaggingScope): IamStatement[] {
  if (rules.length === 0) return [];
  const acts = mode === 'act';
  const statements = [
    ...imageReads(rules, acts),
    ...repositoryReads(rules),
    ...serviceReads(rules, acts),
    ...(acts ? writes(rules) : []),
  ];
  const wanted = statements.filter(({ Resource }) => Resource.length > 0);
  return scope === 'repositories' ? wanted : wanted.map(ofAllRepositories);
}

function ofAllRepositories(statement: IamStatement): IamStatement {
  if (statement.Resource === '*') return statement;
  const widened = statement.Resource.map((one) =>
    one['Fn::Sub'].replace(/:repository\/.*$/, ':repository/*'),
  );
  return { ...statement, Resource: [...new Set(widened)].map((text) => ({ 'Fn::Sub': text })) };
}

function imageReads(rules: readonly PromotionRule[], acts: boolean): IamStatement[] {
  const copied = rules.filter((rule) => acts && isCopied(rule));
  const scanned = rules.filter(({ gates }) => gates.scan !== null);
  // An index is asked for its platforms, and ListImageReferrers is authorised as ecr:BatchGetImage (API
  // ListImageReferrers).
  const parsed = rules.filter(
    ({ gates }) => gates.scan !== null || gates.running !== null || gates.signature,
  );
  return [
    {
      // Together where both are for all, so that more repositories fit into the role.
      Sid: 'EcrReadImages',
      Effect: 'Allow',
      Action: ['ecr:DescribeImages', ...(acts ? ['ecr:BatchGetImage'] : [])],
      Resource: unique([...rules.map(source), ...rules.map(destination)]),
    },
    {
      Sid: 'EcrReadManifests',
      Effect: 'Allow',
      Action: ['ecr:BatchGetImage'],
      Resource: unique(acts ? [] : parsed.map(source)),
    },
    {
      Sid: 'EcrReadScans',
      Effect: 'Allow',
      Action: ['ecr:DescribeImageScanFindings'],
      Resource: unique(scanned.map(source)),
    },
    {
      // Of enhanced scanning, ECR has its answer from Inspector in the caller's name (ECR user guide, "IAM permissions
      // required for enhanced scanning").
      Sid: 'InspectorRead',
      Effect: 'Allow',
      Action: ['inspector2:ListCoverage', 'inspector2:ListFindings'],
      Resource: scanned.length > 0 ? '*' : [],
    },
    {
      Sid: 'EcrReadReferrers',
      Effect: 'Allow',
      Action: ['ecr:ListImageReferrers'],
      Resource: unique([...rules.filter(({ gates }) => gates.signature), ...copied].map(source)),
    },
    {
      Sid: 'EcrReadLayers',
      Effect: 'Allow',
      Action: ['ecr:GetDownloadUrlForLayer'],
      Resource: unique(copied.map(source)),
    },
  ];
}

function repositoryReads(rules: readonly PromotionRule[]): IamStatement[] {
  const regions = new Set(rules.map((rule) => rule.destination.region));
  return [
    {
      // One that is missing fails the call that names it: then all are listed.
      Sid: 'EcrReadRepositories',
      Effect: 'Allow',
      Action: ['ecr:DescribeRepositories'],
      Resource: [...regions].map((region) => repository('*', region)),
    },
    {
      // The action has no resource type.
      Sid: 'EcrReadCacheRules',
      Effect: 'Allow',
      Action: ['ecr:DescribePullThroughCacheRules'],
      Resource: '*',
    },
    {
      // A preview expires nothing.
      Sid: 'EcrPreviewLifecycle',
      Effect: 'Allow',
      Action: ['ecr:StartLifecyclePolicyPreview', 'ecr:GetLifecyclePolicyPreview'],
      Resource: unique(rules.filter((rule) => rule.destination.region === null).map(destination)),
    },
  ];
}

/** Deployments are looked at only where they may follow: not under `observe`. */
function serviceReads(rules: readonly PromotionRule[], acts: boolean): IamStatement[] {
  const gates = rules.flatMap((rule) => rule.gates.running ?? []);
  const running = gates.map(({ cluster, service }) => `${cluster}/${service}`);
  const clusters = [...new Set(gates.map(({ cluster }) => cluster))];
  const deployed = acts ? deploymentsOf(rules) : [];
  const listed = acts ? wholeClusters(rules) : [];
  return [
    {
      Sid: 'EcsReadServices',
      Effect: 'Allow',
      Action: ['ecs:DescribeServices'],
      Resource: [...new Set([...running, ...deployed])].map((id) => arn('ecs', `service/${id}`)),
    },
    {
      // On the service, too: both resource types are required (Service Authorization Reference).
      Sid: 'EcsReadDeployments',
      Effect: 'Allow',
      Action: ['ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'],
      Resource: [...new Set(running)].flatMap((id) => [
        arn('ecs', `service/${id}`),
        arn('ecs', `service-deployment/${id}/*`),
        arn('ecs', `service-revision/${id}/*`),
      ]),
    },
    {
      // Without a container instance to filter by, ListTasks asks for * in some accounts (cdklabs/construct-hub#1207).
      Sid: 'EcsListTasks',
      Effect: 'Allow',
      Action: ['ecs:ListTasks'],
      Resource: clusters.length > 0 ? '*' : [],
      Condition: inClusters(clusters),
    },
    {
      Sid: 'EcsReadTasks',
      Effect: 'Allow',
      Action: ['ecs:DescribeTasks'],
      Resource: clusters.map((cluster) => arn('ecs', `task/${cluster}/*`)),
    },
    {
      // The action has no resource type.
      Sid: 'EcsListServices',
      Effect: 'Allow',
      Action: ['ecs:ListServices'],
      Resource: listed.length > 0 ? '*' : [],
      Condition: inClusters(listed),
    },
    {
      // The action has no resource type.
      Sid: 'EcsReadTaskDefinitions',
      Effect: 'Allow',
      Action: ['ecs:DescribeTaskDefinition'],
      Resource: deployed.length > 0 ? '*' : [],
    },
  ];
}

function writes(rules: readonly PromotionRule[]): IamStatement[] {
  return [
    {
      Sid: 'EcrPutTags',
      Effect: 'Allow',
      Action: ['ecr:PutImage'],
      Resource: unique(rules.map(destination)),
    },
    {
      Sid: 'EcrUploadLayers',
      Effect: 'Allow',
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:InitiateLayerUpload',
        'ecr:UploadLayerPart',
        'ecr:CompleteLayerUpload',
      ],
      Resource: unique(rules.filter(isCopied).map(destination)),
    },
    {
      Sid: 'EcsDeployServices',
      Effect: 'Allow',
      Action: ['ecs:UpdateService'],
      Resource: deploymentsOf(rules).map((id) => arn('ecs', `service/${id}`)),
    },
  ];
}

/** Layers belong to one repository of one Region. */
const isCopied = ({ repository, destination }: PromotionRule): boolean =>
  repository !== destination.repository || destination.region !== null;

/** As `CLUSTER/NAME`, or `CLUSTER/*`. */
const deploymentsOf = (rules: readonly PromotionRule[]): string[] => [
  ...new Set(rules.flatMap(({ deploy }) => deploy.map(({ cluster, service }) => `${cluster}/${service}`))),
];

const wholeClusters = (rules: readonly PromotionRule[]): string[] =>
  deploymentsOf(rules).flatMap((id) => (id.endsWith('/*') ? [id.slice(0, -2)] : []));

const inClusters = (clusters: readonly string[]) => ({
  ArnEquals: { 'ecs:cluster': clusters.map((cluster) => arn('ecs', `cluster/${cluster}`)) },
});

const source = (rule: PromotionRule): Arn => repository(rule.repository, null);
const destination = (rule: PromotionRule): Arn =>
  repository(rule.destination.repository, rule.destination.region);

/** Null: of the stack's own Region. */
const repository = (name: string, region: string | null): Arn =>
  region === null
    ? arn('ecr', `repository/${name}`)
    : { 'Fn::Sub': `arn:\${AWS::Partition}:ecr:${region}:\${AWS::AccountId}:repository/${name}` };

const unique = (arns: readonly Arn[]): Arn[] => [
  ...new Map(arns.map((one) => [one['Fn::Sub'], one])).values(),
];
