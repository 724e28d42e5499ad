import { describe, expect, it } from 'vitest';
import { planNeed } from '../../lib/capacity/need/need.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { SECOND } from '../../lib/clock.ts';
import type { Workload } from '../../lib/placement/model.ts';
import {
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aView,
  aWorkload,
  HOSTS,
  memberOf,
  NOW,
  scalingOut,
  someNeeds,
  waiting,
  ZONES,
} from './views.ts';

const [A, B, C] = ZONES;

const plan = (changes: Partial<ClusterView>, policy = scalingOut()) => planNeed(aView(changes), policy, NOW);

/** Half of an m7i.large. */
const half = (service: string, changes: Partial<Workload> = {}) =>
  aWorkload(service, { needs: someNeeds({ cpu: 1_024, memory: 1_024 }), ...changes });

const empty = aGroup({ desired: 0 });

describe('from none', () => {
  it('capacity edge 6: one instance comes for one task, where ECS goes to two', () => {
    const { launches, expected, unplaceable, findings } = plan({
      pending: [waiting(half('web'))],
      groups: [empty],
    });
    expect(launches).toEqual([
      { group: HOSTS, count: 1, desired: 1, byZone: new Map([[A, 1]]), forTasks: 1 },
    ]);
    expect({ expected, unplaceable, findings }).toEqual({ expected: 0, unplaceable: [], findings: [] });
  });

  it('as many come as the tasks fill, zone by zone', () => {
    const { launches } = plan({ pending: [waiting(half('web'), 7)], groups: [empty] });
    expect(launches[0]).toMatchObject({ count: 4, desired: 4, forTasks: 7 });
    expect(launches[0]?.byZone).toEqual(
      new Map([
        [A, 2],
        [B, 1],
        [C, 1],
      ]),
    );
  });

  it('the daemons that each new instance gets are counted in', () => {
    const agent = aWorkload('agent', { needs: someNeeds({ cpu: 1_024, memory: 256 }) });
    const pending = [waiting(half('web'), 4), waiting(agent)];
    expect(plan({ pending, groups: [empty], daemons: [agent] }).launches[0]).toMatchObject({
      count: 4,
      forTasks: 4,
    });
  });

  it('capacity edge 7: a daemon alone gets none', () => {
    const agent = aWorkload('agent');
    const { launches, findings } = plan({ pending: [waiting(agent)], groups: [empty], daemons: [agent] });
    expect({ launches, findings }).toEqual({ launches: [], findings: [] });
  });

  it('a reserve is kept warm without any task', () => {
    const policy = scalingOut({ reserve: { cpu: 2_048, memory: 0, percent: 0 } });
    expect(plan({ groups: [empty] }, policy).launches[0]).toMatchObject({ count: 1, forTasks: 0 });
  });
});

describe('what is there and on the way', () => {
  it('room on present instances is used first', () => {
    const { launches, expected } = plan({
      hosts: [aHost('i-1')],
      tasks: [aTask('t-1', 'i-1', half('db'))],
      pending: [waiting(half('web'))],
    });
    expect({ launches, expected }).toEqual({ launches: [], expected: 1 });
  });

  it.each([
    ['REGISTERING', aHost('i-1', { status: 'REGISTERING' }), new Map([[A, 1]]), 0],
    ['DRAINING', aHost('i-1', { status: 'DRAINING' }), new Map<string, number>(), 1],
    ['without an agent', aHost('i-1', { agentConnected: false }), new Map<string, number>(), 1],
  ])('an instance %s is no room; one that registers is on the way', (_, host, launching, count) => {
    const { launches } = plan({
      hosts: [host],
      pending: [waiting(half('web'))],
      groups: [aGroup({ desired: 1, launching })],
    });
    expect(launches.map((launch) => [launch.count, launch.desired])).toEqual(count === 0 ? [] : [[1, 2]]);
  });

  it('an instance that Auto Scaling terminates is neither room nor counted', () => {
    const { launches } = plan({
      hosts: [aHost('i-1', { lifecycleState: 'Terminating:Wait' })],
      pending: [waiting(half('web'))],
      groups: [empty],
    });
    expect(launches[0]).toMatchObject({ count: 1, desired: 1 });
  });

  it('capacity edge 8: no second instance is asked for what one on its way will take', () => {
    const groups = [aGroup({ desired: 1, launching: new Map([[A, 1]]) })];
    const { launches, expected } = plan({ pending: [waiting(half('web'), 2)], groups });
    expect({ launches, expected }).toEqual({ launches: [], expected: 2 });
    expect(plan({ pending: [waiting(half('web'), 3)], groups }).launches[0]).toMatchObject({
      count: 1,
      desired: 2,
      forTasks: 1,
    });
  });

  it('a desired count of which nothing shows yet is on the way', () => {
    const groups = [aGroup({ desired: 1 })];
    expect(plan({ pending: [waiting(half('web'), 2)], groups }).launches).toEqual([]);
  });

  it('capacity edge 9: an instance that never registered is not waited for', () => {
    const groups = [aGroup({ desired: 1, overdue: new Map([[A, 1]]) })];
    const { launches } = plan({ pending: [waiting(half('web'))], groups });
    expect(launches[0]).toMatchObject({ count: 1, desired: 2, byZone: new Map([[B, 1]]) });
  });

  it('a group that Auto Scaling still shrinks is never lowered', () => {
    const hosts = [aHost('i-1', { status: 'DRAINING' }), aHost('i-2', { status: 'DRAINING', zone: B })];
    const { launches } = plan({ hosts, pending: [waiting(half('web'))], groups: [aGroup({ desired: 1 })] });
    expect(launches[0]).toMatchObject({ count: 1, desired: 2, byZone: new Map([[C, 1]]) });
  });
});

describe('who is waited for', () => {
  it('tasks have to wait for a while', () => {
    const young = { workload: half('web'), count: 2, since: NOW - 29 * SECOND };
    const { launches, findings } = plan({ pending: [young], groups: [empty] });
    expect(launches).toEqual([]);
    expect(findings).toEqual([
      {
        why: 'not-yet',
        group: undefined,
        sentence:
          '2 tasks of service:web wait since 2026-11-21T12:01:31Z. Instances are launched for what waits 30 s.',
      },
    ]);
    expect(
      plan({ pending: [{ ...young, since: NOW - 30 * SECOND }], groups: [empty] }).launches,
    ).toHaveLength(1);
  });

  it('without scale-out in the policy nothing is planned', () => {
    expect(plan({ pending: [waiting(half('web'))], groups: [empty] }, aPolicy())).toEqual({
      launches: [],
      unplaceable: [],
      expected: 0,
      findings: [],
    });
  });

  it('each distinct task gets an instance', () => {
    const apart = aWorkload('web', { constraints: [{ type: 'distinctInstance' }] });
    expect(plan({ pending: [waiting(apart, 3)], groups: [empty] }).launches[0]?.count).toBe(3);
  });

  it('a fixed host port allows one task on an instance', () => {
    const fixed = aWorkload('web', { needs: someNeeds({ tcp: [80] }) });
    expect(plan({ pending: [waiting(fixed, 3)], groups: [empty] }).launches[0]?.count).toBe(3);
  });

  it('a task that goes where another group is comes with it', () => {
    const beside = half('side', {
      needs: someNeeds({ cpu: 1_200 }),
      constraints: [memberOf('task:group == service:db')],
    });
    const { launches, unplaceable } = plan({
      pending: [waiting(beside), waiting(aWorkload('db'))],
      groups: [empty],
    });
    expect(launches[0]).toMatchObject({ count: 1, forTasks: 2 });
    expect(unplaceable).toEqual([]);
  });
});

describe('the reserve', () => {
  const onOne = { hosts: [aHost('i-1')], tasks: [aTask('t-1', 'i-1', half('db'))] };

  it('is kept after what waits has its place', () => {
    const policy = scalingOut({ reserve: { cpu: 1_024, memory: 0, percent: 0 } });
    expect(plan(onOne, policy).launches).toEqual([]);
    const { launches, expected } = plan({ ...onOne, pending: [waiting(half('web'))] }, policy);
    expect(expected).toBe(1);
    expect(launches[0]).toMatchObject({ count: 1, forTasks: 0 });
  });

  it('as a share of what is registered', () => {
    const policy = (percent: number) => scalingOut({ reserve: { cpu: 0, memory: 0, percent } });
    expect(plan(onOne, policy(50)).launches).toEqual([]);
    expect(plan(onOne, policy(51)).launches[0]?.count).toBe(1);
    expect(plan(onOne, policy(76)).launches[0]?.count).toBe(2);
  });

  it('what keeps it from being filled is said', () => {
    const policy = scalingOut({ reserve: { cpu: 0, memory: 20_000, percent: 0 } });
    const { launches, findings } = plan({ groups: [aGroup({ desired: 0, max: 1 })] }, policy);
    expect(launches[0]?.count).toBe(1);
    expect(findings[0]?.sentence).toContain('The reserve lacks 0 CPU units and 12320 MiB.');
  });
});
