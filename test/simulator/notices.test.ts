import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../lib/clock.ts';
import { first, prodWorld, published } from './worlds.ts';

describe('EC2', () => {
  const states = (world: ReturnType<typeof prodWorld>['world']) =>
    published(world, 'EC2 Instance State-change Notification').map(
      ({ detail }) => (detail as { state: string }).state,
    );

  it('announces every state', async () => {
    const { world } = prodWorld({ group: { instances: 0 } });
    const { id } = world.ec2.launch();
    await world.runFor(MINUTE);
    world.ec2.stop(id);
    await world.runFor(2 * MINUTE);
    world.ec2.start(id);
    await world.runFor(MINUTE);
    world.ec2.terminate(id);
    await world.runFor(2 * MINUTE);
    expect(states(world)).toEqual([
      'pending',
      'running',
      'stopping',
      'stopped',
      'pending',
      'running',
      'shutting-down',
      'terminated',
    ]);
  });

  it('forgets a terminated instance after an hour', async () => {
    const { world, ec2 } = prodWorld({ group: { instances: 0 } });
    const { id } = world.ec2.launch();
    world.ec2.terminate(id);
    await world.runFor(30 * MINUTE);
    const Filters = [{ Name: 'instance-id', Values: [id] }];
    expect((await ec2.describeInstances({ Filters })).Reservations).toHaveLength(1);
    await world.runFor(HOUR);
    expect((await ec2.describeInstances({ Filters })).Reservations).toEqual([]);
  });

  it('reclaims a Spot instance two minutes after the warning, past any hook', async () => {
    const { world, instances } = prodWorld({ group: { spot: true, hooks: [{ name: 'drain' }] } });
    const { ec2InstanceId } = first(instances);
    world.ec2.interruptSpot(ec2InstanceId);
    const [warning] = published(world, 'EC2 Spot Instance Interruption Warning');
    expect(warning?.detail).toEqual({ 'instance-id': ec2InstanceId, 'instance-action': 'terminate' });
    await world.runFor(119 * SECOND);
    expect(world.ec2.instance(ec2InstanceId).state).toBe('running');
    await world.runFor(2 * SECOND);
    expect(world.ec2.instance(ec2InstanceId).state).toBe('shutting-down');
  });

  it('edge 18: hibernation begins at once, and a reclaim by stop leaves the instance registered', async () => {
    const { world, instances } = prodWorld({ group: { spot: true } });
    const [asleep, stopped] = instances;
    world.ec2.interruptSpot(asleep?.ec2InstanceId ?? '', 'hibernate');
    world.ec2.interruptSpot(stopped?.ec2InstanceId ?? '', 'stop');
    await world.runFor(SECOND);
    const state = (host: typeof asleep) => world.ec2.instance(host?.ec2InstanceId ?? '').state;
    expect([state(asleep), state(stopped)]).toEqual(['stopping', 'running']);
    await world.runFor(HOUR);
    expect([stopped?.status, stopped?.agentConnected]).toEqual(['ACTIVE', false]);
  });
});

describe('AWS Health', () => {
  it('edge 38: speaks RFC 1123, strings for numbers, and ids or ARNs', () => {
    const { world } = prodWorld();
    const startAt = Date.UTC(2026, 11, 1, 9);
    world.announceMaintenance({ instanceIds: ['i-0abc'], startAt, asArns: true });
    expect(first(published(world, 'AWS Health Event')).detail).toMatchObject({
      eventTypeCode: 'AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED',
      startTime: 'Tue, 01 Dec 2026 09:00:00 GMT',
      page: '1',
      backupEvent: 'false',
      affectedEntities: [{ entityValue: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc' }],
    });
  });
});
