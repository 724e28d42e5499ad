import { describe, expect, it } from 'vitest';
import type { PatternScope } from '../../events/envelope.ts';
import { type EventSourceId, sources } from '../../events/index.ts';
import { matches } from '../eventbridge-pattern.ts';
import { edited, sample, sampleNames } from './samples.ts';

const scope: PatternScope = {
  clusters: ['prod', 'staging'],
  groups: ['prod-hosts'],
  hooks: ['stevedore-drain'],
  alarms: ['web-cpu-high', 'web-busy'],
  services: ['prod/web', 'staging/web', 'prod/worker'],
};

/** The same names, but for the alarms: each capability has its own. */
const scopeOf = (id: EventSourceId): PatternScope =>
  id === 'failover-alarm' ? { ...scope, alarms: ['web-too-few'] } : scope;

function patternOf(id: EventSourceId, within = scopeOf(id)) {
  const found = sources.find((source) => source.id === id);
  if (!found) throw new Error(`No source ${id}`);
  return found.pattern(within);
}

const serviceArn = 'arn:aws:ecs:us-east-1:111122223333:service';

// Hooks and alarms with a notification target of their own, ticks and foreign events come past the rules.
const pastTheRules = /-sns$|-sqs|^alarm-state-change-action|^lifecycle-test|^schedule-tick|^foreign-|^noise-/;
const cases = sampleNames
  .filter((name) => !pastTheRules.test(name))
  .map((name) => ({ name, id: sources.map(({ id }) => id).find((id) => name.startsWith(id)) }));

describe('the pattern of a source', () => {
  it.each(cases)('$name matches the pattern of its own module and of no other', ({ name, id }) => {
    const matching = sources.filter((source) => matches(patternOf(source.id), sample(name)));
    expect(matching.map((source) => source.id)).toEqual([id]);
  });

  it('lets through none of the samples that are past the rules', () => {
    const outside = sampleNames.filter((name) => pastTheRules.test(name));
    const matching = outside.filter((name) =>
      sources.some((source) => matches(patternOf(source.id), sample(name))),
    );
    expect(outside.length).toBeGreaterThan(5);
    expect(matching).toEqual([]);
  });

  it.each([
    ['lifecycle-terminate', 'another group', { 'detail.AutoScalingGroupName': 'other-hosts' }],
    [
      'lifecycle-terminate',
      "edge 31: ECS's own hook",
      { 'detail.LifecycleHookName': 'ecs-managed-draining-hook' },
    ],
    ['instance-state-change', 'a start', { 'detail.state': 'running' }],
    ['health-scheduled-change', 'another service', { 'detail.service': 'RDS' }],
    ['health-scheduled-change', 'an issue', { 'detail.eventTypeCategory': 'issue' }],
    ['container-instance-state-change', 'a working host', { 'detail.status': 'ACTIVE' }],
    ['container-instance-state-change', 'a draining host', { 'detail.status': 'DRAINING' }],
    [
      'container-instance-state-change',
      'a cluster whose name only ends alike',
      { 'detail.clusterArn': 'arn:aws:ecs:us-east-1:111122223333:cluster/nonprod' },
    ],
    ['task-state-change', 'edge 1: a task that is still stopping', { 'detail.lastStatus': 'STOPPING' }],
    ['task-state-change', 'a task on Fargate', { 'detail.launchType': 'FARGATE' }],
    ['alarm-state-change', 'an alarm of somebody else', { 'detail.alarmName': 'web-cpu-high-2' }],
    ['alarm-state-change', 'an alarm that has ended', { 'detail.state.value': 'OK' }],
    ['service-action', 'a service of the same name elsewhere', { resources: [`${serviceArn}/nonprod/web`] }],
    ['service-action', 'a service whose name only begins alike', { resources: [`${serviceArn}/prod/web-2`] }],
    [
      'service-action',
      'a change of the desired count',
      { 'detail.eventName': 'SERVICE_DESIRED_COUNT_UPDATED' },
    ],
    ['deployment-state-change', 'another service', { resources: [`${serviceArn}/prod/api`] }],
    ['task-interruption', 'a task of another service', { 'detail.group': 'service:api' }],
    ['task-interruption', 'a task that went by itself', { 'detail.stopCode': 'EssentialContainerExited' }],
    ['task-interruption', 'a task on an EC2 host', { 'detail.capacityProviderName': 'prod-hosts' }],
    ['failover-alarm', 'an alarm of somebody else', { 'detail.alarmName': 'web-too-few-2' }],
  ] as const)('of %s leaves out %s', (id, _, changes) => {
    expect(matches(patternOf(id), sample(id))).toBe(true);
    expect(matches(patternOf(id), edited(id, changes))).toBe(false);
  });

  it.each([
    'lifecycle-terminate',
    'container-instance-state-change',
    'task-state-change',
    'alarm-state-change',
    'service-action',
    'deployment-state-change',
    'task-interruption',
    'failover-alarm',
  ] as const)('of %s matches nothing where the policy names nothing', (id) => {
    const nothing = patternOf(id, { clusters: [], groups: [], hooks: [], alarms: [], services: [] });
    expect(matches(nothing, sample(id))).toBe(false);
  });

  it('is the exact JSON that the rule gets', () => {
    expect(patternOf('task-state-change')).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: [{ suffix: ':cluster/prod' }, { suffix: ':cluster/staging' }],
        lastStatus: ['STOPPED'],
        launchType: ['EC2'],
      },
    });
    expect(patternOf('task-interruption', { ...scope, services: ['prod/web', 'staging/web'] })).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: [{ suffix: ':cluster/prod' }, { suffix: ':cluster/staging' }],
        group: ['service:web'],
        capacityProviderName: ['FARGATE_SPOT'],
        stopCode: ['SpotInterruption', 'TerminationNotice'],
      },
    });
    expect(patternOf('service-action', { ...scope, services: ['prod/web'] })).toEqual({
      source: ['aws.ecs'],
      'detail-type': ['ECS Service Action'],
      resources: [{ suffix: ':service/prod/web' }],
      detail: {
        eventName: [
          'SERVICE_TASK_PLACEMENT_FAILURE',
          'SERVICE_STEADY_STATE',
          'CAPACITY_PROVIDER_STEADY_STATE',
          'SERVICE_DEPLOYMENT_IN_PROGRESS',
          'SERVICE_DEPLOYMENT_COMPLETED',
          'SERVICE_DEPLOYMENT_FAILED',
        ],
      },
    });
    expect(patternOf('lifecycle-terminate')).toEqual({
      source: ['aws.autoscaling'],
      'detail-type': ['EC2 Instance-terminate Lifecycle Action'],
      detail: {
        AutoScalingGroupName: ['prod-hosts'],
        LifecycleHookName: ['stevedore-drain'],
        LifecycleTransition: ['autoscaling:EC2_INSTANCE_TERMINATING'],
      },
    });
  });
});
