import { describe, expect, it } from 'vitest';
import type { Workload } from '../../lib/placement/model.ts';
import { Packing } from '../../lib/placement/packing.ts';
import { SERVICE_DEFAULT_STRATEGIES } from '../../lib/placement/place.ts';
import { chooseToStop } from '../../lib/placement/scale-in.ts';
import type { Ties } from '../../lib/placement/strategies.ts';
import {
  contents,
  first,
  host,
  last,
  needs,
  on,
  PACK_CPU,
  PACK_MEMORY,
  SPREAD_HOSTS,
  SPREAD_ZONES,
  workload,
} from './clusters.ts';

const hosts = [
  host('a1', { zone: 'a' }),
  host('a2', { zone: 'a' }),
  host('b1', { zone: 'b' }),
  host('b2', { zone: 'b' }),
];

/** The host of the task that is stopped. */
function stopped(of: Workload, where: readonly string[], ties: Ties = first): string | undefined {
  const tasks = where.map((id, at) => ({ id: `task-${at}`, workload: of, host: id }));
  return chooseToStop(new Packing(hosts, tasks), of, tasks, ties)?.host;
}

describe('with binpack', () => {
  it('the task is stopped whose instance would be left with the most free', () => {
    const web = workload('service:web', { strategies: [PACK_CPU] });
    expect(stopped(web, ['a1', 'a1', 'b1', 'a2', 'a2'])).toBe('b1');
  });

  it('what the task itself takes counts: of two revisions, the larger one leaves more', () => {
    const small = workload('service:web', { strategies: [PACK_MEMORY] });
    const large = workload('service:web', {
      strategies: [PACK_MEMORY],
      needs: needs({ cpu: 256, memory: 512 }),
    });
    const tasks = [...on(['a1'], small), ...on(['a2'], large).map((task) => ({ ...task, id: 'large' }))];
    const full = on(['a1'], workload('service:other', { needs: needs({ memory: 256 }) }));
    const packing = new Packing(hosts, [...tasks, ...full]);
    expect(chooseToStop(packing, small, tasks, first)?.id).toBe('large');
  });
});

describe('with spread', () => {
  it('the task is stopped in the zone with the most tasks', () => {
    const web = workload('service:web', { strategies: [SPREAD_ZONES] });
    expect(stopped(web, ['a1', 'b1', 'b2'])).toBe('b1');
    expect(stopped(web, ['a1', 'b1', 'b2'], last)).toBe('b2');
  });

  it('over hosts, balance between zones comes first', () => {
    const web = workload('service:web', { strategies: [SPREAD_HOSTS] });
    expect(stopped(web, ['a1', 'a1', 'b1', 'b2', 'b2'])).toBe('b2');
  });

  it('of a service that names none, the host with the most of its tasks in that zone', () => {
    const web = workload('service:web', { strategies: SERVICE_DEFAULT_STRATEGIES });
    expect(stopped(web, ['a1', 'b1', 'b2', 'b2'], last)).toBe('b2');
  });

  it('tasks that may not be stopped count, but are not chosen', () => {
    const web = workload('service:web', { strategies: [SPREAD_ZONES] });
    const tasks = on(['a1', 'b1', 'b2'], web);
    const packing = new Packing(hosts, tasks);
    const [, , unprotected] = tasks;
    expect(chooseToStop(packing, web, unprotected === undefined ? [] : [unprotected], first)).toBe(
      unprotected,
    );
  });
});

it('with random, or without a strategy, ties decide', () => {
  for (const strategies of [[], [{ type: 'random' }, PACK_CPU]] satisfies Workload['strategies'][]) {
    expect(stopped(workload('service:web', { strategies }), ['a1', 'a1', 'b1'], last)).toBe('b1');
  }
});

it('of no tasks, none is stopped', () => {
  expect(stopped(workload('service:web', { strategies: [SPREAD_ZONES] }), [])).toBeUndefined();
});

it('the packing is only read', () => {
  const web = workload('service:web', { strategies: [SPREAD_ZONES, PACK_CPU] });
  const tasks = on(['a1', 'b1', 'b2'], web);
  const packing = new Packing(hosts, tasks);
  const before = contents(packing);
  chooseToStop(packing, web, tasks, first);
  expect(contents(packing)).toEqual(before);
});
