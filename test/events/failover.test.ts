import { describe, expect, it } from 'vitest';
import { edited, only, rejection, sample } from './samples.ts';

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service';
const deployment = 'ecs-svc/8203946571028374655';

describe('a service action', () => {
  it('names the service, what ECS says of it, and the capacity providers', () => {
    expect(only(sample('service-action'))).toEqual({
      kind: 'service-action',
      eventId: '1f0e2d3c-4b5a-4697-8887-a5b4c3d2e1f1',
      detailType: 'ECS Service Action',
      at: Date.UTC(2026, 10, 21, 14, 0, 12),
      service: 'web',
      cluster: 'prod',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      reason: 'RESOURCE:FARGATE',
      providers: ['FARGATE_SPOT'],
    });
  });

  it('failover edge 1: tells a shortage of FARGATE from one of FARGATE_SPOT by the provider alone', () => {
    expect(only(sample('service-action-on-demand'))).toMatchObject({
      reason: 'RESOURCE:FARGATE',
      providers: ['FARGATE'],
    });
  });

  it.each([
    ['noise-service-action-configuration', 'SERVICE_TASK_CONFIGURATION_FAILURE'],
    ['noise-service-action-throttled', 'ECS_OPERATION_THROTTLED'],
    ['noise-service-action-impaired', 'SERVICE_TASK_START_IMPAIRED'],
  ])('failover edge 2: is read from %s too, and says what it is', (name, eventName) => {
    expect(only(sample(name))).toMatchObject({ kind: 'service-action', eventName, providers: [] });
  });

  it('failover edge 3: has no provider where the service has a launch type or container instances', () => {
    expect(only(sample('service-action-container-instances'))).toMatchObject({
      reason: 'RESOURCE:CPU',
      providers: [],
    });
    expect(only(edited('service-action', { 'detail.capacityProviderArns': undefined }))).toMatchObject({
      reason: 'RESOURCE:FARGATE',
      providers: [],
    });
  });

  it('of a task that container instances lack memory for says so, and names no provider', () => {
    expect(only(sample('placement-failure'))).toMatchObject({
      kind: 'service-action',
      cluster: 'hosts',
      service: 'api',
      eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
      reason: 'RESOURCE:MEMORY',
      providers: [],
    });
  });

  it('failover edge 8: has the provider that is steady, if ECS says so of one', () => {
    expect(only(sample('service-action-provider-steady'))).toMatchObject({
      eventName: 'CAPACITY_PROVIDER_STEADY_STATE',
      providers: ['FARGATE'],
    });
    const steady = only(sample('service-action-steady'));
    expect(steady).toMatchObject({ eventName: 'SERVICE_STEADY_STATE', providers: [] });
    expect(steady).not.toHaveProperty('reason');
  });

  it('is read with the short ARN, whose cluster is in the detail', () => {
    expect(only(sample('noise-service-action-short-arn'))).toMatchObject({ service: 'web', cluster: 'prod' });
  });

  it('is read without a cluster in the detail, if the ARN is long', () => {
    expect(only(edited('service-action', { 'detail.clusterArn': undefined }))).toMatchObject({
      cluster: 'prod',
    });
  });

  it('takes the name of a provider for its ARN', () => {
    expect(only(edited('service-action', { 'detail.capacityProviderArns': ['FARGATE_SPOT'] }))).toMatchObject(
      {
        providers: ['FARGATE_SPOT'],
      },
    );
  });

  it('that tells of a deployment is read as one', () => {
    expect(only(sample('service-action-deployment-completed'))).toEqual({
      kind: 'deployment-state-change',
      eventId: '1f0e2d3c-4b5a-4697-8887-a5b4c3d2e1f6',
      detailType: 'ECS Service Action',
      at: Date.UTC(2026, 10, 21, 14, 20, 59),
      service: 'web',
      cluster: 'prod',
      deploymentId: deployment,
      eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
      reason: `ECS deployment ${deployment} completed.`,
    });
  });

  it('that tells of a deployment and does not say which stays a service action', () => {
    expect(
      only(edited('service-action-deployment-completed', { 'detail.deploymentId': undefined })),
    ).toMatchObject({ kind: 'service-action', eventName: 'SERVICE_DEPLOYMENT_COMPLETED' });
  });

  it.each([
    ['no service', { resources: [] }, 'resources[0] is missing; expected the ARN of an ECS service'],
    [
      'the ARN of a cluster',
      { resources: ['arn:aws:ecs:x:1:cluster/prod'] },
      'resources[0] is "arn:aws:ecs:x:1:cluster/prod"; expected the ARN of an ECS service',
    ],
    [
      'no cluster anywhere',
      { resources: [`${serviceArn}/web`], 'detail.clusterArn': undefined },
      'detail.clusterArn is missing; expected the ARN of an ECS cluster beside a short service ARN',
    ],
    ['no name', { 'detail.eventName': '' }, 'detail.eventName is ""; expected the name of a service action'],
    [
      'a provider that is none',
      { 'detail.capacityProviderArns': ['arn:aws:s3:::bucket'] },
      'detail.capacityProviderArns[0] is "arn:aws:s3:::bucket"; expected the ARN of a capacity provider',
    ],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('service-action', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe('a deployment state change', () => {
  it('names the deployment, and the cluster out of the ARN of the service', () => {
    expect(only(sample('deployment-state-change'))).toEqual({
      kind: 'deployment-state-change',
      eventId: '2a1b3c4d-5e6f-4071-8293-a4b5c6d7e8f1',
      detailType: 'ECS Deployment State Change',
      at: Date.UTC(2026, 10, 21, 14, 20, 58),
      service: 'web',
      cluster: 'prod',
      deploymentId: deployment,
      eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
      reason: `ECS deployment ${deployment} completed.`,
    });
  });

  it('failover edge 11: tells of a roll-back in the words of the reason', () => {
    expect(only(sample('deployment-state-change-failed'))).toMatchObject({
      eventName: 'SERVICE_DEPLOYMENT_FAILED',
      reason: expect.stringContaining('rolling back to deploymentId ecs-svc/4719385028461739205'),
    });
  });

  it('has no cluster with a short ARN, and may have no reason', () => {
    const event = only(
      edited('deployment-state-change', { resources: [`${serviceArn}/web`], 'detail.reason': undefined }),
    );
    expect(event).toMatchObject({ service: 'web', reason: '' });
    expect(event).not.toHaveProperty('cluster');
  });

  it('is malformed with another name', () => {
    expect(rejection(edited('deployment-state-change', { 'detail.eventName': 'SERVICE_STEADY_STATE' }))).toBe(
      'malformed: detail.eventName is "SERVICE_STEADY_STATE"; expected "SERVICE_DEPLOYMENT_IN_PROGRESS" or ' +
        '"SERVICE_DEPLOYMENT_COMPLETED" or "SERVICE_DEPLOYMENT_FAILED"',
    );
  });
});

describe('an order about the failover of a service', () => {
  it('names the service, its cluster and who gives it', () => {
    expect(only(sample('failover-order'))).toEqual({
      kind: 'failover-order',
      eventId: '4c3d5e6f-7081-4293-a4b5-c6d7e8f90112',
      detailType: 'Stevedore Failover Order',
      at: Date.UTC(2026, 10, 21, 15, 20),
      verb: 'fail-over',
      cluster: 'prod',
      service: 'web',
      by: 'arn:aws:sts::111122223333:assumed-role/operator/jo',
    });
  });

  it.each([
    ['failover-order-fail-back', 'fail-back'],
    ['failover-order-reset', 'reset'],
  ])('%s has the verb %s', (name, verb) => {
    expect(only(sample(name))).toMatchObject({ verb });
  });

  it.each([
    [
      'another verb',
      { 'detail.verb': 'drain' },
      'detail.verb is "drain"; expected "fail-over" or "fail-back" or "reset"',
    ],
    [
      'no cluster',
      { 'detail.cluster': undefined },
      'detail.cluster is missing; expected the name of an ECS cluster (letters, digits, hyphens and underscores)',
    ],
    [
      'an ARN for the service',
      { 'detail.service': 'service/web' },
      'detail.service is "service/web"; expected the name of an ECS service (letters, digits, hyphens and underscores)',
    ],
    ['nobody behind it', { 'detail.by': '' }, 'detail.by is ""; expected the name of who gives the order'],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('failover-order', changes))).toBe(`malformed: ${sentence}`);
  });
});

describe('an alarm that sends a service to on-demand', () => {
  it('tells of its end too, since no tick asks for it', () => {
    expect(only(sample('failover-alarm'))).toMatchObject({ alarmName: 'web-too-few', state: 'ALARM' });
    expect(only(sample('failover-alarm-over'))).toMatchObject({ alarmName: 'web-too-few', state: 'OK' });
  });
});
