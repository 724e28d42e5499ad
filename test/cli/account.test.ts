import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../cli/account.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { type LocalDynamo, startDynamo } from '../state/dynalite.ts';
import { runWith } from './account.ts';
import { closedPort } from './child.ts';
import { POLICY } from './harbour.ts';

// The verbs with the clients, the table and the journal of a terminal; of AWS there is DynamoDB only.
let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
  await dynamo.createTable('stevedore');
});
afterAll(() => dynamo.stop());
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'none');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
});
afterEach(() => vi.unstubAllEnvs());

const verbs = await createVerbs(connect);
const run = (...args: readonly string[]) => runWith(verbs, args);
const here = () => ['--endpoint', dynamo.endpoint, '--region', 'eu-central-1'] as const;

describe('with the table of a deployment', () => {
  it('what is paused by one command is shown, told and ended by others', async () => {
    const paused = await run('pause', 'scaling', '--by', 'ada', '--policy', POLICY, ...here());
    const status = await run('status', '--policy', POLICY, ...here());
    const history = await run('history', 'scaling', ...here());
    const resumed = await run('resume', 'scaling', '--by', 'ada', '--policy', POLICY, ...here());

    // There is no event bus here, and so no journal on it: the switch is thrown all the same.
    expect(paused).toMatchObject({ code: 0, err: expect.stringContaining('to its bus sink') });
    expect(status.out).toMatch(/\nPaused\n {2}scaling, by ada since /);
    expect(history).toMatchObject({ code: 0, err: '' });
    expect(history.out).toMatch(/^\S+Z {2}done {6}ada paused scaling: .* \(paused-by-hand\)\n$/);
    expect(resumed.out).toContain('Nothing is paused.');
  });

  it.each([['status', '--policy', POLICY], ['history'], ['pause', '--policy', POLICY, '--by', 'ada']])(
    '%s names a table that is not there, and the options',
    async (...args) => {
      const { code, out, err } = await run(...args, '--table', 'nowhere', ...here());

      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(new RegExp(`^stevedore ${args[0]} failed: .*nowhere`));
      expect(err).toContain('Name the table of the deployment with --table, and its Region with --region.');
    },
  );
});

it('a verb fails with one sentence when nothing listens at the endpoint', async () => {
  const endpoint = `http://127.0.0.1:${await closedPort()}`;

  const { code, out, err } = await run('status', '--policy', POLICY, '--endpoint', endpoint);

  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^stevedore status failed: AWS could not be reached .*ECONNREFUSED/);
  expect(err).toContain('Check the network, --region and --endpoint');
}, 20_000);
