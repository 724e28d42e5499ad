import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stevedore } from '../../cli/stevedore.ts';

const examples = join(import.meta.dirname, '../../examples');
const policy = join(examples, 'backtest.yml');
const elb = join(examples, 'traces/elb_request_count_8c0756.csv');
const cpu = join(examples, 'traces/ec2_cpu_utilization_5f5533.csv');
const directory = mkdtempSync(join(tmpdir(), 'stevedore-backtest-'));
afterAll(() => rmSync(directory, { recursive: true }));

const written = (name: string, text: string) => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};

async function run(...args: readonly string[]) {
  let out = '';
  let err = '';
  const code = await stevedore(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    columns: 100,
  });
  return { code, out, err };
}

describe('stevedore', () => {
  it('lists its commands when asked, and when it is given none, which is bad input', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('backtest') });
    expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('backtest') });
  });

  it('refuses a command that it does not have', async () => {
    expect(await run('constructor')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^stevedore: there is no command "constructor"/),
    });
  });
});

describe('stevedore backtest', () => {
  const web = ['backtest', policy, '--target', 'service/shop/web', '--trace', elb, '--per-task', '20'];

  it('prints the figures of the policy and its rivals side by side, with the model', async () => {
    const { code, out } = await run(...web);
    expect(code).toBe(0);
    for (const title of [
      'Stevedore',
      'Fixed at 33',
      'Fixed at 4',
      'AWS target tracking',
      'AWS step scaling',
    ]) {
      expect(out).toContain(title);
    }
    expect(out).toContain("One task serves 20 of the trace's unit at a time.");
    expect(out.split('\n').filter((line) => line.startsWith('  ') && line.length > 100)).toEqual([]);
  });

  it('prints JSON with every change and its reason', async () => {
    const { code, out } = await run(...web, '--json');
    const result = JSON.parse(out);
    expect(code).toBe(0);
    expect(result).toMatchObject({
      target: 'service/shop/web',
      from: '2014-04-10T00:04:00Z',
      minutes: 20_200,
    });
    const [own] = result.rivals;
    expect(own.decisions).toHaveLength(own.changes);
    expect(own.decisions[0]).toMatchObject({ at: expect.any(String), reason: expect.any(String) });
  });

  it('writes a report', async () => {
    const file = join(directory, 'report.html');
    const { code, out } = await run(...web, '--html', file);
    expect(code).toBe(0);
    expect(out).toContain(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it('reads a trace in percent by the number that ran when it was recorded', async () => {
    const { out } = await run(
      'backtest',
      policy,
      '--target',
      'group/render',
      '--trace',
      cpu,
      '--recorded-at',
      '10',
    );
    expect(out).toContain('Fixed at 7 (never short)');
    expect(out).toContain('instance-hours');
  });

  it('says what it has assumed when it is not told what a task serves', async () => {
    const { out } = await run('backtest', policy, '--target', 'service/shop/web', '--trace', elb);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'assumed: so that the peak of the trace takes 80 % of max, 40',
    );
  });

  it('explains itself', async () => {
    expect(await run('backtest', '--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: stevedore backtest POLICY --trace FILE\.csv/),
    });
  });

  it.each([
    ['no policy file', [], /Name the policy file/],
    ['no trace', [policy], /Name the trace/],
    ['two policy files', [policy, policy, '--trace', elb], /one file is enough/],
    ['an unknown option', [policy, '--frobnicate'], /--frobnicate/],
    ['a task that serves nothing', [policy, '--trace', elb, '--per-task', '0'], /--per-task: found "0"/],
    ['a start-up without a unit', [policy, '--trace', elb, '--start-up', '90'], /--start-up: found "90"/],
    ['half a point', [policy, '--trace', elb, '--points-above', '1.5'], /--points-above: found 1.5/],
    [
      'an unknown metric',
      [policy, '--trace', elb, '--metric', 'cpu'],
      /--metric: found "cpu", expected utilisation/,
    ],
    [
      'two ways to say capacity',
      [policy, '--trace', elb, '--per-task', '2', '--recorded-at', '2'],
      /Give --per-task or/,
    ],
    [
      'no choice of several targets',
      [policy, '--trace', elb],
      /has 3 targets; choose one with --target: service\/shop\/web,/,
    ],
    ['an unknown target', [policy, '--trace', elb, '--target', 'group/x'], /has no group\/x, only /],
    ['a policy file that is not there', ['nowhere.yml', '--trace', elb], /nowhere\.yml:1:1/],
    [
      'a trace that is not there',
      [policy, '--trace', 'nowhere.csv', '--target', 'group/render'],
      /nowhere\.csv/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, out, err } = await run('backtest', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).toContain('See: stevedore backtest --help');
  });

  it('names file and line of what is wrong in a trace', async () => {
    const trace = written('bad.csv', 'timestamp,value\n2026-11-21 14:00:00,1\n2026-11-21 14:05:00,much\n');
    const { code, err } = await run('backtest', policy, '--target', 'group/render', '--trace', trace);
    expect(code).toBe(2);
    expect(err).toContain(`${trace}:3: found value "much"`);
  });

  it('fails with 1 when the report cannot be written', async () => {
    const { code, err } = await run(...web, '--html', join(directory, 'no/such/folder.html'));
    expect(code).toBe(1);
    expect(err).toMatch(/^stevedore backtest failed: .*ENOENT/);
  });
});
