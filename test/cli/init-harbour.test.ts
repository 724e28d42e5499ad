import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPolicy } from '../../cli/policy-file.ts';
import { coverageOf } from '../../cli/validate/summary.ts';
import { harbour, POLICY } from './harbour.ts';

const directory = mkdtempSync(join(tmpdir(), 'stevedore-init-'));
afterAll(() => rmSync(directory, { recursive: true }));
const fileNamed = (name: string) => join(directory, name);

describe('stevedore init in the harbour', () => {
  it('names the clusters, groups, services and repositories of its own policy file, in mode observe', async () => {
    const { run } = await harbour(0);
    const file = fileNamed('first.yml');

    const { code } = await run('init', '--out', file);

    const covered = (path: string) => {
      const { runtime } = readPolicy(path);
      const repositories = new Set(runtime.retagging.rules.map(({ repository }) => repository));
      // The harbour's own file has no capacity.
      const covers = coverageOf(readPolicy(path)).filter(
        ({ capability }) => capability !== 'retagging' && capability !== 'capacity',
      );
      return { repositories, covers: covers.map(({ capability, covers }) => ({ capability, covers })) };
    };
    expect(code).toBe(0);
    expect(covered(file)).toEqual(covered(POLICY));
    expect(coverageOf(readPolicy(file)).map(({ mode }) => mode)).toEqual(Array(5).fill('observe'));
  });

  it('leaves out a service that Application Auto Scaling scales', async () => {
    const { run, world } = await harbour(0);
    world.applicationAutoScaling.register({
      resourceId: 'service/harbour/web',
      min: 2,
      max: 20,
      policies: ['web-cpu'],
    });

    const { out } = await run('init', '--out', '-');

    expect(out).toContain('# Left out: harbour/web. Application Auto Scaling scales it already, by web-cpu;');
    expect(out).not.toMatch(/^scaling:/m);
  });

  it('does not overwrite a file without --force, and calls nothing then', async () => {
    const { run, world } = await harbour(0);
    const file = fileNamed('mine.yml');
    writeFileSync(file, 'mine\n');
    const before = world.recording.calls.length;

    const refused = await run('init', '--out', file);
    const kept = readFileSync(file, 'utf8');
    const calls = world.recording.calls.length - before;
    const forced = await run('init', '--out', file, '--force');

    expect(refused).toEqual({
      code: 2,
      out: '',
      err: `--out: ${file} is there already. Name another file, or overwrite it with --force.\nSee: stevedore init --help\n`,
    });
    expect([kept, calls]).toEqual(['mine\n', 0]);
    expect(forced.code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('version: 1\n');
  });

  it('tells what it has written', async () => {
    const { run } = await harbour(0);

    const { out, err } = await run('init', '--out', fileNamed('told.yml'), '--cluster', 'harbour');

    expect(err).toBe('');
    expect(out.replaceAll(directory, 'DIR')).toMatchInlineSnapshot(`
      "DIR/told.yml is written; nothing was changed in the account.

        draining   observe  1 cluster (harbour), 2 groups (harbour-ecs, harbour-spot)
        scaling    observe  1 service (harbour/web)
        failover   observe  2 services (harbour/manifests, harbour/photos)
        retagging  observe  1 tag (harbour/tracking:production)
        capacity   observe  1 cluster (harbour), 2 groups (harbour-ecs, harbour-spot)

      Read its comments, then: npx stevedore validate DIR/told.yml, and npx stevedore plan --policy DIR/told.yml
      "
    `);
  });

  it('--json has the text and what it comes to', async () => {
    const { run } = await harbour(0);

    const { out } = await run('init', '--out', '-', '--json');

    const { text, capabilities, leftOut, unread } = JSON.parse(out);
    expect(text).toContain('\nversion: 1\n');
    expect(capabilities[0]).toMatchObject({ capability: 'draining', mode: 'observe' });
    expect([leftOut, unread]).toEqual([[], {}]);
  });

  it('refuses a cluster that ECS does not have, and names it', async () => {
    const { run } = await harbour(0);

    const { code, err } = await run('init', '--out', '-', '--cluster', 'harbor');

    expect(code).toBe(2);
    expect(err).toContain('--cluster: ECS has no cluster harbor in us-east-1.');
  });
});
