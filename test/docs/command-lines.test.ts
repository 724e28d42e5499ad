import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../cli/account.ts';
import { createApply } from '../../cli/apply.ts';
import { createExplain } from '../../cli/explain.ts';
import { FLAG } from '../../cli/options.ts';
import { createPlan } from '../../cli/plan.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { policyDocument } from '../../lib/policy/document.ts';
import { runWith } from '../cli/account.ts';
import { createAws, doctor, runBadly } from '../cli/doctor-aws.ts';
import { harbour, POLICY } from '../cli/harbour.ts';
import { ordering } from '../cli/ordering.ts';
import { connectTo } from '../cli/planning.ts';
import { registry, retaggingFile } from '../cli/retagging.ts';
import { edited } from '../events/samples.ts';
import { type CommandLine, commandLinesOf } from './command-lines.ts';

const directory = mkdtempSync(join(tmpdir(), 'stevedore-docs-'));
afterAll(() => rmSync(directory, { recursive: true }));
const PLAN = join(directory, 'plan.json');
const WRONG = join(directory, 'wrong.yml');
writeFileSync(
  WRONG,
  'version: 1\ndraining: { clusters: { a: { groups: { g: {} }, deadlin: 1h, settle: 5 } } }\n',
);

/** Files that the reader has and the repository has not, or that a command writes. */
const FILES: Readonly<Record<string, string>> = {
  'wrong.yml': WRONG,
  'plan.json': PLAN,
  'drain.html': join(directory, 'drain.html'),
  'report.html': join(directory, 'report.html'),
  'requests.csv': 'examples/traces/elb_request_count_8c0756.csv',
};

beforeEach(() => {
  vi.stubEnv('AWS_REGION', '');
  vi.stubEnv('AWS_DEFAULT_REGION', '');
});
afterEach(() => vi.unstubAllEnvs());

type Args = readonly string[];
type Run = (args: Args) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>;

const offline: Run = async (args) => runWith(await createVerbs(connect), args);

/** In the harbour, so many minutes after the afternoon has begun, unless the line names another policy. */
const inHarbour =
  (minutes: number): Run =>
  async (args) => {
    const { run } = await harbour(minutes);
    return run(...args, ...(args.includes('--policy') ? [] : ['--policy', POLICY]));
  };

/** Where the hosts of the harbour are scaled in, with an empty table, and a longer deadline than the file has in the stack. */
async function planning(...lines: readonly Args[]) {
  const { world } = await harbour(9);
  const text = readFileSync(POLICY, 'utf8');
  const document = policyDocument(text.replace('deadline: 12m', 'deadline: 20m'));
  const account = connectTo(world);
  const readDeployed = async () => ({ kind: 'policy', document }) as const;
  const deploying = { deploy: async () => 0, ask: () => async () => 'yes' };
  const verbs = {
    plan: createPlan(account, readDeployed),
    apply: createApply({ connect: account, readDeployed, ...deploying }),
  };
  let last = { code: -1, out: '', err: '' };
  for (const args of lines) last = await runWith(verbs, args);
  return last;
}

const inPolicy = (args: Args) => (args.includes('--policy') ? args : [...args, '--policy', POLICY]);

const order: Run = async (args) => (await ordering()).run(...args);

const DIGEST = /^sha256:/;

/** A repository whose tag `production` has been on two images, and waits for approval of a third. */
const retag: Run = async (args) => {
  const file = retaggingFile(
    "{ shop/api: { promotions: { p: { from: 'v*', to: [production], on: [], gates: { approval: true } } } } }",
  );
  const { run, push } = registry({ repositories: [{ name: 'shop/api' }] });
  const promote = (tag: string) =>
    run('promote', 'shop/api', tag, '--to', 'production', '--skip-gates', '--policy', file);
  for (const tag of ['v1.4.0', 'v1.4.1']) {
    await push(tag, {}, 'shop/api');
    await promote(tag);
  }
  const digest = await push('v1.4.2', {}, 'shop/api');
  // As the page has it, just after that was promoted.
  if (args[0] === 'rollback') await promote('v1.4.2');
  return run(...args.map((word) => (DIGEST.test(word) ? digest : word)), '--policy', file);
};

/** Where each verb is run. What is piped into a command is not: it is given as input. */
const RUNS: Readonly<Record<string, Run>> = {
  init: async (args) => (await harbour(0)).run(...args, '--force', '--out', join(directory, 'policy-1.yml')),
  completion: offline,
  validate: offline,
  schema: offline,
  simulate: offline,
  backtest: offline,
  status: inHarbour(4),
  history: async (args) => (await harbour(4)).run(...args),
  pause: inHarbour(1),
  resume: async (args) => {
    const { run } = await harbour(1);
    await run('pause', ...args.slice(1), '--policy', POLICY);
    return run(...args, '--policy', POLICY);
  },
  doctor: async (args) => {
    const aws = createAws();
    runBadly(aws);
    const result = await doctor(args.slice(1));
    for (const mock of Object.values(aws)) mock.restore();
    return result;
  },
  plan: (args) => planning(inPolicy(args)),
  apply: (args) => planning(['plan', '--policy', POLICY, '--out', PLAN], args),
  explain: async (args) => {
    const { world } = await harbour(9);
    const event = edited('spot-interruption', {
      time: '2026-11-21T14:09:00Z',
      'detail.instance-id': 'i-0bb6aece82ddc1294',
    });
    const verb = createExplain(connectTo(world), () => JSON.stringify(event));
    return runWith({ explain: verb }, args);
  },
  drain: order,
  undrain: order,
  scale: order,
  failover: order,
  failback: order,
  promote: retag,
  rollback: retag,
  approve: retag,
  release: retag,
};

/** Where it is not 0: as the page says beside it. */
const CODES: Readonly<Record<string, number>> = {
  'validate wrong.yml': 2,
  'plan --region eu-west-1': 3,
  'plan --region eu-west-1 --out plan.json': 3,
  // The account here answers only what some checks ask.
  'doctor --region eu-west-1': 1,
  'doctor prod --only no-room-to-replace': 3,
  'doctor prod --only no-room-to-replace --only plain-secret --only spot-without-base': 3,
  'plan --policy examples/harbour.yml --region eu-west-1': 3,
  'plan --policy examples/harbour.yml --region eu-west-1 --out plan.json': 3,
  'explain events/samples/lifecycle-terminate.json': 3,
  // A task is lost with its host.
  'simulate examples/drain.yml --html drain.html': 3,
};

const isWhole = ({ args }: CommandLine) =>
  args.length > 0 && !args.some((word) => /[A-Z]{3}|…|\.\.\./.test(word));
const verbs = await createVerbs(connect);
const lines = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
  .flatMap(commandLinesOf)
  .filter(isWhole);
const textOf = ({ args }: CommandLine) => args.join(' ');

describe('the command lines in the documentation', () => {
  it('are found', () => {
    expect(lines.filter(({ isBlock }) => isBlock).length).toBeGreaterThan(20);
    expect(lines.filter(({ isBlock }) => !isBlock).length).toBeGreaterThan(20);
  });

  it.each(lines.map((line) => ({ page: line.page, text: textOf(line), line })))(
    '$page: $text names a verb and options that there are',
    ({
      line: {
        args: [verb = '', ...args],
      },
    }) => {
      const command = verbs[verb];

      expect(command, verb).toBeDefined();
      expect(() =>
        parseArgs({ args, allowPositionals: true, options: { ...command?.options, help: FLAG } }),
      ).not.toThrow();
    },
  );

  it('name every verb in docs/cli.md', () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    const headings = [...page.matchAll(/^## (.*)$/gm)].flatMap(([, heading = '']) => heading.split(/\W+/));

    expect(Object.keys(verbs).filter((verb) => !headings.includes(verb))).toEqual([]);
  });
});

/** Those that the two pages about the command show, each once. A verb alone in a sentence is a name, and no example. */
const shown = lines.filter(
  ({ page, isBlock, args }) =>
    isBlock || (args.length > 1 && (page === 'README.md' || page === 'docs/cli.md')),
);
const once = [...new Map(shown.map((line) => [textOf(line), line])).values()];

/** With the names that the page has for files, and without line breaks. */
const flat = (text: string) =>
  Object.entries(FILES)
    .reduce((told, [name, file]) => told.replaceAll(file, name), text)
    .replaceAll(/\S*policy-\d+\.yml/g, 'stevedore.yml')
    .replaceAll(/\s+/g, ' ');

/** How wide a table is depends on the terminal. */
const isTable = (line: string) => /[│┌├└]/.test(line);

/** A line that the page cuts short ends in dots. */
const beginningOf = (line: string) => flat(line.replace(/\.\.\.$/, '')).trim();

describe('a command line of the documentation', () => {
  it.each(once.map((line) => ({ text: textOf(line), line })))(
    'stevedore $text exits as the page says, and says what is shown',
    async ({ text, line: { args, output } }) => {
      const run = RUNS[args[0] ?? ''];

      const result = await run?.(args.map((word) => FILES[word] ?? word));

      expect(result?.code, result?.err).toBe(CODES[text] ?? 0);
      const told = flat(`${result?.out}\n${result?.err}`);
      const shownLines = output.filter((line) => !isTable(line)).map(beginningOf);
      expect(shownLines.filter((line) => !told.includes(line))).toEqual([]);
    },
    60_000,
  );

  it('has no exit code here that no line uses', () => {
    expect(Object.keys(CODES).filter((text) => !once.some((line) => textOf(line) === text))).toEqual([]);
  });
});
