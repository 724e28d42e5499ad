import { describe, expect, it } from 'vitest';
import { planNeed } from '../../lib/capacity/need.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ClusterView, PendingTasks } from '../../lib/capacity/view.ts';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { groupName } from '../../lib/ids.ts';
import { parseExpression } from '../../lib/placement/expression/parse.ts';
import type { Constraint, Workload } from '../../lib/placement/model.ts';
import {
  aGroup,
  aHost,
  aPolicy,
  aTask,
  aType,
  aView,
  aWorkload,
  HOSTS,
  NOW,
  someNeeds,
  ZONES,
} from './views.ts';

const [A, B, C] = ZONES;

const scalingOut = (changes: Partial<ClusterPolicy> = {}): ClusterPolicy =>
  aPolicy({ scaleOut: { afterMs: 30 * SECOND, maximumStep: 20, launchTimeoutMs: 10 * MINUTE }, ...changes });

/** Long enough. */
const waiting = (workload: Workload, count = 1): PendingTasks => ({ workload, count, since: NOW - MINUTE });

const plan = (changes: Partial<ClusterView>, policy = scalingOut()) => planNeed(aView(changes), policy, NOW);

/** Half of an m7i.large. */
const half = (service: string, changes: Partial<Workload> = {}) =>
  aWorkload(service, { needs: someNeeds({ cpu: 1_024, memory: 1_024 }), ...changes });

const memberOf = (text: string): Constraint => {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return { type: 'memberOf', expression: parsed.expression };
};

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

describe('zones', () => {
  it('capacity edge 10: a task that wants one zone waits for its turn, and the plan says so', () => {
    const inB = half('web', { constraints: [memberOf(`attribute:ecs.availability-zone == ${B}`)] });
    const [launch] = plan({ pending: [waiting(inB)], groups: [empty] }).launches;
    expect(launch).toMatchObject({
      count: 2,
      byZone: new Map([
        [A, 1],
        [B, 1],
      ]),
      forTasks: 1,
    });
    expect(launch?.detour).toBe(
      `service:web may not run where prod-hosts is launched next: Auto Scaling comes to ${B} at launch 2.`,
    );
  });

  it('a zone that is many launches off is not run after', () => {
    const hosts = Array.from({ length: 4 }, (_, at) => aHost(`i-${at}`, { zone: B, status: 'DRAINING' }));
    const inB = half('web', { constraints: [memberOf(`attribute:ecs.availability-zone == ${B}`)] });
    const { launches, unplaceable } = plan({ hosts, pending: [waiting(inB)] });
    expect(launches).toEqual([]);
    expect(unplaceable[0]?.sentence).toContain(`They may only run in ${B}`);
  });

  it('none is launched in vain when the maximum ends before the zone has its turn', () => {
    const inB = half('web', { constraints: [memberOf(`attribute:ecs.availability-zone == ${B}`)] });
    const { launches, findings } = plan({
      pending: [waiting(inB)],
      groups: [aGroup({ desired: 0, max: 1 })],
    });
    expect(launches).toEqual([]);
    expect(findings[0]?.why).toBe('group-at-maximum');
  });
});

describe('which group', () => {
  const SMALL = groupName('small');
  const BIG = groupName('big');
  const large = aType('m7i.large', { price: 0.1 });
  const huge = aType('m7i.4xlarge', {
    price: 0.8,
    registered: { cpu: 16_384, memory: 63_000, gpu: 0, enis: 7 },
  });
  const small = aGroup({ name: SMALL, desired: 0, types: [large], provider: 'cp-small' });
  const big = aGroup({ name: BIG, desired: 0, types: [huge], provider: 'cp-big' });
  const groupsOf = (workload: Workload, count: number, groups = [big, small], policy = scalingOut()) =>
    plan({ pending: [waiting(workload, count)], groups }, policy).launches.map((one) => [
      one.group,
      one.count,
    ]);

  it('the one that costs the least for all that waits', () => {
    expect(groupsOf(half('web'), 1)).toEqual([[SMALL, 1]]);
    expect(groupsOf(half('web'), 16, [small, { ...big, types: [{ ...huge, price: 0.7 }] }])).toEqual([
      [BIG, 1],
    ]);
  });

  it('by vCPUs when a price is not known, and by the policy over the table', () => {
    const unpriced = { ...big, types: [{ ...huge, price: undefined }] };
    expect(groupsOf(half('web'), 1, [unpriced, small])).toEqual([[SMALL, 1]]);
    expect(groupsOf(half('web'), 1, [big, small], scalingOut({ prices: { 'm7i.4xlarge': 0.01 } }))).toEqual([
      [BIG, 1],
    ]);
  });

  it('only those of the capacity providers that the tasks are for', () => {
    expect(groupsOf(half('web', { providers: ['cp-big'] }), 1)).toEqual([[BIG, 1]]);
    const { launches, unplaceable } = plan({
      pending: [waiting(half('web', { providers: ['cp-other'] }))],
      groups: [big, small],
    });
    expect(launches).toEqual([]);
    expect(unplaceable[0]?.sentence).toContain('cp-other');
  });

  it('the next one when the cheapest is at its maximum', () => {
    expect(groupsOf(half('web'), 6, [big, { ...small, max: 2 }])).toEqual([
      [BIG, 1],
      [SMALL, 2],
    ]);
  });

  it('the small ones go along where a large one must come anyway', () => {
    const many = aWorkload('batch', { needs: someNeeds({ cpu: 8_192 }) });
    const { launches } = plan({
      pending: [waiting(half('web'), 4), waiting(many)],
      groups: [big, small],
    });
    expect(launches.map((one) => [one.group, one.count, one.forTasks])).toEqual([[BIG, 1, 5]]);
  });
});

describe('what no instance takes', () => {
  it('scaling edge 29: is named with what it lacks, and launches nothing', () => {
    const big = aWorkload('big', { needs: someNeeds({ cpu: 4_096 }) });
    const { launches, unplaceable } = plan({
      pending: [waiting(big, 3), waiting(half('web'))],
      groups: [empty],
    });
    expect(launches[0]).toMatchObject({ count: 1, forTasks: 1 });
    expect(unplaceable).toEqual([
      {
        group: 'service:big',
        count: 3,
        sentence:
          'No instance would take 3 tasks of service:big. m7i.large of prod-hosts has 2048 CPU units for tasks beside daemons, and each asks for 4096. Add a larger type.',
      },
    ]);
  });

  it.each([
    ['memory', someNeeds({ memory: 9_000 }), '7680 MiB'],
    ['GPUs', someNeeds({ gpu: 1 }), '0 GPUs'],
    ['network interfaces', someNeeds({ enis: 3 }), '2 network interfaces'],
    ['a port that the agent holds', someNeeds({ tcp: [22] }), 'host port'],
    ['an attribute', someNeeds({ requires: [{ name: 'disk', value: 'ssd' }] }), 'disk'],
  ])('for want of %s', (_, needs, said) => {
    const { launches, unplaceable } = plan({
      pending: [waiting(aWorkload('x', { needs }))],
      groups: [empty],
    });
    expect(launches).toEqual([]);
    expect(unplaceable[0]?.sentence).toContain(said);
  });

  it('for a constraint that no type or zone meets', () => {
    const odd = half('x', { constraints: [memberOf('attribute:ecs.instance-type == c7g.large')] });
    const { launches, unplaceable } = plan({ pending: [waiting(odd)], groups: [empty] });
    expect(launches).toEqual([]);
    expect(unplaceable[0]?.sentence).toContain('placement constraints');
  });

  it('scaling edge 29: is what only some types of a group would take, since it may launch another', () => {
    const huge = aType('m7i.4xlarge', { registered: { cpu: 16_384, memory: 63_000, gpu: 0, enis: 7 } });
    const groups = [aGroup({ desired: 0, types: [huge, aType('m7i.large')] })];
    const big = aWorkload('big', { needs: someNeeds({ cpu: 4_096 }) });
    const { launches, unplaceable } = plan({ pending: [waiting(big)], groups });
    expect(launches).toEqual([]);
    expect(unplaceable[0]?.sentence).toContain('only m7i.4xlarge would do');
    expect(plan({ pending: [waiting(half('web'), 2)], groups }).launches[0]?.count).toBe(1);
  });
});

describe('limits', () => {
  const pending = [waiting(half('web'), 10)];

  it('the maximum of the group', () => {
    const { launches, findings } = plan({ pending, groups: [aGroup({ desired: 0, max: 3 })] });
    expect(launches[0]).toMatchObject({ count: 3, desired: 3, forTasks: 6 });
    expect(findings).toEqual([
      {
        why: 'group-at-maximum',
        group: HOSTS,
        sentence:
          '4 tasks wait for an instance. prod-hosts has 0 of at most 3 instances, and 3 are launched. Raise its maximum.',
      },
    ]);
  });

  it('the largest step, over all groups', () => {
    const policy = scalingOut({ scaleOut: { afterMs: 0, maximumStep: 2, launchTimeoutMs: MINUTE } });
    const { launches, findings } = plan({ pending, groups: [empty] }, policy);
    expect(launches[0]).toMatchObject({ count: 2, forTasks: 4 });
    expect(findings[0]?.why).toBe('maximum-step');
  });

  it('a suspended Launch process', () => {
    const { launches, findings } = plan({ pending, groups: [aGroup({ desired: 0, suspended: ['Launch'] })] });
    expect(launches).toEqual([]);
    expect(findings[0]?.why).toBe('launch-suspended');
  });

  it('managed scaling, unless the policy acts beside it', () => {
    const groups = [aGroup({ desired: 0, managedScaling: true, provider: 'cp' })];
    const { launches, findings } = plan({ pending, groups });
    expect(launches).toEqual([]);
    expect(findings[0]?.why).toBe('managed-scaling');
    expect(plan({ pending, groups }, scalingOut({ besideManagedScaling: true })).launches[0]?.count).toBe(5);
  });

  it('none is found where nothing waits', () => {
    const groups = [aGroup({ desired: 0, managedScaling: true, suspended: ['Launch'], max: 0 })];
    expect(plan({ groups }).findings).toEqual([]);
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
