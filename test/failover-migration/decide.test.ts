import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decide } from '../../lib/failover/migration/decide.ts';
import type { Situation } from '../../lib/failover/migration/decision.ts';
import type { MovableView } from '../../lib/failover/migration/snapshot.ts';
import type { ImageCheck } from '../../lib/failover/snapshot.ts';
import { serviceName } from '../../lib/ids.ts';
import {
  circumstances,
  clusterView,
  deployment,
  movable,
  moved,
  NOON,
  onFargate,
  situation,
} from './situation.ts';

const reasons = (at: Situation) => decide(at).findings.map(({ reason }) => reason);
const sentences = (at: Situation) =>
  decide(at)
    .findings.map(({ sentence }) => sentence)
    .join('\n');

describe('the next service', () => {
  it('is moved to the strategy of the policy, with the intention in the record', () => {
    const decision = decide(situation());

    expect(decision).toMatchObject({
      action: { kind: 'move', service: 'web', strategy: onFargate, clearConstraints: false },
      next: { moving: { service: 'web', since: NOON } },
      findings: [{ reason: 'migration-step', outcome: 'acted', service: 'web' }],
    });
  });

  it('is looked at more closely only when nothing else says no', () => {
    const { target: _, ...snapshot } = situation().snapshot;

    expect(decide({ ...situation(), snapshot })).toMatchObject({
      needs: { kind: 'circumstances', service: 'web' },
      findings: [],
    });
  });

  it('loses what Fargate has not, and the journal says so', () => {
    const at = situation({ services: { web: movable({ placementConstraints: 1, placementStrategies: 2 }) } });

    expect(decide(at).action).toMatchObject({ clearConstraints: true, clearStrategies: true });
    expect(sentences(at)).toMatch(/loses its placement constraints and placement strategy/);
  });

  it('is the first in the policy order that is not on Fargate yet', () => {
    const at = situation({
      record: { moved: ['web'] },
      services: { api: moved() },
      snapshot: { target: { service: 'jobs', circumstances: circumstances() } },
    });

    expect(decide(at)).toMatchObject({ action: { service: 'jobs' }, next: { moved: ['web', 'api'] } });
    expect(reasons(at)).toEqual(['migration-step-completed', 'migration-step']);
  });

  it('may have no task at all', () => {
    const at = situation({ services: { web: movable({ desired: 0, running: 0, maximumPercent: 100 }) } });

    expect(decide(at).action?.kind).toBe('move');
  });

  it('goes from an Auto Scaling group provider as well', () => {
    const web = movable({ launchType: null, strategy: [{ provider: 'hosts', base: 0, weight: 1 }] });

    expect(decide(situation({ services: { web } })).action?.kind).toBe('move');
  });

  it('failover edge 13: waits for a deployment of somebody else', () => {
    const busy = movable({
      deployments: [deployment({ rollout: 'IN_PROGRESS' }), deployment({ id: 'ecs-svc/0' })],
    });
    const at = situation({ services: { web: busy } });

    expect(decide(at)).toMatchObject({ findings: [{ reason: 'deployment-in-progress', outcome: 'held' }] });
    expect(decide(at).next.stopped).toBeUndefined();
  });

  it('failover edge 13: on Fargate already is not passed over while it is deployed', () => {
    const at = situation({
      services: { web: moved({ deployments: [deployment({ rollout: 'IN_PROGRESS' })] }) },
    });

    expect(reasons(at)).toEqual(['deployment-in-progress']);
    expect(decide(at).next.moved).toEqual([]);
  });
});

const check = (verdict: 'differs' | 'unknown'): ImageCheck =>
  verdict === 'differs'
    ? { container: 'app', image: 'app:v1', verdict, running: 'sha256:old', wouldShip: 'sha256:new' }
    : { container: 'app', image: 'app:v1', verdict, running: null, why: 'nobody knows' };

const REFUSED: readonly (readonly [string, string, MovableView | 'missing', string])[] = [
  ['failover edge 23: missing', 'service-gone', 'missing', 'does not exist'],
  ['failover edge 23: DRAINING', 'service-gone', movable({ status: 'DRAINING' }), 'is DRAINING'],
  [
    'failover edge 22: CODE_DEPLOY',
    'controller-not-ecs',
    movable({ controller: 'CODE_DEPLOY' }),
    'CODE_DEPLOY',
  ],
  ['failover edge 22: EXTERNAL', 'controller-not-ecs', movable({ controller: 'EXTERNAL' }), 'EXTERNAL'],
  ['BLUE_GREEN', 'controller-not-ecs', movable({ rollout: 'BLUE_GREEN' }), 'BLUE_GREEN'],
  ['failover edge 22: DAEMON', 'daemon-service', movable({ scheduling: 'DAEMON' }), 'DAEMON'],
  ['ECS Anywhere', 'not-fargate-compatible', movable({ launchType: 'EXTERNAL' }), 'launch type EXTERNAL'],
  [
    'no network configuration',
    'not-fargate-compatible',
    movable({ network: { subnets: [], securityGroups: [], assignPublicIp: false } }),
    'awsvpcConfiguration',
  ],
  [
    'failover edge 15: 100 and 125 percent of 3',
    'percentages-block',
    movable({ desired: 3, running: 3, maximumPercent: 125 }),
    'minimumHealthyPercent 100 and maximumPercent 125',
  ],
  [
    'a last deployment that failed',
    'migration-stopped',
    movable({ deployments: [deployment({ rollout: 'FAILED', reason: 'tasks failed to start' })] }),
    'tasks failed to start',
  ],
];

describe('a service that cannot be moved stops the migration', () => {
  it.each(REFUSED)('%s: %s', (_, reason, web, words) => {
    const at = situation({ services: { web } });
    const decision = decide(at);

    expect(decision.action).toBeUndefined();
    expect(decision.next.stopped).toMatchObject({ service: 'web', reason });
    expect(new Set(reasons(at))).toEqual(new Set([reason, 'migration-stopped']));
    expect(sentences(at)).toContain(words);
  });

  it.each([
    ['networkMode is bridge', circumstances({ networkMode: 'bridge' })],
    ['requiresCompatibilities lacks FARGATE', circumstances({ compatibilities: ['EC2'] })],
    ['cpu of the task is not set', circumstances({ hasCpu: false })],
    ['memory of the task is not set', circumstances({ hasMemory: false })],
  ])('because %s', (words, of) => {
    const at = situation({ snapshot: { target: { service: 'web', circumstances: of } } });

    expect(reasons(at)).toEqual(['not-fargate-compatible', 'migration-stopped']);
    expect(sentences(at)).toContain(words);
  });

  it.each([
    ['image-differs', check('differs'), 'runs sha256:old, but app:v1 is sha256:new now'],
    ['image-unverifiable', check('unknown'), 'nobody knows'],
  ] as const)('failover edge 10: with %s, unless the policy ignores images', (reason, one, words) => {
    const of = { target: { service: 'web', circumstances: circumstances({}, [one]) } };

    expect(reasons(situation({ snapshot: of }))).toEqual([reason, 'migration-stopped']);
    expect(sentences(situation({ snapshot: of }))).toContain(words);
    expect(decide(situation({ snapshot: of, policy: { image: 'ignore' } })).action?.kind).toBe('move');
  });

  it('failover edge 21: because Windows has no Spot, unless it shall have none', () => {
    const windows = circumstances({ operatingSystem: 'WINDOWS_SERVER_2022_CORE' });
    const of = { target: { service: 'web', circumstances: windows } };

    expect(reasons(situation({ snapshot: of }))).toEqual(['platform-not-supported', 'migration-stopped']);
    expect(decide(situation({ snapshot: of, policy: { spotWeight: 0 } })).action?.kind).toBe('move');
  });
});

describe('the migration stands still', () => {
  const stopped = () => {
    const at = situation({ services: { web: movable({ rollout: 'CANARY' }) } });
    return { at, record: decide(at).next };
  };

  it('and says so, as long as nothing changes', () => {
    const { at, record } = stopped();
    const decision = decide({ ...at, record, now: NOON + HOUR });

    expect(decision).toMatchObject({ next: record, findings: [{ reason: 'migration-stopped' }] });
  });

  it.each([
    ['the policy', { policy: { spotWeight: 0 } }],
    ['the task definition', { services: { web: movable({ rollout: 'CANARY', taskDefinition: 'web:2' }) } }],
    ['what it was refused for', { services: { web: movable() } }],
    [
      'the deployment',
      { services: { web: movable({ rollout: 'CANARY', deployments: [deployment({ id: 'new' })] }) } },
    ],
  ])('no longer once %s has changed', (_, changed) => {
    const { record } = stopped();

    expect(decide(situation({ ...changed, record })).next.stopped).toBeUndefined();
  });

  it('also when the cluster changes that it did not stop at', () => {
    const { at, record } = stopped();
    const cluster = clusterView({ providers: ['other'] });

    expect(decide({ ...at, record, snapshot: { ...at.snapshot, cluster } }).next).toEqual(record);
  });
});

describe('the cluster', () => {
  const lacking = clusterView({ providers: ['hosts', 'gpu'] });

  it('failover edge 20: gets the Fargate providers before any service is moved', () => {
    expect(decide(situation({ snapshot: { cluster: lacking } }))).toMatchObject({
      action: { kind: 'associate', known: ['hosts', 'gpu'], writes: 3 },
      next: { associating: { known: ['hosts', 'gpu'], writes: 0 } },
      findings: [{ reason: 'providers-associated', outcome: 'acted' }],
    });
  });

  it('is left alone while AWS is at work on it', () => {
    const at = situation({ snapshot: { cluster: { ...lacking, settled: false } } });

    expect(decide(at)).toMatchObject({ findings: [{ outcome: 'held' }] });
    expect(decide(at).action).toBeUndefined();
  });

  it('with Managed Instances is refused, since the call does not support them', () => {
    const at = situation({ snapshot: { cluster: { ...lacking, managedInstances: ['managed'] } } });

    expect(reasons(at)).toEqual(['provider-not-associated', 'migration-stopped']);
    expect(decide(at).next.stopped).toMatchObject({ service: null });
    expect(sentences(at)).toMatch(/Managed Instances \(managed\).*by hand/);
  });

  it('with Managed Instances and both of Fargate is no obstacle', () => {
    const at = situation({ snapshot: { cluster: clusterView({ managedInstances: ['managed'] }) } });

    expect(decide(at).action?.kind).toBe('move');
  });

  it('failover edge 19: whose list lost something after our write gets it back', () => {
    const associating = { since: NOON, known: ['hosts', 'gpu'], writes: 1 };
    const at = situation({ record: { associating }, snapshot: { cluster: clusterView() } });

    expect(decide(at).action).toMatchObject({
      kind: 'associate',
      known: ['hosts', 'gpu', 'FARGATE', 'FARGATE_SPOT'],
      writes: 2,
    });
  });

  it('failover edge 19: is given up after three writes', () => {
    const associating = { since: NOON, known: ['hosts'], writes: 3 };
    const at = situation({ record: { associating }, snapshot: { cluster: lacking } });

    expect(reasons(at)).toEqual(['changed-by-others', 'migration-stopped']);
    expect(sentences(at)).toMatch(/FARGATE and FARGATE_SPOT is missing again/);
  });

  it('of which all services are on Fargate is not written', () => {
    const at = situation({
      services: { web: moved(), api: moved(), jobs: moved() },
      snapshot: { cluster: lacking },
    });

    expect(decide(at).action).toBeUndefined();
    expect(reasons(at).at(-1)).toBe('migration-done');
  });

  it('that does not exist stops it', () => {
    expect(reasons(situation({ snapshot: { cluster: 'missing' } }))).toEqual(['migration-stopped']);
  });
});

describe('when all are through', () => {
  it('it is done, and says so once', () => {
    const at = situation({ record: { moved: ['web', 'api', 'jobs'] } });
    const { next, findings } = decide(at);

    expect(findings).toMatchObject([{ reason: 'migration-done', outcome: 'done' }]);
    expect(decide({ ...at, record: next, now: NOON + MINUTE })).toEqual({ next, findings: [] });
  });

  it('a service that the policy gets later is moved, and then it is done anew', () => {
    const record = { moved: ['api', 'jobs'], done: NOON };

    const { action, next } = decide(situation({ record }));

    expect(action).toMatchObject({ service: 'web' });
    expect(next.done).toBeUndefined();
  });
});

describe('whatever the state', () => {
  const views = fc.constantFrom<MovableView | 'missing'>(
    movable(),
    moved(),
    movable({ rollout: 'LINEAR' }),
    movable({ deployments: [deployment({ rollout: 'IN_PROGRESS' })] }),
    'missing',
  );
  const any = fc.record({
    web: views,
    api: views,
    jobs: views,
    providers: fc.subarray(['hosts', 'gpu', 'FARGATE', 'FARGATE_SPOT']),
    moved: fc.subarray(['web', 'api', 'jobs']),
    moving: fc.option(fc.constantFrom('web', 'api', 'jobs'), { nil: undefined }),
    named: fc.boolean(),
    target: fc.constantFrom('web', 'api', 'jobs'),
  });
  const situationOf = ({
    web,
    api,
    jobs,
    providers,
    moving,
    named,
    target,
    ...rest
  }: typeof any extends fc.Arbitrary<infer One> ? One : never) =>
    situation({
      services: { web, api, jobs },
      record: {
        moved: rest.moved.filter((one) => one !== moving),
        ...(moving && {
          moving: { service: moving, since: NOON, ...(named && { deploymentId: 'ecs-svc/2' }) },
        }),
      },
      snapshot: {
        cluster: clusterView({ providers }),
        target: { service: target, circumstances: circumstances() },
        fate: { kind: 'replaced' },
      },
    });

  it('services are moved in the order of the policy, one at a time', () => {
    fc.assert(
      fc.property(any, (one) => {
        const at = situationOf(one);
        const { action, next } = decide(at);
        if (action?.kind !== 'move') return;
        const before = at.policy.services.slice(0, at.policy.services.indexOf(action.service));
        expect(before.every((name) => next.moved.includes(name))).toBe(true);
        expect(next.moving?.service).toBe(action.service);
        expect(at.record.moving?.deploymentId).toBeUndefined();
      }),
    );
  });

  it('nothing is written to the cluster that drops a provider, and nothing where none is missing', () => {
    fc.assert(
      fc.property(any, (one) => {
        const { action } = decide(situationOf(one));
        if (action?.kind !== 'associate') return;
        expect(action.known).toEqual(expect.arrayContaining(one.providers));
        expect(one.providers.includes('FARGATE') && one.providers.includes('FARGATE_SPOT')).toBe(false);
      }),
    );
  });

  it('what is through stays so, and every decision without an action says why or has nothing to say', () => {
    fc.assert(
      fc.property(any, (one) => {
        const at = situationOf(one);
        const { action, next, findings, needs } = decide(at);
        expect(next.moved.slice(0, at.record.moved.length)).toEqual(at.record.moved);
        const isDone = at.policy.services.every((name) => next.moved.includes(name));
        expect(action !== undefined || needs !== undefined || findings.length > 0 || isDone).toBe(true);
      }),
    );
  });
});

it('follows a service that the policy names no more to its end', () => {
  const at = situation({
    policy: { services: [serviceName('api')] },
    record: { moving: { service: 'web', since: NOON, deploymentId: 'ecs-svc/2' } },
    services: { web: moved() },
  });

  expect(reasons(at)).toEqual(['soaking']);
});
