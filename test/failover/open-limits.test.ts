import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { Phase } from '../../lib/failover/record.ts';
import {
  type Asked,
  aDeployment,
  aPool,
  decide,
  decideUnread,
  failedOver,
  flippedView,
  hearing,
  later,
  order,
  probingByShare,
  reasons,
  START,
  sentences,
  WEB,
} from './situations.ts';

const flipping = (minutesAgo: number): Phase => ({ name: 'flipping', since: later(-minutesAgo * MINUTE) });
const rollout = (state: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED') =>
  flippedView({
    deployments: [
      aDeployment({
        id: 'ecs-svc/2',
        rollout: state,
        reason: 'tasks failed to start',
        createdAt: later(-HOUR),
      }),
    ],
  });
const open = (asked: Asked = {}) => decide({ record: failedOver(), view: flippedView(), ...asked });
const closedAt = (ms: number) => aPool({ name: 'closed', since: later(ms) });
/** When the flip was written, in the situations. */
const WRITTEN = -HOUR;

describe('the deployment of a flip', () => {
  it('is waited for until the timeout, to the millisecond', () => {
    const at = (now: number) =>
      decide({ record: failedOver(flipping(30)), view: rollout('IN_PROGRESS'), now });

    expect(at(START).next.phase.name).toBe('flipping');
    expect(at(START + 1).next.phase.name).toBe('open');
    expect(sentences(at(START + 1))).toContain('in 30 minutes: 10 of 10 tasks run');
  });

  it('that completes ends the row of those that were taken back', () => {
    const record = failedOver(flipping(5), { rollbacks: { count: 2, retryAt: later(HOUR) } });

    expect(decide({ record, view: rollout('COMPLETED') }).next.rollbacks).toEqual({ count: 0, retryAt: 0 });
  });

  it('that fails is told with the reason that ECS gives', () => {
    const failed = decide({ record: failedOver(flipping(5)), view: rollout('FAILED') });

    expect(reasons(failed)).toEqual(['flip-rolled-back']);
    expect(sentences(failed)).toContain(': tasks failed to start. It has');
  });
});

describe('the flap latch', () => {
  it('counts an opening for the whole window, and not at its end', () => {
    const latches = (oldest: number) =>
      decide({
        record: failedOver(flipping(5), { opened: [later(oldest), later(-HOUR), later(-MINUTE)] }),
        view: rollout('COMPLETED'),
      }).next.phase.name;

    expect(latches(-24 * HOUR + 1)).toBe('latched');
    expect(latches(-24 * HOUR)).toBe('open');
  });
});

describe('a breaker', () => {
  it('is taken for closed only where it was closed after the flip', () => {
    expect(reasons(open({ pool: closedAt(WRITTEN + 1) }))).toEqual(['return-step']);
    expect(reasons(open({ pool: closedAt(WRITTEN) }))).toEqual(['waiting-for-breaker']);
  });

  it('that was closed is not said to probe', () => {
    expect(sentences(open({ pool: closedAt(WRITTEN) }))).toMatch(/waits for breaker pool\/\S+\.$/);
  });

  it('asks for a probe by a share again only after the verdict on the last one', () => {
    const since = later(-MINUTE);
    const probes = (verdictAt: number) =>
      open({
        record: failedOver(undefined, { verdict: { at: verdictAt, passed: false } }),
        pool: aPool({ name: 'half-open', since, prober: WEB }),
        whole: probingByShare(),
      });

    expect(reasons(probes(since - 1))).toEqual(['probe-started']);
    expect(reasons(probes(since))).toEqual(['waiting-for-breaker']);
  });
});

describe('the quota of the account', () => {
  const saidAt = (ms: number) => flippedView({ messages: { quotaAt: later(ms) } });

  it('counts from the flip on', () => {
    expect(reasons(open({ view: saidAt(WRITTEN - 1) }))).toEqual(['waiting-for-breaker']);
    expect(reasons(open({ view: saidAt(WRITTEN) }))).toEqual(['waiting-for-breaker', 'on-demand-quota']);
  });

  it('is not told where the service goes back anyway, or more has to be read for that', () => {
    const asked = { record: failedOver(), view: saidAt(-MINUTE), pool: closedAt(-MINUTE) };

    expect(reasons(decide(asked))).toEqual(['return-step']);
    expect(decideUnread(asked)).toEqual({ next: failedOver(), findings: [], needs: 'circumstances' });
  });
});

it('a reset of a service that is not latched leaves it where it is', () => {
  const record = failedOver(undefined, { heard: order('reset') });
  const decision = open({ record });

  expect(reasons(decision)).toEqual(['breaker-reset']);
  expect(decision.next.phase).toEqual(failedOver().phase);
});

it('a deployment that nobody lists any more and that was told to have failed has no reason to give', () => {
  const heard = hearing({ failedDeployment: 'ecs-svc/2' });
  const decision = decide({
    record: failedOver(flipping(5), { heard }),
    view: flippedView({ deployments: [] }),
  });

  expect(sentences(decision)).toContain(': no reason given. It has');
});
