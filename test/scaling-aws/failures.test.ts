import { describe, expect, it, vi } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { awsError, denied, throttled } from '../functions/calls.ts';
import { outByTwo, serviceTarget, targetPolicy, tracking, webTarget } from './policies.ts';
import { alarmEvent, breached } from './rig.ts';
import { service } from './world.ts';

const UPDATE = 'ECS:UpdateService';
const ALARMS = 'CloudWatch:DescribeAlarms';
const desiredCounts = (rig: Awaited<ReturnType<typeof breached>>) =>
  rig.world.inputs(UPDATE).map(({ desiredCount }) => desiredCount);

describe('a crash', () => {
  it('between the intent and the write: the next tick sets the same absolute count', async () => {
    const rig = await breached();
    const asking = rig.world.hold('ECS:UpdateService');
    void rig.send(alarmEvent(rig));
    await asking.reached;
    expect((await rig.record())?.intent).toMatchObject({ from: 4, desired: 6, policy: 'out' });

    rig.world.state.values.set('CPUUtilization', 99);
    await rig.tick();

    expect(desiredCounts(rig)).toEqual([6, 6]);
    expect(await rig.record()).toMatchObject({ lastOut: { from: 4, to: 6 } });
    expect((await rig.record())?.intent).toBeUndefined();
    expect(rig.reasons()).toContain('intent-replayed');
  });

  it('between the write and the record: nothing is stepped twice', async () => {
    const rig = await breached();
    const commit = rig.store.commit.bind(rig.store);
    let commits = 0;
    vi.spyOn(rig.store, 'commit').mockImplementation(async (...args) => {
      commits += 1;
      if (commits === 2) throw new Error('the store could not be reached');
      return commit(...args);
    });
    await expect(rig.send(alarmEvent(rig))).rejects.toThrow('could not be reached');
    expect(rig.world.state.services.get('web')?.desiredCount).toBe(6);

    await rig.tick();
    await rig.tick();

    expect(desiredCounts(rig)).toEqual([6, 6]);
    expect(await rig.record()).toMatchObject({ changes: [{ from: 4, to: 6 }] });
  });

  it('after which somebody else set another count: decided afresh', async () => {
    const rig = await breached();
    const asking = rig.world.hold('ECS:UpdateService');
    void rig.send(alarmEvent(rig));
    await asking.reached;
    rig.world.state.services.set('web', service('web', 10));

    await rig.tick();

    expect(desiredCounts(rig)).toEqual([6, 12]);
  });

  it('before the intent: changes nothing, and the next tick decides', async () => {
    const rig = await breached();
    vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(new Error('the store could not be reached'));

    await expect(rig.send(alarmEvent(rig))).rejects.toThrow('could not be reached');
    expect(rig.world.writes()).toEqual([]);
    await rig.tick();

    expect(desiredCounts(rig)).toEqual([6]);
  });
});

describe('a write that fails', () => {
  it('scaling edge 12: starts no cooldown, and is tried again by the next tick when it was throttled', async () => {
    const rig = await breached();
    rig.world.fail(UPDATE, throttled());

    await rig.send(alarmEvent(rig));
    expect(await rig.record()).toMatchObject({ changes: [], intent: { desired: 6 } });
    expect((await rig.record())?.lastOut).toBeUndefined();
    expect(rig.reasons()).toContain('throttled');
    expect(rig.reasons()).not.toContain('scaled-out');

    await rig.tick();
    expect(desiredCounts(rig)).toEqual([6, 6]);
    expect(await rig.record()).toMatchObject({ changes: [{ from: 4, to: 6 }] });
  });

  it('for good, is thrown, so that Lambda and the failure queue have it', async () => {
    const rig = await breached();
    rig.world.fail(UPDATE, denied('ecs:UpdateService'));

    await expect(rig.send(alarmEvent(rig))).rejects.toThrow(
      /UpdateService for service\/prod\/web: AWS denied/,
    );

    expect(rig.entry('access-denied')).toMatchObject({ outcome: 'failed', weight: 'notable' });
    expect(await rig.record()).toMatchObject({ changes: [] });
    expect((await rig.record())?.intent).toBeUndefined();
  });

  it('because the service is gone, is told once and harms no other target', async () => {
    const api = targetPolicy(serviceTarget('api'), [{ ...outByTwo, name: 'api-out' }]);
    const rig = await breached({ targets: [targetPolicy(webTarget, [outByTwo]), api] });
    rig.world.state.services.set('api', service('api', 2));
    rig.world.failWhen(
      UPDATE,
      awsError('ServiceNotFoundException', 'Service not found.'),
      (input) => input.service === 'web',
    );

    await rig.send(alarmEvent(rig));

    expect(rig.entry('target-missing')).toMatchObject({ subject: webTarget.id });
    expect(rig.world.state.services.get('api')?.desiredCount).toBe(4);
  });
});

describe('a look that fails', () => {
  it('by throttling holds everything until the next tick', async () => {
    const rig = await breached();
    const event = alarmEvent(rig);
    rig.clock.advance(3 * MINUTE);
    rig.world.fail(ALARMS, throttled());

    await rig.send(event);
    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('throttled')).toMatchObject({ outcome: 'failed' });

    await rig.tick();
    expect(desiredCounts(rig)).toEqual([6]);
  });

  it('because it is denied is thrown, and told as notable once', async () => {
    const rig = await breached();
    const event = alarmEvent(rig);
    rig.clock.advance(3 * MINUTE);
    rig.world.fail(ALARMS, denied('cloudwatch:DescribeAlarms'), 2);

    await expect(rig.send(event)).rejects.toThrow(/not authorized/);
    await expect(rig.tick()).rejects.toThrow(/not authorized/);

    expect(rig.notable().filter((reason) => reason === 'access-denied')).toHaveLength(1);
  });

  it.each([
    [ALARMS, 'cloudwatch:DescribeAlarms'],
    [UPDATE, 'ecs:UpdateService'],
  ])(
    'because %s is denied fails at each try of Lambda, so that the failure queue gets the event',
    async (call, action) => {
      const rig = await breached();
      const event = alarmEvent(rig);
      rig.clock.advance(3 * MINUTE);
      rig.world.fail(call, denied(action), 3);

      for (let attempt = 1; attempt <= 3; attempt++) await expect(rig.send(event)).rejects.toThrow(action);
      await rig.send(event);

      expect(rig.world.state.services.get('web')?.desiredCount).toBe(6);
    },
  );

  it('scaling edge 21: at one metric still lets others scale out', async () => {
    const rig = await breached({ targets: [targetPolicy(webTarget, [outByTwo, tracking('queue')])] });
    rig.world.state.metricAnswer = ({ MetricDataQueries = [] }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) =>
        MetricStat?.Metric?.MetricName === 'queue'
          ? { Id, StatusCode: 'Forbidden', Messages: [{ Code: 'Forbidden', Value: 'No access.' }] }
          : {
              Id,
              StatusCode: 'Complete',
              Timestamps: [new Date(rig.clock.now() - MINUTE - 10 * SECOND)],
              Values: [80],
            },
      ),
    });

    await rig.send(alarmEvent(rig));

    expect(desiredCounts(rig)).toEqual([6]);
    expect(rig.entry('metric-unreadable')?.sentence).toMatch(/Forbidden for the metric. No access/);
  });

  it('because the service does not exist is told, with the remedy', async () => {
    const rig = await breached();
    rig.world.state.services.clear();

    await rig.send(alarmEvent(rig));

    expect(rig.entry('target-missing')).toMatchObject({ outcome: 'refused' });
    expect(rig.world.writes()).toEqual([]);
  });
});
