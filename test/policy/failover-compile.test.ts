import { describe, expect, it } from 'vitest';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { compiled } from './scaling-files.ts';

const failover = (...lines: readonly string[]) =>
  compiled(`version: 1\nfailover:\n${lines.map((line) => `  ${line}\n`).join('')}`);
const one = (body = '{}', ...lines: readonly string[]) =>
  failover(`services: { prod/web: ${body} }`, ...lines);

const statement = ({ statements }: CompiledPolicy, sid: string) =>
  statements.failover.find(({ Sid }) => Sid === sid);
const actions = ({ statements }: CompiledPolicy) => statements.failover.flatMap(({ Action }) => Action);
const pattern = ({ rules }: CompiledPolicy, id: string) => rules.find((rule) => rule.id === id)?.pattern;
const ruleIds = ({ rules }: CompiledPolicy) => rules.map(({ id }) => id);
const ecs = (resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});

describe('the JSON for the function', () => {
  it('has a service with every default filled in and every duration in milliseconds', () => {
    expect(one().runtime.failover).toEqual({
      mode: 'act',
      services: [
        {
          id: 'service/prod/web',
          cluster: 'prod',
          service: 'web',
          graceMs: 180_000,
          signals: {
            placementFailure: true,
            interruptions: { count: 3, windowMs: 600_000 },
            deficit: { forMs: 300_000 },
            alarm: null,
          },
          onDemandShare: 100,
          taskHoursPerDay: null,
          image: 'refuse',
          duringDeployment: 'wait',
          steps: [25, 50, 100],
          soakMs: 300_000,
          stepTimeoutMs: 1_200_000,
          flaps: { most: 3, windowMs: 86_400_000 },
          paired: null,
        },
      ],
      breaker: {
        coolOffMs: 600_000,
        factor: 2,
        mostMs: 21_600_000,
        jitter: 0.2,
        probe: { kind: 'task', soakMs: 120_000, timeoutMs: 600_000 },
      },
      limits: { tasksPerMinute: 1200, onDemandVcpus: null, taskHoursPerDay: null },
      migrations: [],
    });
  });

  it('says never and none as null, and keeps what is said', () => {
    const { services, limits } = one(
      '{ signals: { interruptions: never, deficit: never, alarm: few }, onDemand: { share: 40%, taskHoursPerDay: 1.5 }, paired: spare }',
      'limits: { onDemandVcpus: 64, taskHoursPerDay: 500 }',
    ).runtime.failover;

    expect(services).toMatchObject([
      {
        signals: { interruptions: null, deficit: null, alarm: 'few' },
        onDemandShare: 40,
        taskHoursPerDay: 1.5,
        paired: 'spare',
      },
    ]);
    expect(limits).toEqual({ tasksPerMinute: 1200, onDemandVcpus: 64, taskHoursPerDay: 500 });
  });

  it.each([
    ['task', { kind: 'task', soakMs: 120_000, timeoutMs: 600_000 }],
    ['{}', { kind: 'task', soakMs: 120_000, timeoutMs: 600_000 }],
    ['{ soak: 5m }', { kind: 'task', soakMs: 300_000, timeoutMs: 600_000 }],
    ['{ share: 10% }', { kind: 'share', percent: 10, soakMs: 300_000, timeoutMs: 1_200_000 }],
    ['{ share: 25%, timeout: 1h }', { kind: 'share', percent: 25, soakMs: 300_000, timeoutMs: 3_600_000 }],
  ])('reads the probe %s', (probe, expected) => {
    expect(one('{}', `breaker: { probe: ${probe} }`).runtime.failover.breaker.probe).toEqual(expected);
  });

  it('has a migration in the order of the list', () => {
    const { migrations } = failover('migrations: { prod: { services: [web, api], spotWeight: 3, base: 1 } }')
      .runtime.failover;

    expect(migrations).toEqual([
      {
        cluster: 'prod',
        services: ['web', 'api'],
        base: 1,
        onDemandWeight: 1,
        spotWeight: 3,
        image: 'refuse',
        soakMs: 1_800_000,
        stepTimeoutMs: 1_800_000,
      },
    ]);
  });
});

describe('the rules', () => {
  it('wake the failover function for the services of the policy and no others', () => {
    const both = failover('services: { prod/web: {}, batch/jobs: {} }');

    expect(both.rules.map(({ id, function: called }) => [id, called])).toEqual([
      ['service-action', 'failover'],
      ['deployment-state-change', 'failover'],
      ['task-interruption', 'failover'],
      ['failover-order', 'failover'],
    ]);
    const resources = [{ suffix: ':service/prod/web' }, { suffix: ':service/batch/jobs' }];
    expect(pattern(both, 'service-action')).toMatchObject({ resources });
    expect(pattern(both, 'deployment-state-change')).toMatchObject({ resources });
    expect(pattern(both, 'task-interruption')).toMatchObject({
      detail: {
        clusterArn: [{ suffix: ':cluster/prod' }, { suffix: ':cluster/batch' }],
        group: ['service:web', 'service:jobs'],
      },
    });
  });

  it('for interruptions leave out services that do not count them', () => {
    const mixed = failover('services: { prod/web: {}, batch/jobs: { signals: { interruptions: never } } }');

    expect(pattern(mixed, 'task-interruption')).toMatchObject({
      detail: { clusterArn: [{ suffix: ':cluster/prod' }], group: ['service:web'] },
    });
    expect(ruleIds(one('{ signals: { interruptions: never } }'))).not.toContain('task-interruption');
  });

  it('for an alarm are apart from those of scaling, even for the same alarm', () => {
    const both = compiled(`version: 1
failover: { services: { prod/web: { signals: { alarm: busy } }, prod/api: { signals: { alarm: busy } } } }
scaling:
  alarms: { busy: { metric: cpu, threshold: 70, comparison: '>=' } }
  services: { prod/web: { min: 1, max: 9, policies: { p: { step: { alarm: busy, steps: [{ from: 0, by: 1 }] } } } } }
`);

    expect(both.rules.filter(({ id }) => id.includes('alarm'))).toMatchObject([
      {
        id: 'alarm-state-change',
        function: 'scale',
        pattern: { detail: { alarmName: ['busy'], state: {} } },
      },
      { id: 'failover-alarm', function: 'failover', pattern: { detail: { alarmName: ['busy'] } } },
    ]);
    expect(pattern(both, 'failover-alarm')).not.toHaveProperty('detail.state');
  });

  it('of a migration alone are orders', () => {
    expect(ruleIds(failover('migrations: { prod: { services: [web] } }'))).toEqual(['failover-order']);
  });

  it('are none without the section', () => {
    const without = compiled('version: 1\ndraining: { clusters: { prod: { groups: { prod-ecs: {} } } } }\n');

    expect(without.functions).toEqual(['drain']);
    expect(without.rules.filter((rule) => rule.function === 'failover')).toEqual([]);
    expect(without.statements.failover).toEqual([]);
  });
});

describe('the permissions of failover', () => {
  it('let only the services of the policy, and those paired with them, be updated', () => {
    const paired = failover('services: { prod/web: {}, prod/blue: { paired: green } }');

    expect(statement(paired, 'EcsUpdateServices')).toEqual({
      Sid: 'EcsUpdateServices',
      Effect: 'Allow',
      Action: ['ecs:UpdateService'],
      Resource: [ecs('service/prod/web'), ecs('service/prod/blue'), ecs('service/prod/green')],
    });
    expect(statement(paired, 'EcsReadServices')).toMatchObject({
      Resource: [ecs('service/prod/web'), ecs('service/prod/blue'), ecs('service/prod/green')],
    });
  });

  it.each(['ecs:DescribeServiceDeployments', 'ecs:DescribeServiceRevisions'])(
    'let %s be called on the service as well as on what it describes, which AWS both requires',
    (action) => {
      const { statements } = failover('services: { prod/web: { paired: green } }');
      const allowing = statements.failover.filter(({ Action }) => Action.includes(action));

      expect(allowing.flatMap(({ Resource }) => [Resource].flat())).toEqual([
        ecs('service/prod/web'),
        ecs('service/prod/green'),
        ecs('service-deployment/prod/*'),
        ecs('service-revision/prod/*'),
      ]);
    },
  );

  it('under mode observe are to read only', () => {
    const lines = ['services: { prod/web: { image: pin } }', 'migrations: { prod: { services: [api] } }'];
    const isWrite = (action: string) => !/^\w+:(Describe|List|BatchGet)/.test(action);

    expect(actions(failover('mode: observe', ...lines)).filter(isWrite)).toEqual([]);
    expect(actions(failover(...lines)).filter(isWrite)).toEqual([
      'ecs:UpdateService',
      'ecs:RunTask',
      'ecs:StopTask',
      'ecs:RegisterTaskDefinition',
      'ecs:TagResource',
      'iam:PassRole',
      'ecs:PutClusterCapacityProviders',
    ]);
  });

  it("run the stack's own probe only, in the clusters of the policy", () => {
    const cluster = { ArnEquals: { 'ecs:cluster': [ecs('cluster/prod')] } };

    expect(statement(one(), 'EcsRunProbe')).toEqual({
      Sid: 'EcsRunProbe',
      Effect: 'Allow',
      Action: ['ecs:RunTask'],
      Resource: [
        ecs(`task-definition/\${AWS::StackName}-probe-arm64:*`),
        ecs(`task-definition/\${AWS::StackName}-probe-x86-64:*`),
      ],
      Condition: cluster,
    });
    expect(statement(one(), 'EcsStopProbe')?.Resource).toEqual([ecs('task/prod/*')]);
    expect(statement(one(), 'EcsListTasks')).toMatchObject({ Resource: '*', Condition: cluster });
  });

  it('pass roles to tasks only, and tag only what is being registered', () => {
    const pinning = one('{ image: pin }');

    expect(statement(pinning, 'IamPassTaskRoles')).toMatchObject({
      Resource: [{ 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/*` }],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
    expect(statement(pinning, 'EcsTagTaskDefinitions')).toMatchObject({
      Resource: [ecs('task-definition/*')],
      Condition: { StringEquals: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
    });
  });

  const migration = 'migrations: { prod: { services: [api] } }';
  it.each([
    ['ecs:RunTask', one(), one('{}', 'breaker: { probe: { share: 10% } }')],
    ['ecs:StopTask', one(), one('{}', 'breaker: { probe: { share: 10% } }')],
    ['ecs:RunTask', one(), failover(migration)],
    ['ecr:BatchGetImage', one(), one('{ image: ignore }')],
    ['ecr:BatchGetImage', failover(migration), failover(migration.replace('[api]', '[api], image: ignore'))],
    ['iam:PassRole', one('{ image: pin }'), one()],
    ['ecs:RegisterTaskDefinition', one('{ image: pin }'), one('{ image: ignore }')],
    ['ecs:PutClusterCapacityProviders', failover(migration), one()],
    ['ecs:DescribeCapacityProviders', failover(migration), one()],
  ])('include %s only where the policy can lead to it', (action, withIt, without) => {
    expect(actions(withIt)).toContain(action);
    expect(actions(without)).not.toContain(action);
  });

  it('failover edge 19: let the providers of a cluster be set only where its services are moved', () => {
    const two = failover('services: { batch/jobs: {} }', 'migrations: { prod: { services: [api] } }');

    expect(statement(two, 'EcsAssociateCapacityProviders')?.Resource).toEqual([ecs('cluster/prod')]);
    expect(statement(two, 'EcsUpdateServices')?.Resource).toEqual([
      ecs('service/batch/jobs'),
      ecs('service/prod/api'),
    ]);
  });

  it('are enough for forty services, and refused beyond what IAM or EventBridge accepts', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => `prod/worker-${at}: {}`).join(', ');

    expect(failover(`services: { ${many(40)} }`).functions).toEqual(['failover']);
    expect(() => failover(`services: { ${many(90)} }`)).toThrow(/service-action has \d+ characters.*Split/);
  });

  it('name whole clusters under scope: clusters, so that any number of services fits', () => {
    const services = Array.from({ length: 200 }, (_, index) => `prod/worker-with-a-long-name-${index}: {}`);
    const policy = failover('scope: clusters', `services: { ${services.join(', ')} }`);

    expect(policy.runtime.failover.services).toHaveLength(200);
    expect(statement(policy, 'EcsUpdateServices')?.Resource).toEqual([ecs('service/prod/*')]);
    expect(pattern(policy, 'service-action')?.resources).toEqual([{ wildcard: '*:service/prod/*' }]);
    expect(pattern(policy, 'task-interruption')?.detail).toMatchObject({
      clusterArn: [{ suffix: ':cluster/prod' }],
      group: [{ prefix: 'service:' }],
    });
  });
});
