import { describe, expect, it } from 'vitest';
import { containerInstance, edited, instance, only, rejection, sample } from './samples.ts';

describe('a container instance state change', () => {
  it('names the cluster shortly, and counts what ECS wants to run', () => {
    expect(only(sample('noise-container-instance-draining'))).toEqual({
      kind: 'container-instance-state-change',
      eventId: '6a2b8c9d-1e43-4f5a-8b72-3d4e5f6a7b80',
      detailType: 'ECS Container Instance State Change',
      at: Date.UTC(2026, 10, 21, 14, 0, 5),
      cluster: 'prod',
      containerInstance,
      instanceId: instance,
      status: 'DRAINING',
      agentConnected: true,
      runningTasks: 1,
      pendingTasks: 0,
      version: 14801,
    });
  });

  it('may come without counts: then they are unknown, not zero', () => {
    const event = only(sample('container-instance-state-change-without-counts'));
    expect(event).toMatchObject({ status: 'INACTIVE', version: 14802 });
    expect(event).not.toHaveProperty('runningTasks');
    expect(event).not.toHaveProperty('pendingTasks');
  });

  it('edge 45: is read for an ECS Anywhere host as well', () => {
    const event = only(
      edited('container-instance-state-change', { 'detail.ec2InstanceId': 'mi-0a1b2c3d4e5f67890' }),
    );
    expect(event).toMatchObject({ instanceId: 'mi-0a1b2c3d4e5f67890' });
  });

  it('edge 9: is malformed without the version that orders it', () => {
    expect(rejection(edited('container-instance-state-change', { 'detail.version': undefined }))).toBe(
      'malformed: detail.version is missing; expected a whole number, zero or more',
    );
  });

  it.each([
    ['a negative count', { 'detail.runningTasksCount': -1 }, /detail\.runningTasksCount is -1/],
    [
      'the ARN of a task',
      { 'detail.containerInstanceArn': 'arn:aws:ecs:x:1:task/prod/1' },
      /container instance$/,
    ],
    [
      'a cluster without a name',
      { 'detail.clusterArn': 'arn:aws:ecs:x:1:cluster/' },
      /detail\.clusterArn is/,
    ],
    ['a connection that is text', { 'detail.agentConnected': 'true' }, /is "true"; expected true or false/],
  ])('is malformed with %s', (_, changes, sentence) => {
    expect(rejection(edited('container-instance-state-change', changes))).toMatch(sentence);
  });
});

describe('a task state change', () => {
  it('names the host, the service and what has happened', () => {
    expect(only(sample('task-state-change'))).toEqual({
      kind: 'task-state-change',
      eventId: '9d5e1f2a-4b76-4c8d-9ea5-6a7b8c9daeb3',
      detailType: 'ECS Task State Change',
      at: Date.UTC(2026, 10, 21, 14, 1, 38),
      task: 'arn:aws:ecs:us-east-1:111122223333:task/prod/c13b4cb4f0c84b3c8e2a9d7f6e5d4c31',
      cluster: 'prod',
      containerInstance,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      launchType: 'EC2',
      service: 'web',
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task stopped by the service scheduler: container instance is draining.',
      version: 9,
    });
  });

  it('has no service if the task is standalone, whatever its group', () => {
    expect(only(sample('task-state-change-standalone'))).not.toHaveProperty('service');
    const own = edited('task-state-change-standalone', { 'detail.group': 'nightly' });
    expect(only(own)).not.toHaveProperty('service');
  });

  it('tells that the host went away', () => {
    expect(only(sample('task-state-change-host-terminated'))).toMatchObject({
      stopCode: 'TerminationNotice',
      stoppedReason: `Host EC2 (instance ${instance}) terminated.`,
    });
  });

  it('has no host on Fargate', () => {
    const changes = { 'detail.containerInstanceArn': undefined, 'detail.launchType': 'FARGATE' };
    const event = only(edited('task-state-change', changes));
    expect(event).toMatchObject({ launchType: 'FARGATE' });
    expect(event).not.toHaveProperty('containerInstance');
  });

  it('reads the short ARNs of accounts that have not opted in to the long ones', () => {
    const arn = 'arn:aws:ecs:us-east-1:111122223333:task/c13b4cb4-f0c8-4b3c-8e2a-9d7f6e5d4c31';
    expect(only(edited('task-state-change', { 'detail.taskArn': arn }))).toMatchObject({
      task: arn,
      cluster: 'prod',
    });
  });
});

describe("an interruption of a Fargate Spot service's task", () => {
  const interrupted = (changes: Readonly<Record<string, unknown>>) =>
    only(edited('task-interruption', changes));

  it('names the task and the service', () => {
    expect(only(sample('task-interruption'))).toMatchObject({
      kind: 'task-state-change',
      interrupted: true,
      task: 'arn:aws:ecs:us-east-1:111122223333:task/prod/5d6e7f8091a24b3c8d4e5f60718293a4',
      cluster: 'prod',
      service: 'web',
      lastStatus: 'RUNNING',
      desiredStatus: 'STOPPED',
    });
  });

  it('failover edge 6: warns and stops with one task, by which it can be counted once', () => {
    const [warning, stopped] = [only(sample('task-interruption')), only(sample('task-interruption-stopped'))];

    expect(warning).toMatchObject({ interrupted: true, lastStatus: 'RUNNING' });
    expect(stopped).toMatchObject({ interrupted: true, lastStatus: 'STOPPED' });
    expect('task' in warning && 'task' in stopped && warning.task === stopped.task).toBe(true);
  });

  it('failover edge 7: is known by either code, and by its text when it has neither', () => {
    expect(only(sample('task-interruption-termination-notice'))).toMatchObject({ interrupted: true });
    expect(interrupted({ 'detail.stopCode': 'SomethingNew' })).toMatchObject({ interrupted: true });
    expect(interrupted({ 'detail.stopCode': undefined })).toMatchObject({ interrupted: true });
  });

  it.each([
    [
      'another code and text',
      { 'detail.stopCode': 'UserInitiated', 'detail.stoppedReason': 'Task stopped by jo' },
    ],
    ['neither code nor text', { 'detail.stopCode': undefined, 'detail.stoppedReason': undefined }],
    ['a launch on EC2', { 'detail.launchType': 'EC2' }],
    ['a container instance', { 'detail.containerInstanceArn': containerInstance }],
  ])('is none with %s', (_, changes) => {
    expect(interrupted(changes)).not.toHaveProperty('interrupted');
  });

  it('is none of the host that an EC2 task ran on', () => {
    expect(only(sample('task-state-change-host-terminated'))).not.toHaveProperty('interrupted');
  });
});
