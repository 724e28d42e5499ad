import { describe, expect, it } from 'vitest';
import { toArrivals } from '../../functions/drain-notices.ts';
import type { CapabilityEvent, Mapping } from '../../functions/handler.ts';
import { type IgnoreReason, ignoreReasons } from '../../functions/ignore-reasons.ts';
import type { Arrival } from '../../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import { clusterName, groupName } from '../../lib/ids.ts';
import { containerInstance, edited, instance, only, otherInstance, sample } from './samples.ts';

const on = { spotInterruption: true, rebalance: true, maintenanceLeadMs: 3_600_000, directTermination: true };
const off = { spotInterruption: false, rebalance: false, maintenanceLeadMs: null, directTermination: false };

function cluster(name: string, triggers: ClusterPolicy['triggers'] = on): ClusterPolicy {
  return {
    cluster: clusterName(name),
    groups: [{ name: groupName(`${name}-hosts`), hooks: ['stevedore-drain'] }],
    triggers,
    deadlineMs: 3_600_000,
    atDeadline: 'continue',
    stopGraceMs: 60_000,
    standaloneTasks: { kind: 'wait' },
    spotStopLeadMs: null,
    limits: { draining: { kind: 'count', value: 5 }, keepActive: { kind: 'count', value: 1 } },
    settleMs: 10_000,
    ghosts: { terminatedAfterMs: 60_000, stoppedAfterMs: null },
  };
}

const policy: DrainingPolicy = { mode: 'act', clusters: [cluster('staging', off), cluster('prod')] };
const allOff: DrainingPolicy = { mode: 'act', clusters: [cluster('prod', off)] };

function toldBy(raw: unknown, by = policy): Mapping<Arrival> {
  const event = only(raw);
  if (event.kind === 'schedule-tick') throw new Error('A tick is about no instance');
  return toArrivals(event satisfies CapabilityEvent, by);
}

function arrivalsOf(raw: unknown, by = policy) {
  const mapping = toldBy(raw, by);
  if ('ignored' in mapping) throw new Error(`Ignored: ${mapping.ignored.sentence}`);
  return mapping.arrivals;
}

function ignoredAs(raw: unknown, by = policy): IgnoreReason {
  const mapping = toldBy(raw, by);
  if (!('ignored' in mapping)) throw new Error(`Not ignored: ${JSON.stringify(mapping.arrivals)}`);
  return mapping.ignored.reason;
}

describe('an event that asks something', () => {
  const at = Date.UTC(2026, 10, 21, 14);
  const byInstance = { by: 'instance', instanceId: instance };
  const byHost = { by: 'container-instance', arn: containerInstance, cluster: 'prod' };
  const retirement = 'AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED';

  it.each([
    [
      'lifecycle-terminate',
      {
        kind: 'hook',
        group: 'prod-hosts',
        hook: 'stevedore-drain',
        token: '3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01',
        at,
      },
      { ...byInstance, cluster: 'prod' },
    ],
    ['spot-interruption', { kind: 'spot-interruption', action: 'terminate' }, byInstance],
    ['rebalance-recommendation', { kind: 'rebalance' }, byInstance],
    ['instance-state-change', { kind: 'ec2-state', state: 'shutting-down' }, byInstance],
    [
      'health-scheduled-change',
      { kind: 'maintenance', code: retirement, startAt: Date.UTC(2026, 11, 5, 14), status: 'scheduled' },
      byInstance,
    ],
    [
      'health-scheduled-change-closed',
      { kind: 'maintenance', code: retirement, status: 'withdrawn' },
      byInstance,
    ],
    ['container-instance-state-change', { kind: 'unlisted' }, { ...byHost, instanceId: instance }],
    [
      'task-state-change-standalone',
      { kind: 'task-stopped', task: expect.stringContaining(':task/prod/') },
      byHost,
    ],
    [
      'drain-order',
      { kind: 'order', verb: 'drain', by: expect.any(String) },
      { ...byInstance, cluster: 'prod' },
    ],
    ['drain-order-release', { kind: 'order', verb: 'release' }, byInstance],
  ])('%s arrives as what it is, about whom it is', (name, notice, subject) => {
    const event = only(sample(name));
    const [arrival, ...more] = arrivalsOf(sample(name));
    expect(arrival).toEqual({
      notice: expect.objectContaining({ at: event.at, ...notice }),
      subject,
      cause: { eventId: event.eventId, detailType: event.detailType },
    });
    expect(more).toEqual([]);
  });

  it('edge 38: one maintenance event arrives once for every instance of its page', () => {
    const arrivals = arrivalsOf(sample('health-scheduled-change-page-2-of-3'));
    expect(arrivals.map(({ subject }) => subject)).toEqual([
      byInstance,
      { ...byInstance, instanceId: otherInstance },
    ]);
  });

  it('an instance that Health calls resolved is withdrawn, and the others stay scheduled', () => {
    const entities = [{ entityValue: instance, status: 'RESOLVED' }, { entityValue: otherInstance }];
    const arrivals = arrivalsOf(edited('health-scheduled-change', { 'detail.affectedEntities': entities }));
    expect(arrivals.map(({ notice }) => notice)).toMatchObject([
      { status: 'withdrawn' },
      { status: 'scheduled' },
    ]);
  });

  it('edge 39: a closed event withdraws every instance, whatever is said of it alone', () => {
    const raw = edited('health-scheduled-change', { 'detail.statusCode': 'closed' });
    expect(arrivalsOf(raw)).toMatchObject([{ notice: { status: 'withdrawn' } }]);
  });

  it('what is withdrawn needs no start', () => {
    const raw = edited('health-scheduled-change-closed', { 'detail.startTime': undefined });
    expect(arrivalsOf(raw)).toMatchObject([{ notice: { status: 'withdrawn', startAt: only(raw).at } }]);
  });

  it('a container instance without counts arrives without counts', () => {
    const [arrival] = arrivalsOf(sample('container-instance-state-change-without-counts'));
    expect(arrival?.notice).not.toHaveProperty('runningTasks');
  });

  it('a host that goes is told of whatever the triggers say, since a drain may be under way', () => {
    expect(arrivalsOf(sample('instance-state-change'), allOff)).toHaveLength(1);
  });
});

describe('an event that asks nothing', () => {
  it.each<[IgnoreReason, string, string, Readonly<Record<string, unknown>>]>([
    ['test-notification', 'edge 34: a new hook tries its topic', 'lifecycle-test-notification', {}],
    [
      'group-not-in-policy',
      'another group',
      'lifecycle-terminate',
      { 'detail.AutoScalingGroupName': 'batch-hosts' },
    ],
    [
      'hook-not-in-policy',
      "edge 31: ECS's own hook on our group",
      'lifecycle-terminate',
      { 'detail.LifecycleHookName': 'ecs-managed-draining-hook' },
    ],
    ['state-not-of-interest', 'a start', 'instance-state-change', { 'detail.state': 'running' }],
    ['maintenance-keeps-host', 'a reboot', 'health-scheduled-change-reboot', {}],
    ['not-our-region', 'the copy in the backup Region', 'health-scheduled-change-backup-region', {}],
    [
      'not-our-region',
      'a copy that is not marked',
      'health-scheduled-change-backup-region',
      { 'detail.backupEvent': 'false' },
    ],
    [
      'not-our-account',
      'another account of the organisation',
      'health-scheduled-change',
      { 'detail.affectedAccount': '444455556666' },
    ],
    [
      'maintenance-without-instance',
      'no entity',
      'health-scheduled-change',
      { 'detail.affectedEntities': [] },
    ],
    ['maintenance-without-start', 'no start', 'health-scheduled-change', { 'detail.startTime': undefined }],
    [
      'cluster-not-in-policy',
      "another cluster's host",
      'container-instance-state-change',
      { 'detail.clusterArn': 'arn:aws:ecs:us-east-1:111122223333:cluster/batch' },
    ],
    [
      'cluster-not-in-policy',
      "another cluster's task",
      'task-state-change',
      { 'detail.clusterArn': 'arn:aws:ecs:us-east-1:111122223333:cluster/batch' },
    ],
    ['cluster-not-in-policy', "another cluster's order", 'drain-order', { 'detail.cluster': 'batch' }],
    [
      'state-not-of-interest',
      'a working host',
      'container-instance-state-change',
      { 'detail.status': 'ACTIVE' },
    ],
    [
      'external-instance',
      'edge 45: an ECS Anywhere host',
      'container-instance-state-change',
      { 'detail.ec2InstanceId': 'mi-0a1b2c3d4e5f67890' },
    ],
    ['external-instance', 'an order for one', 'drain-order', { 'detail.instanceId': 'mi-0a1b2c3d4e5f67890' }],
    ['task-not-stopped', 'edge 1: a stopping task', 'task-state-change', { 'detail.lastStatus': 'STOPPING' }],
    ['task-not-on-host', 'a task on Fargate', 'task-state-change', { 'detail.launchType': 'FARGATE' }],
    [
      'task-not-on-host',
      'an unplaced task',
      'task-state-change',
      { 'detail.containerInstanceArn': undefined },
    ],
  ])('is %s: %s', (reason, _, name, changes) => {
    expect(ignoredAs(edited(name, changes))).toBe(reason);
  });

  it.each(['spot-interruption', 'rebalance-recommendation', 'health-scheduled-change'])(
    'is trigger-off: %s where no cluster wants it',
    (name) => {
      expect(ignoredAs(sample(name), allOff)).toBe('trigger-off');
      expect(ignoredAs(sample(name), { mode: 'act', clusters: [] })).toBe('trigger-off');
    },
  );

  it('names the thing and the value in its sentence', () => {
    const mapping = toldBy(edited('lifecycle-terminate', { 'detail.LifecycleHookName': 'other' }));
    expect(mapping).toEqual({
      ignored: {
        reason: 'hook-not-in-policy',
        sentence: `Hook other of group prod-hosts holds ${instance}, but is not ours to complete`,
      },
    });
  });
});

describe('a hook of ours', () => {
  const remarksOn = (raw: unknown) => {
    const mapping = toldBy(raw);
    return 'ignored' in mapping ? [] : (mapping.remarks ?? []).map(({ reason }) => reason);
  };

  it('edge 33: belongs to the cluster of the policy, even if its metadata names another', () => {
    const raw = edited('lifecycle-terminate', { 'detail.NotificationMetadata': '{"cluster":"staging"}' });
    expect(arrivalsOf(raw)).toMatchObject([{ subject: { cluster: 'prod' } }]);
    expect(remarksOn(raw)).toEqual(['metadata-disagrees']);
  });

  it('edge 44: drains a host that goes back to the warm pool, and says so', () => {
    expect(arrivalsOf(sample('lifecycle-terminate-warm-pool'))).toMatchObject([{ notice: { kind: 'hook' } }]);
    expect(remarksOn(sample('lifecycle-terminate-warm-pool'))).toEqual(['warm-pool-return']);
  });

  it('deserves no remark when all is as usual', () => {
    expect(remarksOn(sample('lifecycle-terminate'))).toEqual([]);
  });
});

describe('the catalogue of reasons', () => {
  it('has a meaning and a remedy for each, in a full sentence', () => {
    for (const [code, { meaning, remedy }] of Object.entries(ignoreReasons)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });
});
