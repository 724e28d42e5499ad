import { describe, expect, it } from 'vitest';
import { nextCandidates, planConsolidation, stillFit } from '../../lib/capacity/consolidate.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ConsolidationState } from '../../lib/capacity/state.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import {
  aGroup,
  aHost,
  aPolicy,
  aService,
  aTask,
  aType,
  aView,
  aWorkload,
  consolidating,
  HOSTS,
  LARGE,
  NO_STATE,
  NOW,
  seeded,
  someNeeds,
  ZONES,
} from './views.ts';

const plan = (
  view: ClusterView,
  policy: ClusterPolicy = consolidating(),
  state: ConsolidationState = NO_STATE,
) => planConsolidation(view, policy, NOW, state, seeded(1));
const hostsOf = ({ steps }: ReturnType<typeof plan>) => steps.map(({ hosts }) => hosts.join('+'));
const whyOf = ({ kept }: ReturnType<typeof plan>, host: string) => kept.find((one) => one.host === host)?.why;

const small = aWorkload('web');
const half = aWorkload('half', { needs: someNeeds({ memory: 3_800 }) });
const most = aWorkload('most', { needs: someNeeds({ memory: 5_000 }) });

describe('what goes', () => {
  it('is an instance whose tasks fit elsewhere, with its moves and what it saves', () => {
    const view = aView({
      hosts: [aHost('i-1'), aHost('i-2')],
      tasks: [aTask('a', 'i-1', small), aTask('b', 'i-2', small), aTask('c', 'i-2', small)],
    });

    const { steps, hourly } = plan(view);

    expect(steps).toEqual([
      {
        hosts: ['i-1'],
        reason: 'underused',
        group: HOSTS,
        replaceBy: undefined,
        moves: [{ task: 'a', group: 'service:web', from: 'i-1', to: 'i-2' }],
        saves: 0.1,
        // Half of the cost for two of the five that the cluster's disruption comes to.
        score: 1.25,
      },
    ]);
    expect(hourly).toEqual({ before: 0.2, after: 0.1 });
  });

  it('is obsolete first, then empty, then what saves most for what it disturbs', () => {
    const view = aView({
      hosts: [
        aHost('i-busy'),
        aHost('i-calm'),
        aHost('i-empty'),
        aHost('i-old', { generation: 'obsolete' }),
        aHost('i-stays', { group: undefined }),
      ],
      tasks: [
        ...['a', 'b', 'c'].map((id) => aTask(id, 'i-busy', small)),
        aTask('d', 'i-calm', small),
        aTask('e', 'i-old', small),
      ],
    });

    expect(hostsOf(plan(view))).toEqual(['i-old', 'i-empty', 'i-calm', 'i-busy']);
  });

  it('may have daemons on it, which go with it, and is empty with nothing else', () => {
    const daemon = aWorkload('agent');
    const view = aView({
      hosts: [aHost('i-1')],
      tasks: [aTask('a', 'i-1', daemon, { kind: 'daemon' })],
    });

    expect(plan(view).steps).toMatchObject([{ hosts: ['i-1'], reason: 'empty', moves: [] }]);
  });

  it('is empty although tasks wait, when they would not fit on it', () => {
    const huge = aWorkload('huge', { needs: someNeeds({ memory: 60_000 }) });
    const view = aView({ hosts: [aHost('i-1')], pending: [{ workload: huge, count: 1, since: NOW }] });

    expect(hostsOf(plan(view))).toEqual(['i-1']);
    expect(whyOf(plan({ ...view, pending: [{ workload: small, count: 1, since: NOW }] }), 'i-1')).toBe(
      'tasks-pending',
    );
  });

  it('scaling edge 35: leaves alone a task that stops already: it needs no other place, but holds its room', () => {
    const view = aView({
      hosts: [aHost('i-1'), aHost('i-2')],
      tasks: [aTask('a', 'i-1', most), aTask('b', 'i-2', most, { stopping: true })],
    });

    const { steps, kept } = plan(view);

    expect(steps).toMatchObject([{ hosts: ['i-2'], reason: 'underused', moves: [] }]);
    expect(kept).toMatchObject([{ host: 'i-1', why: 'does-not-fit' }]);
  });

  it('costs a service twice as much where ECS must stop a task before it starts another', () => {
    const tight = aWorkload('tight');
    const view = aView({
      hosts: [aHost('i-1'), aHost('i-2'), aHost('i-3', { group: undefined })],
      tasks: [aTask('a', 'i-1', tight), aTask('b', 'i-2', small)],
      services: new Map([
        ['service:tight', aService({ desired: 2, minimumHealthyPercent: 50, maximumPercent: 100 })],
        ['service:web', aService({ desired: 1 })],
      ]),
    });

    expect(hostsOf(plan(view))).toEqual(['i-2', 'i-1']);
  });

  it('has no price where a type has none, and is weighed by size', () => {
    const view = aView({
      hosts: [aHost('i-1'), aHost('i-2', { instanceType: 'x9.odd', group: undefined })],
      tasks: [aTask('a', 'i-1', small)],
    });

    expect(plan(view)).toMatchObject({
      steps: [{ hosts: ['i-1'], saves: 0.1 }],
      hourly: { before: undefined, after: undefined },
    });
    expect(plan(view, aPolicy({ prices: { 'x9.odd': 2 } })).hourly.before).toBe(2.1);
  });
});

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

describe('a replacement', () => {
  const replacing = consolidating({ replace: true });
  const full = (id: string, changes: Parameters<typeof aHost>[1] = {}) => ({
    host: aHost(id, changes),
    task: aTask(`of-${id}`, id, most),
  });

  it('takes the place of an obsolete instance whose tasks fit nowhere, with nothing saved', () => {
    const { host, task } = full('i-old', { generation: 'obsolete' });
    const view = aView({ hosts: [host], tasks: [task] });

    expect(plan(view, replacing).steps).toMatchObject([
      {
        hosts: ['i-old'],
        reason: 'obsolete',
        replaceBy: { group: HOSTS, type: 'm7i.large' },
        moves: [{ task: 'of-i-old', from: 'i-old', to: 'prod-hosts/new-1/eu-central-1b' }],
        saves: 0,
        score: undefined,
      },
    ]);
    expect(whyOf(plan(view), 'i-old')).toBe('does-not-fit');
  });

  it('capacity edge 4: must suit in each zone that Auto Scaling may choose', () => {
    const inZone = (value: string) =>
      aWorkload('zonal', {
        constraints: [
          {
            type: 'memberOf',
            expression: {
              kind: 'equality',
              subject: { kind: 'attribute', name: 'ecs.availability-zone' },
              operator: '==',
              value,
            },
          },
        ],
      });
    // The one instance is in the first zone, so that a new one comes to the second or the third.
    const view = (zones: readonly string[]) =>
      aView({
        hosts: [aHost('i-old', { generation: 'obsolete' })],
        tasks: [aTask('a', 'i-old', inZone(ZONES[1]))],
        groups: [aGroup({ desired: 1, zones })],
      });

    expect(whyOf(plan(view(ZONES), replacing), 'i-old')).toBe('does-not-fit');
    expect(hostsOf(plan(view(ZONES.slice(0, 2)), replacing))).toEqual(['i-old']);
  });

  const former = { instanceType: 'm5.4xlarge', registered: { ...LARGE, cpu: 16_384, memory: 60_000 } };
  const twice = { ...LARGE, memory: 15_000 };
  const two = (types: readonly ReturnType<typeof aType>[], changes = {}) =>
    aView({
      hosts: [full('i-1', former).host, full('i-2', former).host, full('i-3', former).host],
      // They require an attribute that only the new one has.
      tasks: ['i-1', 'i-2', 'i-3'].map((id, at) =>
        aTask(
          `of-${id}`,
          id,
          aWorkload(`s${at}`, {
            needs: someNeeds({ memory: 5_000, requires: [{ name: 'new', value: undefined }] }),
          }),
        ),
      ),
      groups: [aGroup({ desired: 3, types, ...changes })],
    });
  const newer = (name: string, changes = {}) =>
    aType(name, { attributes: new Map([['new', '']]), ...changes });
  const priced = aPolicy({
    prices: { 'm5.4xlarge': 0.8 },
    consolidation: { ...(replacing.consolidation as NonNullable<ClusterPolicy['consolidation']>) },
  });

  it('takes the place of as many as fit on it, in their order', () => {
    const { steps, hourly } = plan(two([newer('m7i.xlarge', { registered: twice, price: 0.2 })]), priced);

    expect(steps).toMatchObject([
      {
        hosts: ['i-1', 'i-2', 'i-3'],
        reason: 'underused',
        replaceBy: { group: HOSTS, type: 'm7i.xlarge' },
      },
    ]);
    expect(steps[0]?.saves).toBeCloseTo(2.2);
    expect(hourly.before).toBeCloseTo(2.4);
    expect(hourly.after).toBeCloseTo(0.2);
  });

  it('must fit on the smallest type and be paid as the dearest', () => {
    const types = [
      newer('m7i.xlarge', { registered: twice, price: 0.2 }),
      newer('m7i.large', { registered: { ...LARGE, memory: 11_000 }, price: 0.1 }),
    ];

    const { steps } = plan(two(types), priced);

    expect(steps).toMatchObject([{ hosts: ['i-1', 'i-2'], replaceBy: { type: 'm7i.large' } }]);
    expect(steps[0]?.saves).toBeCloseTo(1.4);
  });

  it.each([
    ['it is not wanted', aPolicy({ prices: { 'm5.4xlarge': 0.8 } }), {}],
    ['the group is at its maximum', priced, { max: 3 }],
    ['the group may not launch', priced, { suspended: ['Launch'] }],
    ['it would cost more', aPolicy({ ...priced, prices: { 'm5.4xlarge': 0.05 } }), {}],
  ])('is not planned when %s', (_, policy, changes) => {
    const view = two([newer('m7i.xlarge', { registered: twice, price: 0.2 })], changes);

    const result = plan(view, policy);

    expect(result.steps).toEqual([]);
    expect(result.kept.map(({ why }) => why)).toEqual(['does-not-fit', 'does-not-fit', 'does-not-fit']);
  });

  it('is not planned when a price is missing', () => {
    const view = two([newer('unheard.of', { registered: twice, price: undefined })]);

    const { steps } = plan(view, replacing);

    expect(steps).toEqual([]);
  });

  it('leaves room on the new one for daemons', () => {
    const daemon = aWorkload('agent', { needs: someNeeds({ memory: 100 }) });
    const view = two([newer('m7i.xlarge', { registered: twice, price: 0.2 })]);
    const withDaemon = { ...view, tasks: [...view.tasks, aTask('d', 'i-1', daemon, { kind: 'daemon' })] };

    expect(hostsOf(plan(withDaemon, priced))).toEqual(['i-1+i-2']);
  });

  it('waits with those that it replaces', () => {
    const view = two([newer('m7i.xlarge', { registered: twice, price: 0.2 })]);
    const consolidation = { ...replacing.consolidation, afterMs: HOUR } as NonNullable<
      ClusterPolicy['consolidation']
    >;

    expect(plan(view, { ...priced, consolidation }).kept).toMatchObject(
      ['i-1', 'i-2', 'i-3'].map((host) => ({ host, why: 'waiting', could: 'underused' })),
    );
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
