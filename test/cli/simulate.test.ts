import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderWith, run, SCENARIO } from './simulating.ts';

const { folder, file } = folderWith();
afterAll(() => rmSync(folder, { recursive: true }));

describe('stevedore simulate', () => {
  it('prints what happened, every decision with its reason, and the figures', async () => {
    const { code, out } = await run('simulate', file);

    expect(code).toBe(0);
    expect(out).toContain('shop.yml with the policy shop.policy.yml, seed 1; 8m from 2026-11-21 14:00 UTC');
    expect(out).toContain('14:01:00  shop-ecs is scaled from 4 to 2 instances');
    expect(out).toMatch(/acted {5}drain-begun\n +i-\w+ is DRAINING for a scale-in \(lifecycle hook\)/);
    expect(out).toMatch(/│ tasks lost with their host +│ +0 │/);
    expect(out).toMatch(/│ drains +│ +2 │ 2 came to their end, the longest took [\w ]+: i-\w+ +│/);
    expect(out).toMatch(/│ draining +│ drain-begun +│ +2 │/);
    expect(out).not.toContain('\u001b');
  });

  it('prints the figures, what happened and every decision as JSON', async () => {
    const { code, out } = await run('simulate', file, '--json');

    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      title: 'Two hosts <go>',
      policy: 'shop.policy.yml',
      seed: 1,
      from: '2026-11-21T14:00:00Z',
      to: '2026-11-21T14:08:00Z',
      figures: { lost: 0, interrupted: 0, drains: { begun: 2, drained: 2 }, updateServiceCalls: 0 },
      steps: [{ at: '2026-11-21T14:01:00Z', what: 'shop-ecs is scaled from 4 to 2 instances' }],
    });
    expect(result.decisions).toContainEqual(
      expect.objectContaining({ capability: 'draining', reason: 'drain-begun', outcome: 'acted' }),
    );
  });

  it('plays the same for the same seed, and another course for another', async () => {
    const first = await run('simulate', file, '--json', '--seed', '7');
    const again = await run('simulate', file, '--json', '--seed', '7');
    const other = await run('simulate', file, '--json', '--seed', '8');

    expect(again.out).toBe(first.out);
    expect(JSON.parse(first.out).seed).toBe(7);
    expect(JSON.parse(other.out).decisions).not.toEqual(JSON.parse(first.out).decisions);
  });

  it('writes a report and says where', async () => {
    const html = join(folder, 'report.html');

    const { code, out } = await run('simulate', file, '--html', html);

    expect({ code, last: out.split('\n').at(-2) }).toEqual({ code: 0, last: `The report is in ${html}.` });
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  it('prints what docs/cli.md shows', async () => {
    const page = readFileSync('docs/cli.md', 'utf8');
    const shown =
      /\$ npx stevedore simulate examples\/drain\.yml --html drain\.html\n([\s\S]*?)```/.exec(page)?.[1] ??
      '';
    const lines = shown.split('\n').filter((line) => line !== '...' && !line.startsWith('The report is in'));

    const { out } = await run('simulate', 'examples/drain.yml');

    expect(lines.length).toBeGreaterThan(15);
    expect(lines.filter((line) => !out.split('\n').includes(line))).toEqual([]);
  });

  it('explains itself', async () => {
    expect(await run('simulate', '--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: stevedore simulate SCENARIO \[OPTIONS\]/),
    });
  });

  it.each([
    ['no scenario', [], /Expected a scenario file, such as examples\/drain\.yml, found nothing/],
    ['two scenarios', [file, file], /Expected a scenario file/],
    ['an unknown option', [file, '--frobnicate'], /--frobnicate/],
    [
      'a seed that is no whole number',
      [file, '--seed', '1.5'],
      /--seed: found "1\.5", expected a whole number/,
    ],
    [
      'a file that is not there',
      ['nowhere.yml'],
      /^nowhere\.yml:1:1: found ENOENT.*expected a readable scenario file/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, out, err } = await run('simulate', ...args);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).toContain('See: stevedore simulate --help');
  });

  it('names file, line and column of what is wrong in the policy', async () => {
    const bad = folderWith(
      SCENARIO,
      'version: 1\ndraining:\n  clusters: { shop: { groups: { a: {} }, deadline: 3 days } }\n',
    );

    const { code, err } = await run('simulate', bad.file);

    expect(code).toBe(2);
    expect(err).toMatch(/shop\.policy\.yml:3:\d+: draining\.clusters\.shop\.deadline: found "3 days"/);
    rmSync(bad.folder, { recursive: true });
  });
});
