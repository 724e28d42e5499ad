import { describe, expect, it } from 'vitest';
import { SECOND } from '../../lib/clock.ts';
import { edited } from '../events/samples.ts';
import { servicePolicy, web } from './policies.ts';
import {
  createFailoverRig,
  ON_DEMAND,
  opened,
  order,
  placementFailure,
  starved,
  UPDATE,
  written,
} from './rig.ts';
import { spotService } from './shapes.ts';

describe('mode observe', () => {
  const observing = { policy: { mode: 'observe' } } as const;

  it('says what it would do, changes nothing, and goes no further than suspicion', async () => {
    const rig = await starved(observing);

    await rig.send(placementFailure(rig));
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.journal.entries.filter(({ reason }) => reason === 'failed-over')).toMatchObject([
      { outcome: 'observed', weight: 'notable', sentence: expect.stringMatching(/^Mode observe/) },
      { outcome: 'observed', weight: 'routine' },
    ]);
    const record = await rig.record();
    expect(record.phase.name).toMatch(/closed|suspect/);
    expect(record.original).toBeUndefined();
    expect(rig.reasons()).not.toContain('breaker-opened');
  });

  it('answers an order once', async () => {
    const rig = createFailoverRig(observing);
    rig.world.addService('web');

    await rig.send(order(rig, 'fail-over'));
    await rig.tick();

    expect(rig.journal.entries.filter(({ reason }) => reason === 'failed-over')).toHaveLength(1);
  });
});

describe('the kill switch', () => {
  it.each(['all', 'failover', 'failover/prod', `failover/${web.id}`])(
    'of scope %s stops calls and changes, and what was heard counts afterwards',
    async (scope) => {
      const rig = await starved();
      await rig.control.pause(scope, 'somebody', rig.clock.now());
      const before = rig.world.calls.length;

      await rig.send(placementFailure(rig));
      await rig.tick();
      expect(rig.world.names(before)).toEqual([]);
      expect(rig.reasons()).toContain('paused');

      await rig.control.resume(scope);
      await rig.tick();
      expect(written(rig)).toEqual([ON_DEMAND]);
    },
  );

  it('of another service does not stop this one', async () => {
    const rig = await starved();
    await rig.control.pause('failover/service/prod/api', 'somebody', rig.clock.now());

    await rig.send(placementFailure(rig));

    expect(rig.world.inputs(UPDATE)).toHaveLength(1);
  });

  it.each(['pool/X86_64/us-east-1a+us-east-1b', web.id, 'prod'])(
    'of %s keeps the breaker from probing until it is resumed',
    async (part) => {
      const rig = await opened();
      await rig.control.pause(`failover/${part}`, 'somebody', rig.clock.now());

      await rig.tick(60 * 60 * SECOND);
      expect(rig.world.inputs('ECS:RunTask')).toEqual([]);

      await rig.control.resume(`failover/${part}`);
      await rig.tick();
      expect(rig.world.inputs('ECS:RunTask')).toHaveLength(1);
    },
  );
});

describe('a tick over 200 services', () => {
  it('with nothing wrong takes 20 calls and writes nothing', async () => {
    const services = Array.from({ length: 200 }, (_, n) => servicePolicy(`s${n}`));
    const rig = createFailoverRig({ services });
    for (const { service } of services) rig.world.state.services.set(service, spotService(service));
    await rig.tick();
    const before = rig.world.calls.length;
    const revisions = async () => {
      const keys = services.map(({ id }) => ({ partition: 'failover', id }));
      return (await rig.store.read(keys)).map(({ revision }) => revision);
    };
    const unchanged = await revisions();
    const entries = rig.journal.entries.length;

    await rig.tick();

    expect(rig.world.names(before)).toEqual(Array.from({ length: 20 }, () => 'ECS:DescribeServices'));
    expect(await revisions()).toEqual(unchanged);
    expect(rig.journal.entries).toHaveLength(entries);
  });

  it('of which all starve at once asks for clusters and subnets once', async () => {
    const services = Array.from({ length: 40 }, (_, n) => servicePolicy(`s${n}`));
    const rig = createFailoverRig({ services });
    for (const { service } of services) rig.world.addService(service, 1).runningCount = 0;
    await rig.tick();
    const waiting = rig.world.hold('ECS:DescribeServices');
    const first = rig.send(placementFailure(rig, 's0'));
    await waiting.reached;
    for (const { service } of services.slice(1)) await rig.send(placementFailure(rig, service));
    waiting.release();
    await first;

    expect(rig.world.inputs(UPDATE)).toHaveLength(40);
    expect(rig.world.inputs('ECS:DescribeClusters')).toHaveLength(2);
    expect(rig.world.inputs('EC2:DescribeSubnets')).toHaveLength(2);
  });

  it('asks of a service that waits for its breaker no more than of any other', async () => {
    const rig = await opened();
    const before = rig.world.calls.length;

    await rig.tick();

    expect(rig.world.names(before)).toEqual(['ECS:DescribeServices']);
  });
});

describe('the lease', () => {
  it('lets a tick that finds it taken leave its look to the holder', async () => {
    const rig = await starved();
    const reading = rig.world.hold('ECS:DescribeServices');
    const working = rig.send(placementFailure(rig));
    await reading.reached;
    const before = rig.world.calls.length;

    await rig.tick(5 * SECOND);
    expect(rig.world.names(before)).toEqual([]);

    reading.release();
    await working;
    expect(written(rig)).toEqual([ON_DEMAND]);
  });

  it('of an invocation that died is waited for no longer than it lasts', async () => {
    const rig = await starved();
    await rig.store.claim('failover', 'dead', rig.clock.now(), rig.clock.now() + 20 * SECOND);

    await rig.send(placementFailure(rig));
    expect(rig.world.writes()).toEqual([]);
    await rig.send(edited('schedule-tick', {}));
    expect(rig.world.writes()).toEqual([]);

    await rig.tick();
    expect(written(rig)).toEqual([ON_DEMAND]);
  });
});
