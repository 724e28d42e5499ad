import { check, type Outcome } from './outcome.ts';

/** What a pattern is for: `Role Sid action resource type`, with `*` for any text. */
export interface Reason {
  readonly of: string;
  readonly why: string;
}

/** Permissions that no run uses, and why they are there all the same. One that matches none fails, too. */
export const unusedOnPurpose: readonly Reason[] = [
  {
    of: '* Records dynamodb:* dynamodb:index',
    why: 'One statement for table and index; only Query goes to the index, and to the others the index is no resource.',
  },
  {
    of: 'DrainRole EcsDeregister ecs:DeregisterContainerInstance ecs:container-instance',
    why: 'The reference has the cluster alone; newer policies of AWS name the container instance too.',
  },
  {
    of: '* EcsReadDeployments ecs:DescribeServiceRevisions ecs:service-deployment',
    why: 'One statement for two actions: this is the resource type of the other.',
  },
  {
    of: '* EcsReadDeployments ecs:DescribeServiceDeployments ecs:service-revision',
    why: 'One statement for two actions: this is the resource type of the other.',
  },
  {
    of: 'RetagRole EcrReadReferrers ecr:ListImageReferrers ecr:repository',
    why: 'The operation is authorised as ecr:BatchGetImage (API ListImageReferrers); the reference has no such action. Harmless, and it may come.',
  },
];

/**
 * Why AWS accepts, or we need, a wildcard: by action, in which `*` stands for any text, and resource, in which a star is
 * a star and NAME a name without one. A `*` for an action without a resource type needs no line here: the
 * evaluator's data have that. One that matches none fails.
 */
export const wildcardReasons: readonly Reason[] = [
  {
    of: 'cloudwatch:DescribeAlarms *',
    why: 'composite alarms are only shown to a * scope (API DescribeAlarms)',
  },
  {
    of: 'cloudwatch:GetMetricData *',
    why: 'its one resource type, the data set of a grant, is optional, and metrics have none (reference)',
  },
  {
    of: 'ecs:ListTasks *',
    why: 'without a container instance it asks for * in some accounts (cdklabs/construct-hub#1207); the cluster is a condition',
  },
  {
    of: 'ecs:RegisterTaskDefinition *',
    why: 'had no resource type for long; the reference has task-definition now, and * is right with both',
  },
  {
    of: 'autoscaling:* autoScalingGroup:*:autoScalingGroupName/NAME',
    why: "the group's unique id is given by Auto Scaling when it makes the group",
  },
  {
    of: 'ecr:DescribeRepositories repository/*',
    why: 'without names it asks for all: so it does when a named one is missing',
  },
  { of: 'ecr:* repository/*', why: 'scope: registry says just that' },
  {
    of: 'ecr:BatchGetImage ecr:*:*:repository/*',
    why: 'images of services may be of any account and Region; the policy of the repository has the last word',
  },
  {
    of: 'ecs:DescribeCapacityProviders capacity-provider/*',
    why: 'attached to clusters by name at any time, and listed without names',
  },
  { of: 'ecs:* container-instance/NAME/*', why: 'ids are given at registration; the cluster is fixed' },
  { of: 'ecs:Describe* service/NAME/*', why: 'the services of a cluster that the policy names as a whole' },
  { of: 'ecs:List* service/NAME/*', why: 'the services of a cluster that the policy names as a whole' },
  { of: 'ecs:UpdateService service/NAME/*', why: 'scope: clusters, or deploy: [CLUSTER/*], says just that' },
  { of: 'ecs:Describe* service-deployment/NAME/*', why: 'ids are given at deployment; the cluster is fixed' },
  { of: 'ecs:Describe* service-revision/NAME/*', why: 'ids are given at deployment; the cluster is fixed' },
  {
    of: 'ecs:Describe* service-deployment/NAME/NAME/*',
    why: 'ids are given at deployment; the service is fixed',
  },
  {
    of: 'ecs:Describe* service-revision/NAME/NAME/*',
    why: 'ids are given at deployment; the service is fixed',
  },
  { of: 'ecs:* task/NAME/*', why: 'ids are given at the start; the cluster is fixed' },
  {
    of: 'ecs:RunTask task-definition/NAME:*',
    why: 'revisions are numbers given at registration; the family is fixed',
  },
  {
    of: 'ecs:TagResource task-definition/*',
    why: 'families are those of the services; only while registering (ecs:CreateAction)',
  },
  {
    of: 'iam:PassRole role/*',
    why: 'roles of task definitions, which the policy does not know; only to ecs-tasks.amazonaws.com',
  },
  {
    of: 'logs:* log-group:/aws/lambda/NAME:*',
    why: 'names of log streams are given by Lambda; the group is fixed',
  },
];

/** The reason for a wildcard of an action's resource, as `service/NAME/*`. */
export const wildcardReason = (action: string, resource: string): Reason | undefined =>
  wildcardReasons.find(({ of }) => {
    const [actions = '', shape = ''] = of.split(' ');
    const names = shape.split('NAME').map(literal).join('[^*/:]+');
    return matches(actions, action) && new RegExp(`^${names}$`).test(resource);
  });

/** Whether the text is one that `pattern` stands for. */
export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`).test(text);

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An excuse for what is not there any more would hide the next one. */
export function refuseStale(reasons: readonly Reason[], needed: ReadonlySet<Reason>, outcome: Outcome): void {
  for (const reason of reasons) {
    check(outcome, needed.has(reason), () => {
      return `test/iam/reasons.ts excuses ${reason.of}, which nothing needs: take it out.`;
    });
  }
}
