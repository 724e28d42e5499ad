import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { everyCapability, holds, ofType, type Packaged, packageService } from './service.ts';

let service: Packaged;
let tuned: Packaged;

beforeAll(() => {
  service = packageService({ policy: everyCapability });
  tuned = packageService({
    policy: everyCapability,
    args: [
      'name=dock',
      'reservedConcurrency=5',
      'logRetention=7',
      'alarmTopic=arn:aws:sns:eu-west-1:111122223333:ops',
      'directAlarmActions=true',
    ].flatMap((parameter) => ['--param', parameter]),
  });
});

/** The permissions to call a function, as far as the conditions of the template let them be. */
const granted = ({ resources, conditions }: Packaged) =>
  Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Permission')
    .filter(({ Condition }) => Condition === undefined || holds(conditions[Condition]))
    .map(({ Properties }) => Properties);

const properties = (packaged: Packaged, id: string) => packaged.resources[id]?.Properties;

describe('serverless package', () => {
  it('works straight after npm ci, without credentials and network', () => {
    const { output, status, artefacts } = packageService();

    expect(output).toContain('Service packaged');
    expect(status).toBe(0);
    expect(artefacts).toHaveLength(6);
  });

  it('refuses a wrong policy with every error and no stack trace, and packages nothing', () => {
    const policy =
      'version: 1\ndraining: { clusters: { a: { groups: { g: {} }, deadlin: 1h, settle: 5 } } }\n';

    const { status, output, artefacts } = packageService({ policy });

    expect(status).not.toBe(0);
    expect(artefacts).toEqual([]);
    expect(output).toMatch(
      /^stevedore\.yml:2:49: draining\.clusters\.a\.deadlin: .*did you mean deadline\?/m,
    );
    expect(output).toMatch(/^stevedore\.yml:2:70: draining\.clusters\.a\.settle: found number 5/m);
    expect(output).not.toMatch(/^\s+at /m);
  });
});

const functions = [
  { name: 'drain', id: 'Drain' },
  { name: 'scale', id: 'Scale' },
  { name: 'failover', id: 'Failover' },
  { name: 'retag', id: 'Retag' },
  { name: 'capacity', id: 'Capacity' },
] as const;

/** One tick; copying an image and reading a cluster of a thousand instances take longer. */
const TIMEOUTS = { drain: 60, scale: 60, failover: 60, retag: 300, capacity: 120 } as const;

describe.each(functions)('the $name function', ({ name, id }) => {
  it('runs on Node 24 and arm64, with what memory and time it needs', () => {
    expect(properties(service, `${id}LambdaFunction`)).toMatchObject({
      FunctionName: `stevedore-${name}`,
      Handler: `.build/${name}/${name}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: name === 'capacity' ? 1024 : 512,
      Timeout: TIMEOUTS[name],
      Role: { 'Fn::Sub': `\${${id}Role.Arn}` },
      Environment: {
        Variables: {
          TABLE_NAME: { Ref: 'Table' },
          POWERTOOLS_SERVICE_NAME: 'stevedore',
          POWERTOOLS_METRICS_NAMESPACE: 'Stevedore',
          ...(name === 'failover' && { PROBE_TASK_DEFINITION: expect.anything() }),
        },
      },
      Tags: [
        { Key: 'service', Value: 'stevedore' },
        { Key: 'stack', Value: 'stevedore' },
      ],
    });
  });

  it('reserves no concurrency by default, since a new account has none to give, and some where asked to', () => {
    expect(properties(service, `${id}LambdaFunction`)).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(properties(tuned, `${id}LambdaFunction`)).toMatchObject({ ReservedConcurrentExecutions: 5 });
  });

  it('edge 49: hands what it failed on to a queue', () => {
    expect(properties(service, `${id}LambdaEvConf`)).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['FailedEvents', 'Arn'] } } },
    });
  });

  it('keeps its log for as long as is said', () => {
    const log = (packaged: Packaged) => properties(packaged, `${id}LogGroup`);

    expect(log(service)).toEqual({ LogGroupName: `/aws/lambda/stevedore-${name}`, RetentionInDays: 30 });
    expect(log(tuned)).toEqual({ LogGroupName: `/aws/lambda/dock-${name}`, RetentionInDays: 7 });
  });

  it('is packed as its bundle and nothing else', () => {
    const names = [...(service.files.get(name)?.keys() ?? [])];

    expect(names).toContain(`.build/${name}/${name}.mjs`);
    expect(
      names.filter((file) => !new RegExp(`^\\.build/${name}/(chunks/)?[\\w-]+\\.mjs$`).test(file)),
    ).toEqual([]);
  });

  it('loads from its package alone and exports the handler', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stevedore-function-'));
    for (const [file, content] of service.files.get(name) ?? []) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), content);
    }
    const env = { AWS_REGION: 'eu-west-1', TABLE_NAME: 'stevedore' };
    const code = `import("./.build/${name}/${name}.mjs").then(({ handler }) => console.log(typeof handler))`;

    const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });

    expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' });
  });

  it('has its part of the policy in it', () => {
    const parts = {
      drain: 'stevedore-drain',
      scale: 'prod-web-cpu',
      failover: 'service/prod/worker',
      retag: 'shop/api/staging',
      capacity: 'maximumStep:7',
    };
    const main = service.files.get(name)?.get(`.build/${name}/${name}.mjs`)?.toString();

    for (const [owner, text] of Object.entries(parts)) {
      if (owner === name) expect(main).toContain(text);
      else expect(main).not.toContain(text);
    }
  });
});

function functionOf(rule: string): string {
  if (/-(failover-|service-action|deployment-|task-interruption)/.test(rule)) return 'Failover';
  if (/-(retag-|ecr-|inspector-|gate-)/.test(rule)) return 'Retag';
  if (/-(capacity-|placement-)/.test(rule)) return 'Capacity';
  return /scale|alarm/.test(rule) ? 'Scale' : 'Drain';
}

describe('the rules', () => {
  const rules = () => ofType(service, 'AWS::Events::Rule').map(([, rule]) => rule);

  it('are those of the policy and a tick for each function', () => {
    expect(rules().map(({ Name }) => Name)).toEqual([
      'stevedore-drain-tick',
      'stevedore-lifecycle-terminate',
      'stevedore-spot-interruption',
      'stevedore-instance-state-change',
      'stevedore-health-scheduled-change',
      'stevedore-container-instance-state-change',
      'stevedore-task-state-change',
      'stevedore-drain-order',
      'stevedore-scale-tick',
      'stevedore-alarm-state-change',
      'stevedore-scale-order',
      'stevedore-failover-tick',
      'stevedore-service-action',
      'stevedore-deployment-state-change',
      'stevedore-task-interruption',
      'stevedore-failover-order',
      'stevedore-retag-tick',
      'stevedore-ecr-image-action',
      'stevedore-ecr-image-scan',
      'stevedore-inspector-scan',
      'stevedore-gate-deployment',
      'stevedore-retag-order',
      'stevedore-capacity-tick',
      'stevedore-placement-failure',
    ]);
    expect(rules().flatMap(({ ScheduleExpression }) => ScheduleExpression ?? [])).toEqual([
      'rate(1 minute)',
      'rate(1 minute)',
      'rate(1 minute)',
      'rate(1 minute)',
      'rate(1 minute)',
    ]);
  });

  it('each have one target with a limit to retries and a dead-letter queue', () => {
    for (const { Name, Targets } of rules()) {
      const id = functionOf(String(Name));
      expect(Targets).toEqual([
        {
          Id: expect.any(String),
          Arn: { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] },
          RetryPolicy: {
            MaximumEventAgeInSeconds: expect.any(Number),
            MaximumRetryAttempts: expect.any(Number),
          },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredEvents', 'Arn'] } },
        },
      ]);
    }
  });

  it('give a Spot notice up when the instance is gone', () => {
    const spot = rules().find(({ Name }) => Name === 'stevedore-spot-interruption');

    expect(spot?.Targets).toMatchObject([{ RetryPolicy: { MaximumEventAgeInSeconds: 120 } }]);
  });

  it('are each allowed to call their function, and nobody else is', () => {
    const permissions = granted(service);
    const callers = permissions.map(
      ({ SourceArn }) => /"rule","([^"]+)"/.exec(JSON.stringify(SourceArn))?.[1],
    );

    expect(callers).toEqual(rules().map(({ Name }) => Name));
    expect(new Set(permissions.map(({ Principal }) => Principal))).toEqual(new Set(['events.amazonaws.com']));
  });

  it('have company from alarms of this account only where asked for', () => {
    const direct = granted(tuned).filter(({ Principal }) => Principal !== 'events.amazonaws.com');

    expect(direct).toEqual([
      {
        FunctionName: { 'Fn::GetAtt': ['ScaleLambdaFunction', 'Arn'] },
        Action: 'lambda:InvokeFunction',
        Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
      },
    ]);
  });

  it('alone may send to the queue of undelivered events', () => {
    const policy = properties(service, 'UndeliveredEventsPolicy')?.PolicyDocument as {
      Statement: object[];
    };
    const text = JSON.stringify(
      policy.Statement.find((statement) => 'Effect' in statement && statement.Effect === 'Allow'),
    );

    expect([...text.matchAll(/:rule\/([\w-]+)/g)].map(([, name]) => name)).toEqual(
      rules().map(({ Name }) => Name),
    );
    expect(text).toContain('"ArnEquals":{"aws:SourceArn":');
  });
});
