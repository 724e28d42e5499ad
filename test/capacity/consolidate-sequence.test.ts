import { describe, expect, it } from 'vitest';
import { nextCandidates, planConsolidation, stillFit } from '../../lib/capacity/consolidation/consolidate.ts';
import type { ConsolidationState } from '../../lib/capacity/state.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import {
  aGroup,
  aHost,
  aTask,
  aView,
  aWorkload,
  consolidating,
  HOSTS,
  hostsOf,
  NO_STATE,
  NOW,
  planRemovals as plan,
  seeded,
  someNeeds,
  whyOf,
  ZONES,
} from './views.ts';

const small = aWorkload('web');
const half = aWorkload('half', { needs: someNeeds({ memory: 3_800 }) });
const most = aWorkload('most', { needs: someNeeds({ memory: 5_000 }) });

describe('one after the other', () => {
  // Reference edge case 24 (Cluster Autoscaler FAQ; omerxx/ecscale#9).
  it('capacity edge 1: does not take two instances that both fit on a third one alone', () => {
    const view = aView({
      hosts: [aHost('i-a'), aHost('i-b'), aHost('i-x')],
      tasks: [aTask('a', 'i-a', half), aTask('b', 'i-b', half), aTask('x', 'i-x', half)],
    });

    const result = plan(view);

    expect(result.steps).toHaveLength(1);
    expect(result.kept.map(({ why }) => why)).toEqual(['does-not-fit', 'does-not-fit']);
  });

  it('edge 35: moves a task once, though the instance that was to take it goes too', () => {
    const view = aView({
      hosts: ['i-1', 'i-2', 'i-3', 'i-4'].map((id) => aHost(id)),
      tasks: ['i-1', 'i-2', 'i-3', 'i-4'].map((id) => aTask(`of-${id}`, id, small)),
    });

    const { steps, kept } = plan(view);
    const moves = steps.flatMap((step) => step.moves);

    expect(kept).toHaveLength(1);
    expect(moves.map(({ task }) => task).toSorted()).toEqual(
      steps.map(({ hosts }) => `of-${hosts[0]}`).toSorted(),
    );
    expect(new Set(moves.map(({ to }) => to))).toEqual(new Set([kept[0]?.host]));
  });

  // Reference edge case 23 (omerxx/ecscale#6): the room of a DRAINING instance is none, and its tasks need some.
  it('capacity edge 2: keeps room for the tasks of instances that drain already', () => {
    const hosts = [aHost('i-gone', { status: 'DRAINING' }), aHost('i-1'), aHost('i-2')];
    const tasks = [aTask('a', 'i-1', half), aTask('b', 'i-2', half)];
    const drained = aTask('d', 'i-gone', half);

    expect(hostsOf(plan(aView({ hosts, tasks })))).toHaveLength(1);
    expect(hostsOf(plan(aView({ hosts, tasks: [...tasks, drained] })))).toEqual([]);
  });

  it('counts on no room of an instance that is to drain by an earlier decision', () => {
    const leaving = { phase: 'ordered', reason: 'empty', group: HOSTS, since: NOW, sentence: '' } as const;
    const view = aView({ hosts: [aHost('i-1'), aHost('i-2')], tasks: [aTask('a', 'i-1', small)] });

    const result = plan(view, consolidating(), { candidates: {}, leaving: { 'i-2': leaving } });

    expect(whyOf(result, 'i-1')).toBe('does-not-fit');
  });

  it('removes nothing while tasks of draining instances find no place', () => {
    const view = aView({
      hosts: [aHost('i-gone', { status: 'DRAINING' }), aHost('i-1'), aHost('i-2')],
      tasks: [aTask('d', 'i-gone', most), aTask('a', 'i-1', most), aTask('b', 'i-2', most)],
    });

    expect(plan(view).kept.map(({ why }) => why)).toEqual([
      'leaving-already',
      'tasks-pending',
      'tasks-pending',
    ]);
  });

  // Reference edge case 25.
  it('keeps distinctInstance: a task goes where none of its service is', () => {
    const apart = aWorkload('apart', { constraints: [{ type: 'distinctInstance' }] });
    const tasks = [aTask('a', 'i-1', apart), aTask('b', 'i-2', apart)];
    const two = aView({ hosts: [aHost('i-1'), aHost('i-2')], tasks });
    const three = aView({ hosts: [aHost('i-1'), aHost('i-2'), aHost('i-3', { group: undefined })], tasks });

    expect(plan(two).steps).toEqual([]);
    expect(hostsOf(plan(three))).toHaveLength(1);
  });

  it('scaling edge 25: takes instances of the fuller zones in turn, so that zones stay balanced', () => {
    const hosts = ZONES.flatMap((zone, at) => [aHost(`i-${at}a`, { zone }), aHost(`i-${at}b`, { zone })]);
    const { steps } = plan(
      aView({ hosts, groups: [aGroup({ min: 3, desired: 6 })] }),
      consolidating({ zoneSkew: 1 }),
    );
    const zones = steps.map(({ hosts: [id] }) => hosts.find((host) => host.id === id)?.zone);

    expect(zones.toSorted()).toEqual([...ZONES]);
  });

  it('counts those on their way out to the minimum of the group and to the budgets', () => {
    const hosts = [aHost('i-0', { status: 'DRAINING' }), aHost('i-1'), aHost('i-2'), aHost('i-3')];
    const two = { limit: { kind: 'count', value: 2 }, reasons: null, window: null } as const;
    const view = (min: number) => aView({ hosts, groups: [aGroup({ desired: 4, min })] });

    expect(hostsOf(plan(view(0), consolidating({ budgets: [two] })))).toEqual(['i-1']);
    expect(hostsOf(plan(view(2)))).toEqual(['i-1']);
  });
});

describe('from one look to the next', () => {
  const view = aView({
    hosts: [aHost('i-1'), aHost('i-2'), aHost('i-3')],
    tasks: [aTask('a', 'i-1', small), aTask('b', 'i-2', small), aTask('c', 'i-3', small)],
  });
  const policy = consolidating({ afterMs: 10 * MINUTE });
  const look = (at: number, state: ConsolidationState, seen = view) => {
    const result = planConsolidation(seen, policy, at, state, seeded(1));
    return { result, state: { ...state, candidates: nextCandidates(state, result, at) } };
  };

  it('takes an instance once it has been a candidate for long enough', () => {
    const first = look(NOW, NO_STATE);
    const second = look(NOW + 9 * MINUTE, first.state);
    const third = look(NOW + 10 * MINUTE, second.state);

    expect(first.result.steps).toEqual([]);
    expect(first.state.candidates['i-1']).toEqual({ reason: 'underused', since: NOW });
    expect(second.result.steps).toEqual([]);
    expect(third.result.steps).toHaveLength(2);
  });

  it('begins anew after a break, and for another reason', () => {
    const busy = { ...view, tasks: view.tasks.map((task) => ({ ...task, protectedUntil: NOW + HOUR })) };
    const empty = { ...view, tasks: view.tasks.filter(({ host }) => host !== 'i-1') };
    const { state } = look(NOW, NO_STATE);

    expect(look(NOW + MINUTE, state, busy).state.candidates).toEqual({});
    expect(look(NOW + MINUTE, state, empty).state.candidates['i-1']).toEqual({
      reason: 'empty',
      since: NOW + MINUTE,
    });
  });

  it('capacity edge 5: begins anew for an instance that receives tasks by a step', () => {
    const one = { limit: { kind: 'count', value: 1 }, reasons: null, window: null } as const;
    const { state } = look(NOW, NO_STATE);
    const at = NOW + 10 * MINUTE;
    const result = planConsolidation(
      view,
      consolidating({ afterMs: 10 * MINUTE, budgets: [one] }),
      at,
      state,
      seeded(1),
    );
    const receiver = result.steps[0]?.moves[0]?.to;

    const next = nextCandidates(state, result, at);

    expect(Object.keys(next)).toEqual(['i-1', 'i-2', 'i-3']);
    for (const [id, { since }] of Object.entries(next)) expect(since).toBe(id === receiver ? at : NOW);
  });

  it('lets the time of a candidate run on while budgets hold it', () => {
    const none = { limit: { kind: 'count', value: 0 }, reasons: null, window: null } as const;
    const { state } = look(NOW, NO_STATE);
    const at = NOW + 20 * MINUTE;
    const held = planConsolidation(
      view,
      consolidating({ afterMs: 10 * MINUTE, budgets: [none] }),
      at,
      state,
      seeded(1),
    );

    expect(nextCandidates(state, held, at)['i-1']).toEqual({ reason: 'underused', since: NOW });
  });

  it('asks again whether all that leave together still fit', () => {
    expect(stillFit(view, ['i-1', 'i-2'], seeded(1))).toBe(true);
    expect(stillFit(view, ['i-1', 'i-2', 'i-3'], seeded(1))).toBe(false);
  });
});
