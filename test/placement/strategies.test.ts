import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Workload } from '../../lib/placement/model.ts';
import { Packing } from '../../lib/placement/packing.ts';
import { Scheduler, SERVICE_DEFAULT_STRATEGIES } from '../../lib/placement/place.ts';
import { randomTies, type Ties } from '../../lib/placement/strategies.ts';
import {
  first,
  host,
  last,
  needs,
  numbers,
  on,
  PACK_CPU,
  PACK_MEMORY,
  SPREAD_HOSTS,
  SPREAD_ZONES,
  sized,
  workload,
} from './clusters.ts';

function whereNext(packing: Packing, next: Workload, ties: Ties = first): string | undefined {
  const placement = new Scheduler(packing, ties).next(next);
  return placement.kind === 'placed' ? placement.bin.host.id : undefined;
}

const other = workload('service:other');

describe('binpack', () => {
  const hosts = [
    host('much-cpu', { registered: { cpu: 4096, memory: 512, gpu: 0, enis: 2 } }),
    host('much-memory', { registered: { cpu: 512, memory: 4096, gpu: 0, enis: 2 } }),
    host('too-small', { registered: { cpu: 128, memory: 128, gpu: 0, enis: 2 } }),
  ];

  it('takes the host with the least free CPU that still has room', () => {
    expect(whereNext(new Packing(hosts, []), workload('service:web', { strategies: [PACK_CPU] }))).toBe(
      'much-memory',
    );
  });

  it('takes the host with the least free memory that still has room', () => {
    expect(whereNext(new Packing(hosts, []), workload('service:web', { strategies: [PACK_MEMORY] }))).toBe(
      'much-cpu',
    );
  });

  it('opens no empty host while a used one of the same size has room', () => {
    const packs = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 12 });
    const check = (sizes: readonly number[], seed: number) => {
      const packing = new Packing([sized('a', 4), sized('b', 4), sized('c', 4), sized('d', 4)], []);
      const scheduler = new Scheduler(packing, randomTies(numbers(seed)));
      for (const [at, size] of sizes.entries()) {
        const packed = workload(`service:${size}`, {
          needs: needs({ cpu: size, memory: size }),
          strategies: [PACK_CPU],
        });
        const usedWithRoom = [...packing.bins.values()].some(
          (bin) => bin.tasks.size > 0 && bin.free.cpu >= size,
        );
        const placement = scheduler.next(packed);
        if (placement.kind === 'nowhere') continue;
        if (usedWithRoom) expect(placement.bin.tasks.size).toBeGreaterThan(0);
        packing.place(`task-${at}`, packed, placement.bin);
      }
    };
    fc.assert(fc.property(packs, fc.nat(), check));
  });
});

describe('spread', () => {
  const zones = [host('a1', { zone: 'a' }), host('a2', { zone: 'a' }), host('b1', { zone: 'b' })];
  const web = workload('service:web', { strategies: [SPREAD_ZONES] });

  it('takes the value with the fewest tasks of the group', () => {
    expect(whereNext(new Packing(zones, on(['b1'], web)), web)).toBe('a1');
  });

  it('does not count tasks of other groups', () => {
    const tasks = [...on(['a1'], web), ...on(['b1'], other, 3)];
    expect(whereNext(new Packing(zones, tasks), web)).toBe('b1');
  });

  it('counts by value, not by host: an empty host in a full zone is not preferred', () => {
    const tasks = [...on(['a1'], web, 2), ...on(['b1'], web)];
    expect(whereNext(new Packing(zones, tasks), web)).toBe('b1');
  });

  it('counts tasks on a DRAINING host, where they still run', () => {
    const draining = host('a3', { zone: 'a', status: 'DRAINING' });
    expect(whereNext(new Packing([...zones, draining], on(['a3'], web)), web)).toBe('b1');
  });

  it('is a best effort: a value without room is passed over', () => {
    const tasks = [...on(['a1', 'a2'], web), ...on(['b1'], other, 4)];
    expect(whereNext(new Packing(zones, tasks), web)).toBe('a1');
  });

  it.each(['instanceId', 'host'])('by %s takes the host with the fewest tasks of the group', (field) => {
    const spread = workload('service:web', { strategies: [{ type: 'spread', field }] });
    expect(whereNext(new Packing(zones, on(['a1', 'b1'], spread)), spread)).toBe('a2');
  });

  it('counts hosts without the attribute together, as if that were a value', () => {
    const hosts = [...zones, host('none1'), host('none2')];
    expect(whereNext(new Packing(hosts, on(['a1', 'b1'], web)), web)).toBe('none1');
    expect(whereNext(new Packing(hosts, on(['none1', 'b1'], web)), web, last)).toBe('a2');
  });

  it('keeps the values within one task of each other while there is room', () => {
    const clusters = fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 }),
      fc.nat(),
    );
    const check = ([ofHosts, seed]: readonly [readonly string[], number]) => {
      const hosts = ofHosts.map((zone, at) => host(`i-${at}`, { zone }));
      const packing = new Packing(hosts, []);
      const scheduler = new Scheduler(packing, randomTies(numbers(seed)));
      const present = [...new Set(ofHosts)];
      const counts = new Map(present.map((zone) => [zone, 0]));
      // Of 256 in 1,024, a host takes four, and the smallest zone has one host.
      for (let at = 0; at < 4 * present.length; at++) {
        const placed = scheduler.place(`task-${at}`, web);
        const zone = ofHosts[hosts.findIndex(({ id }) => id === placed?.host)] ?? expect.unreachable();
        counts.set(zone, (counts.get(zone) ?? 0) + 1);
        expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
      }
    };
    fc.assert(fc.property(clusters, check));
  });
});

describe('several strategies', () => {
  it('are asked one after the other, each among the best of the one before', () => {
    const hosts = [sized('a-large', 2048, 'a'), sized('a-small', 1024, 'a'), sized('b-tiny', 512, 'b')];
    const web = workload('service:web', { strategies: [SPREAD_ZONES, PACK_MEMORY] });
    expect(whereNext(new Packing(hosts, on(['b-tiny'], web)), web)).toBe('a-small');
  });

  it('of a service that names none: zones, and in a zone the host with the fewest of its tasks', () => {
    const hosts = [host('a1', { zone: 'a' }), host('a2', { zone: 'a' }), host('b1', { zone: 'b' })];
    const web = workload('service:web', { strategies: SERVICE_DEFAULT_STRATEGIES });
    expect(whereNext(new Packing(hosts, on(['a1', 'b1', 'b1'], web)), web)).toBe('a2');
  });

  it('end with random: what comes after it is not asked', () => {
    const hosts = [sized('small', 512), sized('large', 2048)];
    const web = workload('service:web', { strategies: [{ type: 'random' }, PACK_CPU] });
    expect(whereNext(new Packing(hosts, []), web, last)).toBe('large');
  });
});

describe('ties', () => {
  it('are asked with how many are equal, and only then', () => {
    const asked: number[] = [];
    const ties: Ties = (count) => {
      asked.push(count);
      return 0;
    };
    const hosts = [sized('small', 512), sized('one', 1024), sized('two', 1024)];
    const web = workload('service:web', { strategies: [SPREAD_HOSTS] });
    whereNext(new Packing(hosts, []), web, ties);
    whereNext(new Packing(hosts, on(['one', 'two'], web)), web, ties);
    expect(asked).toEqual([3]);
  });

  it('at random are within bounds whatever number comes', () => {
    expect([0, 0.34, 0.999, 1].map((number) => randomTies(() => number)(3))).toEqual([0, 1, 2, 2]);
  });
});
