import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Phase } from '../../lib/failover/record.ts';
import { serviceName } from '../../lib/ids.ts';
import {
  type Asked,
  aPolicy,
  aPool,
  aRecord,
  aService,
  aView,
  circumstances,
  decide,
  decideUnread,
  failedOver,
  flippedView,
  hearing,
  later,
  order,
  ROOM,
  reasons,
  START,
  sentences,
} from './situations.ts';

const policy = aService({ paired: serviceName('web-on-demand') });
const pair = (desired: number) => aView({ strategy: [], launchType: 'FARGATE', desired, running: desired });
/** Of CodeDeploy, so that it cannot be flipped. */
const primary = (running: number, desired = 10) =>
  aView({ controller: 'CODE_DEPLOY', deployments: [], running, desired });
const signal = { since: later(-HOUR), why: 'no capacity' };
const suspect = aRecord({ phase: { name: 'suspect', ...signal } });
const spent = { day: '2026-11-21', taskHours: 0, asOf: START };
const phase = (desired: number): Phase => ({ name: 'paired', since: later(-HOUR), desired, vcpus: 0 });
const paired = (desired: number) => aRecord({ phase: phase(desired), spent });
const countOf = ({ action }: ReturnType<typeof decide>) =>
  action?.kind === 'set-paired-count' ? action.desired : undefined;

/** A service of which so many of ten tasks run, with so many in its pair. */
const ask = (running: number, inPair: number, rest: Asked = {}) =>
  decide({ policy, view: primary(running), snapshot: { paired: pair(inPair) }, ...rest });

describe('an order to a service with a pair', () => {
  const ordered = (verb: Parameters<typeof order>[0]) => aRecord({ heard: order(verb) });

  it('to fail over has the missing tasks run in the pair, without any signal', () => {
    const decision = ask(7, 0, { record: ordered('fail-over') });

    expect(countOf(decision)).toBe(3);
    expect(sentences(decision)).toContain('since ada ordered it');
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('to fail over is not applicable while no task is missing', () => {
    const decision = ask(10, 0, { record: ordered('fail-over') });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.action).toBeUndefined();
  });

  it('to fail back is not applicable while none runs in the pair', () => {
    const decision = ask(7, 0, { record: ordered('fail-back') });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('to reset forgets its openings', () => {
    const decision = ask(10, 0, { record: { ...ordered('reset'), opened: [later(-HOUR)] } });

    expect(reasons(decision)).toEqual(['breaker-reset']);
    expect(decision.next.opened).toEqual([]);
  });

  it.each(['fail-over', 'reset'] as const)('to %s is not applicable once tasks run in the pair', (verb) => {
    const decision = ask(7, 3, { record: { ...paired(3), heard: order(verb) } });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.next.phase).toEqual(phase(3));
  });
});

describe('a service with a pair', () => {
  it('is left alone while nothing is heard', () => {
    const record = { ...aRecord(), heard: hearing({ deficitSince: START }) };

    expect(ask(9, 0, { record })).toEqual({ next: record, findings: [] });
  });

  it('is not decided on before its pair was looked at', () => {
    const decision = decide({ record: suspect, policy, view: primary(7) });

    expect(decision.findings).toEqual([]);
    expect(decision.next.phase).toEqual(suspect.phase);
  });

  it('is under suspicion for the grace, to the millisecond', () => {
    const record = aRecord({ heard: hearing({ spotFailureAt: START }) });
    const first = ask(7, 0, { record });
    const next = { ...first.next };

    expect(first.next.phase).toEqual({
      name: 'suspect',
      since: START,
      why: 'FARGATE_SPOT had no capacity at 2026-11-21T12:00:00Z',
    });
    expect(reasons(ask(7, 0, { record: next, now: later(3 * MINUTE - 1) }))).toEqual(['grace']);
    expect(countOf(ask(7, 0, { record: next, now: later(3 * MINUTE) }))).toBe(3);
  });

  it('that was flipped before the policy named its pair goes back as it came', () => {
    const pool = aPool({ name: 'closed', since: later(-MINUTE) });
    const decision = decide({ record: failedOver(), policy, view: flippedView(), pool });

    expect(reasons(decision)).toEqual(['return-step']);
  });
});

describe('a service that is gone, or is to have no task, with nothing in its pair', () => {
  const views = [
    ['missing', 'missing' as const],
    ['INACTIVE', { ...primary(10), status: 'INACTIVE' as const }],
    ['without tasks', primary(0, 0)],
  ] as const;

  it.each(views)('failover edge 23: %s, under suspicion, is under it no more', (_, view) => {
    const decision = ask(0, 0, { record: suspect, view });

    expect(reasons(decision)).toEqual(['service-gone']);
    expect(decision.next.phase).toEqual({ name: 'closed' });
  });

  it.each(views)('failover edge 23: %s, is left alone when nothing was wrong', (_, view) => {
    expect(ask(0, 0, { view })).toEqual({ next: aRecord(), findings: [] });
  });

  it.each(views)('failover edge 23: %s, takes no order', (_, view) => {
    const decision = ask(0, 0, { record: aRecord({ heard: order('fail-over') }), view });

    expect(reasons(decision)).toEqual(['order-not-applicable']);
    expect(decision.next.heard.order).toBeUndefined();
  });

  it('failover edge 23: INACTIVE, has its pair emptied', () => {
    const view = { ...primary(0), status: 'INACTIVE' as const };

    expect(countOf(ask(0, 3, { record: paired(3), view }))).toBe(0);
  });
});

describe('what a change of the pair records', () => {
  it('as the first one: since when, what holds if AWS refuses, and that its costs begin now', () => {
    const { next, findings } = ask(7, 1, { record: { ...suspect, opened: [later(-HOUR)] } });

    expect(next).toMatchObject({
      phase: { name: 'paired', since: START, desired: 3 },
      spent: { day: '2026-11-21', taskHours: 0, asOf: START },
      before: { phase: suspect.phase, opened: [later(-HOUR)] },
      launched: { at: START, tasks: 2 },
    });
    expect(findings[0]?.facts).toEqual({ from: 1, to: 3 });
  });

  it('as a further one: since when it is in the pair at all, and the costs until now', () => {
    const record = aRecord({ phase: phase(3), spent: { ...spent, asOf: later(-HOUR) } });
    const { next } = ask(5, 3, { record });

    expect(next.phase).toEqual({ ...phase(5), since: later(-HOUR) });
    expect(next.spent).toEqual({ day: '2026-11-21', taskHours: 3, asOf: START });
    expect(next.launched).toEqual({ at: START, tasks: 2 });
  });

  it('that ends it: no task was launched', () => {
    const { next } = ask(10, 3, { record: { ...paired(3), heard: order('fail-back') } });

    expect(next.phase).toMatchObject({ desired: 0 });
    expect(next).not.toHaveProperty('launched');
  });

  it('is none where the pair has exactly as many already', () => {
    const decision = ask(7, 3, { record: suspect });

    expect(decision.action).toBeUndefined();
    expect(decision.next.phase).toMatchObject({ name: 'paired', desired: 3 });
    expect(decision.next.spent).toEqual(spent);
  });
});

describe('the end of a soak', () => {
  it('is counted from the look that finds no task missing', () => {
    const decision = ask(10, 3, { record: paired(3) });

    expect(decision.next).toEqual({ ...paired(3), phase: { ...phase(3), enoughSince: START } });
  });

  it('is not waited for where nothing is in the pair', () => {
    expect(reasons(ask(10, 0, { record: paired(0) }))).toEqual(['paired-ended']);
  });
});

describe('the limits of a pair', () => {
  const vcpus = (onDemandVcpus: number | null) => aPolicy({ limits: { ...aPolicy().limits, onDemandVcpus } });

  it('count what is launched, and not what runs in the pair already', () => {
    const two = { ...ROOM, tasks: 2 };

    expect(countOf(ask(5, 3, { record: paired(3), room: two }))).toBe(5);
    expect(reasons(ask(4, 3, { record: paired(3), room: two }))).toEqual(['rate-limited']);
  });

  it('failover edge 16: add to what runs in the pair already', () => {
    const asked = { record: paired(3), whole: vcpus(2), room: { ...ROOM, vcpus: 0.5 } };

    expect(countOf(ask(5, 3, asked))).toBe(4);
  });

  it('failover edge 16: of vCPUs have the size of a task read first; without them it is not asked for', () => {
    const asked = { record: suspect, policy, view: primary(7), snapshot: { paired: pair(0) } };

    expect(decideUnread({ ...asked, whole: vcpus(1) })).toEqual({
      next: suspect,
      findings: [],
      needs: 'circumstances',
    });
    expect(countOf(decideUnread(asked))).toBe(3);
  });

  it('failover edge 16: hold nothing back where a task is of no known size', () => {
    const snapshot = { paired: pair(0), circumstances: circumstances({ vcpus: 0 }) };
    const asked = { record: suspect, snapshot, whole: vcpus(1), room: { ...ROOM, vcpus: 0 } };

    expect(countOf(ask(7, 0, asked))).toBe(3);
  });
});
