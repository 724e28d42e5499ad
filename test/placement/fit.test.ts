import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsForCertain } from '../../lib/placement/certain.ts';
import { fitsInEveryOrder, type Moving } from '../../lib/placement/fit.ts';
import type { Workload } from '../../lib/placement/model.ts';
import { Packing } from '../../lib/placement/packing.ts';
import { Scheduler } from '../../lib/placement/place.ts';
import { randomTies } from '../../lib/placement/strategies.ts';
import {
  anyCluster,
  binOf,
  type Cluster,
  contents,
  memberOf,
  needs,
  numbers,
  on,
  PACK_CPU,
  packingOf,
  SPREAD_HOSTS,
  SPREAD_ZONES,
  sized,
  workload,
} from './clusters.ts';

function ofSize(size: number, said: Partial<Workload> = {}): Workload {
  return workload(`service:${size}`, { needs: needs({ cpu: size, memory: size }), ...said });
}

function moving(...workloads: readonly Workload[]): Moving[] {
  return workloads.map((each, at) => ({ id: `task-${at}`, workload: each }));
}

/** Whether all find a place in this one order with these ties. */
function succeeds(packing: Packing, tasks: readonly Moving[], random: () => number): boolean {
  const mark = packing.mark();
  const scheduler = new Scheduler(packing, randomTies(random));
  const order = tasks
    .map((task) => ({ task, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ task }) => task);
  const placed = order.every(({ id, workload: wanted }) => scheduler.place(id, wanted) !== undefined);
  packing.rollback(mark);
  return placed;
}

describe('fitsInEveryOrder', () => {
  it('finds no fault in nothing', () => {
    expect(fitsInEveryOrder(new Packing([], []), [], numbers(1))).toEqual({ fits: true, moves: [] });
  });

  it('says where each task would go', () => {
    const packing = new Packing([sized('a', 2), sized('b', 2)], []);
    const tasks = moving(
      ofSize(2, { strategies: [SPREAD_HOSTS] }),
      ofSize(2, { strategies: [SPREAD_HOSTS] }),
    );
    const fit = fitsInEveryOrder(packing, tasks, () => 0);
    expect(fit).toEqual({
      fits: true,
      moves: [
        { task: 'task-0', to: 'a' },
        { task: 'task-1', to: 'b' },
      ],
    });
  });

  it('names the task that is left over, and what the hosts lack for it', () => {
    const packing = new Packing([sized('a', 2), sized('b', 1)], []);
    const fit = fitsInEveryOrder(packing, moving(ofSize(2), ofSize(2)), () => 0);
    expect(fit).toEqual({ fits: false, task: 'task-1', misfits: new Map([['cpu', 2]]) });
  });

  it('sees that small tasks first leave no room for a large one', () => {
    const packing = new Packing([sized('a', 3), sized('b', 1)], []);
    // As given, the large one comes first and all is well.
    const tasks = moving(ofSize(3), ofSize(1, { strategies: [{ type: 'random' }] }));
    expect(fitsInEveryOrder(packing, tasks, () => 0).fits).toBe(false);
  });

  it('sees that a tie may be settled the wrong way', () => {
    // Whichever is taken for the small task, CPU is the same; only one of them leaves room for the large one.
    const hosts = [sized('a', 2, 'a'), sized('b', 2, 'b')];
    const tight = workload('service:tight', {
      needs: needs({ cpu: 2, memory: 2 }),
      constraints: [memberOf('attribute:ecs.availability-zone == a')],
    });
    const tasks = moving(ofSize(1, { strategies: [PACK_CPU] }), tight);
    expect(fitsInEveryOrder(new Packing(hosts, []), tasks, () => 0.99).fits).toBe(false);
  });

  it('does not count on hosts that the plan has closed', () => {
    const packing = new Packing([sized('a', 4), sized('b', 1)], []);
    packing.close(binOf(packing, 'a'));
    expect(fitsInEveryOrder(packing, moving(ofSize(2)), numbers(1)).fits).toBe(false);
  });

  it('leaves the packing as it was, whatever it says', () => {
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      const before = contents(packing);
      fitsInEveryOrder(packing, cluster.moving, numbers(seed));
      expect(contents(packing)).toEqual(before);
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check));
  });

  it('leads to places that all exist: its moves can be carried out in their order', () => {
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      const fit = fitsInEveryOrder(packing, cluster.moving, numbers(seed));
      if (!fit.fits) return;
      expect(fit.moves.map(({ task }) => task)).toEqual(cluster.moving.map(({ id }) => id));
      for (const [at, { id, workload: wanted }] of cluster.moving.entries()) {
        const bin = binOf(packing, fit.moves[at]?.to ?? '');
        const alone = new Packing([bin.host], [...bin.tasks.values()]);
        expect(new Scheduler(alone, () => 0).next(wanted).kind).toBe('placed');
        packing.place(id, wanted, bin);
      }
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check));
  });

  it('when it says yes, twenty random orders with random ties go well', () => {
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      const random = numbers(seed);
      if (!fitsInEveryOrder(packing, cluster.moving, random).fits) return;
      for (let run = 0; run < 20; run++) expect(succeeds(packing, cluster.moving, random)).toBe(true);
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check), { numRuns: 500 });
  });
});

describe('fitsForCertain', () => {
  it('is right about every order and tie', () => {
    let proven = 0;
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      if (!fitsForCertain(packing, cluster.moving)) return;
      proven += cluster.moving.length > 1 ? 1 : 0;
      const random = numbers(seed);
      for (let run = 0; run < 20; run++) expect(succeeds(packing, cluster.moving, random)).toBe(true);
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check), { numRuns: 1000 });
    expect(proven).toBeGreaterThan(20);
  });

  it('proves nothing when no host could take all of them', () => {
    const packing = new Packing([sized('a', 2), sized('b', 2)], []);
    expect(fitsForCertain(packing, moving(ofSize(1), ofSize(1), ofSize(1)))).toBe(false);
  });

  it.each([
    ['distinctInstance', workload('service:web', { constraints: [{ type: 'distinctInstance' }] })],
    ['a fixed port', workload('service:web', { needs: needs({ cpu: 256, tcp: [80] }) })],
  ])('wants a host for each task that keeps the others out (%s)', (_why, rival) => {
    const one = new Packing([sized('a', 4096), sized('small', 100)], []);
    const two = new Packing([sized('a', 4096), sized('b', 4096)], []);
    const certain = [one, two].map((packing) => fitsForCertain(packing, moving(rival, rival)));
    expect(certain).toEqual([false, true]);
  });

  it('proves nothing of constraints that depend on what else runs there', () => {
    const packing = new Packing([sized('a', 4096)], []);
    const wary = workload('service:web', { constraints: [memberOf('runningTasksCount < 2')] });
    expect(fitsForCertain(packing, moving(wary, wary, wary))).toBe(false);
  });
});

it('more hosts can mean fewer ways: a full one, with a task of the group, makes zones equal that were not', () => {
  const web = ofSize(1, { group: 'service:web', strategies: [SPREAD_ZONES] });
  const there = workload('service:web', { needs: needs() });
  const hosts = [sized('a', 2, 'a'), sized('b', 1, 'b')];
  const tasks = moving(web, ofSize(2));
  // The web task goes to zone b, that has none of its group, and leaves host a to the large one.
  const before = fitsInEveryOrder(new Packing(hosts, on(['a'], there)), tasks, numbers(1));
  const grown = new Packing([...hosts, sized('full', 0, 'b')], on(['a', 'full'], there));
  expect([before.fits, fitsInEveryOrder(grown, tasks, numbers(1)).fits]).toEqual([true, false]);
});
