import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { clusterName } from '../../lib/ids.ts';
import type { StepPolicy, Target } from '../../lib/scaling/policy.ts';
import { hostsTarget, outByTwo, targetPolicy, webTarget } from './policies.ts';
import { alarmEvent, breach, breached } from './rig.ts';
import { cpuAlarm, group, service } from './world.ts';

const UPDATE = 'ECS:UpdateService';

describe('an alarm event', () => {
  it('costs three calls: the metric, the service, the write; what the alarm is, the last tick has seen', async () => {
    const rig = await breached();
    const before = rig.world.calls.length;

    await rig.send(alarmEvent(rig));

    expect(rig.world.names(before)).toEqual(['CloudWatch:GetMetricData', 'ECS:DescribeServices', UPDATE]);
    // Only the count is given, so that nothing else of the service changes.
    expect(rig.world.inputs(UPDATE)).toEqual([{ cluster: 'prod', service: 'web', desiredCount: 6 }]);
    expect(rig.entry('scaled-out')).toMatchObject({
      outcome: 'acted',
      subject: webTarget.id,
      cluster: 'prod',
      calls: [UPDATE],
      cause: { detailType: 'CloudWatch Alarm State Change' },
    });
    expect(rig.reasons()).toEqual(['scaled-out']);
  });

  it('costs four calls when it is old, since the alarm may have changed since', async () => {
    const rig = await breached();
    const event = alarmEvent(rig);
    rig.clock.advance(3 * MINUTE);
    rig.world.state.alarms.set('web-cpu-high', cpuAlarm('web-cpu-high', rig.clock.now(), { Threshold: 85 }));
    const before = rig.world.calls.length;

    await rig.send(event);

    expect(rig.world.names(before).slice(0, 2)).toEqual([
      'CloudWatch:DescribeAlarms',
      'CloudWatch:GetMetricData',
    ]);
    expect(rig.world.writes()).toEqual([]);
  });

  it('costs four calls for an alarm that no tick has seen yet', async () => {
    const created = { ...outByTwo, alarm: { ...outByTwo.alarm, name: 'created-just-now' } };
    const rig = await breached({ targets: [targetPolicy(webTarget, [created])] });
    rig.world.state.alarms.set('created-just-now', cpuAlarm('created-just-now', rig.clock.now()));
    const before = rig.world.calls.length;

    await rig.send(alarmEvent(rig, { 'detail.alarmName': 'created-just-now' }));

    expect(rig.world.names(before)).toEqual([
      'CloudWatch:DescribeAlarms',
      'CloudWatch:GetMetricData',
      'ECS:DescribeServices',
      UPDATE,
    ]);
  });

  it('costs three calls for a group, whose own cooldown is not waited for', async () => {
    const rig = await breached({ targets: [targetPolicy(hostsTarget, [outByTwo])] });
    rig.world.state.groups.set('prod-hosts', group('prod-hosts', 3));
    const before = rig.world.calls.length;

    await rig.send(alarmEvent(rig));

    expect(rig.world.names(before)).toEqual([
      'CloudWatch:GetMetricData',
      'AutoScaling:DescribeAutoScalingGroups',
      'AutoScaling:SetDesiredCapacity',
    ]);
    expect(rig.world.inputs('AutoScaling:SetDesiredCapacity')).toEqual([
      { AutoScalingGroupName: 'prod-hosts', DesiredCapacity: 5, HonorCooldown: false },
    ]);
  });

  it('costs four calls for a group of a cluster, of which ECS is asked which instances serve', async () => {
    const target: Target = { ...hostsTarget, cluster: clusterName('prod') };
    const rig = await breached({ targets: [targetPolicy(target, [outByTwo])] });
    const hosts = group('prod-hosts', 3);
    rig.world.state.groups.set('prod-hosts', hosts);
    rig.world.state.connected = (hosts.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
    const before = rig.world.calls.length;

    await rig.send(alarmEvent(rig));

    expect(rig.world.names(before)).toEqual([
      'CloudWatch:GetMetricData',
      'AutoScaling:DescribeAutoScalingGroups',
      'ECS:ListContainerInstances',
      'AutoScaling:SetDesiredCapacity',
    ]);
  });

  it('scaling edge 14: delivered twice, or after the schedule has acted, never steps twice', async () => {
    const rig = await breached({ targets: [targetPolicy(webTarget, [{ ...outByTwo, cooldownMs: 0 }])] });
    const event = alarmEvent(rig);
    await rig.send(event);
    const before = rig.world.calls.length;
    rig.clock.advance(90 * SECOND);

    await rig.send(event);
    await rig.send(alarmEvent(rig, { id: 'again', 'detail.state.timestamp': '2026-11-21T14:00:09.000Z' }));

    expect(rig.world.names(before)).toEqual([]);
    expect(rig.world.state.services.get('web')?.desiredCount).toBe(6);
    expect(rig.reasons().filter((reason) => reason === 'alarm-repeated')).toHaveLength(2);
  });

  it('sent by ten invocations at once, steps once', async () => {
    const rig = await breached({ targets: [targetPolicy(webTarget, [{ ...outByTwo, cooldownMs: 0 }])] });
    const event = alarmEvent(rig);

    await Promise.all(Array.from({ length: 10 }, () => rig.send(event)));

    expect(rig.world.inputs(UPDATE)).toEqual([{ cluster: 'prod', service: 'web', desiredCount: 6 }]);
    expect(await rig.store.woken('scaling')).toEqual([]);
  });

  it('scaling edge 18: changes nothing when the metric has fallen back before it came', async () => {
    const rig = await breached({}, 40);

    await rig.send(alarmEvent(rig));

    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toContain('no-matching-step');
  });

  it('scaling edge 17: set by hand, is told to be a test, and the metric decides', async () => {
    const rig = await breached({}, 40);

    await rig.send(
      alarmEvent(rig, { 'detail.state.reason': 'a test', 'detail.state.reasonData': undefined }),
    );

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('alarm-test')?.sentence).toMatch(/set to ALARM by hand/);
  });

  it('scaling edge 17: of a composite alarm, fetches the metric of its child: four calls, and three once it is known', async () => {
    const busy = { ...outByTwo, alarm: { ...outByTwo.alarm, name: 'web-busy' } };
    const rig = await breached({ targets: [targetPolicy(webTarget, [busy])] });
    rig.world.state.composites.set('web-busy', {
      AlarmName: 'web-busy',
      AlarmRule: 'ALARM("web-cpu-high") AND NOT ALARM("web-deploying")',
      StateValue: 'ALARM',
      StateTransitionedTimestamp: new Date(rig.clock.now()),
    });
    const before = rig.world.calls.length;

    const busyNow = () =>
      alarmEvent(rig, {
        resources: ['arn:aws:cloudwatch:us-east-1:111122223333:alarm:web-busy'],
        'detail.alarmName': 'web-busy',
        'detail.state.reasonData': JSON.stringify({
          triggeringAlarms: [{ arn: 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:web-cpu-high' }],
        }),
      });
    await rig.send(busyNow());

    expect(rig.world.names(before)).toHaveLength(4);
    expect(rig.world.inputs('CloudWatch:DescribeAlarms').at(-1)).toMatchObject({
      AlarmNames: ['web-busy', 'web-cpu-high'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
    expect(rig.world.state.services.get('web')?.desiredCount).toBe(6);

    rig.clock.advance(6 * MINUTE);
    rig.world.state.services.set('web', service('web', 6));
    const known = rig.world.calls.length;
    await rig.send(busyNow());

    expect(rig.world.names(known)).toEqual(['CloudWatch:GetMetricData', 'ECS:DescribeServices', UPDATE]);
    expect(rig.world.state.services.get('web')?.desiredCount).toBe(8);
  });

  it('of another alarm, or for another function, is journalled and costs nothing', async () => {
    const rig = await breached();
    const before = rig.world.calls.length;

    await rig.send(alarmEvent(rig, { 'detail.alarmName': 'somebody-elses' }));
    await rig.send({ source: 'aws.cloudwatch', alarmData: 7 });

    expect(rig.world.names(before)).toEqual([]);
    expect(rig.reasons()).toEqual(expect.arrayContaining(['alarm-not-in-policy', 'malformed']));
  });
});

describe('a breach that lasts', () => {
  it('scaling edge 15: is looked at again each minute in two calls, and steps on after the cooldown', async () => {
    const rig = await breached();
    await rig.send(alarmEvent(rig));
    rig.world.state.services.set('web', service('web', 6));
    const before = rig.world.calls.length;

    await rig.tick(2 * MINUTE);
    expect(rig.world.names(before)).toEqual(['CloudWatch:DescribeAlarms', 'CloudWatch:GetMetricData']);

    for (let minute = 0; minute < 4; minute += 1) await rig.tick();
    expect(rig.world.inputs(UPDATE).map(({ desiredCount }) => desiredCount)).toEqual([6, 8]);
  });

  it('scaling edge 22: is scaled in only by what the metric for scaling out allows, though no event named that', async () => {
    const inByTwo: StepPolicy = {
      ...outByTwo,
      name: 'in',
      alarm: { name: 'web-cpu-low', threshold: 60, comparison: 'LessThanThreshold' },
      steps: [{ lower: null, upper: 0, adjustment: -2 }],
    };
    const rig = await breached({ targets: [targetPolicy(webTarget, [outByTwo, inByTwo])] }, 55);
    const low = { Threshold: 60, ComparisonOperator: 'LessThanThreshold' as const };
    rig.world.state.alarms.set('web-cpu-high', cpuAlarm('web-cpu-high', 0, { StateValue: 'OK' }));
    rig.world.state.alarms.set('web-cpu-low', cpuAlarm('web-cpu-low', rig.clock.now(), low));

    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.notable()).toContain('anticipated-flapping');
  });

  it('is found by the schedule when its event was lost', async () => {
    const rig = await breached();

    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toEqual([{ cluster: 'prod', service: 'web', desiredCount: 6 }]);
    expect(rig.entry('scaled-out')?.cause).toEqual({ eventId: 'tick', detailType: 'Scheduled Event' });
  });

  it('that is over costs one call, and writes nothing to the store', async () => {
    const rig = await breached();
    await rig.send(alarmEvent(rig));
    rig.world.state.alarms.set('web-cpu-high', {
      ...rig.world.state.alarms.get('web-cpu-high'),
      StateValue: 'OK',
    });
    await rig.tick(6 * MINUTE);
    const [before] = await rig.store.read([{ partition: 'scaling', id: webTarget.id }]);
    const calls = rig.world.calls.length;

    await rig.tick();

    expect(rig.world.names(calls)).toEqual(['CloudWatch:DescribeAlarms']);
    expect(await rig.store.read([{ partition: 'scaling', id: webTarget.id }])).toEqual([before]);
  });

  it('and rises, adds only the difference within the cooldown (scaling edge 10)', async () => {
    const steps = [
      { lower: 0, upper: 15, adjustment: 2 },
      { lower: 15, upper: null, adjustment: 3 },
    ];
    const rig = await breached({ targets: [targetPolicy(webTarget, [{ ...outByTwo, steps }])] });
    await rig.send(alarmEvent(rig));
    breach(rig, 90);

    await rig.tick();

    expect(rig.world.inputs(UPDATE).map(({ desiredCount }) => desiredCount)).toEqual([6, 7]);
  });
});
