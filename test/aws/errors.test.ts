import { describe, expect, it } from 'vitest';
import * as errors from '../../lib/aws/errors.ts';
import { explain } from '../../lib/aws/explain.ts';
import { readFailures } from '../../lib/aws/failures.ts';

const awsError = (name: string, message = '', httpStatusCode = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

type Case = readonly [code: string, retryable: boolean, error: unknown];

const CASES: readonly Case[] = [
  ['aws-throttled', true, awsError('ThrottlingException', 'Rate exceeded')],
  ['aws-throttled', true, awsError('RequestLimitExceeded', 'Request limit exceeded.', 503)],
  [
    'aws-access-denied',
    false,
    awsError('AccessDeniedException', 'User: x is not authorized to perform: ecs:StopTask'),
  ],
  ['aws-access-denied', false, awsError('UnauthorizedOperation', 'You are not authorized', 403)],
  ['aws-access-denied', false, awsError('ClientException', 'x is not authorized to perform: ecs:ListTasks')],
  ['aws-credentials-invalid', false, awsError('ExpiredTokenException', 'The security token has expired')],
  [
    'aws-lifecycle-action-over',
    false,
    awsError('ValidationError', 'No active Lifecycle Action found with instance ID i-09c7205a117f0d09a'),
  ],
  ['aws-hook-missing', false, awsError('ValidationError', 'AutoScalingGroup name not found - null')],
  ['aws-resource-contention', true, awsError('ResourceContention', 'busy', 500)],
  ['aws-cluster-not-found', false, awsError('ClusterNotFoundException', 'Cluster not found.')],
  ['aws-cluster-busy', true, awsError('UpdateInProgressException', 'The cluster is in a busy state.')],
  ['aws-cluster-busy', true, awsError('ClientException', 'Cluster was not ACTIVE.')],
  ['aws-provider-in-use', false, awsError('ResourceInUseException', 'The capacity provider is in use.')],
  ['aws-service-not-found', false, awsError('ServiceNotFoundException', 'Service not found.')],
  [
    'aws-provider-not-associated',
    false,
    awsError(
      'InvalidParameterException',
      'The capacity provider FARGATE is not associated with the cluster.',
    ),
  ],
  ['aws-platform-unfit', false, awsError('PlatformUnknownException', 'Unknown platform version 9.9.9.')],
  [
    'aws-fargate-quota',
    false,
    awsError('ClientException', "You've reached the limit on the number of vCPUs you can run concurrently"),
  ],
  [
    'aws-container-instance-gone',
    false,
    awsError('InvalidParameterException', 'Referenced container instance 1c3be8ed not found.'),
  ],
  [
    'aws-container-instance-gone',
    false,
    awsError('ClientException', 'Container instance 1c3be8ed is inactive.'),
  ],
  [
    'aws-instance-has-tasks',
    true,
    awsError('InvalidParameterException', 'Found running tasks on the instance.'),
  ],
  [
    'aws-instance-not-active',
    true,
    awsError('InvalidParameterException', 'The container instance is in the REGISTERING state.'),
  ],
  ['aws-task-gone', false, awsError('InvalidParameterException', 'The referenced task was not found.')],
  [
    'aws-condition-failed',
    true,
    awsError('ConditionalCheckFailedException', 'The conditional request failed'),
  ],
  ['aws-table-missing', false, awsError('ResourceNotFoundException', 'Requested resource not found')],
  [
    'aws-item-too-large',
    false,
    awsError('ValidationException', 'Item size to update has exceeded the maximum allowed size'),
  ],
  ['aws-unavailable', true, awsError('ServerException', 'Service Unavailable', 503)],
  ['aws-unavailable', true, Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
  ['aws-unexpected', false, awsError('ResourceNotFoundException', 'Event bus stevedore does not exist.')],
  ['aws-unexpected', false, awsError('ValidationError', '1 validation error detected')],
  ['aws-unexpected', false, awsError('InvalidParameterException', 'instanceIds can have at most 10 items.')],
  ['aws-unexpected', false, 'a string that somebody threw'],
  ['aws-unexpected', false, undefined],
];

describe('explain', () => {
  it.each(CASES)('finds %s (retryable: %s) for %s', (code, retryable, error) => {
    expect(explain(error)).toMatchObject({ code, retryable });
  });

  it("names the denied action and resource, where to look, and AWS's own words", () => {
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/drain is not authorized to perform: ecs:StopTask on resource: ' +
      'arn:aws:ecs:eu-central-1:111122223333:task/prod/abc because no identity-based policy allows it';
    const { sentence } = explain(awsError('AccessDeniedException', message));
    expect(sentence).toContain(
      'AWS denied ecs:StopTask on arn:aws:ecs:eu-central-1:111122223333:task/prod/abc',
    );
    expect(sentence).toContain('serverless.yml');
    expect(sentence).toContain(message);
  });
});

describe('the predicates', () => {
  it('edge 7: know a finished lifecycle action from a missing group, both ValidationError', () => {
    const over = awsError('ValidationError', 'No active Lifecycle Action found with token 87654321');
    const missing = awsError(
      'ValidationError',
      'AutoScalingGroup name not found - AutoScalingGroup x not found',
    );
    expect([errors.isNoActiveLifecycleAction(over), errors.isHookGroupMissing(over)]).toEqual([true, false]);
    expect([errors.isNoActiveLifecycleAction(missing), errors.isHookGroupMissing(missing)]).toEqual([
      false,
      true,
    ]);
  });

  it('edge 26: know an instance on its way in or out from one that is gone', () => {
    const registering = awsError(
      'ClientException',
      'Container instance x is in REGISTERING state, not ACTIVE',
    );
    const inactive = awsError('ClientException', 'Container instance x is inactive.');
    expect([errors.isInstanceNotActive(registering), errors.isContainerInstanceGone(registering)]).toEqual([
      true,
      false,
    ]);
    expect([errors.isInstanceNotActive(inactive), errors.isContainerInstanceGone(inactive)]).toEqual([
      false,
      true,
    ]);
  });
});

describe('readFailures', () => {
  it('edge 27: tells what is gone from what failed', () => {
    expect(
      readFailures([
        { arn: 'arn:1', reason: 'MISSING' },
        { arn: 'arn:2', reason: 'INACTIVE' },
        { arn: 'arn:3', reason: 'AGENT', detail: 'not connected' },
      ]),
    ).toEqual([
      { arn: 'arn:1', kind: 'gone', reason: 'MISSING' },
      { arn: 'arn:2', kind: 'gone', reason: 'INACTIVE' },
      { arn: 'arn:3', kind: 'other', reason: 'AGENT: not connected' },
    ]);
    expect(readFailures(undefined)).toEqual([]);
  });
});
