import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRetaggingClients } from '../../lib/aws/retagging-clients.ts';
import { copyImage } from '../../lib/retagging/copy.ts';
import { ApiError } from '../../simulator/kernel.ts';
import { type Registry, registry, retaggingFile } from './retagging.ts';

beforeEach(() => void vi.stubEnv('AWS_REGION', 'eu-west-1'));
afterEach(() => vi.unstubAllEnvs());

const repositories = [{ name: 'ci' }, { name: 'prod' }];
const copying = (gates = '{}') =>
  `{ ci: { promotions: { live: { from: 'v*', to: { repository: prod, tags: [live] }, on: [], gates: ${gates} } } } }`;

/** Bytes of all that an image is made of, by digest, in the one repository and in the other. */
function stored({ world }: Registry, digests: readonly string[]) {
  return ['ci', 'prod'].map((name) => {
    const { images, layers } = world.ecr.repository(name);
    const manifests = digests.map((digest) => images.get(digest)?.manifestText);
    return { manifests, layers: new Map([...layers].map(([digest, bytes]) => [digest, Buffer.from(bytes)])) };
  });
}

describe('stevedore promote --copy-only', () => {
  it('copies an index with its platforms byte by byte, gives no tag, and shows how far it is', async () => {
    const one = registry({ repositories });
    const { digest, children } = one.world.ecr.pushIndex('ci', {
      tag: 'v1',
      platforms: ['linux/amd64', 'linux/arm64'],
    });

    const { code, out, err } = await one.run('promote', 'ci', 'v1', '--to', 'prod', '--copy-only');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      new RegExp(`^ci@${digest} is in prod now: \\d+ layers .* and 3 manifests from ci were copied`),
    );
    const [source, copy] = stored(one, [digest, ...children.map((child) => child.digest)]);
    expect(copy).toEqual(source);
    expect(copy?.manifests).not.toContain(undefined);
    expect(one.world.ecr.repository('prod').tags.size).toBe(0);
    expect(one.shown()).toMatch(/Copying \[.*\] \d+ % of [\d.]+ kB, layer [0-9a-f]{12}/);
  });

  it('needs neither policy nor table, and leaves the journal alone', async () => {
    const { run, journal, world, record } = registry({ repositories });
    const digest = world.ecr.push('ci', { tag: 'v1' });

    const { code } = await run(
      'promote',
      'ci',
      digest,
      '--to',
      'prod',
      '--copy-only',
      '--policy',
      'nowhere.yml',
    );

    expect(code).toBe(0);
    expect(journal.entries).toEqual([]);
    expect(await record('prod:live')).toBeUndefined();
  });

  it('copies nothing twice', async () => {
    const { run, world, calls } = registry({ repositories });
    world.ecr.push('ci', { tag: 'v1' });
    const args = ['promote', 'ci', 'v1', '--to', 'prod', '--copy-only'] as const;
    await run(...args);
    const uploads = calls('UploadLayerPart');

    const { code, out } = await run(...args);

    expect(code).toBe(0);
    expect(out).toContain('already; nothing was copied');
    expect(calls('UploadLayerPart')).toBe(uploads);
  });

  it('tells machines as JSON', async () => {
    const { run, world } = registry({ repositories });
    const digest = world.ecr.push('ci', { tag: 'v1' });

    const good = await run('promote', 'ci', 'v1', '--to', 'prod', '--copy-only', '--json');
    const bad = await run('promote', 'ci', 'v9', '--to', 'prod', '--copy-only', '--json');

    expect(JSON.parse(good.out)).toMatchObject({
      copyOnly: true,
      digest,
      to: 'prod',
      region: null,
      result: 'done',
    });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ digest: null, result: 'failed' });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a tag that is not there', ['v9', '--to', 'prod'], /no image tag v9 in ci/],
    ['a digest that is not there', [`sha256:${'0'.repeat(64)}`, '--to', 'prod'], /no image sha256:0+ in ci/],
    ['a repository that is not there', ['v1', '--to', 'nowhere'], /no repository nowhere/],
  ])('fails for %s', async (_, args, message) => {
    const { run, world } = registry({ repositories });
    world.ecr.push('ci', { tag: 'v1' });

    const { code, out, err } = await run('promote', 'ci', ...args, '--copy-only');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^stevedore promote failed: /);
    expect(err).toMatch(message);
  });

  it('says when another try may help', async () => {
    const { run, world } = registry({ repositories });
    world.ecr.push('ci', { tag: 'v1' });
    const throttled = new ApiError('ThrottlingException', 'Rate exceeded');
    world.faults.failCall(({ operation }) => operation === 'UploadLayerPart', throttled, { times: 999 });

    const { code, err } = await run('promote', 'ci', 'v1', '--to', 'prod', '--copy-only');

    expect(code).toBe(1);
    expect(err).toMatch(/throttled the call .* Run the command again: what was copied stays\.\n$/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a tag', ['--to', 'prod:live'], /--to: found prod:live; --copy-only gives no tag/],
    ['the repository where it is', ['--to', 'ci'], /--to: ci is where the image is/],
    ['--skip-gates', ['--to', 'prod', '--skip-gates'], /--skip-gates and --dry-run do not go with it/],
  ])('does not take %s', async (_, args, message) => {
    const { run } = registry({ repositories });

    const { code, err } = await run('promote', 'ci', 'v1', ...args, '--copy-only');

    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

/** The command line that a sentence names. */
function commandIn(sentence: string): readonly string[] {
  const [, words = ''] = /npx stevedore (.*--copy-only)\b/.exec(sentence) ?? [];
  return words.split(' ');
}

describe('the command that copy-too-large names', () => {
  it.each([null, 'us-east-1'])('is one that the command line knows, to Region %s', async (region) => {
    const { world, run } = registry({ repositories });
    const digest = world.ecr.push('ci', { tag: 'v1' });
    const clients = createRetaggingClients(world.clients());
    const place = (repository: string) => ({ ecr: clients.ecr(), repository });
    const order = { from: place('ci'), to: place('prod'), region, digest, sourceTag: 'v1', tag: 'live' };
    const outcome = await copyImage(order, { mostBytes: 1, fetch, clock: world.clock });
    const sentence = 'error' in outcome ? outcome.error.sentence : '';

    const { code, out, err } = await run(...commandIn(sentence));

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(region === null ? 'is in prod now' : `is in prod in ${region} now`);
    expect(world.ecr.repository('prod').images.has(digest)).toBe(true);
  });

  it('is followed by a promotion that finds the bytes there', async () => {
    const { run, push, on, calls } = registry({ repositories });
    const policy = retaggingFile(copying());
    const digest = await push('v1', {}, 'ci');
    await run('promote', 'ci', 'v1', '--to', 'prod', '--copy-only');
    const uploads = calls('UploadLayerPart');

    const { code } = await run('promote', 'ci', 'v1', '--to', 'prod:live', '--policy', policy);

    expect(code).toBe(0);
    expect(on('live', 'prod')).toBe(digest);
    expect(calls('UploadLayerPart')).toBe(uploads);
  });
});

describe('stevedore promote to another repository', () => {
  it('copies, shows how far it is, and gives the tag', async () => {
    const { run, push, on, shown } = registry({ repositories });
    const digest = await push('v1', {}, 'ci');

    const policy = retaggingFile(copying());
    const { code, out } = await run('promote', 'ci', 'v1', '--to', 'prod:live', '--policy', policy);

    expect(code).toBe(0);
    expect(out).toContain('(copied)');
    expect(on('live', 'prod')).toBe(digest);
    expect(shown()).toContain('Copying [');
  });

  it('copies nothing before the gates are open', async () => {
    const { run, push, calls } = registry({ repositories });
    await push('v1', {}, 'ci');

    const policy = retaggingFile(copying('{ approval: true }'));
    const { code } = await run('promote', 'ci', 'v1', '--to', 'prod:live', '--policy', policy);

    expect(code).toBe(3);
    expect(calls('UploadLayerPart')).toBe(0);
  });
});
