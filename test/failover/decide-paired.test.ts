import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Phase } from '../../lib/failover/record.ts';
import type { ServiceView } from '../../lib/failover/snapshot.ts';
import { serviceName } from '../../lib/ids.ts';
import {
  type Asked,
  aPolicy,
  aRecord,
  aService,
  aView,
  decide,
  hearing,
  later,
  order,
  ROOM,
  reasons,
  START,
} from './situations.ts';

const policy = aService({ paired: serviceName('web-on-demand') });
const pair = (desired: number) => aView({ strategy: [], launchType: 'FARGATE', desired, running: desired });
/** Of CodeDeploy, so that it cannot be flipped. */
const primary = (running: number, desired = 10) =>
  aView({ controller: 'CODE_DEPLOY', deployments: [], running, desired });
const suspect = aRecord({ phase: { name: 'suspect', since: later(-HOUR), why: 'no capacity' } });
const paired = (desired: number, enoughSince?: number): Phase => ({
  name: 'paired',
  since: later(-HOUR),
  desired,
  vcpus: 0,
  ...(enoughSince === undefined ? {} : { enoughSince }),
});
const spent = { day: '2026-11-21', taskHours: 0, asOf: START };
const ask = (phase: Phase, view: ServiceView | 'missing', count: number, changes: Asked = {}) =>
  decide({ record: aRecord({ phase, spent }), policy, view, snapshot: { paired: pair(count) }, ...changes });
const countOf = ({ action }: ReturnType<typeof decide>) =>
  action?.kind === 'set-paired-count' ? action.desired : undefined;

describe('failover edge 22: a service of CodeDeploy with a pair', () => {
  it('failover edge 17: gets as many in its pair as are missing, and not all', () => {
    const decision = decide({ record: suspect, policy, view: primary(7), snapshot: { paired: pair(0) } });

    expect(decision.action).toEqual({ kind: 'set-paired-count', desired: 3 });
    expect(reasons(decision)).toEqual(['paired-count-set']);
    expect(decision.next.phase).toEqual({ name: 'paired', since: START, desired: 3, vcpus: 0 });
  });

  it('failover edge 22: has the same signals and the same grace', () => {
    const record = aRecord({ heard: hearing({ spotFailureAt: START }) });
    const snapshot = { paired: pair(0) };

    expect(reasons(decide({ record, policy, view: primary(7), snapshot }))).toEqual(['grace']);
    expect(countOf(decide({ record, policy, view: primary(0), snapshot }))).toBe(10);
    const recovered = decide({ record: suspect, policy, view: primary(10), snapshot });
    expect(reasons(recovered)).toEqual(['recovered-within-grace']);
  });

  it('is never given more than the primary is to have in all', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), fc.nat(50), (desired, running, had, has) => {
        const decision = ask(paired(had), primary(running, desired), has);
        const count = countOf(decision);
        if (count !== undefined && count > had) expect(count).toBeLessThanOrEqual(desired);
        if (count !== undefined && count > had) expect(count).toBe(Math.max(0, desired - running));
      }),
    );
  });

  it('is reset by order, and goes on', () => {
    const record = { ...suspect, heard: order('reset') };
    const decision = decide({ record, policy, view: primary(7), snapshot: { paired: pair(0) } });

    expect(reasons(decision)).toEqual(['breaker-reset', 'paired-count-set']);
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('says what is wrong when there is no such pair', () => {
    for (const missing of ['missing' as const, aView({ status: 'INACTIVE' })]) {
      const snapshot = { paired: missing };
      const record = { ...suspect, heard: order('fail-over') };
      const decision = decide({ record, policy, view: primary(7), snapshot });

      expect(reasons(decision)).toEqual(['paired-missing']);
      expect(decision.action).toBeUndefined();
      expect(decision.next.phase).toEqual(suspect.phase);
      expect(decision.next.heard.order).toBeUndefined();
      const before = decide({
        record: aRecord({ phase: paired(3), spent }),
        policy,
        view: primary(7),
        snapshot,
      });
      expect(before.next.phase).toEqual({ name: 'closed' });
    }
  });
});

describe('the count of the pair', () => {
  it('is raised at once when more are missing', () => {
    expect(countOf(ask(paired(3), primary(5), 3))).toBe(5);
  });

  it('is not lowered while some are missing', () => {
    const decision = ask(paired(3, later(-HOUR)), primary(9), 3);

    expect(decision.action).toBeUndefined();
    expect(decision.next.phase).toEqual(paired(3));
  });

  it('goes to 0 when none has been missing for the soak', () => {
    const enough = later(-10 * MINUTE);

    expect(reasons(ask(paired(3), primary(10), 3))).toEqual(['soaking']);
    expect(reasons(ask(paired(3, enough + 1), primary(10), 3))).toEqual(['soaking']);
    const decision = ask(paired(3, enough), primary(10), 3);
    expect(countOf(decision)).toBe(0);
    expect(decision.next.phase.name).toBe('paired');
  });

  it('closes the service once ECS says that it is 0', () => {
    const decision = ask(paired(0, later(-HOUR)), primary(10), 0);

    expect(reasons(decision)).toEqual(['paired-ended']);
    expect(decision.next.phase.name).toBe('closed');
  });

  it('is set once more when a call was lost', () => {
    expect(countOf(ask(paired(3), primary(7), 0))).toBe(3);
  });

  it('of others, being higher, is left to them until the end', () => {
    expect(ask(paired(3), primary(7), 6).action).toBeUndefined();
    const decision = decide({ record: suspect, policy, view: primary(7), snapshot: { paired: pair(6) } });
    expect(decision.action).toBeUndefined();
    expect(decision.next.phase).toMatchObject({ name: 'paired', desired: 3 });
  });
});

describe('the limits hold for a pair, too', () => {
  const snapshot = { paired: pair(0) };
  const whole = aPolicy({ limits: { ...aPolicy().limits, onDemandVcpus: 1 } });

  it('failover edge 16: by vCPUs, as many as fit', () => {
    const rest = { record: suspect, policy, view: primary(7), snapshot, whole };

    expect(countOf(decide({ ...rest, room: { ...ROOM, vcpus: 1 } }))).toBe(2);
    expect(reasons(decide({ ...rest, room: { ...ROOM, vcpus: 0.4 } }))).toEqual(['on-demand-quota']);
  });

  it('failover edge 17: by task-hours, which end it', () => {
    const limited = { ...policy, taskHoursPerDay: 2 };
    const record = aRecord({
      phase: paired(3),
      spent: { day: '2026-11-21', taskHours: 0, asOf: later(-HOUR) },
    });
    const decision = decide({ record, policy: limited, view: primary(7), snapshot: { paired: pair(3) } });

    expect(decision.next.spent.taskHours).toBe(3);
    expect(reasons(decision)).toEqual(['budget-spent']);
    expect(countOf(decision)).toBe(0);
    const refused = decide({
      record: { ...suspect, spent: decision.next.spent },
      policy: limited,
      view: primary(7),
      snapshot,
    });
    expect(reasons(refused)).toEqual(['budget-spent']);
  });

  it('by tasks in a minute', () => {
    const room = { ...ROOM, tasks: 2 };

    expect(reasons(decide({ record: suspect, policy, view: primary(7), snapshot, room }))).toEqual([
      'rate-limited',
    ]);
  });
});

describe('the end of a pair', () => {
  it.each<[string, ServiceView | 'missing']>([
    ['is gone', 'missing'],
    ['is to have no task', primary(0, 0)],
  ])('failover edge 23: comes when the primary %s', (_, view) => {
    const decision = ask(paired(3), view, 3);
    expect(countOf(decision)).toBe(0);

    const { before: _before, ...settled } = decision.next;
    expect(ask(settled.phase, view, 0).next.phase.name).toBe('closed');
  });

  it('comes by order', () => {
    const record = aRecord({ phase: paired(3), spent, heard: order('fail-back') });

    expect(countOf(ask(paired(3), primary(7), 3, { record }))).toBe(0);
  });

  it('is told when the policy has no pair any more', () => {
    const decision = decide({ record: aRecord({ phase: paired(3), spent }), view: primary(7) });

    expect(reasons(decision)).toEqual(['paired-ended']);
    expect(decision.next.phase.name).toBe('closed');
  });
});
