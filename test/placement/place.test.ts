import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host, Placed, Workload } from '../../lib/placement/model.ts';
import { misfit, Packing } from '../../lib/placement/packing.ts';
import { Scheduler } from '../../lib/placement/place.ts';
import { randomTies } from '../../lib/placement/strategies.ts';
import {
  anyCluster,
  binOf,
  type Cluster,
  contents,
  first,
  host,
  last,
  memberOf,
  needs,
  numbers,
  on,
  packingOf,
  workload,
} from './clusters.ts';

function next(hosts: readonly Host[], tasks: readonly Placed[], wanted: Workload) {
  const placement = new Scheduler(new Packing(hosts, tasks), first).next(wanted);
  return placement.kind === 'placed' ? placement.bin.host.id : Object.fromEntries(placement.misfits);
}

const web = workload('service:web');

describe('a host takes a task', () => {
  it('only if it is ACTIVE with its agent connected; others are not even counted', () => {
    const hosts = [host('draining', { status: 'DRAINING' }), host('lost', { agentConnected: false })];
    expect(next(hosts, [], web)).toEqual({});
  });

  it('only if the plan has not closed it', () => {
    const packing = new Packing([host('a'), host('b')], []);
    packing.close(binOf(packing, 'a'));
    expect(new Scheduler(packing, first).place('one', web)?.host).toBe('b');
  });

  it.each([
    ['cpu', needs({ cpu: 2000 })],
    ['memory', needs({ memory: 2000 })],
    ['gpu', needs({ gpu: 1 })],
    ['tcp-port', needs({ tcp: [8080, 22] })],
    ['udp-port', needs({ udp: [53] })],
    ['eni', needs({ enis: 3 })],
    ['required-attribute', needs({ requires: [{ name: 'ecs.capability.x', value: undefined }] })],
    ['required-attribute', needs({ requires: [{ name: 'disk', value: 'ssd' }] })],
  ])('only if it has what the task needs (%s)', (lacking, wanted) => {
    const attributes = new Map([['disk', 'hdd']]);
    const hosts = [host('a', { attributes, reserved: { tcp: [22], udp: [53] } })];
    expect(next(hosts, [], workload('service:web', { needs: wanted }))).toEqual({ [lacking]: 1 });
  });

  it('even if others have taken more than there is of what the task does not need', () => {
    const crowd = workload('service:awsvpc', { needs: needs({ enis: 3 }) });
    expect(next([host('a')], on(['a'], crowd), web)).toBe('a');
  });

  it('only if it is of one of the capacity providers', () => {
    const wanted = workload('service:web', { providers: ['spot', 'backup'] });
    const hosts = [host('none'), host('other', { provider: 'other' })];
    expect(next(hosts, [], wanted)).toEqual({ provider: 2 });
    expect(next([...hosts, host('backup', { provider: 'backup' })], [], wanted)).toBe('backup');
  });

  it('of any capacity provider, if the task is of launch type EC2', () => {
    expect(next([host('spot', { provider: 'spot' })], [], web)).toBe('spot');
  });
});

describe('distinctInstance', () => {
  const distinct = workload('service:web', { constraints: [{ type: 'distinctInstance' }] });

  it('keeps out hosts that have a task of the group', () => {
    expect(next([host('a'), host('b')], on(['a'], web), distinct)).toBe('b');
    expect(next([host('a'), host('b')], on(['a', 'b'], web), distinct)).toEqual({ constraint: 2 });
  });

  it('minds no tasks of other groups', () => {
    expect(next([host('a')], on(['a'], workload('service:other')), distinct)).toBe('a');
  });

  it('follows what is placed and removed', () => {
    const packing = new Packing([host('a')], []);
    const scheduler = new Scheduler(packing, first);
    const placed = scheduler.place('one', distinct) ?? expect.unreachable();
    expect(scheduler.place('two', distinct)).toBeUndefined();
    packing.remove(placed);
    expect(scheduler.place('two', distinct)?.host).toBe('a');
  });
});

describe('memberOf', () => {
  it('keeps out hosts that do not meet an expression over attributes', () => {
    const wanted = workload('service:web', { constraints: [memberOf('attribute:disk == ssd')] });
    const hosts = [host('hdd', { attributes: new Map([['disk', 'hdd']]) }), host('none')];
    expect(next(hosts, [], wanted)).toEqual({ constraint: 2 });
    expect(next([...hosts, host('ssd', { attributes: new Map([['disk', 'ssd']]) })], [], wanted)).toBe('ssd');
  });

  it('is asked each time if it depends on what runs there', () => {
    const wanted = workload('service:web', { constraints: [memberOf('runningTasksCount < 2')] });
    const scheduler = new Scheduler(new Packing([host('a')], []), first);
    const placed = ['one', 'two', 'three'].map((id) => scheduler.place(id, wanted)?.host);
    expect(placed).toEqual(['a', 'a', undefined]);
  });

  it('may ask for hosts with tasks of another group', () => {
    const wanted = workload('service:web', { constraints: [memberOf('task:group == service:db')] });
    expect(next([host('a'), host('b')], on(['b'], workload('service:db')), wanted)).toBe('b');
  });

  it('is binding together with all other constraints', () => {
    const wanted = workload('service:web', {
      constraints: [{ type: 'distinctInstance' }, memberOf('attribute:disk == ssd')],
    });
    const ssd = host('ssd', { attributes: new Map([['disk', 'ssd']]) });
    expect(next([ssd, host('b')], on(['ssd'], web), wanted)).toEqual({ constraint: 2 });
  });
});

describe('properties of placing', () => {
  /** Written without the model's own files. */
  const allowed = (packing: Packing, id: string, { constraints, providers, group }: Workload) => {
    const bin = binOf(packing, id);
    const { provider, attributes } = bin.host;
    return (
      bin.open &&
      (providers === undefined || providers.some((each) => each === provider)) &&
      constraints.every((constraint) => {
        const groups = [...bin.tasks.values()].map((task) => task.workload.group);
        if (constraint.type === 'distinctInstance') return !groups.includes(group);
        const { expression } = constraint;
        if (expression.kind === 'order') return bin.tasks.size < 3;
        const isOfRack = expression.kind === 'equality' && expression.value === '1';
        return isOfRack ? attributes.get('rack') === '1' : groups.includes('service:api');
      })
    );
  };

  it('a task is placed where it fits and is allowed, and nowhere only if there is no such host', () => {
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      const scheduler = new Scheduler(packing, randomTies(numbers(seed)));
      for (const { id, workload: wanted } of cluster.moving) {
        const possible = cluster.hosts
          .filter((each) => misfit(binOf(packing, each.id), wanted.needs) === undefined)
          .filter((each) => allowed(packing, each.id, wanted))
          .map((each) => each.id);
        const placed = scheduler.place(id, wanted);
        if (placed === undefined) expect(possible).toEqual([]);
        else expect(possible).toContain(placed.host);
      }
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check), { numRuns: 300 });
  });

  it('every open host is counted once when there is no place', () => {
    const check = (cluster: Cluster) => {
      const packing = packingOf(cluster);
      for (const { workload: wanted } of cluster.moving) {
        const placement = new Scheduler(packing, first).next(wanted);
        if (placement.kind === 'placed') continue;
        const open = [...packing.bins.values()].filter((bin) => bin.open);
        expect([...placement.misfits.values()].reduce((sum, count) => sum + count, 0)).toBe(open.length);
      }
    };
    fc.assert(fc.property(anyCluster, check));
  });

  it('a rollback restores everything, also what spread counts', () => {
    const check = (cluster: Cluster, seed: number) => {
      const packing = packingOf(cluster);
      const before = contents(packing);
      const random = numbers(seed);
      const mark = packing.mark();
      const scheduler = new Scheduler(packing, randomTies(random));
      for (const { id, workload: wanted } of cluster.moving) {
        scheduler.place(id, wanted);
        const bin = binOf(packing, cluster.hosts[Math.floor(random() * cluster.hosts.length)]?.id ?? '');
        if (random() < 0.3) packing.close(bin);
        for (const task of bin.tasks.values()) if (random() < 0.5) packing.remove(task);
      }
      packing.rollback(mark);
      expect(contents(packing)).toEqual(before);
      const untouched = packingOf(cluster);
      for (const { workload: wanted } of cluster.moving) {
        for (const ties of [first, last]) {
          const [a, b] = [packing, untouched].map((each) => new Scheduler(each, ties).next(wanted));
          expect(a?.kind === 'placed' ? a.bin.host.id : a?.misfits).toEqual(
            b?.kind === 'placed' ? b.bin.host.id : b?.misfits,
          );
        }
      }
    };
    fc.assert(fc.property(anyCluster, fc.nat(), check), { numRuns: 300 });
  });
});
