import { describe, expect, it } from 'vitest';
import { planConsolidation } from '../../lib/capacity/consolidation/consolidate.ts';
import type { Kept } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ConsolidationState } from '../../lib/capacity/state.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';
import { MINUTE } from '../../lib/clock.ts';
import {
  aGroup,
  aHost,
  aPolicy,
  aService,
  aTask,
  aView,
  aWorkload,
  consolidating,
  HOSTS,
  NO_STATE,
  NOW,
  seeded,
  someNeeds,
  ZONES,
} from './views.ts';

const web = aWorkload('web');
const large = aWorkload('large', { needs: someNeeds({ memory: 5_000 }) });

/** Two instances with one small task each: either could go. */
const pair = (changes: Partial<ClusterView> = {}) =>
  aView({
    hosts: [aHost('i-1'), aHost('i-2')],
    tasks: [aTask('1a2b', 'i-1', web), aTask('3c4d', 'i-2', web)],
    ...changes,
  });

function whyKept(
  host: string,
  view: ClusterView,
  policy: ClusterPolicy = consolidating(),
  state: ConsolidationState = NO_STATE,
): Pick<Kept, 'why' | 'sentence'> {
  const { kept } = planConsolidation(view, policy, NOW, state, seeded(1));
  const found = kept.filter((one) => one.host === host);
  expect(found).toHaveLength(1);
  const [{ why, sentence } = { why: 'waiting' as const, sentence: 'nothing' }] = found;
  return { why, sentence };
}

const withHost = (changes: Parameters<typeof aHost>[1]) =>
  pair({ hosts: [aHost('i-1', changes), aHost('i-2')] });
const withGroup = (changes: Parameters<typeof aGroup>[0]) =>
  pair({ groups: [aGroup({ desired: 2, ...changes })] });
const withTask = (changes: Parameters<typeof aTask>[3]) =>
  pair({ tasks: [aTask('1a2b', 'i-1', web, changes), aTask('3c4d', 'i-2', web)] });
const withService = (changes: Parameters<typeof aService>[0]) =>
  pair({ services: new Map([['service:web', aService({ desired: 2, ...changes })]]) });

describe('an instance stays', () => {
  it('in no group of the policy', () => {
    expect(whyKept('i-1', withHost({ group: undefined }))).toEqual({
      why: 'not-in-a-group',
      sentence:
        'i-1 is in no Auto Scaling group of the policy. Name its group under groups of prod to have it considered.',
    });
  });

  it.each([
    ['DRAINING, whoever drains it', { status: 'DRAINING' }, 'DRAINING'],
    ['terminated by its group', { lifecycleState: 'Terminating:Wait' }, 'Terminating:Wait'],
  ])('%s', (_, changes, shown) => {
    expect(whyKept('i-1', withHost(changes))).toEqual({
      why: 'leaving-already',
      sentence: `i-1 is on its way out already (${shown}).`,
    });
  });

  it('that is on its way out by an earlier decision, though ECS still calls it ACTIVE', () => {
    const leaving = {
      phase: 'ordered',
      reason: 'underused',
      group: HOSTS,
      since: NOW,
      sentence: '',
    } as const;
    const state = { candidates: {}, leaving: { 'i-1': leaving } };

    expect(whyKept('i-1', pair(), consolidating(), state).why).toBe('leaving-already');
  });

  // Reference edge case 34: what is not ACTIVE and connected is no capacity.
  it.each([
    ['REGISTERING', { status: 'REGISTERING' }, 'i-1 is REGISTERING'],
    ['with its agent lost', { agentConnected: false }, 'The agent of i-1 is not connected'],
    ['in Standby', { lifecycleState: 'Standby' }, 'i-1 is Standby in its Auto Scaling group'],
  ])('%s', (_, changes, sentence) => {
    const kept = whyKept('i-1', withHost(changes));

    expect(kept.why).toBe('not-active');
    expect(kept.sentence).toContain(sentence);
  });

  it('younger than minimumAge', () => {
    const view = withHost({ launchedAt: NOW - 9 * MINUTE });

    expect(whyKept('i-1', view, consolidating({ minimumAgeMs: 10 * MINUTE }))).toEqual({
      why: 'too-young',
      sentence: 'i-1 was launched 9 min ago, and minimumAge is 10 min.',
    });
  });

  // Reference edge case 28: a group does not let a protected instance go, and its count would be lowered for nothing.
  it('scaling edge 28: protected from scale-in', () => {
    const kept = whyKept('i-1', withHost({ protectedFromScaleIn: true }));

    expect(kept.why).toBe('protected-from-scale-in');
    expect(kept.sentence).toContain('End its scale-in protection');
  });

  it('protected from scale-in by managed termination protection, which is what to turn off', () => {
    const view = pair({
      hosts: [aHost('i-1', { protectedFromScaleIn: true }), aHost('i-2')],
      groups: [aGroup({ provider: 'od', managedTerminationProtection: true })],
    });

    expect(whyKept('i-1', view).sentence).toContain(
      'Turn off managed termination protection of capacity provider od',
    );
  });

  it('of a capacity provider whose instances ECS drains itself', () => {
    const kept = whyKept('i-1', withGroup({ provider: 'od', managedDraining: true }));

    expect(kept.why).toBe('managed-draining');
    expect(kept.sentence).toContain('managed draining of capacity provider od');
  });

  it('of a group whose process Terminate is suspended', () => {
    expect(whyKept('i-1', withGroup({ suspended: ['Terminate'] })).why).toBe('protected-from-scale-in');
  });

  // Reference edge case 25.
  it('scaling edge 25: with a task that is protected from scale-in', () => {
    expect(whyKept('i-1', withTask({ protectedUntil: NOW + MINUTE }))).toEqual({
      why: 'protected-task',
      sentence:
        'Task 1a2b of service:web is protected from scale-in until 2026-11-21T12:03:00Z. It can go when the task ends its protection.',
    });
  });

  it('scaling edge 25: with a standalone task, which ECS never moves', () => {
    expect(whyKept('i-1', withTask({ kind: 'standalone' })).why).toBe('standalone-task');
  });

  it('with a task of a service that is being deployed', () => {
    expect(whyKept('i-1', withService({ deploying: true, controller: 'CODE_DEPLOY' }))).toEqual({
      why: 'service-deploying',
      sentence: 'service:web is being deployed (CODE_DEPLOY). It can go afterwards.',
    });
  });

  it.each([
    ['100 and 100 percent', { desired: 2, minimumHealthyPercent: 100, maximumPercent: 100 }],
    ['50 and 150 percent of one task', { desired: 1, minimumHealthyPercent: 50, maximumPercent: 150 }],
  ])('scaling edge 26: with a service that can never move: %s', (_, changes) => {
    const kept = whyKept('i-1', withService(changes));

    expect(kept.why).toBe('service-cannot-move');
    expect(kept.sentence).toContain('Lower minimumHealthyPercent or raise maximumPercent');
  });

  it('with a task of a service that is not there', () => {
    expect(whyKept('i-1', pair({ services: new Map() })).why).toBe('service-cannot-move');
  });

  it('while tasks wait that its group could take', () => {
    const view = pair({ pending: [{ workload: large, count: 3, since: NOW - MINUTE }] });

    expect(whyKept('i-1', view)).toEqual({
      why: 'tasks-pending',
      sentence:
        '3 tasks of service:large wait for an instance, which prod-hosts could take. i-1 is looked at again when they run.',
    });
  });

  it('while its group launches instances', () => {
    expect(whyKept('i-1', withGroup({ launching: new Map([[ZONES[0], 2]]) })).why).toBe('tasks-pending');
  });

  it('whose task fits nowhere else, told with what each host lacks', () => {
    const view = aView({
      hosts: [aHost('i-1'), aHost('i-2'), aHost('i-3'), aHost('i-4')],
      tasks: [
        aTask('1a2b', 'i-1', large),
        aTask('t-2', 'i-2', large),
        aTask('t-3', 'i-3', large),
        aTask('t-4', 'i-4', aWorkload('busy', { needs: someNeeds({ cpu: 2_000 }) })),
      ],
    });

    expect(whyKept('i-1', view)).toEqual({
      why: 'does-not-fit',
      sentence: 'Task 1a2b of service:large does not fit elsewhere: 2 hosts lack memory, 1 cpu.',
    });
  });

  it('capacity edge 3: where its going would unbalance the zones', () => {
    const hosts = [aHost('i-1'), aHost('i-2', { zone: ZONES[1] }), aHost('i-3', { zone: ZONES[1] })];
    const view = aView({ hosts, groups: [aGroup({ zones: ZONES.slice(0, 2) })] });
    const { steps } = planConsolidation(view, consolidating({ zoneSkew: 1 }), NOW, NO_STATE, seeded(1));

    // i-1 would leave none in its zone beside two in the other: one of those has to go first.
    expect(steps[0]?.hosts).not.toContain('i-1');
    expect(whyKept('i-1', view, consolidating({ zoneSkew: 1, budgets: [budgetOf(0)] })).why).toBe(
      'zone-balance',
    );
  });

  it('of a group at its minimum', () => {
    expect(whyKept('i-1', withGroup({ min: 2 }))).toEqual({
      why: 'group-at-minimum',
      sentence: 'prod-hosts would come to 1 instances, and its minimum is 2. Lower the minimum of the group.',
    });
  });

  it.each([
    ['CPU units', { cpu: 1_600, memory: 0, percent: 0 }],
    ['MiB', { cpu: 0, memory: 7_000, percent: 0 }],
    ['percent', { cpu: 0, memory: 0, percent: 90 }],
  ])('whose going would leave less than the reserve of %s', (_, reserve) => {
    expect(whyKept('i-1', pair(), aPolicy({ reserve })).why).toBe('reserve');
  });

  it('for want of a budget', () => {
    const kept = whyKept('i-1', pair(), consolidating({ budgets: [budgetOf(0)] }));

    expect(kept.why).toBe('budget');
    expect(kept.sentence).toContain('the budgets allow 0 now');
  });

  it('that costs less than its tasks are worth', () => {
    // Of 0.2 an hour, 0.1: half of the cost for nearly all of the disruption.
    const busy = Array.from({ length: 4 }, (_, at) => aTask(`t-${at}`, 'i-2', web));
    const view = aView({ hosts: [aHost('i-1'), aHost('i-2')], tasks: [aTask('t', 'i-1', web), ...busy] });
    const kept = whyKept('i-2', view, consolidating({ balance: 1, budgets: [budgetOf(0)] }));

    expect(kept.why).toBe('not-worth-it');
    expect(kept.sentence).toContain('for 71.4 % of its disruption: score 0.70, and balance 1 asks for 1.00');
  });

  it('that has not been a candidate for long enough', () => {
    const since = NOW - 7 * MINUTE;
    const state = { candidates: { 'i-1': { reason: 'underused', since } }, leaving: {} } as const;

    expect(whyKept('i-1', pair(), consolidating({ afterMs: 10 * MINUTE }), state)).toEqual({
      why: 'waiting',
      sentence:
        'i-1 could go (underused) since 2026-11-21T11:55:00Z, and goes when that has held for 3 min more.',
    });
  });

  // Reference edge case 32.
  it('scaling edge 32: under managed scaling, unless the policy is to act beside it', () => {
    const view = withGroup({ managedScaling: true, provider: 'od' });

    expect(whyKept('i-1', view).why).toBe('managed-scaling');
    expect(
      planConsolidation(view, aPolicy({ besideManagedScaling: true }), NOW, NO_STATE, seeded(1)).steps,
    ).toHaveLength(1);
  });

  it('for a reason that the policy does not name', () => {
    expect(whyKept('i-1', pair(), consolidating({ reasons: ['empty'] })).why).toBe('reason-not-allowed');
  });

  it('without any consolidation in the policy', () => {
    expect(whyKept('i-1', pair(), aPolicy({ consolidation: null })).why).toBe('reason-not-allowed');
  });
});

function budgetOf(value: number) {
  return { limit: { kind: 'count' as const, value }, reasons: null, window: null };
}
