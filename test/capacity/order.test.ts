import { describe, expect, it } from 'vitest';
import type { ConsolidationState } from '../../lib/capacity/state.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import type { Amounts } from '../../lib/placement/model.ts';
import {
  aGroup,
  aHost,
  aTask,
  aType,
  aView,
  aWorkload,
  consolidating,
  hostsOf,
  LARGE,
  NO_STATE,
  NOW,
  planRemovals as plan,
  someNeeds,
} from './views.ts';

const cpus = (count: number): Amounts => ({ ...LARGE, cpu: 1_024 * count });
const ofCpus = (service: string, count: number) =>
  aWorkload(service, { needs: someNeeds({ cpu: 1_024 * count }) });
const TYPES = [
  aType('big', { registered: cpus(6), price: 0.6 }),
  aType('small', { registered: cpus(2), price: 0.3 }),
  aType('sink', { registered: cpus(8), price: 0.9 }),
];
const aBig = (id: string) => aHost(id, { instanceType: 'big', registered: cpus(6) });
const aSmall = (id: string) => aHost(id, { instanceType: 'small', registered: cpus(2) });

/** An instance that cannot go, with room for a task of 6 vCPU, or for three of 2. */
function withRoomFor6(view: Pick<ClusterView, 'hosts' | 'tasks'>): ClusterView {
  const sink = aHost('i-sink', { instanceType: 'sink', registered: cpus(8) });
  const report = aTask('report', 'i-sink', ofCpus('report', 2), { kind: 'standalone' });
  return aView({
    hosts: [sink, ...view.hosts],
    tasks: [report, ...view.tasks],
    groups: [aGroup({ types: TYPES })],
  });
}

describe('the order in which instances go', () => {
  const six = ofCpus('six', 6);
  const two = ofCpus('two', 2);

  it('is that which saves most in the end, and not that which begins with most', () => {
    const smalls = ['i-1', 'i-2', 'i-3'];
    const view = withRoomFor6({
      hosts: [aBig('i-big'), ...smalls.map(aSmall)],
      tasks: [aTask('of-big', 'i-big', six), ...smalls.map((id) => aTask(`of-${id}`, id, two))],
    });

    // The big one saves 0.6 and the small ones 0.9, and there is room for either.
    expect(hostsOf(plan(view)).toSorted()).toEqual(smalls);
  });

  it('goes on with those that wait already, where others are as good', () => {
    const view = withRoomFor6({
      hosts: [aBig('i-1'), aBig('i-2'), aSmall('i-3')],
      tasks: [aTask('a', 'i-1', six), aTask('b', 'i-2', six), aTask('c', 'i-3', two)],
    });
    const since = NOW - 5 * MINUTE;
    const state: ConsolidationState = {
      ...NO_STATE,
      candidates: { 'i-2': { reason: 'underused', since } },
    };

    expect(hostsOf(plan(view))).toEqual(['i-1']);
    expect(hostsOf(plan(view, consolidating(), state))).toEqual(['i-2']);
  });
});
