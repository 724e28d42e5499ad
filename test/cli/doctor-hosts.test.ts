import { describe, expect, it } from 'vitest';
import {
  draining,
  findings,
  group,
  hosts,
  instance,
  member,
  policy,
  provider,
  runs,
  snapshot,
} from './doctoring.ts';

describe('wrong-cluster', () => {
  it('finds a launch template that names another cluster', () => {
    const groups = [group({ templates: [{ name: 'ecs (3)', says: { kind: 'named', cluster: 'prd' } }] })];

    const [found] = findings('wrong-cluster', snapshot({ groups }));

    expect(found?.problem).toContain('ecs (3) has ECS_CLUSTER=prd');
    expect(found?.fix).toContain('ECS_CLUSTER=prod');
  });

  it.each([{ kind: 'named', cluster: 'prod' }, { kind: 'unnamed' }, { kind: 'not-judged' }] as const)(
    'finds nothing in a template that is $kind, when its instances have registered',
    (says) => {
      const groups = [group({ templates: [{ name: 'ecs (3)', says }], instances: [member('i-1')] })];

      expect(findings('wrong-cluster', snapshot({ groups, ...hosts(['i-1']) }))).toEqual([]);
    },
  );

  it('tells instances that went to the cluster default from those that are in none', () => {
    const groups = [group({ instances: [member('i-1'), member('i-2'), member('i-3')] })];

    const found = findings(
      'wrong-cluster',
      snapshot({ groups, inDefault: new Set(['i-2']), ...hosts(['i-1']) }),
    );

    expect(found.map(({ problem }) => problem)).toEqual([
      '1 of its instances that are in service (i-2) have registered in cluster default, not in prod.',
      '1 of its instances that are in service (i-3) are not registered in prod.',
    ]);
  });

  it('leaves out what is not in service yet, or not any more', () => {
    const instances = [member('i-2', { state: 'Pending' }), member('i-3', { state: 'Warmed:Stopped' })];

    expect(findings('wrong-cluster', snapshot({ groups: [group({ instances })] }))).toEqual([]);
  });
});

describe('terminate-hook-missing', () => {
  it('finds a group without the hook of the policy', () => {
    const groups = [group({ hooks: [{ name: 'other', longestMs: 1 }] })];

    const [found] = findings('terminate-hook-missing', snapshot({ groups }), draining());

    expect(found).toMatchObject({
      problem: expect.stringContaining('no terminate lifecycle hook stevedore-drain'),
    });
    expect(found?.fix).toContain('--auto-scaling-group-name prod-ecs');
  });

  it('warns of a group without any hook that the policy does not name', () => {
    expect(findings('terminate-hook-missing', snapshot({ groups: [group()] }))).toMatchObject([
      { severity: 'warning' },
    ]);
  });

  it.each([
    ['our hook', { groups: [group({ hooks: [{ name: 'stevedore-drain', longestMs: 1 }] })] }],
    ['managed draining', { groups: [group()], providers: [provider({ managedDraining: true })] }],
  ])('finds nothing with %s', (_, seen) => {
    expect(findings('terminate-hook-missing', snapshot(seen), draining())).toEqual([]);
  });
});

describe('two-drainers', () => {
  const hooked = [group({ hooks: [{ name: 'stevedore-drain', longestMs: 1 }] })];
  const managed = [provider({ managedDraining: true })];

  it('finds managed draining beside our hook', () => {
    const [found] = findings('two-drainers', snapshot({ groups: hooked, providers: managed }), draining());

    expect(found?.problem).toContain('Capacity provider prod-cp has managed draining');
  });

  it.each([
    ['managed draining alone', { groups: [group()], providers: managed }],
    ['our hook alone', { groups: hooked, providers: [provider()] }],
  ])('finds nothing with %s', (_, seen) => {
    expect(findings('two-drainers', snapshot(seen), draining())).toEqual([]);
  });
});

describe('hook-shorter-than-deadline', () => {
  const hooked = (longestMs: number) =>
    snapshot({ groups: [group({ hooks: [{ name: 'stevedore-drain', longestMs }] })] });

  it('finds a hook of 30 s, which ends after 50 minutes', () => {
    const [found] = findings('hook-shorter-than-deadline', hooked(3_000_000), draining('2h'));

    expect(found?.problem).toContain('50 min at most, and the deadline of a drain in prod is 120 min');
    expect(found?.fix).toContain('72 s or more');
  });

  it('finds nothing where it lasts as long as the deadline', () => {
    expect(findings('hook-shorter-than-deadline', hooked(7_200_000), draining('2h'))).toEqual([]);
  });
});

describe('scale-in-protection-left', () => {
  const groups = [group({ instances: [member('i-1', { protected: true }), member('i-2')] })];

  it('finds protected instances that no capacity provider manages', () => {
    const [found] = findings('scale-in-protection-left', snapshot({ groups, providers: [provider()] }));

    expect(found?.problem).toContain('1 of its 2 instances are protected');
    expect(found?.fix).toContain('--instance-ids i-1.');
  });

  it('finds nothing under managed termination protection', () => {
    const providers = [provider({ managedTermination: true })];

    expect(findings('scale-in-protection-left', snapshot({ groups, providers }))).toEqual([]);
  });
});

describe('ghost-instance', () => {
  it.each([
    ['terminated', 'EC2 has terminated it'],
    ['stopped', 'EC2 has stopped it'],
  ] as const)('finds one that is %s', (state, words) => {
    const [found] = findings('ghost-instance', snapshot(hosts(['i-1'], { state })));

    expect(found?.problem).toContain(words);
    expect(found?.fix).toContain('--container-instance 1.');
  });

  it('finds one that EC2 has forgotten', () => {
    expect(findings('ghost-instance', snapshot({ instances: [instance('i-1')] }))[0]?.problem).toContain(
      'EC2 does not know it any more',
    );
  });

  it.each([
    ['runs', hosts(['i-1'])],
    ['is stopping', hosts(['i-1'], { state: 'stopping' })],
    ['is outside AWS', { instances: [instance('mi-1')] }],
    ['is on its way out of ECS', { instances: [instance('i-1', { status: 'DEREGISTERING' })] }],
  ])('finds nothing wrong with one that %s', (_, seen) => {
    expect(findings('ghost-instance', snapshot(seen))).toEqual([]);
  });
});

describe('agent-disconnected', () => {
  it('finds a running instance without its agent, and asks for a second look', () => {
    const [found] = findings('agent-disconnected', snapshot(hosts(['i-1'], {}, { connected: false })));

    expect(found?.fix).toContain('again in five minutes');
  });

  it('leaves a stopped one to ghost-instance, and a connected one alone', () => {
    const stopped = snapshot(hosts(['i-1'], { state: 'stopped' }, { connected: false }));

    expect(findings('agent-disconnected', stopped)).toEqual([]);
    expect(findings('agent-disconnected', snapshot(hosts(['i-1'])))).toEqual([]);
  });
});

describe('agent-too-old', () => {
  const of = (...versions: (string | null)[]) =>
    findings(
      'agent-too-old',
      snapshot({
        instances: versions.map((agentVersion, index) => instance(`i-${index}`, { agentVersion })),
      }),
    );

  it('finds one from before EFS, and one far behind the others', () => {
    expect(of('1.37.0')).toMatchObject([
      { problem: expect.stringContaining('version 1.37.0, from before 1.38.0') },
    ]);
    expect(of('1.99.0', '1.87.0')).toMatchObject([{ subject: 'instance i-1', severity: 'note' }]);
  });

  it('finds nothing in a newer one, or one of which nothing is known', () => {
    expect(of('1.99.0', '1.88.1', null)).toEqual([]);
  });
});

describe('two-scalers', () => {
  const scaling = policy(
    `scaling: { alarms: { high: { metric: cpu, threshold: 70, comparison: '>=' } }, groups: { prod-ecs: { cluster: prod, min: 1, max: 9, policies: { out: { step: { alarm: high, steps: [{ from: 0, by: 1 }] } } } } } }`,
  );

  it('finds a group that a capacity provider scales and the policy too', () => {
    const [found] = findings(
      'two-scalers',
      snapshot({ providers: [provider({ managedScaling: true })] }),
      scaling,
    );

    expect(found).toMatchObject({ subject: 'group prod-ecs', fix: expect.stringContaining('prod-cp off') });
  });

  it('finds nothing without managed scaling, or without a policy for the group', () => {
    expect(findings('two-scalers', snapshot({ providers: [provider()] }), scaling)).toEqual([]);
    expect(findings('two-scalers', snapshot({ providers: [provider({ managedScaling: true })] }))).toEqual(
      [],
    );
  });
});

describe('target-capacity-loops', () => {
  const with90 = [provider({ managedScaling: true, targetCapacity: 90 })];

  it('finds less than 100 % over a group that may be empty', () => {
    const [found] = findings(
      'target-capacity-loops',
      snapshot({ providers: with90, groups: [group({ minSize: 0 })] }),
    );

    expect(found?.problem).toContain('target capacity is 90 %');
  });

  it('finds nothing where one instance always stays', () => {
    expect(findings('target-capacity-loops', snapshot({ providers: with90, groups: [group()] }))).toEqual([]);
  });
});

describe('constraint-matches-nothing', () => {
  const stacks = hosts(['i-1', 'i-2']);
  const instances = stacks.instances.map((one, index) => ({
    ...one,
    attributes: new Map([['stack', index === 0 ? 'blue' : 'red']]),
  }));
  const of = (expression: string) =>
    findings(
      'constraint-matches-nothing',
      snapshot({ ...runs({ expressions: [expression] }), ...stacks, instances }),
    );

  it('finds an expression that no instance meets', () => {
    expect(of('attribute:stack == green')[0]?.problem).toContain('matches none of the 2 ACTIVE instances');
  });

  it('finds a compound expression of which no instance meets both parts', () => {
    expect(of('attribute:stack =~ b.* and attribute:stack != blue')[0]?.problem).toContain('matches none');
  });

  it('finds nothing where one does', () => {
    expect(of('attribute:stack == blue')).toEqual([]);
    expect(of('attribute:stack == green or attribute:stack =~ b.*')).toEqual([]);
  });

  it('says of what it cannot read that it was not judged', () => {
    expect(of('attribute:stack =~ g.*+')).toMatchObject([
      { severity: 'note', problem: expect.stringContaining('was not judged') },
    ]);
  });

  it('says nothing of a cluster without instances', () => {
    const empty = snapshot(runs({ expressions: ['attribute:stack == green'] }));

    expect(findings('constraint-matches-nothing', empty)).toEqual([]);
  });
});
