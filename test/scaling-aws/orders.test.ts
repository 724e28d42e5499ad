import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import { toArrivals } from '../../functions/scale-notices.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { edited, sample } from '../events/samples.ts';
import { awsError } from '../functions/calls.ts';
import { hostsTarget, targetPolicy, webTarget } from './policies.ts';
import { alarmEvent, breached, createScalingRig, type ScalingRig } from './rig.ts';
import { group, service } from './world.ts';

const UPDATE = 'ECS:UpdateService';

const order = ({ clock }: ScalingRig, count: number, changes: Readonly<Record<string, unknown>> = {}) =>
  edited('scale-order', {
    time: new Date(clock.now()).toISOString(),
    'detail.count': count,
    'detail.by': 'jo',
    ...changes,
  });

function withFour(options = {}) {
  const rig = createScalingRig(options);
  rig.world.state.services.set('web', service('web', 4));
  return rig;
}

describe('an order for a count', () => {
  it('is carried out at once, and the journal has who gave it and what for', async () => {
    const rig = withFour();

    await rig.send(order(rig, 9));

    expect(rig.world.inputs(UPDATE)).toEqual([{ cluster: 'prod', service: 'web', desiredCount: 9 }]);
    expect(rig.entry('ordered')).toMatchObject({
      outcome: 'acted',
      weight: 'notable',
      subject: webTarget.id,
      calls: [UPDATE],
      cause: { eventId: '5d0b7f1e-63c4-4a3b-9d2f-7e8a9b0c1d2e', detailType: 'Stevedore Scale Order' },
      facts: { orderedBy: 'jo', from: 4, to: 9 },
    });
    expect((await rig.record())?.lastOut).toMatchObject({ from: 4, to: 9, policy: 'order by jo' });
  });

  it('sets the desired capacity of a group', async () => {
    const rig = createScalingRig({ targets: [targetPolicy(hostsTarget, [])] });
    rig.world.state.groups.set('prod-hosts', group('prod-hosts', 2));

    await rig.send(order(rig, 3, { 'detail.target': hostsTarget.id }));

    expect(rig.world.inputs('AutoScaling:SetDesiredCapacity')).toMatchObject([
      { AutoScalingGroupName: 'prod-hosts', DesiredCapacity: 3 },
    ]);
  });

  it('that is delivered twice is carried out once', async () => {
    const rig = withFour();
    await rig.send(order(rig, 9));
    rig.world.state.services.set('web', service('web', 5));

    await rig.send(order(rig, 9));
    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.reasons()).toContain('order-repeated');
  });

  it('for a target that the policy does not name is answered in the journal', async () => {
    const rig = withFour();

    await rig.send(order(rig, 9, { 'detail.target': 'service/prod/api' }));

    expect(rig.journal.entries).toMatchObject([
      { reason: 'target-not-in-policy', outcome: 'refused', weight: 'notable' },
    ]);
    expect(rig.world.writes()).toEqual([]);
  });

  it('waits while the kill switch is on, for an hour', async () => {
    const rig = withFour();
    await rig.control.pause('scaling', 'somebody', rig.clock.now());
    await rig.send(order(rig, 9));
    expect(rig.world.names()).toEqual([]);
    expect(rig.notable()).toEqual(['paused']);

    await rig.control.resume('scaling');
    await rig.tick();
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);

    await rig.control.pause('scaling', 'somebody', rig.clock.now());
    await rig.send(order(rig, 4, { id: 'another' }));
    await rig.control.resume('scaling');
    await rig.tick(HOUR);
    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
    expect(rig.entry('order-expired')).toMatchObject({ outcome: 'refused', facts: { orderedBy: 'jo' } });
  });

  it('is refused while somebody else scales the target', async () => {
    const rig = withFour();
    rig.world.state.scalingPolicies.push(webTarget.id);

    await rig.send(order(rig, 9));
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('other-owner')).toMatchObject({ outcome: 'refused', facts: { orderedBy: 'jo' } });
    expect((await rig.record())?.order).toBeUndefined();
  });

  it('in mode observe has its answer, and is not given again at every look', async () => {
    const rig = withFour({ mode: 'observe' });

    await rig.send(order(rig, 9));
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'ordered')).toMatchObject([
      { outcome: 'observed' },
    ]);
    expect(await rig.record()).toMatchObject({ changes: [] });
  });

  it('that AWS refuses fails at the next try too, and is done when AWS agrees', async () => {
    const rig = withFour();
    rig.world.fail(UPDATE, awsError('InvalidParameterException', 'The count is not allowed.'), 2);

    await expect(rig.send(order(rig, 9))).rejects.toThrow(UPDATE);
    await expect(rig.send(order(rig, 9))).rejects.toThrow(UPDATE);
    expect(rig.entry('action-failed')).toMatchObject({ outcome: 'failed' });

    await rig.tick();
    expect(rig.world.state.services.get('web')?.desiredCount).toBe(9);
    expect((await rig.record())?.order).toBeUndefined();
  });

  it('and an alarm that come together are not added up', async () => {
    const rig = await breached();

    await rig.send(order(rig, 10));
    await rig.send(alarmEvent(rig));
    await rig.tick();

    expect(rig.world.inputs(UPDATE)).toMatchObject([{ desiredCount: 10 }]);
  });

  it('that comes after the alarm has the last word, until the next look at the alarm', async () => {
    const rig = await breached();
    await rig.send(alarmEvent(rig));

    await rig.send(order(rig, 5));
    expect(rig.world.inputs(UPDATE)).toMatchObject([{ desiredCount: 6 }, { desiredCount: 5 }]);

    rig.world.state.services.set('web', service('web', 5));
    await rig.tick(10 * MINUTE);
    expect(rig.world.inputs(UPDATE).at(-1)).toMatchObject({ desiredCount: 7 });
  });
});

it('an event of hosts is nothing that is scaled by', () => {
  const rig = createScalingRig();
  const [event] = parseEvent(sample('drain-order')).events;

  expect(event?.kind === 'drain-order' && toArrivals(event, rig.policy)).toMatchObject({
    ignored: { reason: 'other-capability' },
  });
});
