import { describe, expect, it } from 'vitest';
import type { ServiceView, Snapshot } from '../../cli/doctor/snapshot.ts';
import {
  container,
  type definition,
  draining,
  findings,
  hosts,
  policy,
  provider,
  runs,
  service,
  snapshot,
  targetGroup,
} from './doctoring.ts';

describe('no-room-to-replace', () => {
  const of = (seen: Partial<ServiceView>) =>
    findings('no-room-to-replace', snapshot({ services: [service(seen)] }));

  it.each([
    [{ minPercent: 100, maxPercent: 100 }],
    // Half a task is rounded up, and one and a half down (containers-roadmap#485).
    [{ desired: 1, minPercent: 50, maxPercent: 150 }],
  ])('finds %j', (seen) => {
    expect(of(seen)).toMatchObject([
      { subject: 'service web', problem: expect.stringContaining('none may be added') },
    ]);
  });

  it.each([
    [{ minPercent: 100, maxPercent: 200 }],
    [{ minPercent: 50, maxPercent: 100 }],
    [{ minPercent: 100, maxPercent: 100, desired: 0 }],
    [{ minPercent: 100, maxPercent: 100, rolling: false }],
  ])('finds nothing in %j', (seen) => {
    expect(of(seen)).toEqual([]);
  });
});

describe('fixed-host-port', () => {
  const fixed = { containers: [container({ ports: [{ container: 80, host: 80, protocol: 'tcp' }] })] };
  const on = (count: number) => hosts(Array.from({ length: count }, (_, index) => `i-${index}`));

  it('finds more tasks than instances', () => {
    expect(findings('fixed-host-port', snapshot({ ...runs({}, fixed), ...on(3) }))).toMatchObject([
      { severity: 'error', problem: expect.stringContaining('4 are wanted, and 3 instances are ACTIVE') },
    ]);
  });

  it('finds a deployment that needs one more instance', () => {
    const [found] = findings('fixed-host-port', snapshot({ ...runs({}, fixed), ...on(4) }));

    expect(found?.problem).toContain('has to start one more first');
  });

  it('takes every port in network mode host as fixed', () => {
    const [found] = findings('fixed-host-port', snapshot({ ...runs({}, { networkMode: 'host' }), ...on(4) }));

    expect(found?.problem).toContain('Port 8080 of the host is fixed');
    expect(found?.fix).toContain('awsvpc');
  });

  it.each([
    ['one instance to spare', { ...runs({}, fixed), ...on(5) }],
    ['a task that may stop first', { ...runs({ minPercent: 50 }, fixed), ...on(4) }],
    ['ports that Docker chooses', { ...runs(), ...on(1) }],
    ['an address for each task', { ...runs({}, { ...fixed, networkMode: 'awsvpc' }), ...on(1) }],
    ['Fargate', { ...runs({ launchType: 'FARGATE' }, fixed) }],
  ])('finds nothing with %s', (_, seen) => {
    expect(findings('fixed-host-port', snapshot(seen))).toEqual([]);
  });
});

describe('load-balancer-ports', () => {
  const rule = (from: number, to: number, groups = ['sg-alb'], addresses = false) => ({
    from,
    to,
    groups,
    addresses,
  });
  const with_ = (...rules: readonly ReturnType<typeof rule>[]): Partial<Snapshot> => ({
    ...runs({ targetGroups: ['tg'] }),
    ...hosts(['i-1', 'i-2'], { securityGroups: ['sg-ecs'] }),
    securityGroups: new Map([['sg-ecs', rules]]),
    targetGroups: new Map([['tg', targetGroup()]]),
    loadBalancers: new Map([['alb', { name: 'web-alb', securityGroups: ['sg-alb'] }]]),
  });
  const of = (seen: Partial<Snapshot>) => findings('load-balancer-ports', snapshot(seen));

  it.each([
    ['no rule', with_()],
    ['another port', with_(rule(80, 80))],
    ['a part of the ports', with_(rule(32_768, 40_000))],
    ['a gap between two rules', with_(rule(32_768, 40_000), rule(40_002, 65_535))],
    ['another source', with_(rule(0, 65_535, ['sg-other']))],
  ])('finds %s, once for all instances', (_, seen) => {
    expect(of(seen)).toMatchObject([{ fix: expect.stringContaining('TCP 32768-65535 from sg-alb') }]);
  });

  it.each([
    ['the range of AWS', with_(rule(32_768, 65_535))],
    ['two rules that together have all', with_(rule(40_001, 65_535), rule(1_024, 40_000))],
    ['addresses', with_(rule(32_768, 60_999, [], true))],
    [
      'a target group of addresses',
      { ...with_(), targetGroups: new Map([['tg', targetGroup({ type: 'ip' })]]) },
    ],
    [
      'tasks with addresses of their own',
      { ...with_(), definitions: runs({}, { networkMode: 'awsvpc' }).definitions },
    ],
  ])('finds nothing with %s', (_, seen) => {
    expect(of(seen)).toEqual([]);
  });
});

describe('deregistration-too-slow', () => {
  const slow = (deregistrationSeconds: number) => new Map([['tg', targetGroup({ deregistrationSeconds })]]);
  const spot = [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }];

  it('finds more than the notice of Fargate Spot', () => {
    const seen = snapshot({ ...runs({ strategy: spot, targetGroups: ['tg'] }), targetGroups: slow(300) });

    const [found] = findings('deregistration-too-slow', seen);

    expect(found?.problem).toContain('deregistration delay of 300 s, and FARGATE_SPOT gives notice of 120 s');
  });

  it('finds more than the notice of an EC2 Spot instance', () => {
    const seen = snapshot({
      ...runs({ targetGroups: ['tg'] }),
      ...hosts(['i-1'], { spot: true }),
      targetGroups: slow(121),
    });

    expect(findings('deregistration-too-slow', seen)[0]?.problem).toContain('EC2 Spot gives notice');
  });

  it('finds more than the deadline of a drain', () => {
    const seen = snapshot({ ...runs({ targetGroups: ['tg'] }), targetGroups: slow(400) });

    expect(findings('deregistration-too-slow', seen, draining('5m'))[0]?.problem).toContain(
      'the deadline of a drain in prod is 300 s',
    );
  });

  it('finds nothing within the notice, or off Spot and within the deadline', () => {
    const onSpot = snapshot({ ...runs({ strategy: spot, targetGroups: ['tg'] }), targetGroups: slow(120) });
    const onDemand = snapshot({
      ...runs({ targetGroups: ['tg'] }),
      ...hosts(['i-1']),
      targetGroups: slow(300),
    });

    expect(findings('deregistration-too-slow', onSpot)).toEqual([]);
    expect(findings('deregistration-too-slow', onDemand, draining('5m'))).toEqual([]);
  });
});

describe('stop-timeout-beyond-spot', () => {
  const of = (stopTimeoutSeconds: number, spot: boolean) => {
    const containers = [container({ stopTimeoutSeconds })];
    return findings(
      'stop-timeout-beyond-spot',
      snapshot({ ...runs({}, { containers }), ...hosts(['i-1'], { spot }) }),
    );
  };

  it('finds more than two minutes on Spot', () => {
    expect(of(300, true)[0]?.problem).toContain('stop timeout of 300 s, and EC2 Spot gives notice of 120 s');
  });

  it('finds nothing within two minutes, or off Spot', () => {
    expect(of(120, true)).toEqual([]);
    expect(of(300, false)).toEqual([]);
  });

  it('looks only at the instances of the capacity providers of the service', () => {
    const containers = [container({ stopTimeoutSeconds: 300 })];
    const strategy = [{ provider: 'on-demand', base: 0, weight: 1 }];
    const seen = snapshot({
      ...runs({ launchType: null, strategy }, { containers }),
      ...hosts(['i-1'], { spot: true }, { provider: 'spot' }),
    });

    expect(findings('stop-timeout-beyond-spot', seen)).toEqual([]);
  });
});

describe('spot-waits-for-replacement', () => {
  const of = (seen: Partial<ServiceView>, spot = true) =>
    findings(
      'spot-waits-for-replacement',
      snapshot({ services: [service(seen)], ...hosts(['i-1'], { spot }) }),
    );

  it('finds 100 % on EC2 Spot', () => {
    expect(of({})[0]?.problem).toContain('With minimumHealthyPercent 100 none of its 4 tasks may stop');
  });

  it('finds nothing below 100 %, or off Spot', () => {
    expect(of({ minPercent: 50 })).toEqual([]);
    expect(of({}, false)).toEqual([]);
  });
});

describe('spot-without-base', () => {
  const spot = { provider: 'FARGATE_SPOT', base: 0, weight: 4 };
  const fargate = (base: number) => ({ provider: 'FARGATE', base, weight: 1 });
  const of = (...strategy: ServiceView['strategy']) => snapshot({ services: [service({ strategy })] });

  it.each([[[spot]], [[spot, fargate(0)]]])('finds %j', (strategy) => {
    expect(findings('spot-without-base', of(...strategy))[0]?.problem).toContain(
      'FARGATE_SPOT with weight 4',
    );
  });

  it('finds the default strategy of the cluster', () => {
    expect(findings('spot-without-base', snapshot({ defaultStrategy: [spot] }))).toMatchObject([
      { subject: 'cluster prod' },
    ]);
  });

  it('makes less of it where Stevedore fails the service over', () => {
    const [found] = findings(
      'spot-without-base',
      of(spot),
      policy('failover: { services: { prod/web: {} } }'),
    );

    expect(found?.severity).toBe('note');
  });

  it('finds nothing with a base, or without Spot', () => {
    expect(findings('spot-without-base', of(spot, fargate(1)))).toEqual([]);
    expect(findings('spot-without-base', of(fargate(0)))).toEqual([]);
  });
});

describe('provider-not-associated', () => {
  const strategy = [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }];
  const of = (associated: readonly string[], given: Parameters<typeof findings>[2] = null) =>
    findings('provider-not-associated', snapshot({ associated, services: [service({ strategy })] }), given);

  it('finds a strategy whose provider the cluster does not have', () => {
    expect(of(['prod-cp'])).toMatchObject([
      { subject: 'service web', fix: expect.stringContaining('name all others too: prod-cp') },
    ]);
  });

  it('finds a cluster that lacks what a failover needs', () => {
    const found = of(['FARGATE_SPOT'], policy('failover: { services: { prod/web: {} } }'));

    expect(found).toMatchObject([
      { subject: 'cluster prod', problem: expect.stringContaining('does not have FARGATE:') },
    ]);
  });

  it('finds nothing where both are there', () => {
    expect(of(['FARGATE', 'FARGATE_SPOT'], policy('failover: { services: { prod/web: {} } }'))).toEqual([]);
  });
});

describe('no-health-check-grace', () => {
  const slow = { containers: [container({ startPeriodSeconds: 90 })] };
  const behind = { targetGroups: ['tg'] };

  it('finds a container that asks for time to start', () => {
    const [found] = findings('no-health-check-grace', snapshot(runs(behind, slow)));

    expect(found?.fix).toBe('Set healthCheckGracePeriodSeconds to 90 or more.');
  });

  it('finds a target group that starts slowly', () => {
    const targetGroups = new Map([['tg', targetGroup({ slowStartSeconds: 45 })]]);

    expect(
      findings('no-health-check-grace', snapshot({ ...runs(behind), targetGroups }))[0]?.problem,
    ).toContain('over 45 s');
  });

  it('finds nothing with a grace period, without a load balancer, or without a sign of a slow start', () => {
    expect(findings('no-health-check-grace', snapshot(runs({ ...behind, graceSeconds: 60 }, slow)))).toEqual(
      [],
    );
    expect(findings('no-health-check-grace', snapshot(runs({}, slow)))).toEqual([]);
    expect(findings('no-health-check-grace', snapshot(runs(behind)))).toEqual([]);
  });
});

describe('s3-mount', () => {
  const volume = (one: ReturnType<typeof definition>['volumes'][number], seen: Partial<ServiceView> = {}) =>
    findings('s3-mount', snapshot({ ...runs(seen, { volumes: [one] }), providers: [provider()] }));
  const fargate = { launchType: 'FARGATE' };

  it('finds S3 Files on EC2, where the task fails', () => {
    expect(volume({ name: 'objects', kind: 's3files' })).toMatchObject([
      { severity: 'error', problem: expect.stringContaining('does not support on EC2 instances') },
    ]);
  });

  it('finds S3 Files without a task role', () => {
    const runsWhat = { volumes: [{ name: 'objects', kind: 's3files' as const }], hasTaskRole: false };

    expect(findings('s3-mount', snapshot(runs(fargate, runsWhat)))).toMatchObject([
      { severity: 'error', problem: expect.stringContaining('has no task role') },
    ]);
  });

  it.each([
    [{ name: 'v', kind: 'docker', driver: 'rexray/s3fs' }, 'Docker driver rexray/s3fs'],
    [{ name: 'v', kind: 'host', path: '/mnt/s3/data' }, '/mnt/s3/data of the host'],
    [{ name: 's3-data', kind: 'host', path: null }, 'in its name only'],
  ] as const)('warns of %j', (one, words) => {
    expect(volume(one)).toMatchObject([{ severity: 'warning', problem: expect.stringContaining(words) }]);
  });

  it('finds a FUSE program, which Fargate cannot run', () => {
    const containers = [container({ s3Program: 's3fs' })];

    expect(findings('s3-mount', snapshot(runs(fargate, { containers })))).toMatchObject([
      { severity: 'error' },
    ]);
    expect(findings('s3-mount', snapshot(runs({}, { containers })))).toMatchObject([{ severity: 'warning' }]);
  });

  it.each([
    [{ name: 'objects', kind: 's3files' }, fargate],
    [{ name: 'objects', kind: 's3files' }, { launchType: 'MANAGED_INSTANCES' }],
    [{ name: 'data', kind: 'host', path: '/var/data' }, {}],
    [{ name: 's3-data', kind: 'other' }, {}],
    [{ name: 'v', kind: 'docker', driver: 'local' }, {}],
  ] as const)('finds nothing in %j on %j', (one, seen) => {
    expect(volume(one, seen)).toEqual([]);
  });
});
