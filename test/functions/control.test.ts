import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { host, stop, tasks } from './hosts.ts';
import { clusterPolicy, createRig, drainOrder, spotEvent, stoppedEvent, terminating } from './rig.ts';

describe('the kill switch', () => {
  it.each(['all', 'draining', 'draining/prod'])(
    '%s: nothing is changed or read, and that is said once',
    async (scope) => {
      const [leaving, spot] = [host(1), host(2)];
      const rig = createRig({ hosts: [leaving, spot] });
      await rig.control.pause(scope, 'jo', rig.clock.now());
      await rig.send(terminating(rig, leaving));
      await rig.send(spotEvent(spot, rig.clock.now()));
      for (let minute = 0; minute < 3; minute++) await rig.tick();

      expect(rig.world.writes()).toEqual([]);
      for (const { id } of [leaving, spot]) {
        const paused = rig.journal.entries.filter(
          ({ subject, reason }) => subject === id && reason === 'paused',
        );
        expect(paused.length).toBeGreaterThan(2);
        expect(paused.map(({ weight }) => weight).filter((weight) => weight === 'notable')).toHaveLength(1);
      }
    },
  );

  it('of one cluster leaves the others alone', async () => {
    const other = host(1, { cluster: 'batch' });
    const rig = createRig({ hosts: [other] });
    await rig.control.pause('draining/prod', 'jo', rig.clock.now());
    await rig.send(terminating(rig, other));

    expect(other.status).toBe('DRAINING');
  });

  it('once it is off, what was heard meanwhile is done', async () => {
    const leaving = host(1, { tasks: tasks(1) });
    const rig = createRig({ hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    await rig.control.pause('draining', 'jo', rig.clock.now());
    stop(...leaving.tasks);
    await rig.send(leaving.tasks[0] && stoppedEvent(rig, leaving, leaving.tasks[0]));
    await rig.tick();
    expect(rig.world.waiting).toHaveLength(1);

    await rig.control.resume('draining');
    await rig.tick();
    expect(rig.world.waiting).toEqual([]);
  });
});

describe('mode observe', () => {
  it('changes nothing and journals what would be done', async () => {
    const leaving = host(1);
    const rig = createRig({ mode: 'observe', hosts: [leaving] });
    await rig.send(terminating(rig, leaving));

    expect(rig.world.writes()).toEqual([]);
    const entry = rig.entry('drain-begun');
    expect(entry).toMatchObject({ outcome: 'observed', weight: 'notable', subject: leaving.id });
    expect(entry?.sentence).toContain(`would set ${leaving.arn} DRAINING`);
    expect(entry?.calls).toBeUndefined();
  });

  it('says it once as notable, and goes on in silence', async () => {
    const leaving = host(1);
    const rig = createRig({ mode: 'observe', hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    for (let minute = 0; minute < 3; minute++) await rig.tick();

    expect(rig.notable()).toEqual(['drain-begun']);
    expect(rig.world.writes()).toEqual([]);
  });

  it('would complete the hook of an instance that somebody else has drained', async () => {
    const leaving = host(1, { status: 'DRAINING' });
    const rig = createRig({ mode: 'observe', hosts: [leaving] });
    await rig.send(terminating(rig, leaving));
    await rig.tick();

    expect(rig.world.writes()).toEqual([]);
    expect(rig.entry('hook-completed')?.outcome).toBe('observed');
  });
});

describe('edge 36: the caps on drains of our own choice', () => {
  const oneAtATime = clusterPolicy('prod', {
    limits: { draining: { kind: 'count', value: 1 }, keepActive: { kind: 'count', value: 0 } },
  });
  const three = () => [host(1, { tasks: tasks(1) }), host(2), host(3)] as const;

  it('begin one of three that come at once; the others wait in their order', async () => {
    const [first, second, third] = three();
    const rig = createRig({ hosts: [first, second, third], clusters: [oneAtATime] });
    // All three are ordered while somebody else has the lease, so that one pass decides on them together.
    await rig.store.claim('draining#prod', 'somebody', rig.clock.now(), rig.clock.now() + 20_000);
    for (const one of [first, second, third]) await rig.send(drainOrder(one, rig.clock.now()));
    await rig.tick();

    expect([first, second, third].map(({ status }) => status)).toEqual(['DRAINING', 'ACTIVE', 'ACTIVE']);
    const held = rig.journal.entries.filter(({ reason }) => reason === 'waiting-for-room');
    expect(held.map(({ subject }) => subject)).toEqual([second.id, third.id]);
    expect(held[0]?.sentence).toContain('limits.draining allows 1. Place 1');
    expect(held[1]?.sentence).toContain('Place 2');
  });

  it('let the next begin as the one before is gone', async () => {
    const [first, second, third] = three();
    const rig = createRig({ hosts: [first, second, third], clusters: [oneAtATime] });
    for (const one of [first, second, third]) {
      await rig.send(drainOrder(one, rig.clock.now()));
      rig.clock.advance(1_000);
    }
    await rig.tick();
    expect([first, second, third].map(({ status }) => status)).toEqual(['DRAINING', 'ACTIVE', 'ACTIVE']);

    first.status = 'INACTIVE';
    await rig.tick();
    expect([second, third].map(({ status }) => status)).toEqual(['DRAINING', 'ACTIVE']);
    second.status = 'INACTIVE';
    await rig.tick();
    expect(third.status).toBe('DRAINING');
  });

  it('do not make hooks wait', async () => {
    const [first, second, third] = three();
    const rig = createRig({ hosts: [first, second, third], clusters: [oneAtATime] });
    await rig.send(drainOrder(first, rig.clock.now()));
    await rig.send(terminating(rig, second));
    await rig.send(drainOrder(third, rig.clock.now()));

    expect([first, second, third].map(({ status }) => status)).toEqual(['DRAINING', 'DRAINING', 'ACTIVE']);
  });

  it('count the hooks of the same pass, which ECS does not show DRAINING yet', async () => {
    const [, hooked, ordered] = three();
    const rig = createRig({ hosts: [hooked, ordered], clusters: [oneAtATime] });
    await rig.store.claim('draining#prod', 'somebody', rig.clock.now(), rig.clock.now() + 20_000);
    await rig.send(drainOrder(ordered, rig.clock.now()));
    await rig.send(terminating(rig, hooked));
    await rig.tick();

    expect([hooked.status, ordered.status]).toEqual(['DRAINING', 'ACTIVE']);
    expect(rig.entry('waiting-for-room')?.subject).toBe(ordered.id);
  });

  it('let an order that waited go on at once when its instance is terminated', async () => {
    const [first, second, third] = three();
    const rig = createRig({ hosts: [first, second, third], clusters: [oneAtATime] });
    await rig.send(drainOrder(first, rig.clock.now()));
    await rig.send(drainOrder(second, rig.clock.now()));
    expect(second.status).toBe('ACTIVE');
    await rig.send(terminating(rig, second));

    expect(second.status).toBe('DRAINING');
  });

  it('keep a floor of ACTIVE and connected instances', async () => {
    const [first, second, silent] = [host(1), host(2), host(3, { agentConnected: false })];
    const limits = {
      draining: { kind: 'count', value: 5 },
      keepActive: { kind: 'count', value: 1 },
    } as const;
    const rig = createRig({ hosts: [first, second, silent], clusters: [clusterPolicy('prod', { limits })] });
    await rig.send(drainOrder(first, rig.clock.now()));
    await rig.send(drainOrder(second, rig.clock.now()));
    await rig.tick(MINUTE);

    expect([first.status, second.status]).toEqual(['DRAINING', 'ACTIVE']);
    expect(rig.entry('keep-active-floor')?.subject).toBe(second.id);
  });
});
