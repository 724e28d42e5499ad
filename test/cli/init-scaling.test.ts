import { describe, expect, it } from 'vitest';
import type { AwsPolicy } from '../../cli/init/snapshot.ts';
import { draftOf } from '../../cli/init/write.ts';
import { compileText } from '../../cli/policy-file.ts';
import { group, provider, service, snapshot } from './doctoring.ts';
import { account, alarm, alarms, bodyOf, prose, uncommented } from './initing.ts';

const web = snapshot({ services: [service()] });
const idle = alarm({ name: 'web-idle', threshold: 30, comparison: '<' });

const stepped: AwsPolicy = {
  name: 'web out',
  kind: 'step',
  alarms: ['web-busy'],
  adjustment: 'percent',
  steps: [
    { from: null, to: 10, by: 10 },
    { from: 10, to: null, by: 33 },
  ],
  minMagnitude: 2,
  cooldownMs: 90_000,
};

const scaledBy = (...policies: readonly AwsPolicy[]) => ({
  scalable: new Map([['prod/web', { min: 2, max: 40, policies }]]),
  alarms: alarms(alarm({ scales: true }), idle),
});

describe('services with alarms', () => {
  it('get a policy for each side, and bounds around what they run now', () => {
    const draft = draftOf(account([web], { alarms: alarms(alarm(), idle) }));

    const [target] = draft.policy?.runtime.scaling.targets ?? [];
    expect(target).toMatchObject({ min: 4, max: 8 });
    expect(draft.text).toContain('cpu-low: { step: { alarm: web-idle, steps: [{ to: 0, by: -10% }] } }');
  });

  it('have the bounds of a scalable target that nothing scales', () => {
    const seen = account([web], { ...scaledBy(), alarms: alarms(alarm()) });

    expect(bodyOf(seen)).toContain('      min: 2 # look at the bounds');
  });

  it.each([
    ['sets off a policy of AWS', alarm({ scales: true })],
    ['is a band of anomaly detection', alarm({ threshold: null })],
    [
      'is of another service',
      alarm({
        metric: {
          namespace: 'AWS/ECS',
          name: 'CPUUtilization',
          dimensions: { ClusterName: 'prod' },
          stat: 'Average',
        },
      }),
    ],
    [
      'tells no load',
      alarm({
        metric: {
          namespace: 'AWS/ECS',
          name: 'RunningTaskCount',
          dimensions: { ClusterName: 'prod', ServiceName: 'web' },
          stat: 'Average',
        },
      }),
    ],
  ])('are left alone when the alarm %s', (_, only) => {
    expect(draftOf(account([web], { alarms: alarms(only) })).policy).toBeNull();
  });

  it('do not get a policy that would undo another', () => {
    const draft = draftOf(
      account([web], { alarms: alarms(alarm(), alarm({ name: 'low', threshold: 70, comparison: '<=' })) }),
    );

    expect(draft.text).not.toContain('cpu-low');
    expect(draft.leftOut).toEqual([]);
  });

  it('get several policies of one side under different names', () => {
    const draft = draftOf(
      account([web], { alarms: alarms(alarm(), alarm({ name: 'web-worse', threshold: 90 })) }),
    );

    expect(draft.policy?.runtime.scaling.targets[0]?.policies.length).toBe(2);
  });
});

describe('what AWS scales already', () => {
  it('is left out, with its step policy in the words of the policy file', () => {
    expect(bodyOf(account([web], scaledBy(stepped)))).toMatchInlineSnapshot(`
      "#scaling:
        #mode: observe # decides and journals, changes nothing; act: does it
        #alarms: # as they are in CloudWatch
          #web-busy: { metric: cpu, threshold: 70, comparison: '>=' }
        #services:
          # Left out: prod/web. Application Auto Scaling scales it already, by web out; two would work against each other.
          # To hand it over: delete those policies, and uncomment this and its alarms above:
          #prod/web:
            #min: 2
            #max: 40
            #policies:
              #web-out: { step: { alarm: web-busy, steps: [{ to: 10, by: 10% }, { from: 10, by: 33% }], minMagnitude: 2, cooldown: 1m30s } }
      "
    `);
  });

  it('passes the loader when it is uncommented', () => {
    const { text, policy } = draftOf(account([web], scaledBy(stepped)));

    const compiled = compileText(uncommented(text), 'uncommented.yml');

    expect(policy).toBeNull();
    expect(compiled.runtime.scaling.targets).toMatchObject([
      { min: 2, max: 40, policies: [{ name: 'web-out' }] },
    ]);
  });

  it.each<[string, AwsPolicy, string]>([
    [
      'a change without bounds',
      { ...stepped, adjustment: 'change', steps: [{ from: null, to: null, by: 3 }], minMagnitude: null },
      '{ from: 0, by: 3 }',
    ],
    [
      'an exact capacity',
      { ...stepped, adjustment: 'exact', steps: [{ from: 0, to: null, by: 12 }] },
      '{ from: 0, set: 12 }',
    ],
    [
      'target tracking',
      {
        name: 'cpu',
        kind: 'target',
        metric: {
          namespace: 'AWS/ECS',
          name: 'CPUUtilization',
          dimensions: { ClusterName: 'prod' },
          stat: 'Average',
        },
        value: 55,
      },
      'target: { metric: { namespace: AWS/ECS, name: CPUUtilization, dimensions: { ClusterName: prod }, stat: Average }, value: 55 }',
    ],
  ])('is converted from %s', (_, policy, expected) => {
    const { text } = draftOf(account([web], scaledBy(policy)));

    expect(text).toContain(expected);
    expect(() => compileText(uncommented(text), 'uncommented.yml')).not.toThrow();
  });

  it('says what has no counterpart', () => {
    const seen = account([web], scaledBy({ name: 'ahead', kind: 'other', what: 'PredictiveScaling' }));

    expect(bodyOf(seen)).toContain(
      '# Left out: prod/web. Application Auto Scaling scales it already, by ahead;',
    );
    expect(prose(bodyOf(seen))).toContain('Its policy ahead has no counterpart here: PredictiveScaling.');
  });

  it('says so when an alarm has no threshold that steps could count from', () => {
    const seen = { ...scaledBy(stepped), alarms: alarms(alarm({ threshold: null })) };

    expect(prose(bodyOf(account([web], seen)))).toContain(
      'none of its alarms has a threshold that can be read',
    );
  });

  it('says so when the loader would refuse it as it is', () => {
    const closed: AwsPolicy = { ...stepped, steps: [{ from: 0, to: 10, by: 10 }] };

    expect(prose(bodyOf(account([web], scaledBy(closed))))).toContain(
      'As it is, stevedore validate refuses it: scaling.services.prod/web.policies.web-out.step.steps: found no step above 10',
    );
  });
});

describe('groups', () => {
  const hosts = snapshot({ groups: [group({ minSize: 1, maxSize: 9 })] });
  const busy = alarm({
    name: 'hosts-busy',
    metric: {
      namespace: 'AWS/EC2',
      name: 'CPUUtilization',
      dimensions: { AutoScalingGroupName: 'prod-ecs' },
      stat: 'Average',
    },
  });

  it('are scaled within their own bounds', () => {
    const { policy } = draftOf(account([hosts], { alarms: alarms(busy) }));

    expect(policy?.runtime.scaling.targets).toMatchObject([
      { min: 1, max: 9, target: { kind: 'group', group: 'prod-ecs', cluster: 'prod' } },
    ]);
  });

  it('are left out with managed scaling', () => {
    const providers = [provider({ name: 'own', group: 'prod-ecs', managedScaling: true })];

    const body = bodyOf(account([{ ...hosts, providers }], { alarms: alarms(busy) }));

    expect(body).toContain(
      '# Left out: group prod-ecs. ECS scales it: capacity provider own has managed scaling.',
    );
    expect(body).not.toMatch(/^ *prod-ecs:/m);
  });

  it('are left out with policies of their own, which are converted', () => {
    const own: AwsPolicy = { ...stepped, alarms: ['hosts-busy'], cooldownMs: null };
    const seen = account([hosts], { alarms: alarms(busy), groupPolicies: new Map([['prod-ecs', [own]]]) });

    const { text, policy } = draftOf(seen);

    expect(policy).toBeNull();
    expect(prose(text)).toContain('Auto Scaling scales it already, by web out;');
    expect(compileText(uncommented(text), 'f.yml').runtime.scaling.targets).toMatchObject([{ max: 9 }]);
  });
});
