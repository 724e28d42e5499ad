import { describe, expect, it } from 'vitest';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { HOUR } from '../../lib/clock.ts';
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
  hostsOf,
  LARGE,
  NOW,
  planRemovals as plan,
  someNeeds,
  whyOf,
  ZONES,
} from './views.ts';

const small = aWorkload('web');
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
