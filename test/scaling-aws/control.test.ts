import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { edited } from '../events/samples.ts';
import { outByTwo, serviceTarget, targetPolicy, tracking, webTarget } from './policies.ts';
import { alarmEvent, breached, createScalingRig } from './rig.ts';
import { service } from './world.ts';

const UPDATE = 'ECS:UpdateService';
const OWNERS = /ScalableTargets|ScalingPolicies|CapacityProviders/;

describe('mode observe', () => {
  it('says what it would do, changes nothing, and does not act as if it had', async () => {
    const rig = await breached({ mode: 'observe' });

    await rig.send(alarmEvent(rig));
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'scaled-out')).toMatchObject([
      {
        outcome: 'observed',
        weight: 'notable',
        sentence: expect.stringMatching(/^Mode observe.* from 4 to 6/),
      },
      { outcome: 'observed', weight: 'routine' },
    ]);
    expect(await rig.record()).toMatchObject({ changes: [] });
    expect((await rig.record())?.intent).toBeUndefined();
  });
});

describe('the kill switch', () => {
  it.each(['all', 'scaling', `scaling/${webTarget.id}`])(
    'of scope %s stops calls and changes',
    async (scope) => {
      const rig = await breached();
      await rig.control.pause(scope, 'somebody', rig.clock.now());
      const before = rig.world.calls.length;

      await rig.send(alarmEvent(rig));
      await rig.tick();
      expect(rig.world.names(before)).toEqual([]);
      expect(rig.notable()).toContain('paused');

      await rig.control.resume(scope);
      await rig.tick();
      expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    },
  );

  it('of another target does not stop this one', async () => {
    const rig = await breached();
    await rig.control.pause('scaling/service/prod/api', 'somebody', rig.clock.now());

    await rig.send(alarmEvent(rig));

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});

describe('scaling edge 32: another owner', () => {
  it('is left to its policies, and found by the schedule, not by the alarm', async () => {
    const rig = await breached();
    rig.world.state.scalingPolicies.push(webTarget.id);
    await rig.tick(11 * MINUTE);

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('other-owner')).toMatchObject({ outcome: 'refused' });
  });

  it('is asked for once in ten minutes, across cold starts', async () => {
    const rig = createScalingRig();
    await rig.tick(0);
    for (let minute = 1; minute < 10; minute += 1) {
      rig.coldStart();
      await rig.tick();
    }
    expect(rig.world.names().filter((name) => OWNERS.test(name))).toHaveLength(1);

    await rig.tick();
    expect(rig.world.names().filter((name) => OWNERS.test(name))).toHaveLength(2);
  });

  it('that cannot be asked for is taken to be who it was a while ago', async () => {
    const rig = await breached();
    rig.world.failWhen('ApplicationAutoScaling:DescribeScalableTargets', new Error('down'), () => true);

    await rig.tick(11 * MINUTE);

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('is not asked for where the policy ignores it', async () => {
    const rig = await breached({ targets: [targetPolicy(webTarget, [outByTwo], { otherOwner: 'ignore' })] });
    rig.world.state.scalingPolicies.push(webTarget.id);

    await rig.send(alarmEvent(rig));

    expect(rig.world.names().filter((name) => OWNERS.test(name))).toEqual([]);
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});

describe('one look at many targets', () => {
  it('takes one call for a hundred alarms and one for five hundred queries', async () => {
    const targets = Array.from({ length: 250 }, (_, n) =>
      targetPolicy(serviceTarget(`s${n}`), [
        { ...outByTwo, alarm: { ...outByTwo.alarm, name: `high-${n}` } },
        tracking(`a${n}`),
        tracking(`b${n}`),
      ]),
    );
    const rig = createScalingRig({ targets });
    for (let n = 0; n < 250; n += 1) {
      rig.world.state.services.set(`s${n}`, service(`s${n}`, 5));
      rig.world.state.values.set(`a${n}`, 50).set(`b${n}`, 50);
    }
    await rig.tick();
    await rig.tick();
    const before = rig.world.calls.length;

    await rig.tick();

    const names = rig.world.names(before);
    expect(names.filter((name) => name === 'CloudWatch:DescribeAlarms')).toHaveLength(3);
    expect(names.filter((name) => name === 'CloudWatch:GetMetricData')).toHaveLength(1);
    expect(names).toHaveLength(4);
  });
});

describe('the lease', () => {
  it('lets a tick that finds it taken leave its look to the holder', async () => {
    const rig = await breached();
    const reading = rig.world.hold('ECS:DescribeServices');
    const working = rig.send(alarmEvent(rig));
    await reading.reached;
    const before = rig.world.calls.length;

    await rig.tick(5 * SECOND);
    expect(rig.world.names(before)).toEqual([]);

    reading.release();
    await working;
    expect(rig.world.names(before).filter((name) => name === 'CloudWatch:DescribeAlarms')).toHaveLength(1);
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it('lets the repetition of an event that comes during a look cause no second look', async () => {
    const rig = await breached();
    const event = alarmEvent(rig);
    await rig.send(event);
    const reading = rig.world.hold('CloudWatch:DescribeAlarms');
    const before = rig.world.calls.length;
    const ticking = rig.tick();
    await reading.reached;

    await rig.send(event);
    reading.release();
    await ticking;

    expect(rig.world.names(before).filter((name) => name === 'CloudWatch:DescribeAlarms')).toHaveLength(1);
    expect(rig.reasons()).toContain('alarm-repeated');
  });

  it('of an invocation that died is waited for no longer than it lasts', async () => {
    const rig = await breached();
    await rig.store.claim('scaling', 'dead', rig.clock.now(), rig.clock.now() + 20 * SECOND);

    await rig.send(alarmEvent(rig));
    expect(rig.world.writes()).toEqual([]);
    await rig.send(edited('schedule-tick', {}));
    expect(rig.world.writes()).toEqual([]);

    await rig.tick();
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });
});
