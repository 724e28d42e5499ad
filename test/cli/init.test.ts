import { describe, expect, it } from 'vitest';
import { draftOf } from '../../cli/init/write.ts';
import { group, provider, service, snapshot } from './doctoring.ts';
import { account, alarm, alarms, bodyOf, prose } from './initing.ts';

const hook = (name: string) => ({ name, longestMs: 900_000 });
const drained = group({ hooks: [hook('stevedore-drain')] });
const SPOT = [{ provider: 'FARGATE_SPOT', base: 0, weight: 1 }];

describe('the file that stevedore init writes', () => {
  it('has what is there, in mode observe, and a section for nothing else', () => {
    const small = snapshot({ groups: [drained], services: [service()] });

    const { text } = draftOf(account([small], { alarms: alarms(alarm()) }));

    expect(text).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=./stevedore.schema.json
      #
      # Written by stevedore init from what is in eu-west-1 (cluster prod). Everything is in mode observe: once it is
      # deployed, Stevedore decides and journals what it would do, and changes nothing.
      # What is left out has its reason in a comment. A line that begins with # and no space can be uncommented.
      # Every key and its default: docs/policy.md. To check it: npx stevedore validate
      version: 1

      draining:
        mode: observe # decides and journals, changes nothing; act: does it
        clusters:
          prod:
            groups:
              prod-ecs: { hooks: [stevedore-drain] }

      scaling:
        mode: observe # decides and journals, changes nothing; act: does it
        alarms: # as they are in CloudWatch
          web-busy: { metric: cpu, threshold: 70, comparison: '>=' }
        services:
          prod/web:
            min: 4 # look at the bounds and the steps before you set mode: act
            max: 8
            policies:
              cpu-high: { step: { alarm: web-busy, steps: [{ from: 0, by: 10% }] } }

      capacity:
        mode: observe # decides and journals, changes nothing; act: does it
        clusters:
          prod:
            groups: [prod-ecs]
            consolidation: {} # lets instances go whose tasks fit elsewhere, one in ten at a time: docs/capacity.md
      "
    `);
  });

  it('is no file where there is nothing to take on', () => {
    const { policy } = draftOf(account([snapshot({ services: [service()] })]));

    expect(policy).toBeNull();
  });

  it('says which permission a section that could not be read needs', () => {
    const action = 'autoscaling:DescribeLifecycleHooks';
    const unread = new Map([[action, `AWS denied ${action} to the credentials of this terminal.`]] as const);
    const seen = snapshot({ groups: [drained], services: [service({ strategy: SPOT, launchType: null })] });

    const body = bodyOf(account([seen], { unread }));

    expect(body).toContain(
      '# No section draining, since not all could be read.\n# AWS denied autoscaling:DescribeLifecycleHooks',
    );
    expect(body).not.toContain('draining:');
    expect(body).toContain('failover:\n');
  });
});

describe('draining', () => {
  const groupsIn = (seen: Parameters<typeof snapshot>[0]) => bodyOf(account([snapshot(seen)]));

  it('leaves out a group without a terminate hook, with the command that adds it', () => {
    const bare = group({ name: 'prod ecs', hooks: [] });

    const body = groupsIn({ groups: [drained, bare] });

    expect(body).toContain('\n        #"prod ecs": { hooks: [stevedore-drain] }\n');
    expect(body).toContain(
      "\n        # aws autoscaling put-lifecycle-hook --auto-scaling-group-name 'prod ecs' --lifecycle-hook-name stevedore-drain --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 600 --default-result CONTINUE\n",
    );
  });

  it('leaves out a group whose hooks may be completed by somebody else', () => {
    const body = groupsIn({ groups: [drained, group({ name: 'other', hooks: [hook('lambda-drainer')] })] });

    expect(body).toContain('\n        #other: { hooks: [lambda-drainer] }\n');
  });

  it('takes its own hook beside another', () => {
    const both = group({ hooks: [hook('stevedore-drain'), hook('backup')] });

    expect(groupsIn({ groups: [both] })).toContain(
      'prod-ecs: { hooks: [stevedore-drain] } # not ours: backup',
    );
  });

  it('leaves out what ECS drains by managed draining', () => {
    const providers = [provider({ name: 'own', group: 'prod-ecs', managedDraining: true })];

    const body = groupsIn({ groups: [drained, group({ name: 'b', hooks: drained.hooks })], providers });

    expect(body).toContain('capacity provider own has managed draining');
    expect(body).not.toContain('prod-ecs: {');
  });

  it('names a group in one cluster only', () => {
    const body = bodyOf(
      account([snapshot({ groups: [drained] }), snapshot({ cluster: 'stage', groups: [drained] })]),
    );

    expect(body.match(/prod-ecs: \{/g)).toHaveLength(1);
    expect(body).toContain('which is in cluster prod above');
  });

  it('leaves out container instances in no Auto Scaling group', () => {
    const machine = { state: 'running', spot: false, securityGroups: [], group: null } as const;
    const instances = [
      {
        arn: 'a',
        id: 'i-1',
        status: 'ACTIVE',
        connected: true,
        agentVersion: null,
        attributes: new Map(),
        provider: null,
      },
    ];

    expect(groupsIn({ groups: [drained], instances, machines: new Map([['i-1', machine]]) })).toContain(
      '# Left out: i-1, in no Auto Scaling group.',
    );
  });
});

describe('failover', () => {
  const body = (...services: Parameters<typeof service>[0][]) =>
    bodyOf(account([snapshot({ services: services.map((one) => service({ launchType: null, ...one })) })]));

  it('takes services on Fargate Spot, and no others', () => {
    const text = body({ name: 'spot', strategy: SPOT }, { name: 'ec2' });

    expect(text).toContain('    prod/spot: {}\n');
    expect(text).not.toContain('prod/ec2');
  });

  it('leaves out what is deployed by others, and what has other capacity beside', () => {
    const mixed = [...SPOT, { provider: 'own', base: 0, weight: 1 }];

    const text = body(
      { name: 'api', strategy: SPOT },
      { name: 'blue', strategy: SPOT, rolling: false },
      { name: 'mixed', strategy: mixed },
    );

    expect(text).toContain('# Left out: prod/blue. It is not deployed by rolling updates');
    expect(text).toContain('# Left out: prod/mixed. Its strategy has other capacity');
  });

  it('says what is more than IAM takes, and writes a file that is not', () => {
    const services = Array.from({ length: 200 }, (_, index) =>
      service({ name: `service-${1000 + index}`, strategy: SPOT, launchType: null }),
    );

    const draft = draftOf(account([snapshot({ services })]));

    expect(draft.policy?.runtime.failover.services.length).toBeGreaterThan(10);
    expect(draft.leftOut).toContain('failover: prod/service-1199');
    expect(draft.leftOut.length).toBe(200 - (draft.policy?.runtime.failover.services.length ?? 0));
    expect(prose(draft.text)).toContain('more than IAM or EventBridge takes. With scope: clusters all fit');
  });
});
