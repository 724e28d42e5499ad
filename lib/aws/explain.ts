import * as is from './errors.ts';

export interface Explanation {
  /** Stable, for journals and tests; AWS's own names are not. */
  readonly code: string;
  /** What happened, with AWS's words, and what to do about it. */
  readonly sentence: string;
  /** Whether the same call may succeed later without anybody's doing. */
  readonly retryable: boolean;
}

interface Kind {
  readonly when: (error: unknown) => boolean;
  readonly code: string;
  readonly retryable: boolean;
  readonly sentence: (error: unknown) => string;
}

/** In this order: the first that applies. */
const KINDS: readonly Kind[] = [
  {
    when: is.isThrottling,
    code: 'aws-throttled',
    retryable: true,
    sentence: () =>
      'AWS throttled the call beyond all retries. The limit is shared by everything in the account and Region: ' +
      'it is tried again at the next look; if it lasts, find who else calls that API, or ask AWS for a higher limit.',
  },
  { when: is.isAccessDenied, code: 'aws-access-denied', retryable: false, sentence: accessDenied },
  {
    when: is.areCredentialsInvalid,
    code: 'aws-credentials-invalid',
    retryable: false,
    sentence: () => 'AWS does not accept the credentials. In a terminal, log in again or check AWS_PROFILE.',
  },
  {
    when: is.isNoActiveLifecycleAction,
    code: 'aws-lifecycle-action-over',
    retryable: false,
    sentence: () =>
      'The lifecycle action was completed already or ran out, so there is nothing left to do for it.',
  },
  {
    when: is.isHookGroupMissing,
    code: 'aws-hook-missing',
    retryable: false,
    sentence: () =>
      'The Auto Scaling group or its lifecycle hook does not exist. If it was renamed or removed, change the policy file and deploy.',
  },
  {
    when: is.isResourceContention,
    code: 'aws-resource-contention',
    retryable: true,
    sentence: () => 'Auto Scaling is busy with the same group; it is tried again at the next look.',
  },
  {
    when: is.isDesiredOutOfBounds,
    code: 'aws-desired-out-of-bounds',
    retryable: false,
    sentence: () =>
      "The number is outside the Auto Scaling group's own MinSize and MaxSize. Widen them, or narrow min and max of " +
      'the target in the policy file and deploy.',
  },
  {
    when: is.isClusterNotFound,
    code: 'aws-cluster-not-found',
    retryable: false,
    sentence: () =>
      'ECS has no such cluster in this account and Region. Correct its name in the policy file, or take it out, and deploy.',
  },
  {
    when: is.isClusterBusy,
    code: 'aws-cluster-busy',
    retryable: true,
    sentence: () =>
      'The capacity providers of the cluster are being changed, by us or by somebody else; it is tried again at the next look.',
  },
  {
    when: is.isProviderInUse,
    code: 'aws-provider-in-use',
    retryable: false,
    sentence: () =>
      'The list would have taken away a capacity provider that is in use: somebody has added it meanwhile. See who else ' +
      'writes the capacity providers of the cluster.',
  },
  {
    when: is.isServiceNotFound,
    code: 'aws-service-not-found',
    retryable: false,
    sentence: () => 'The ECS service does not exist or is being deleted, so there is nothing to change.',
  },
  {
    when: is.isProviderNotAssociated,
    code: 'aws-provider-not-associated',
    retryable: false,
    sentence: () =>
      'The cluster does not have that capacity provider. Associate it with the cluster (PutClusterCapacityProviders; ' +
      'name all others and the default strategy too, since what is left out is taken away).',
  },
  {
    when: is.isPlatformUnfit,
    code: 'aws-platform-unfit',
    retryable: false,
    sentence: () =>
      'The platform version of the service is unknown to Fargate or cannot run its task definition. Set it to LATEST.',
  },
  {
    when: is.isFargateQuotaReached,
    code: 'aws-fargate-quota',
    retryable: false,
    sentence: () =>
      'The account has reached its limit of Fargate vCPUs in this Region. Ask for a higher one in Service Quotas.',
  },
  {
    when: is.isContainerInstanceGone,
    code: 'aws-container-instance-gone',
    retryable: false,
    sentence: () => 'ECS has forgotten the container instance, so there is nothing left to do for it.',
  },
  {
    when: is.isInstanceHasTasks,
    code: 'aws-instance-has-tasks',
    retryable: true,
    sentence: () =>
      'ECS does not deregister a container instance that has running tasks; it is tried again when they have stopped.',
  },
  {
    when: is.isInstanceNotActive,
    code: 'aws-instance-not-active',
    retryable: true,
    sentence: () =>
      'The container instance is neither ACTIVE nor DRAINING, so it is still registering or already going; it is tried again at the next look.',
  },
  {
    when: is.isTaskGone,
    code: 'aws-task-gone',
    retryable: false,
    sentence: () => 'ECS has forgotten the task, so it has stopped long ago.',
  },
  {
    when: is.isConditionFailed,
    code: 'aws-condition-failed',
    retryable: true,
    sentence: () => 'Somebody else changed the record at the same time; it is read and decided again.',
  },
  {
    when: is.isTableMissing,
    code: 'aws-table-missing',
    retryable: false,
    sentence: () =>
      'The DynamoDB table does not exist in this account and Region. Deploy, or give the right stage.',
  },
  {
    when: is.isItemTooLarge,
    code: 'aws-item-too-large',
    retryable: false,
    sentence: () =>
      'A record has outgrown the 400 kB of a DynamoDB item, so nobody commits it: see why its worker fails.',
  },
  {
    when: is.isTransient,
    code: 'aws-unavailable',
    retryable: true,
    sentence: () => 'AWS could not be reached or failed on its side; it is tried again at the next look.',
  },
];

/** Maps any error of an AWS call to a stable code and a sentence with a remedy. */
export function explain(error: unknown): Explanation {
  const words = [is.errorName(error), is.errorMessage(error)].filter(Boolean).join(': ');
  const kind = KINDS.find((candidate) => candidate.when(error));
  if (!kind) {
    const sentence = `An error that Stevedore does not know. If it recurs, report it with this text. (${words})`;
    return { code: 'aws-unexpected', sentence, retryable: false };
  }
  return { code: kind.code, sentence: `${kind.sentence(error)} (${words})`, retryable: kind.retryable };
}

function accessDenied(error: unknown): string {
  // IAM's wording: "User: ARN is not authorized to perform: ecs:StopTask on resource: ARN because …".
  const [, action, resource] =
    /perform:? ([\w-]+:\w+)(?: on resource: (\S+))?/i.exec(is.errorMessage(error)) ?? [];
  if (!action) {
    return "AWS denied the call. Check the statements of the function's AWS::IAM::Role in serverless.yml.";
  }
  const where = resource ? ` on ${resource}` : '';
  return (
    `AWS denied ${action}${where}. Check the statement that allows ${action} in the function's AWS::IAM::Role in ` +
    'serverless.yml: it covers only what the policy file names. If it is there, a permissions boundary or an ' +
    'organisation policy denies it.'
  );
}
