import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matchRules } from '../../cli/explain/match.ts';
import { createExplain } from '../../cli/explain.ts';
import { compileText } from '../../cli/policy-file.ts';
import { MINUTE } from '../../lib/clock.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { createWorld } from '../../simulator/world.ts';
import { edited, sample, sampleNames } from '../events/samples.ts';
import { runWith } from './account.ts';
import { connectTo, policyFile } from './planning.ts';

const POLICY = `version: 1
draining: { clusters: { prod: { groups: { prod-hosts: {} } } } }
retagging: { repositories: { shop/api: { promotions: { stable: { from: 'v*', to: [stable] } } } } }
`;

/** A cluster with the group of the samples, and what explains events there. */
function cluster() {
  const world = createWorld({ throttling: false });
  world.addCluster('prod');
  const hooks = [{ name: 'stevedore-drain' }];
  const group = world.addGroup({ name: 'prod-hosts', cluster: 'prod', instances: 2, hooks });
  const [instance = ''] = group.members.keys();
  const store = createMemoryStore<never, never>(world.clock);
  const file = policyFile(POLICY);
  const explain = async (event: unknown, ...args: readonly string[]) => {
    const verb = createExplain(connectTo(world, { store }), () => JSON.stringify(event));
    return runWith({ explain: verb }, ['explain', '-', '--policy', file, ...args]);
  };
  return { world, instance, store, file, explain };
}

const terminate = (instance: string) => edited('lifecycle-terminate', { 'detail.EC2InstanceId': instance });

describe('stevedore explain of an event that matches', () => {
  it('says the rule, the function, what it hears, reads, decides and would do', async () => {
    const { world, instance, store, explain } = cluster();

    const { code, out, err } = await explain(terminate(instance));

    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toMatch(
      /^EC2 Instance-terminate Lifecycle Action \(event \S+\), read as lifecycle-terminate\.$/,
    );
    expect(lines[1]).toBe('Rule lifecycle-terminate matches, and calls the function drain.');
    expect(out).toContain(`drain hears: {"notice":{"kind":"hook","group":"prod-hosts"`);
    expect(out).toMatch(/It reads ECS:ListContainerInstances, .*AutoScaling:DescribeLifecycleHooks/);
    expect(out).toMatch(/observed {2}i-\w+: Would set arn:\S+ DRAINING\. \(drain-begun\)/);
    expect(await store.open('draining#prod')).toEqual([]);
    const writes = [...world.recording.callCounts.keys()].filter((call) => !/:(Describe|List)/.test(call));
    expect(writes).toEqual([]);
  });

  it('shows no token, with which anybody could end the action', async () => {
    const { instance, explain } = cluster();
    const event = terminate(instance);

    const shown = [await explain(event), await explain(event, '--json'), await explain(event, '--offline')];

    for (const { out } of shown) expect(out).not.toContain('3c1f0a52-7b9e-4d2a-8f43-5a6b7c8d9e01');
  });

  it('goes by the records of the deployment, and leaves them as they are', async () => {
    const { instance, store, explain } = cluster();
    await store.pause('draining', 'ops', 0);

    const { out } = await explain(terminate(instance));

    expect(out).toMatch(/held {6}i-\w+: The kill switch is on/);
  });

  it('asks AWS nothing with --offline', async () => {
    const { world, instance, explain } = cluster();

    const { code, out } = await explain(terminate(instance), '--offline');

    expect(code).toBe(0);
    expect(out).toContain('drain hears:');
    expect(out).toContain('AWS was not asked (--offline)');
    expect(world.recording.callCounts.size).toBe(0);
  });

  it('decides as if it were another time', async () => {
    const { world, instance, explain } = cluster();
    await world.runFor(60 * MINUTE);
    const event = edited('spot-interruption', { 'detail.instance-id': instance });

    const late = await explain(event);
    const then = await explain(event, '--at', 'event');
    const wrong = await explain(event, '--at', 'soon');

    expect([late.code, then.code]).toEqual([0, 0]);
    expect(then.out).toContain('(drain-begun)');
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('--at: found soon') });
  });

  it('is the same as JSON', async () => {
    const { instance, explain } = cluster();

    const { out } = await explain(terminate(instance), '--json');

    expect(JSON.parse(out)).toMatchObject({
      way: 'eventbridge',
      matched: [{ id: 'lifecycle-terminate', function: 'drain' }],
      nearest: null,
      events: [{ kind: 'lifecycle-terminate', group: 'prod-hosts' }],
      functions: [
        {
          function: 'drain',
          arrivals: [{ notice: { kind: 'hook' }, subject: { instanceId: instance } }],
          decisions: [{ outcome: 'observed', reason: 'drain-begun' }],
        },
      ],
    });
  });

  it('reads a file, and takes no other', async () => {
    const { world, file } = cluster();
    const event = policyFile('');
    writeFileSync(event, JSON.stringify(sample('drain-order')));
    const explain = createExplain(connectTo(world));
    const run = (name: string) => runWith({ explain }, ['explain', name, '--policy', file, '--offline']);

    expect(await run(event)).toMatchObject({ code: 0 });
    expect(await run(file)).toMatchObject({
      code: 2,
      err: expect.stringContaining('could not be read as an event'),
    });
    expect(await run('nowhere.json')).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') });
  });

  it('fails when AWS does not tell', async () => {
    const { world, instance, explain } = cluster();
    const denied = new ApiError(
      'AccessDeniedException',
      'User: x is not authorized to perform: ecs:ListContainerInstances on resource: y',
    );
    world.faults.failCall(({ operation }) => operation === 'ListContainerInstances', denied, { times: 99 });

    const { code, out } = await explain(terminate(instance));

    expect(code).toBe(1);
    expect(out).toMatch(/failed {4}i-\w+: Could not read the state from AWS\. AWS denied/);
  });
});

describe('stevedore explain of an event that leads to nothing', () => {
  it.each<[string, unknown, string]>([
    [
      'the first field that differs, of the nearest rule',
      edited('lifecycle-terminate', { 'detail.AutoScalingGroupName': 'dev-hosts' }),
      'The nearest is lifecycle-terminate (of the function drain): detail.AutoScalingGroupName is "dev-hosts", and the rule wants "prod-hosts".',
    ],
    [
      'that a field is missing',
      edited('ecr-image-action', { 'detail.repository-name': undefined }),
      'The nearest is ecr-image-action (of the function retag): detail.repository-name is nothing',
    ],
    [
      'that the policy has no use for its kind',
      sample('alarm-state-change'),
      'For events of its kind there is alarm-state-change, failover-alarm, and nothing in the policy asks for it.',
    ],
    ['that it is of somebody else', sample('foreign-s3'), 'source is "aws.s3"'],
  ])('says %s', async (_, event, sentence) => {
    const { explain } = cluster();

    const { code, out } = await explain(event);

    expect(code).toBe(3);
    expect(out).toContain('No rule that ');
    expect(out).toContain(sentence);
  });

  it('says why a function does nothing with it', async () => {
    const { explain } = cluster();

    const { code, out } = await explain(edited('drain-order', { 'detail.cluster': 'dev' }));

    expect(code).toBe(3);
    expect(out).toMatch(/Rule drain-order matches.*\ndrain does nothing: .*dev.* \(cluster-not-in-policy\)/s);
  });

  it('says that no rule is asked for a message of SQS', async () => {
    const { explain } = cluster();

    const { code, out } = await explain(sample('lifecycle-terminate-sqs'), '--offline');

    expect(code).toBe(0);
    expect(out).toContain('It comes past EventBridge');
    expect(out.match(/drain hears/g)).toHaveLength(2);
  });

  it('says what the schedule is', async () => {
    const { explain } = cluster();

    expect(await explain(sample('schedule-tick'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('stevedore plan says what each would do'),
    });
  });
});

describe('the rules that match an event', () => {
  const { rules } = compileText(POLICY, 'test');

  it.each(sampleNames)('%s: one that matches, or a field that differs', (name) => {
    const { matched, nearest } = matchRules(rules, sample(name));

    expect(matched.length > 0).toBe(nearest === null);
    if (nearest) expect(nearest.found).not.toBe(nearest.expected);
  });

  it('are compared by the kind of event first, and by what it says after that', () => {
    const detail = { a: ['1'], b: ['1'], c: ['1'] };
    const kin = { id: 'drain-order', pattern: { source: ['s'], 'detail-type': ['d'], detail } } as const;
    const short = {
      id: 'rebalance-recommendation',
      pattern: { source: ['s'], 'detail-type': ['e'] },
    } as const;
    const rulesOfBoth = [short, kin].map((rule) => ({ ...rule, function: 'drain' as const }));

    const { nearest } = matchRules(rulesOfBoth, { source: 's', 'detail-type': 'd', detail: { a: '2' } });

    expect(nearest).toEqual({
      id: 'drain-order',
      function: 'drain',
      field: 'detail.a',
      found: '"2"',
      expected: '"1"',
    });
  });

  it('are none of a policy without rules', () => {
    expect(matchRules([], sample('drain-order'))).toEqual({
      matched: [],
      nearest: null,
      unused: ['drain-order'],
    });
  });
});
