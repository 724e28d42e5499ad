import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type CompiledPolicy, compilePolicy } from '../../lib/policy/compile.ts';
import { oneCluster, policyFiles, policyOf } from './policies.ts';

const ruleIds = ({ rules }: CompiledPolicy) => rules.map(({ id }) => id);
const actions = ({ statements }: CompiledPolicy) => statements.drain.flatMap(({ Action }) => Action);
const pattern = ({ rules }: CompiledPolicy, id: string) => rules.find((rule) => rule.id === id)?.pattern;
const arn = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

describe('the JSON for the functions', () => {
  it('has every default filled in and every duration in milliseconds', () => {
    const { runtime } = oneCluster(['deadline: 1h', 'standaloneTasks: { stopAfter: 15m }']);

    expect(runtime).toEqual({
      scaling: { mode: 'observe', targets: [] },
      retagging: { mode: 'observe', reconcileEveryMs: 300_000, rules: [] },
      failover: expect.objectContaining({ mode: 'observe', services: [], migrations: [] }),
      capacity: { mode: 'observe', clusters: [] },
      draining: {
        mode: 'act',
        clusters: [
          {
            cluster: 'prod',
            groups: [{ name: 'prod-ecs', hooks: ['stevedore-drain'] }],
            triggers: {
              spotInterruption: true,
              rebalance: false,
              maintenanceLeadMs: 86_400_000,
              directTermination: true,
            },
            deadlineMs: 3_600_000,
            atDeadline: 'continue',
            stopGraceMs: 120_000,
            standaloneTasks: { kind: 'stop', afterMs: 900_000 },
            spotStopLeadMs: 45_000,
            limits: { draining: { kind: 'percent', value: 20 }, keepActive: { kind: 'count', value: 1 } },
            settleMs: 10_000,
            ghosts: { terminatedAfterMs: 1_200_000, stoppedAfterMs: null },
          },
        ],
      },
    });
  });

  it('says never as null', () => {
    const { runtime } = oneCluster([
      'triggers: { maintenance: false }',
      'spot: { stopTasksBefore: never }',
      'ghosts: { terminatedAfter: never }',
    ]);

    expect(runtime.draining.clusters[0]).toMatchObject({
      triggers: { maintenanceLeadMs: null },
      spotStopLeadMs: null,
      ghosts: { terminatedAfterMs: null, stoppedAfterMs: null },
    });
  });
});

describe('the rules', () => {
  it('are those of the triggers that are on, and of what tells how a drain goes on', () => {
    expect(ruleIds(oneCluster())).toEqual([
      'lifecycle-terminate',
      'spot-interruption',
      'instance-state-change',
      'health-scheduled-change',
      'container-instance-state-change',
      'task-state-change',
      'drain-order',
    ]);
  });

  it.each([
    ['rebalance-recommendation', 'triggers: { rebalance: true }', 'triggers: { rebalance: false }'],
    ['spot-interruption', 'triggers: {}', 'triggers: { spotInterruption: false }'],
    ['health-scheduled-change', 'triggers: {}', 'triggers: { maintenance: false }'],
  ])('include %s only for a cluster that turns it on', (id, on, off) => {
    expect(ruleIds(oneCluster([on]))).toContain(id);
    expect(ruleIds(oneCluster([off]))).not.toContain(id);
  });

  it('include no rule for lifecycle actions when no hook is ours', () => {
    expect(ruleIds(oneCluster([], '{ prod-ecs: { hooks: [] } }'))).not.toContain('lifecycle-terminate');
  });

  it('edge 31: let through our hooks of our groups only', () => {
    const compiled = oneCluster([], '{ blue: { hooks: [a, b] }, green: { hooks: [b] }, red: { hooks: [] } }');

    expect(pattern(compiled, 'lifecycle-terminate')).toMatchObject({
      detail: { AutoScalingGroupName: ['blue', 'green'], LifecycleHookName: ['a', 'b'] },
    });
  });

  it('are refused when a pattern is longer than EventBridge accepts', () => {
    const names = Array.from(
      { length: 40 },
      (_, index) => `a-rather-long-name-of-an-auto-scaling-group-${index}: {}`,
    );

    expect(() => oneCluster([], `{ ${names.join(', ')} }`)).toThrow(
      /lifecycle-terminate has \d+ characters.*2048.*Split/,
    );
  });
});

describe('the permissions', () => {
  it('name the clusters and groups of the policy', () => {
    const { statements } = oneCluster();

    expect(statements.drain.find(({ Sid }) => Sid === 'EcsDrain')).toEqual({
      Sid: 'EcsDrain',
      Effect: 'Allow',
      Action: ['ecs:UpdateContainerInstancesState'],
      Resource: [arn('ecs', 'container-instance/prod/*')],
      Condition: { ArnEquals: { 'ecs:cluster': [arn('ecs', 'cluster/prod')] } },
    });
    expect(statements.drain.find(({ Sid }) => Sid === 'AutoScalingAnswerHooks')?.Resource).toEqual([
      arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/prod-ecs'),
    ]);
  });

  it('under mode observe are to read only', () => {
    const writes = actions(oneCluster([], undefined, 'observe')).filter(
      (action) => !/^\w+:(Describe|List|Get)/.test(action),
    );

    expect(writes).toEqual([]);
    expect(actions(oneCluster())).toContain('ecs:UpdateContainerInstancesState');
  });

  it.each([
    ['ecs:DeregisterContainerInstance', [], ['ghosts: { terminatedAfter: never }']],
    ['ecs:StopTask', [], ['spot: { stopTasksBefore: never }']],
    [
      'ecs:StopTask',
      ['spot: { stopTasksBefore: never }', 'atDeadline: stop-tasks'],
      ['spot: { stopTasksBefore: never }'],
    ],
  ])('include %s only where the policy can lead to it', (action, withIt, without) => {
    expect(actions(oneCluster(withIt))).toContain(action);
    expect(actions(oneCluster(without))).not.toContain(action);
  });

  it('to answer hooks are missing when no hook is ours', () => {
    expect(actions(oneCluster([], '{ prod-ecs: { hooks: [] } }'))).not.toContain(
      'autoscaling:CompleteLifecycleAction',
    );
  });

  it('are refused when they are longer than IAM accepts for a role', () => {
    const clusters = Array.from(
      { length: 14 },
      (_, index) => `    a-cluster-with-a-name-${index}: { groups: { group-${index}: {} } }`,
    );
    const policy = policyOf(`version: 1\ndraining:\n  clusters:\n${clusters.join('\n')}\n`);

    expect(() => compilePolicy(policy)).toThrow(/drain role's statements have \d+ characters.*Split/);
  });
});

/** Every name that a pattern asks for, with the part of the ARN that it is the end of. */
function namesIn(patterns: readonly object[]): string[] {
  const text = JSON.stringify(patterns);
  const suffixes = [...text.matchAll(/":cluster\/([^"]*)"/g)].map(([, name]) => name ?? '');
  const lists = [...text.matchAll(/"(?:AutoScalingGroupName|LifecycleHookName)":(\[[^\]]*\])/g)];
  return [...suffixes, ...lists.flatMap(([, list]) => JSON.parse(list ?? '[]') as string[])];
}

describe('any policy that is right', () => {
  it('compiles to rules and permissions that mention its own names and no others', () => {
    fc.assert(
      fc.property(policyFiles, (file) => {
        const compiled = compilePolicy(policyOf(stringify(file)));
        const { clusters } = file.draining;
        const groups = Object.values(clusters).flatMap((cluster) => Object.entries(cluster.groups));
        const known = new Set([
          ...Object.keys(clusters),
          ...groups.flatMap(([name, { hooks }]) => [name, ...hooks]),
        ]);

        expect(
          namesIn(compiled.rules.map(({ pattern }) => pattern)).filter((name) => !known.has(name)),
        ).toEqual([]);
        for (const { Resource, Action } of compiled.statements.drain) {
          if (Resource === '*') continue;
          for (const { 'Fn::Sub': resource } of Resource) {
            const named =
              /:(?:cluster|container-instance|task|service)\/([^/]+)|autoScalingGroupName\/(.+)$/.exec(
                resource,
              );
            const name = named?.[1] ?? named?.[2];
            if (name === undefined) expect(Action).toEqual(['ecs:DescribeCapacityProviders']);
            else expect(known).toContain(name);
          }
        }
      }),
    );
  });

  it('keeps every cluster, group and hook for the functions', () => {
    fc.assert(
      fc.property(policyFiles, (file) => {
        const { runtime } = compilePolicy(policyOf(stringify(file)));
        const kept = Object.fromEntries(
          runtime.draining.clusters.map(({ cluster, groups }) => [
            cluster,
            Object.fromEntries(groups.map(({ name, hooks }) => [name, { hooks }])),
          ]),
        );

        expect(kept).toEqual(
          Object.fromEntries(
            Object.entries(file.draining.clusters).map(([name, { groups }]) => [name, groups]),
          ),
        );
      }),
    );
  });
});
