import { describe, expect, it } from 'vitest';
import { ClusterAutoScaling, releasable, reservation, type Sight } from '../../bench/cluster-auto-scaling.ts';

/** Instances of 4 vCPU and 16 GiB, all in use, with nothing waiting. */
const sight = (said: Partial<Sight> = {}): Sight => ({
  instances: 4,
  empty: 0,
  provisioning: [],
  instance: { cpu: 4_096, memory: 16_384 },
  ...said,
});
const needing = (cpu: number, memory: number, count: number) => ({ needs: { cpu, memory }, count });

describe('CapacityProviderReservation', () => {
  it.each([
    ['100 when all instances are used and nothing waits', sight(), 100],
    ['100 of nothing for nothing', sight({ instances: 0 }), 100],
    ['200 from nothing', sight({ instances: 0, provisioning: [needing(1_024, 1_024, 1)] }), 200],
    ['125 when a fifth instance is needed', sight({ provisioning: [needing(2_048, 2_048, 2)] }), 125],
    ['75 when one of four is empty', sight({ empty: 1 }), 75],
    ['of the largest group, not of all', sight({ provisioning: times(3, needing(4_096, 1_024, 1)) }), 125],
    ['by what is scarce', sight({ provisioning: [needing(256, 8_192, 4)] }), 150],
    ['100 for a task that fits no instance', sight({ provisioning: [needing(8_192, 1_024, 1)] }), 100],
  ])('is %s', (_, of, value) => {
    expect(reservation(of)).toBe(value);
  });
});

describe('ECS cluster auto scaling', () => {
  it('goes from none to two for one task', () => {
    const from = sight({ instances: 0, provisioning: [needing(256, 256, 1)] });

    expect(new ClusterAutoScaling().decide(from, 0)).toEqual({ kind: 'desired', desired: 2 });
  });

  it('orders no instance again that is on its way', () => {
    const scaling = new ClusterAutoScaling();
    const waiting = sight({ provisioning: [needing(4_096, 1_024, 2)] });

    expect(scaling.decide(waiting, 4)).toEqual({ kind: 'desired', desired: 6 });
    expect(scaling.decide(waiting, 6)).toEqual({ kind: 'none' });
  });

  it('lets empty instances go after 15 minutes in a row', () => {
    const scaling = new ClusterAutoScaling();
    const minutes = Array.from({ length: 16 }, () => scaling.decide(sight({ empty: 1 }), 4).kind);

    expect(minutes).toEqual([...times(14, 'none'), 'release', 'release']);
  });

  it('waits anew when instances were needed in between', () => {
    const scaling = new ClusterAutoScaling();
    for (let minute = 0; minute < 14; minute++) scaling.decide(sight({ empty: 1 }), 4);
    scaling.decide(sight({ provisioning: [needing(4_096, 1_024, 1)] }), 5);

    expect(scaling.decide(sight({ empty: 1 }), 5)).toEqual({ kind: 'none' });
  });

  it.each([
    [26, 24, 12],
    [4, 4, 1],
    [3, 3, 1],
    [1, 1, 1],
    [10, 2, 2],
    [10, 0, 0],
  ])('of %i instances with %i empty lets %i go in a minute', (instances, empty, gone) => {
    expect(releasable(sight({ instances, empty }))).toBe(gone);
  });
});

function times<One>(count: number, one: One): One[] {
  return Array.from({ length: count }, () => one);
}
