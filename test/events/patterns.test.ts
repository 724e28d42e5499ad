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
  repositories: ['shop/api', 'shop/worker'],
  tags: ['main-*', 'staging', null],
};

/** The same names, but for the alarms and the services of gates: each capability has its own. */
function scopeOf(id: EventSourceId): PatternScope {
  // As capacity has it: all services of a cluster.
  if (id === 'placement-failure') return { ...scope, services: ['hosts/*'] };
  if (id === 'failover-alarm') return { ...scope, alarms: ['web-too-few'] };
  return id === 'gate-deployment' ? { ...scope, services: ['prod/api-staging'] } : scope;
}

const nothing: PatternScope = {
  clusters: [],
  groups: [],
  hooks: [],
  alarms: [],
  services: [],
  repositories: [],
  tags: [],
};

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
    ['placement-failure', 'a service of another cluster', { resources: [`${serviceArn}/nohosts/api`] }],
    [
      'placement-failure',
      'what goes well',
      { 'detail.eventName': 'SERVICE_STEADY_STATE', 'detail.eventType': 'INFO' },
    ],
    ['deployment-state-change', 'another service', { resources: [`${serviceArn}/prod/api`] }],
    ['task-interruption', 'a task of another service', { 'detail.group': 'service:api' }],
    ['task-interruption', 'a task that went by itself', { 'detail.stopCode': 'EssentialContainerExited' }],
    ['task-interruption', 'a task on an EC2 host', { 'detail.capacityProviderName': 'prod-hosts' }],
    ['failover-alarm', 'an alarm of somebody else', { 'detail.alarmName': 'web-too-few-2' }],
    ['ecr-image-action', 'another repository', { 'detail.repository-name': 'other/shop/api' }],
    [
      'ecr-image-action',
      'a tag that is no source and no destination',
      { 'detail.image-tag': 'feature-main-1' },
    ],
    ['ecr-image-action', 'a failure', { 'detail.result': 'FAILURE' }],
    ['ecr-image-action', 'any other action', { 'detail.action-type': 'ARCHIVE' }],
    ['ecr-image-scan', 'another repository', { 'detail.repository-name': 'shop/web' }],
    [
      'inspector-scan',
      'a repository whose name only ends alike',
      {
        'detail.repository-name': 'arn:aws:ecr:us-east-1:111122223333:repository/my-shop/api',
      },
    ],
    ['gate-deployment', 'another service', { resources: [`${serviceArn}/prod/api`] }],
    [
      'gate-deployment',
      'a deployment that has not completed',
      { 'detail.eventName': 'SERVICE_DEPLOYMENT_IN_PROGRESS' },
    ],
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
    'placement-failure',
    'deployment-state-change',
    'task-interruption',
    'failover-alarm',
    'ecr-image-action',
    'ecr-image-scan',
    'inspector-scan',
    'gate-deployment',
  ] as const)('of %s matches nothing where the policy names nothing', (id) => {
    expect(matches(patternOf(id, nothing), sample(id))).toBe(false);
  });

  it.each([
    ['main', ['main'], ['main-1', 'amain', undefined]],
    ['main-*', ['main-', 'main-1'], ['main', 'a-main-1', undefined]],
    ['*-rc', ['1-rc', '-rc'], ['1-rc2', undefined]],
    ['main-*-rc', ['main-1-rc', 'main--rc'], ['main-1', 'main-rc']],
    ['*rc*', ['rc', '1-rc2'], ['r-c']],
    ['main-**', ['main-1'], ['main']],
    ['*', ['main'], [undefined]],
    [null, [undefined], ['main']],
  ] as const)('of images lets through tags like %s', (tag, inside, outside) => {
    const narrow = patternOf('ecr-image-action', { ...scope, tags: [tag] });
    const isLet = (one: string | undefined) =>
      matches(narrow, edited('ecr-image-action', { 'detail.image-tag': one }));

    expect(inside.map(isLet)).toEqual(inside.map(() => true));
    expect(outside.map(isLet)).toEqual(outside.map(() => false));
  });

  it('of images lets any through, with a tag or without, where no tag narrows it', () => {
    const wide = patternOf('ecr-image-action', { ...scope, tags: [] });

    for (const tag of ['v1.4.2', undefined])
      expect(matches(wide, edited('ecr-image-action', { 'detail.image-tag': tag }))).toBe(true);
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
    expect(
      patternOf('ecr-image-action', { ...scope, tags: ['main-*', 'v*-rc', '*-x', 'staging', null] }),
    ).toEqual({
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action'],
      detail: {
        'action-type': ['PUSH', 'DELETE'],
        result: ['SUCCESS'],
        'repository-name': ['shop/api', 'shop/worker'],
        'image-tag': [
          { prefix: 'main-' },
          { wildcard: 'v*-rc' },
          { suffix: '-x' },
          'staging',
          { exists: false },
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
