import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decideService } from '../../lib/failover/decide.ts';
import type { ImageCheck, ServiceView } from '../../lib/failover/snapshot.ts';
import {
  type Asked,
  aDeployment,
  aPolicy,
  aPool,
  aRecord,
  aService,
  asking,
  aView,
  circumstances,
  decide,
  failedOver,
  flippedView,
  item,
  later,
  order,
  POOL,
  ROOM,
  reasons,
  START,
  sentences,
  strategyOf,
} from './situations.ts';

/** Under suspicion for long enough, and tasks are missing: only a guard can stop the flip. */
const suspect = aRecord({
  phase: { name: 'suspect', since: later(-HOUR), why: 'FARGATE_SPOT had no capacity' },
});
const short = { running: 8 };
const asked = (changes: Asked = {}): Asked => ({ record: suspect, view: aView(short), ...changes });
const withCircumstances = (changes: Parameters<typeof circumstances>[0]) => ({
  snapshot: { circumstances: circumstances(changes) },
});
const limits = (changes: Partial<ReturnType<typeof aPolicy>['limits']>) =>
  aPolicy({ limits: { ...aPolicy().limits, ...changes } });

const differs: ImageCheck = {
  container: 'web',
  image: 'web:live',
  verdict: 'differs',
  running: 'sha256:aaaa',
  wouldShip: 'sha256:bbbb',
};
const unknown = (running: string | null): ImageCheck => ({
  container: 'web',
  image: 'web:live',
  verdict: 'unknown',
  running,
  why: 'the registry is not ECR',
});

it('nothing stops a flip when everything is as it should be', () => {
  expect(reasons(decide(asked()))).toEqual(['failed-over']);
});

describe('a flip is refused, and nothing is written', () => {
  it.each<[string, string, Asked]>([
    [
      'failover edge 3: a launch type',
      'not-by-capacity-provider',
      { view: aView({ ...short, launchType: 'FARGATE', strategy: [] }) },
    ],
    [
      'providers of Auto Scaling groups',
      'not-all-fargate',
      { view: aView({ ...short, strategy: [item('FARGATE_SPOT', 1), item('hosts', 1)] }) },
    ],
    [
      'no Spot in its strategy',
      'not-on-spot',
      { view: aView({ ...short, strategy: [item('FARGATE', 1), item('FARGATE_SPOT', 0)] }) },
    ],
    ['failover edge 22: DAEMON', 'daemon-service', { view: aView({ ...short, scheduling: 'DAEMON' }) }],
    [
      'failover edge 22: CODE_DEPLOY',
      'controller-not-ecs',
      { view: aView({ ...short, controller: 'CODE_DEPLOY' }) },
    ],
    [
      'failover edge 22: EXTERNAL',
      'controller-not-ecs',
      { view: aView({ ...short, controller: 'EXTERNAL' }) },
    ],
    [
      'failover edge 15: percentages that block',
      'percentages-block',
      { view: aView({ desired: 3, running: 2, maximumPercent: 125 }) },
    ],
    [
      'failover edge 19: FARGATE is not associated, and is not put there meanwhile',
      'provider-not-associated',
      withCircumstances({ providers: ['FARGATE_SPOT', 'hosts'] }),
    ],
    [
      'failover edge 20: neither Fargate provider is associated',
      'provider-not-associated',
      withCircumstances({ providers: [] }),
    ],
    [
      'failover edge 21: Windows',
      'platform-not-supported',
      withCircumstances({ operatingSystem: 'WINDOWS_SERVER_2022_CORE' }),
    ],
    [
      'failover edge 21: ARM64 before 1.4.0',
      'platform-not-supported',
      {
        ...withCircumstances({ architecture: 'ARM64' }),
        view: aView({ ...short, platformVersion: '1.3.0' }),
      },
    ],
    [
      'failover edge 21: x86 before 1.3.0',
      'platform-not-supported',
      { view: aView({ ...short, platformVersion: '1.2.0' }) },
    ],
    ['failover edge 10: another image', 'image-differs', withCircumstances({ images: [differs] })],
    [
      'failover edge 10: an image that cannot be verified',
      'image-unverifiable',
      withCircumstances({ images: [unknown('sha256:aaaa')] }),
    ],
    [
      'failover edge 10: a digest that is not known cannot be pinned',
      'image-unverifiable',
      { ...withCircumstances({ images: [unknown(null)] }), policy: aService({ image: 'pin' }) },
    ],
    [
      'failover edge 11: it was taken back three times',
      'flip-rolled-back',
      { record: { ...suspect, rollbacks: { count: 3, retryAt: 0 } } },
    ],
    ['failover edge 16: no vCPUs are left', 'on-demand-quota', { room: { ...ROOM, vcpus: 1 } }],
    [
      'failover edge 17: its own task-hours are used up',
      'budget-spent',
      {
        policy: aService({ taskHoursPerDay: 20 }),
        record: { ...suspect, spent: { day: '2026-11-21', taskHours: 20, asOf: START } },
      },
    ],
    [
      'failover edge 17: the task-hours of all are used up',
      'budget-spent',
      { whole: limits({ taskHoursPerDay: 50 }), room: { ...ROOM, taskHours: 0 } },
    ],
  ])('%s: %s', (_, reason, changes) => {
    const decision = decide(asked(changes));

    expect(reasons(decision)).toEqual([reason]);
    expect(decision.findings[0]?.outcome).toBe('refused');
    expect(decision.action).toBeUndefined();
    expect(decision.next.phase.name).toBe('suspect');
  });
});

describe('a flip waits', () => {
  const running = aDeployment({ id: 'ecs-svc/9', rollout: 'IN_PROGRESS', createdAt: later(-MINUTE) });

  it.each<[string, string, Asked]>([
    [
      'failover edge 13: for a deployment of others',
      'deployment-in-progress',
      { view: aView({ ...short, deployments: [running] }) },
    ],
    ['for the minute to be over', 'rate-limited', { room: { ...ROOM, tasks: 9 } }],
    [
      'failover edge 11: for the cool-off after it was taken back',
      'cooling-off',
      { record: { ...suspect, rollbacks: { count: 1, retryAt: later(1) } } },
    ],
  ])('%s: %s', (_, reason, changes) => {
    const decision = decide(asked(changes));

    expect(reasons(decision)).toEqual([reason]);
    expect(decision.findings[0]?.outcome).toBe('held');
    expect(decision.action).toBeUndefined();
  });

  it('failover edge 12: even while the shortage fails that deployment, unless the policy says when-at-risk', () => {
    const view = aView({ running: 4, minimumHealthyPercent: 50, deployments: [running] });

    expect(reasons(decide(asked({ view })))).toEqual(['deployment-in-progress']);
    const policy = aService({ duringDeployment: 'when-at-risk' });
    expect(reasons(decide(asked({ view, policy })))).toEqual(['failed-over']);
    const healthy = { ...view, running: 5 };
    expect(reasons(decide(asked({ view: healthy, policy })))).toEqual(['deployment-in-progress']);
  });

  it('with its order, and is refused without', () => {
    const held = decide({
      record: aRecord({ heard: order('fail-over') }),
      view: aView({ deployments: [running] }),
    });
    const refused = decide({
      record: aRecord({ heard: order('fail-over') }),
      view: aView({ scheduling: 'DAEMON' }),
    });

    expect(held.next.heard.order?.verb).toBe('fail-over');
    expect(refused.next.heard.order).toBeUndefined();
  });

  it('not for a minute when it alone is larger than what a minute allows', () => {
    const view = aView({ desired: 500, running: 400 });

    expect(reasons(decide(asked({ view })))).toEqual(['failed-over']);
    expect(reasons(decide(asked({ view, room: { ...ROOM, tasks: 99 } })))).toEqual(['rate-limited']);
  });
});

it('what can be told from the service alone needs no more reading', () => {
  const { snapshot: _, ...rest } = asking(asked());
  const needs = (view: ServiceView) => decideService({ ...rest, snapshot: { service: view } }).needs;

  expect(needs(aView({ ...short, scheduling: 'DAEMON' }))).toBeUndefined();
  expect(needs(aView(short))).toBe('circumstances');
});

describe('failover edge 10: an image whose tag has moved', () => {
  it('failover edge 10: is pinned where the policy says so', () => {
    const decision = decide(
      asked({ ...withCircumstances({ images: [differs] }), policy: aService({ image: 'pin' }) }),
    );

    expect(decision.action).toMatchObject({ kind: 'set-strategy', pin: { web: 'sha256:aaaa' } });
    expect(reasons(decision)).toEqual(['failed-over', 'image-pinned']);
  });

  it('failover edge 10: is shipped where the policy says so', () => {
    const decision = decide(
      asked({ ...withCircumstances({ images: [differs] }), policy: aService({ image: 'ignore' }) }),
    );

    expect(decision.action).not.toHaveProperty('pin');
    expect(reasons(decision)).toEqual(['failed-over']);
  });

  it('failover edge 10: stops the return, too', () => {
    const decision = decide({
      record: failedOver(),
      view: flippedView(),
      pool: aPool({ name: 'closed', since: later(-MINUTE) }),
      ...withCircumstances({ images: [differs] }),
    });

    expect(reasons(decision)).toEqual(['image-differs']);
    expect(decision.next.phase.name).toBe('open');
  });
});

describe('failover edge 16: the on-demand vCPUs that are left', () => {
  it('failover edge 16: make it a partial flip', () => {
    // Ten tasks of half a vCPU, two of them on the base: 3.5 vCPUs are seven tasks.
    const decision = decide(asked({ room: { ...ROOM, vcpus: 3.5 }, whole: limits({ onDemandVcpus: 3.5 }) }));

    expect(reasons(decision)).toEqual(['failed-over', 'failed-over-in-part']);
    expect(strategyOf(decision)).toEqual([item('FARGATE_SPOT', 38), item('FARGATE', 62, 2)]);
    expect(decision.next.written?.onDemandVcpus).toBe(3.5);
  });

  it('failover edge 16: are too few when nothing could be moved with them', () => {
    // Four of the ten tasks are on demand anyway, and take the two vCPUs.
    expect(reasons(decide(asked({ room: { ...ROOM, vcpus: 2 } })))).toEqual(['on-demand-quota']);
    expect(reasons(decide(asked({ room: { ...ROOM, vcpus: 2.5 } })))).toContain('failed-over-in-part');
  });

  it('failover edge 16: include what the service has itself, when it goes back to FARGATE', () => {
    const record = failedOver(
      { name: 'returning', step: 0, since: later(-5 * MINUTE) },
      {
        heard: { interruptions: [], seen: [], spotFailureAt: later(-MINUTE) },
      },
    );
    const decision = decide({ record, view: flippedView({ running: 8 }), room: { ...ROOM, vcpus: 0 } });

    expect(reasons(decision)).toContain('backed-out');
  });
});

it('failover edge 21: what can never run on Spot is not brought back to it', () => {
  const decision = decide({
    record: failedOver(),
    view: flippedView({ platformVersion: '1.2.0' }),
    pool: aPool({ name: 'closed', since: later(-MINUTE) }),
  });

  expect(reasons(decision)).toEqual(['platform-not-supported']);
  expect(decision.action).toBeUndefined();
});

it('sentences name the service, the value and the remedy', () => {
  expect(sentences(decide(asked({ view: aView({ desired: 3, running: 2, maximumPercent: 125 }) })))).toBe(
    'service/prod/web has 3 tasks with minimumHealthyPercent 100 and maximumPercent 125, so that a deployment can neither stop nor start one. Raise maximumPercent to 134 or more.',
  );
  expect(sentences(decide(asked(withCircumstances({ providers: ['FARGATE_SPOT'] }))))).toContain(
    'cluster prod has no FARGATE',
  );
  expect(decide(asked()).next.pool?.id).toBe(POOL);
});
