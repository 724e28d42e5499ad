import { describe, expect, it } from 'vitest';
import { planNeed } from '../../lib/capacity/need/need.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import { groupName } from '../../lib/ids.ts';
import type { Workload } from '../../lib/placement/model.ts';
import {
  aGroup,
  aHost,
  aType,
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

const [A, B] = ZONES;

const plan = (changes: Partial<ClusterView>, policy = scalingOut()) => planNeed(aView(changes), policy, NOW);

/** Half of an m7i.large. */
const half = (service: string, changes: Partial<Workload> = {}) =>
  aWorkload(service, { needs: someNeeds({ cpu: 1_024, memory: 1_024 }), ...changes });

const empty = aGroup({ desired: 0 });

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
