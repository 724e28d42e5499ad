import { describe, expect, it } from 'vitest';
import { follow } from '../../lib/capacity/follow.ts';
import type { Leaving } from '../../lib/capacity/state.ts';
import type { HostView } from '../../lib/capacity/view.ts';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { aGroup, aHost, aPolicy, aTask, aView, aWorkload, HOSTS, NOW } from './views.ts';

const ordered = (ago: number, changes: Partial<Leaving> = {}): Leaving => ({
  phase: 'ordered',
  reason: 'underused',
  group: HOSTS,
  since: NOW - ago,
  sentence: 'i-1 can go (underused).',
  ...changes,
});
const launching = (ago: number, hosts = ['i-1'], desired = 3): Leaving =>
  ordered(ago, { phase: 'launching', replacement: { hosts, desired, orderedAt: NOW - ago } });
const terminating = (ago: number) => ordered(ago, { phase: 'terminating' });

const draining: Partial<HostView> = { status: 'DRAINING' };
const i2 = aHost('i-2');
const web = aWorkload('web');
const group = aGroup({ desired: 2, min: 1 });
const waiting = (count: number, since: number, needs = web) => [{ workload: needs, count, since }];

/** What becomes of i-1, in words of the contract: the action, the reason, and the phase it then has. */
function followOne(
  leaving: Leaving,
  host: Partial<HostView> | undefined,
  view: Parameters<typeof aView>[0] = {},
  { fits = true, policy = aPolicy() } = {},
) {
  const hosts = host === undefined ? [i2] : [aHost('i-1', host), i2];
  const {
    actions,
    findings,
    leaving: next,
  } = follow({ 'i-1': leaving }, aView({ hosts, groups: [group], ...view }), policy, () => fits, NOW);
  expect(findings).toHaveLength(1);
  return {
    action: actions[0]?.kind,
    reason: findings[0]?.reason,
    phase: next['i-1']?.phase,
    actions,
    findings,
  };
}

describe('an instance that was told to drain', () => {
  it('is waited for while ECS shows it ACTIVE, and let be after five minutes', () => {
    expect(followOne(ordered(4 * MINUTE), {})).toMatchObject({ reason: 'drain-awaited', phase: 'ordered' });
    expect(followOne(ordered(6 * MINUTE), {})).toMatchObject({
      action: 'order-release',
      reason: 'drain-not-begun',
      phase: undefined,
    });
  });

  it('is waited for while tasks of it have not stopped, but those of daemons', () => {
    const tasks = [aTask('t-1', 'i-1', web, { stopping: true })];
    const daemons = [aTask('d-1', 'i-1', aWorkload('agent'), { kind: 'daemon' })];

    expect(followOne(ordered(9 * MINUTE), draining, { tasks })).toMatchObject({ reason: 'drain-awaited' });
    expect(followOne(ordered(9 * MINUTE), draining, { tasks: daemons })).toMatchObject({
      action: 'terminate',
      reason: 'terminating',
      phase: 'terminating',
    });
  });

  it('capacity edge 11: is not terminated before a task that ECS was just placing would show', () => {
    expect(followOne(ordered(30 * SECOND), draining).action).toBeUndefined();
    expect(followOne(ordered(50 * SECOND), draining).action).toBe('terminate');
  });

  it('capacity edge 12: takes tasks again when the drain takes too long, told with what is left', () => {
    const tasks = [aTask('t-1', 'i-1', web, { protectedUntil: NOW + MINUTE })];

    const { action, reason, findings } = followOne(ordered(61 * MINUTE), draining, { tasks });

    expect([action, reason]).toEqual(['order-release', 'drain-too-long']);
    expect(findings[0]?.sentence).toContain('t-1 of service:web (protected) left');
  });

  it('takes tasks again at once when consolidation was taken out of the policy', () => {
    const tasks = [aTask('t-1', 'i-1', web)];
    const policy = aPolicy({ consolidation: null });

    expect(followOne(ordered(MINUTE), draining, { tasks }, { policy }).reason).toBe('drain-too-long');
  });

  it('is wanted again while tasks wait that it could take, also when it is empty', () => {
    const pending = waiting(2, NOW - MINUTE);

    expect(followOne(ordered(MINUTE), draining, { pending })).toMatchObject({
      action: 'order-release',
      reason: 'wanted-again',
    });
  });

  it('capacity edge 15: goes on while what waits is too large for its group, or only moves', () => {
    const large = aWorkload('large', { needs: { ...web.needs, memory: 1_000_000 } });

    expect(followOne(ordered(MINUTE), draining, { pending: waiting(1, NOW - MINUTE, large) }).action).toBe(
      'terminate',
    );
    expect(followOne(ordered(MINUTE), draining, { pending: waiting(1, NOW - SECOND) }).action).toBe(
      'terminate',
    );
  });

  it('stays when its group has come to the minimum, or protects it from scale-in', () => {
    const atMinimum = { groups: [aGroup({ desired: 2, min: 2 })] };

    expect(followOne(ordered(MINUTE), draining, atMinimum)).toMatchObject({
      action: 'order-release',
      reason: 'group-at-minimum',
    });
    expect(followOne(ordered(MINUTE), { ...draining, protectedFromScaleIn: true })).toMatchObject({
      action: 'order-release',
      reason: 'protected-from-scale-in',
    });
  });

  it('capacity edge 13: is not terminated in no group of the policy, nor where Auto Scaling terminates it already', () => {
    expect(followOne(ordered(MINUTE), { ...draining, group: undefined })).toMatchObject({
      action: 'order-release',
      reason: 'not-in-a-group',
    });
    expect(followOne(ordered(MINUTE), { ...draining, lifecycleState: 'Terminating:Wait' })).toMatchObject({
      action: undefined,
      reason: 'termination-awaited',
      phase: 'ordered',
    });
  });

  it('is over when ECS lists it no more', () => {
    expect(followOne(ordered(MINUTE), undefined)).toMatchObject({ reason: 'gone', phase: undefined });
  });
});

it('of several in one group no more are terminated than its minimum allows', () => {
  const hosts = ['i-1', 'i-2', 'i-3'].map((id) => aHost(id, draining));
  const leaving = Object.fromEntries(hosts.map(({ id }) => [id, ordered(MINUTE)]));
  const view = aView({ hosts, groups: [aGroup({ desired: 3, min: 1 })] });

  const { actions } = follow(leaving, view, aPolicy(), () => true, NOW);

  expect(actions.map(({ kind }) => kind)).toEqual(['terminate', 'terminate', 'order-release']);
});

describe('an instance whose replacement was ordered', () => {
  const arrived = (changes: Partial<HostView> = {}) => ({
    hosts: [aHost('i-1'), i2, aHost('i-new', { launchedAt: NOW - SECOND, ...changes })],
    groups: [aGroup({ desired: 3 })],
  });

  it('waits until it is ACTIVE with its agent connected', () => {
    const came = arrived({ agentConnected: false });

    expect(followOne(launching(MINUTE), {}, came)).toMatchObject({
      reason: 'replacement-awaited',
      phase: 'launching',
    });
  });

  it('is drained once it is and everything still fits', () => {
    expect(followOne(launching(MINUTE), {}, arrived())).toMatchObject({
      action: 'order-drain',
      reason: 'drain-ordered',
      phase: 'ordered',
    });
    expect(followOne(launching(MINUTE), {}, arrived(), { fits: false })).toMatchObject({
      action: undefined,
      reason: 'no-longer-fits',
      phase: undefined,
    });
  });

  it('capacity edge 14: stays when none comes in time', () => {
    expect(followOne(launching(11 * MINUTE), {}, { groups: [aGroup({ desired: 3 })] })).toMatchObject({
      action: undefined,
      reason: 'replacement-late',
      phase: undefined,
    });
  });

  it('has the count set once more when it was lost in a crash, and not when somebody lowered it later', () => {
    const lost = { groups: [aGroup({ desired: 2 })] };

    expect(followOne(launching(MINUTE), {}, lost).actions).toEqual([
      { kind: 'set-desired', group: HOSTS, desired: 3 },
    ]);
    expect(followOne(launching(4 * MINUTE), {}, lost).actions).toEqual([]);
  });

  it('is asked about together with those that go with it, and beside those that may go by the same look', () => {
    const hosts = ['i-1', 'i-2', 'i-3'].map((id) => aHost(id));
    const view = aView({ hosts: [...hosts, aHost('i-new', { launchedAt: NOW })], groups: [aGroup()] });
    const leaving = {
      'i-1': launching(MINUTE, ['i-1', 'i-2']),
      'i-2': launching(MINUTE, ['i-1', 'i-2']),
      'i-3': launching(MINUTE, ['i-3']),
    };
    const asked: (readonly string[])[] = [];

    follow(leaving, view, aPolicy(), (some) => asked.push(some) > 0, NOW);

    expect(asked).toEqual([
      ['i-1', 'i-2'],
      ['i-1', 'i-2', 'i-3'],
    ]);
  });
});

describe('an instance that Auto Scaling was told to terminate', () => {
  it('is waited for, and terminated once more only where nothing came of it', () => {
    expect(followOne(terminating(4 * MINUTE), { ...draining, lifecycleState: 'Terminating' })).toMatchObject({
      action: undefined,
      reason: 'termination-awaited',
      phase: 'terminating',
    });
    expect(followOne(terminating(MINUTE), draining).action).toBeUndefined();
    expect(followOne(terminating(4 * MINUTE), draining).action).toBe('terminate');
  });

  it('yields to who sets it ACTIVE', () => {
    expect(followOne(terminating(MINUTE), {})).toMatchObject({
      action: undefined,
      reason: 'drain-undone',
      phase: undefined,
    });
  });
});
