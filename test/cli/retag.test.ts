import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { createBusSink } from '../../lib/journal/bus.ts';
import { createJournalReader, createTableSink } from '../../lib/journal/table.ts';
import { createDynamoStore } from '../../lib/state/dynamodb.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { createWorld } from '../../simulator/world.ts';
import { type LocalDynamo, startDynamo } from '../state/dynalite.ts';
import { closedPort, inChild } from './child.ts';
import { registry, retaggingFile, stable } from './retagging.ts';

const VERBS = ['promote', 'rollback', 'approve', 'release'] as const;
const file = retaggingFile(stable());
const promote = ['promote', 'web', 'v1', '--to', 'stable', '--policy', file] as const;

beforeEach(() => void vi.stubEnv('AWS_REGION', 'eu-west-1'));
afterEach(() => vi.unstubAllEnvs());

describe('the verbs of retagging', () => {
  it.each(VERBS)('%s explains itself, with an example', async (verb) => {
    const { run } = registry();

    const { code, out } = await run(verb, '--help');

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: stevedore ${verb} REPOSITORY `));
    expect(out).toMatch(new RegExp(`Example:\\n {2}npx stevedore ${verb} `));
    expect(out).toContain('Exit codes: 0 done');
  });

  it('are listed', async () => {
    const { out } = await registry().run('--help');

    for (const verb of VERBS) expect(out).toMatch(new RegExp(`\\n {2}${verb} +\\w`));
  });

  it('are in the command line itself', async () => {
    const { stevedore } = await import('../../cli/stevedore.ts');
    let out = '';
    const write = (text: string) => {
      out += text;
    };

    await stevedore(['--help'], { out: write, err: write, columns: undefined });

    for (const verb of VERBS) expect(out).toMatch(new RegExp(`\\n {2}${verb} +\\w`));
  });

  it('take the Region of the deployment, and a name, from where they are run', async () => {
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    const { run, asked, push, on } = registry();
    const digest = await push('v1');

    const own = await run(...promote, '--dry-run', '--json');
    const place = ['--region', 'eu-west-2', '--tag-region', 'eu-west-2', '--table', 'other'];
    const named = await run(...promote, ...place, '--by', 'ada', '--json');

    expect(asked).toMatchObject([
      { place: { region: 'ap-south-1' }, table: 'stevedore' },
      { place: { region: 'eu-west-2' }, table: 'other' },
    ]);
    expect([own, named].map(({ out }) => JSON.parse(out).by)).toEqual([
      'arn:aws:sts::123456789012:assumed-role/ops/jo',
      'ada',
    ]);
    // The Region of the tag is that of the deployment, and so it is meant.
    expect(on('stable')).toBe(digest);
  });

  it('tell machines as JSON what was asked, what came of it, and why', async () => {
    const { run, push } = registry();
    const digest = await push('v1');

    const done = JSON.parse((await run(...promote, '--by', 'ada', '--json')).out);
    const refused = JSON.parse((await run('rollback', 'web', 'stable', '--policy', file, '--json')).out);

    expect(done).toMatchObject({
      verb: 'promote',
      image: 'v1',
      by: 'ada',
      dryRun: false,
      result: 'done',
      tags: [{ id: 'web:stable', result: 'done' }],
      decisions: [{ reason: 'promoted', outcome: 'acted', facts: { digest, orderedBy: 'ada' } }],
    });
    expect(refused).toMatchObject({ verb: 'rollback', result: 'refused' });
    expect(refused.decisions[0].reason).toBe('nothing-to-roll-back-to');
  });

  it('give an order for a tag of another Region where the policy has it there only', async () => {
    const { run, push, on } = registry({ repositories: [{ name: 'web' }, { name: 'copy' }] });
    const far = retaggingFile(
      "{ web: { promotions: { far: { from: 'v*', to: { repository: copy, region: us-east-1, tags: [stable] }, on: [] } } } }",
    );
    const digest = await push('v1');

    const { code, out } = await run('promote', 'web', 'v1', '--to', 'copy:stable', '--policy', far);

    expect(code).toBe(0);
    expect(out).toContain('copy:stable@us-east-1: from nothing');
    expect(on('stable', 'copy')).toBe(digest);
  });
});

describe('the verbs of retagging with bad input', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  it.each<[string, readonly string[], RegExp]>([
    [
      'a tag that the policy does not give',
      ['release', 'web', 'prod'],
      /gives no tag web:prod, only web:stable\./,
    ],
    [
      'a repository that it does not have',
      ['rollback', 'api', 'stable'],
      /gives no tag api:stable, only web:stable\./,
    ],
    [
      'a Region that it does not have',
      ['release', 'web', 'stable', '--tag-region', 'us-east-1'],
      /gives no tag web:stable@us-east-1, only web:stable\./,
    ],
    [
      'another source repository than the rule has',
      ['promote', 'api', 'v1', '--to', 'web:stable'],
      /web:stable is given to images of web, by rule web\/stable, not to those of api\./,
    ],
    ['no destination', ['promote', 'web', 'v1'], /with --to \[REPOSITORY:\]TAG/],
    [
      'an image that is neither',
      ['promote', 'web', 'sha256:abc', '--to', 'stable'],
      /IMAGE: found "sha256:abc"/,
    ],
    [
      'a tag to roll back to',
      ['rollback', 'web', 'stable', '--to', 'v1'],
      /--to: found "v1", expected a digest/,
    ],
    ['a tag to approve', ['approve', 'web', 'stable', 'v1'], /DIGEST: found "v1", expected a digest/],
    ['too little', ['approve', 'web', 'stable'], /Expected REPOSITORY TAG DIGEST, found web stable\./],
    ['too much', ['release', 'web', 'stable', digest], /Expected REPOSITORY TAG, found web stable sha256/],
    ['an unknown option', ['release', 'web', 'stable', '--yes'], /--yes/],
    [
      'an endpoint without a scheme',
      ['release', 'web', 'stable', '--endpoint', 'here'],
      /--endpoint: found "here"/,
    ],
  ])('refuse %s, before anything is asked of AWS', async (_, args, message) => {
    const { run, asked } = registry();

    const { code, out, err } = await run(...args, '--policy', file);

    expect({ code, out, asked }).toEqual({ code: 2, out: '', asked: [] });
    expect(err).toMatch(message);
    expect(err).toContain(`See: stevedore ${args[0]} --help`);
  });

  it('refuse a policy without retagging', async () => {
    const { run } = registry();

    const { code, err } = await run('release', 'web', 'stable', '--policy', retaggingFile('{}'));

    expect(code).toBe(2);
    expect(err).toContain('retagging');
  });
});

describe('an order that cannot be carried out now', () => {
  it('waits while the kill switch is on, and changes nothing', async () => {
    const { run, push, store, on, record, calls } = registry();
    await push('v1');
    await store.pause('retagging', 'grace', 0);

    const { code, out } = await run(...promote, '--by', 'ada');

    expect(code).toBe(3);
    expect(out).toContain('(paused)');
    expect(out).toContain('Waiting: the order stays');
    expect(on('stable')).toBeUndefined();
    expect(calls('DescribeImages')).toBe(0);
    expect(await record()).toMatchObject({ order: { by: 'ada' } });
  });

  it('is left to the invocation that has the lease', async () => {
    const { run, push, store, on, world } = registry();
    await push('v1');
    await store.claim('retagging/web', 'the function', world.now(), world.now() + 20_000);

    const { code, out } = await run(...promote);

    expect(code).toBe(3);
    expect(out).toContain('another invocation is working on the tags of this repository');
    expect(on('stable')).toBeUndefined();
    expect(await store.woken('retagging/web')).toHaveLength(1);
  });

  it('fails when AWS denies it, with what AWS said once and no stack', async () => {
    const { run, push, world } = registry();
    await push('v1');
    const denied = new ApiError(
      'AccessDeniedException',
      'User: x is not authorized to perform: ecr:PutImage',
    );
    world.faults.failCall(({ operation }) => operation === 'PutImage', denied, { times: 99 });

    const { code, out, err } = await run(...promote);

    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(
      /^failed .*AWS denied ecr:PutImage.*\(access-denied\)\nIt was the credentials of this terminal.*\nFailed\.\n$/,
    );
  });

  it('fails when ECR cannot be read', async () => {
    const { run, push, world } = registry();
    await push('v1');
    const denied = new ApiError(
      'AccessDeniedException',
      'User: x is not authorized to perform: ecr:DescribeImages',
    );
    world.faults.failCall(({ operation }) => operation === 'DescribeImages', denied, { times: 99 });

    const { code, out } = await run(...promote);

    expect(code).toBe(1);
    expect(out).toContain('AWS denied ecr:DescribeImages');
  });
});

describe('with the table of the deployment', () => {
  const clock = createWorld().clock;
  let dynamo: LocalDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
    await dynamo.createTable('stevedore');
  });
  afterAll(() => dynamo.stop());

  const kept = (table: string) => (world: typeof clock) => {
    const ground = { clock: world, random: () => 0.5 };
    return {
      store: createDynamoStore<never, never>(dynamo.client, table, ground),
      sinks: [createTableSink({ client: dynamo.client, name: table, ...ground }, 'cli')],
    };
  };

  it('an order is remembered from one command to the next, and journalled', async () => {
    const { run, push, on, world, record } = registry({ kept: kept('stevedore') });
    const first = await push('v1');
    await run(...promote, '--by', 'ada');
    const second = await push('v2');
    await run('promote', 'web', 'v2', '--to', 'stable', '--policy', file, '--by', 'ada');
    expect(on('stable')).toBe(second);

    const { code } = await run('rollback', 'web', 'stable', '--policy', file, '--by', 'grace');

    expect(code).toBe(0);
    expect(on('stable')).toBe(first);
    expect(await record()).toMatchObject({ rejected: [second] });
    const table = { client: dynamo.client, name: 'stevedore', clock: world.clock, random: () => 0.5 };
    const entries = await Array.fromAsync(createJournalReader(table).ofSubject('retagging', 'web:stable'));
    expect(entries.map(({ reason, facts }) => [reason, facts?.orderedBy])).toEqual([
      ['rolled-back', 'grace'],
      ['promoted', 'ada'],
      ['promoted', 'ada'],
    ]);
  });

  it('a dry run needs only to read it', async () => {
    const { run, push, record } = registry({ kept: kept('stevedore') });
    await push('v1');
    const before = await record();

    const { code } = await run(...promote, '--dry-run');

    expect(code).toBe(0);
    expect(await record()).toEqual(before);
  });

  it('a table that is not there is named, with the option', async () => {
    const { run } = registry({ kept: kept('nowhere') });

    const { code, out, err } = await run(...promote);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^stevedore promote failed: .*nowhere/);
    expect(err).toContain('--table');
    expect(err).not.toContain(' at ');
  });
});

describe('the journal', () => {
  it('goes to the event bus too, and its failure stops no order', async () => {
    const elsewhere = registry();
    const { events } = createRetaggingClients(elsewhere.world.clients());
    const failing = {
      name: 'table',
      takes: 'notable',
      write: () => Promise.reject(new Error('no table')),
    } as const;
    const one = registry({
      kept: (clock) => ({
        store: createMemoryStore<never, never>(clock),
        sinks: [createBusSink(events), failing],
      }),
    });
    await one.push('v1');

    const { code, err } = await one.run(...promote);

    expect(code).toBe(0);
    expect(err).toBe('The journal could not write 1 entries to its table sink: no table\n');
    const types = elsewhere.world.recording.events.map(({ event }) => event['detail-type']);
    expect(types).toEqual(['Stevedore Decision']);
  });
});

it('ends soon and says so when nothing listens at the endpoint', async () => {
  const args = [...promote, '--endpoint', `http://127.0.0.1:${await closedPort()}`];
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };

  const { code, out, err } = await inChild(args, env);

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^stevedore promote failed: AWS could not be reached .*ECONNREFUSED 127\.0\.0\.1/);
  expect(err).toContain('Check the network, --region and --endpoint');
  expect(err.match(/ECONNREFUSED/g)).toHaveLength(1);
}, 20_000);
