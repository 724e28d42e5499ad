// Every AWS error that we expect, told apart in one place. Services name their errors loosely (Auto Scaling says
// `ValidationError` for everything, ECS `InvalidParameterException` or `ClientException`), so some of these have to
// read the message; those patterns are kept wide, since AWS documents no message.

/** The error's code, e.g. `ThrottlingException`; empty for what is no error. */
export const errorName = (error: unknown): string => property(error, 'name');
export const errorMessage = (error: unknown): string => property(error, 'message');

function property(error: unknown, key: 'name' | 'message'): string {
  if (typeof error !== 'object' || error === null) return key === 'message' ? String(error) : '';
  const value = (error as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : '';
}

function httpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

const named = (error: unknown, ...names: string[]) => names.includes(errorName(error));
const says = (error: unknown, pattern: RegExp) => pattern.test(errorMessage(error));
/** ECS uses these two interchangeably for a request that it understands and will not do. */
const isEcsRefusal = (error: unknown) => named(error, 'InvalidParameterException', 'ClientException');

export const isThrottling = (error: unknown) =>
  httpStatus(error) === 429 ||
  named(
    error,
    'ThrottlingException',
    'Throttling',
    'ThrottledException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'TooManyRequestsException',
    'ProvisionedThroughputExceededException',
    'EC2ThrottledException',
  );

export const isAccessDenied = (error: unknown) =>
  named(error, 'AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation') ||
  says(error, /not authorized to perform/i);

export const areCredentialsInvalid = (error: unknown) =>
  named(
    error,
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'ExpiredToken',
    'InvalidClientTokenId',
    'AuthFailure',
    'CredentialsProviderError',
  );

/** The action was completed already, or it ran out; either way there is nothing left to complete (edge 7). */
export const isNoActiveLifecycleAction = (error: unknown) =>
  named(error, 'ValidationError') && says(error, /no active lifecycle action/i);

/** The Auto Scaling group, or its hook, does not exist (any more). */
export const isHookGroupMissing = (error: unknown) =>
  named(error, 'ValidationError') &&
  says(error, /auto ?scaling ?group.*not found|no lifecycle hook|lifecycle hook.*(not found|not exist)/i);

/** The Auto Scaling group does not exist (any more). */
export const isGroupMissing = (error: unknown) =>
  named(error, 'ValidationError') && says(error, /auto ?scaling ?group.*not found/i);

/** No group has the instance (any more): "Instance Id not found - No managed instance found for instance ID ...". */
export const isManagedInstanceMissing = (error: unknown) =>
  named(error, 'ValidationError') && says(error, /no managed instance found|instance id not found/i);

/** Auto Scaling is busy with the same group; it passes. */
export const isResourceContention = (error: unknown) =>
  named(error, 'ResourceContention', 'ResourceContentionFault', 'ScalingActivityInProgress');

/** The request itself is wrong, so that it will be refused again. */
export const isValidationError = (error: unknown) =>
  named(
    error,
    'ValidationError',
    'ValidationException',
    'InvalidParameterValue',
    'InvalidParameterCombination',
  ) && !says(error, /throttl/i);

/** SetDesiredCapacity with a number outside the group's own MinSize and MaxSize. */
export const isDesiredOutOfBounds = (error: unknown) =>
  named(error, 'ValidationError') && says(error, /(above|below) (the )?(max|min)/i);

export const isClusterNotFound = (error: unknown) => named(error, 'ClusterNotFoundException');

/**
 * PutClusterCapacityProviders while an earlier one, or anybody else's change of the cluster, is under way; it passes.
 * AWS says it in two ways (hashicorp/terraform-provider-aws#11285).
 */
export const isClusterBusy = (error: unknown) =>
  named(error, 'UpdateInProgressException') ||
  (isEcsRefusal(error) && says(error, /cluster was not active/i));

/** PutClusterCapacityProviders would detach a capacity provider that services or tasks use. */
export const isProviderInUse = (error: unknown) => named(error, 'ResourceInUseException');

export const isServiceNotFound = (error: unknown) =>
  named(error, 'ServiceNotFoundException', 'ServiceNotActiveException');

/** A strategy names a capacity provider that the cluster does not have (dask-cloudprovider#348). */
export const isProviderNotAssociated = (error: unknown) =>
  isEcsRefusal(error) && says(error, /capacity providers?\b.*\b(not associated|not found|does not exist)/i);

/** The platform version is unknown, or cannot run the task definition. */
export const isPlatformUnfit = (error: unknown) =>
  named(error, 'PlatformUnknownException', 'PlatformTaskDefinitionIncompatibilityException');

/** The account's limit of Fargate vCPUs or tasks. */
export const isFargateQuotaReached = (error: unknown) =>
  says(error, /reached the limit on the number of (vcpus|tasks)/i);

/** ECS has no such container instance, or has it as INACTIVE, i.e. deregistered (amazon-ecs-agent#583). */
export const isContainerInstanceGone = (error: unknown) =>
  isEcsRefusal(error) &&
  says(error, /container instance.*(not found|not exist|\binactive\b)|not a container id in the cluster/i);

/** DeregisterContainerInstance without `force` while tasks run on the instance. */
export const isInstanceHasTasks = (error: unknown) => isEcsRefusal(error) && says(error, /running tasks/i);

/**
 * UpdateContainerInstancesState found the instance neither ACTIVE nor DRAINING but on its way in or out, e.g.
 * REGISTERING with awsvpc trunking (edge 26). Not INACTIVE: that is `isContainerInstanceGone`.
 */
export const isInstanceNotActive = (error: unknown) =>
  isEcsRefusal(error) &&
  !isContainerInstanceGone(error) &&
  says(
    error,
    /\b(de)?registering\b|registration_failed|not (in )?(an? )?(the )?active|must be (in )?(the )?active/i,
  );

export const isTaskGone = (error: unknown) =>
  isEcsRefusal(error) && says(error, /\btask\b.*not (found|exist)/i);

export const isConditionFailed = (error: unknown) => named(error, 'ConditionalCheckFailedException');

/** The message is looked at because EventBridge gives a missing bus the same name. */
export const isTableMissing = (error: unknown) =>
  named(error, 'TableMissingError', 'TableNotFoundException') ||
  (named(error, 'ResourceNotFoundException') && says(error, /requested resource not found|\btable\b/i));

/** DynamoDB's limit of 400 kB an item. */
export const isItemTooLarge = (error: unknown) =>
  named(error, 'ValidationException') && says(error, /item size.*exceeded/i);

/** The connection failed, timed out, or AWS answered 5xx: nobody knows whether the call took effect. */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  const network = [
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
  ];
  return (
    named(error, 'TimeoutError', 'RequestTimeout', 'RequestTimeoutException') ||
    (typeof code === 'string' && network.includes(code)) ||
    (httpStatus(error) ?? 0) >= 500
  );
}
