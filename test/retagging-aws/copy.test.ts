import { describe, expect, it } from 'vitest';
import { type CopyProgress, copyImage } from '../../lib/retagging/copy.ts';
import { awsError, denied } from '../functions/calls.ts';
import { DOCKER_LIST, storeImage, storeIndex } from './images.ts';
import { createRegistry, type Region, sha256 } from './registry.ts';

function setup(region: Region = 'eu-central-1') {
  const registry = createRegistry();
  const from = registry.repository('ci');
  const to = registry.repository('prod', region);
  const progress: CopyProgress[] = [];
  const copy = (
    digest: string,
    given: { tag?: string | null; sourceTag?: string; mostBytes?: number } = {},
  ) =>
    copyImage(
      {
        from: registry.place('ci'),
        to: registry.place('prod', region),
        region: region === 'eu-central-1' ? null : region,
        digest,
        sourceTag: given.sourceTag ?? null,
        tag: given.tag === undefined ? 'live' : given.tag,
      },
      {
        fetch: registry.fetch,
        clock: registry.clock,
        mostBytes: given.mostBytes ?? Number.POSITIVE_INFINITY,
        onProgress: (step) => void progress.push(step),
      },
    );
  return { registry, from, to, copy, progress };
}

/** An index of two platforms with a layer in common and an attestation of one, with a signature and an SBOM. */
function multiArch({ registry }: ReturnType<typeof setup>) {
  const base = 'the base layer that both have';
  const amd64 = storeImage(registry, 'ci', 'amd64', { layers: [base, 'amd64 only'] });
  const arm64 = storeImage(registry, 'ci', 'arm64', { layers: [base, 'arm64 only'], ending: '\n' });
  const attestation = storeImage(registry, 'ci', 'attestation');
  const index = storeIndex(registry, 'ci', [amd64, arm64, attestation], {
    mediaType: DOCKER_LIST,
    newline: '\r\n',
    ending: '\r\n',
    tags: ['1.2'],
  });
  const sbom = storeImage(registry, 'ci', 'sbom', { subject: index.digest });
  return {
    index: index.digest,
    children: [amd64, arm64, attestation].map(({ digest }) => digest),
    sbom: sbom.digest,
    ofSbom: storeImage(registry, 'ci', 'signature of the SBOM', { subject: sbom.digest }).digest,
    referrers: ['a', 'b', 'c'].map(
      (name) => storeImage(registry, 'ci', `referrer ${name}`, { subject: amd64.digest }).digest,
    ),
    cosign: storeImage(registry, 'ci', 'cosign', {
      tags: [`${index.digest.replace(':', '-')}.sig`],
    }).digest,
  };
}

describe('what is copied', () => {
  it('an image with its layers and its configuration, then its tag', async () => {
    const { registry, from, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app', { layers: ['one', 'two'] });
    expect(await copy(digest)).toEqual({
      result: 'done',
      call: 'ECR:PutImage',
      digest,
      wrote: ['ECR:InitiateLayerUpload', 'ECR:UploadLayerPart', 'ECR:CompleteLayerUpload'],
      copied: '3 layers (19 bytes) and 1 manifests from ci',
    });
    expect(to.tagged('live')).toBe(digest);
    expect(to.images.get(digest)?.manifest).toBe(from.images.get(digest)?.manifest);
  });

  it('retagging edge 11: an index whole, byte by byte, with what hangs on it and on its images', async () => {
    const world = setup('us-east-1');
    const { from, to, copy } = world;
    const { index } = multiArch(world);
    storeImage(world.registry, 'ci', 'something else', { tags: ['1.1'] });
    expect(await copy(index)).toMatchObject({ result: 'done', digest: index });
    const bytes = (images: typeof to.images) =>
      [...images].map(([digest, { manifest }]) => [digest, manifest]);
    expect(bytes(to.images).toSorted()).toEqual(
      bytes(from.images)
        .filter(([, manifest]) => !manifest?.includes(sha256('config of something else')))
        .toSorted(),
    );
    expect(to.images.size).toBe(10);
  });

  it("gives a companion its tag, which has the image's digest in it", async () => {
    const world = setup();
    const { index, cosign } = multiArch(world);
    await world.copy(index);
    expect(world.to.tagged(`${index.replace(':', '-')}.sig`)).toBe(cosign);
  });

  it('layers first, then platforms, index and companions, and the tag last of all', async () => {
    const world = setup();
    const { index, children, sbom, ofSbom, referrers, cosign } = multiArch(world);
    await world.copy(index);
    const { registry } = world;
    const names = registry.names();
    expect(names.lastIndexOf('ECR:CompleteLayerUpload')).toBeLessThan(names.indexOf('ECR:PutImage'));
    const puts = registry.inputs('ECR:PutImage').map(({ imageTag, imageDigest }) => imageTag ?? imageDigest);
    expect(puts.slice(0, 3)).toEqual(children);
    expect(puts.slice(3, -2).toSorted()).toEqual([sbom, ofSbom, ...referrers, cosign].toSorted());
    expect(puts.at(-1)).toBe('live');
  });

  it('asks for all referrers, page by page, and by the most a call takes', async () => {
    const { registry, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    for (const name of 'abcde') storeImage(registry, 'ci', name, { subject: digest });
    await copy(digest);
    expect(to.images.size).toBe(6);
    expect(registry.inputs('ECR:ListImageReferrers').map(({ nextToken }) => nextToken)).toEqual(
      expect.arrayContaining([undefined, '2', '4']),
    );
  });

  it('asks for a hundred layers a call', async () => {
    const { registry, to, copy } = setup();
    const layers = Array.from({ length: 230 }, (_, index) => `layer ${index}`);
    const { digest } = storeImage(registry, 'ci', 'app', { layers });
    expect(await copy(digest)).toMatchObject({ result: 'done' });
    const sizes = registry
      .inputs('ECR:BatchCheckLayerAvailability')
      .map(({ layerDigests }) => (Array.isArray(layerDigests) ? layerDigests.length : 0));
    expect(sizes).toEqual([100, 100, 31]);
    expect(to.layers.size).toBe(231);
  });

  it('leaves out the layers that are fetched from elsewhere', async () => {
    const { registry, to, from, copy } = setup();
    const foreign = registry.layer(
      'ci',
      'Windows',
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    );
    from.layers.delete(foreign.digest);
    const { digest } = storeImage(registry, 'ci', 'app');
    const text = from.images
      .get(digest)
      ?.manifest.replace('"layers": [', `"layers": [${JSON.stringify(foreign)},`);
    const windows = sha256(text ?? '');
    from.images.set(windows, { manifest: text ?? '', mediaType: undefined, tags: new Set() });
    expect(await copy(windows)).toMatchObject({ result: 'done' });
    expect(to.layers.has(foreign.digest)).toBe(false);
  });

  it('without a tag copies all the same', async () => {
    const { registry, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    expect(await copy(digest, { tag: null })).toMatchObject({ result: 'done', digest });
    expect([...to.images.keys()]).toEqual([digest]);
    expect(await copy(digest, { tag: null })).toEqual({
      result: 'already',
      call: 'ECR:PutImage',
      wrote: [],
    });
  });
});

describe('what is there already', () => {
  it('is not copied again, and the tag is one call of writing', async () => {
    const world = setup();
    const { index } = multiArch(world);
    await world.copy(index);
    const before = world.registry.calls.length;
    expect(await world.copy(index, { tag: 'next' })).toEqual({
      result: 'done',
      call: 'ECR:PutImage',
      digest: index,
      wrote: ['ECR:PutImage'],
    });
    const names = world.registry.names(before);
    expect(names).not.toContain('ECR:InitiateLayerUpload');
    // The companion's tag again, and ours.
    expect(names.filter((name) => name === 'ECR:PutImage')).toHaveLength(2);
  });

  it('goes on where a copy broke off, at whichever call that was', async () => {
    const complete = setup();
    await complete.copy(multiArch(complete).index);
    const writes = complete.registry.writes().filter((name) => name !== 'ECR:BatchGetImage').length;
    for (let kept = 0; kept < writes; kept += 5) {
      const world = setup();
      const { index } = multiArch(world);
      let left = kept;
      const disabled = awsError('KmsException', 'the key is disabled');
      for (const name of [
        'ECR:InitiateLayerUpload',
        'ECR:UploadLayerPart',
        'ECR:CompleteLayerUpload',
        'ECR:PutImage',
      ]) {
        world.registry.failWhen(name, disabled, () => --left === -1);
      }
      const first = await world.copy(index);
      expect(world.to.tagged('live')).toBe(first.result === 'done' ? index : undefined);
      const uploaded = world.to.layers.size;
      const before = world.registry.calls.length;
      expect(await world.copy(index)).toMatchObject({ result: first.result === 'done' ? 'already' : 'done' });
      expect(world.to.tagged('live')).toBe(index);
      expect([...world.to.images.keys()].toSorted()).toEqual([...world.from.images.keys()].toSorted());
      const again = world.registry.names(before).filter((name) => name === 'ECR:InitiateLayerUpload');
      expect(again).toHaveLength(world.from.layers.size - uploaded);
    }
  });
});

describe('what is too large', () => {
  it('is not begun: the figure and the command for a terminal are said', async () => {
    const { registry, copy } = setup('us-east-1');
    const { digest } = storeImage(registry, 'ci', 'app', { layers: ['x'.repeat(1_500), 'y'.repeat(487)] });
    const outcome = await copy(digest, { mostBytes: 1_999 });
    expect(outcome).toMatchObject({
      result: 'refused',
      reason: 'copy-too-large',
      error: { code: 'copy-too-large' },
    });
    expect(JSON.stringify(outcome)).toContain('prod lacks 3 of its layers, 2000 bytes (2.0 kB)');
    expect(JSON.stringify(outcome)).toContain(
      `npx stevedore promote ci ${digest} --to prod --tag-region us-east-1 --copy-only`,
    );
    expect(registry.names()).not.toContain('ECR:InitiateLayerUpload');
    expect(await copy(digest, { mostBytes: 2_000 })).toMatchObject({ result: 'done' });
  });

  it('is measured by what is missing', async () => {
    const { registry, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app', { layers: ['x'.repeat(1_500)] });
    registry.layer('prod', 'x'.repeat(1_500));
    expect(await copy(digest, { mostBytes: 20 })).toMatchObject({ result: 'done' });
  });

  it('more manifests than an image ever has are refused too', async () => {
    const { registry, copy } = setup();
    registry.settings.referrersAPage = 50;
    const { digest } = storeImage(registry, 'ci', 'app');
    for (let index = 0; index < 501; index++) {
      storeImage(registry, 'ci', `referrer ${index}`, { subject: digest });
    }
    expect(await copy(digest)).toMatchObject({ result: 'refused', reason: 'copy-too-large' });
  });
});

describe('what goes wrong', () => {
  it('retagging edge 5: a source tag that moved before the copy, or during it, gets nothing tagged', async () => {
    const { registry, from, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app', { tags: ['1.2'] });
    const held = registry.hold('ECR:CompleteLayerUpload');
    const copying = copy(digest, { sourceTag: '1.2' });
    await held.reached;
    from.images.get(digest)?.tags.delete('1.2');
    storeImage(registry, 'ci', 'next', { tags: ['1.2'] });
    held.release();
    expect(await copying).toMatchObject({ result: 'moved' });
    expect(to.tagged('live')).toBeUndefined();
    expect(await copy(digest, { sourceTag: '1.2' })).toMatchObject({ result: 'moved' });
  });

  it('retagging edge 7: an immutable tag on another image is a conflict', async () => {
    const { registry, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    storeImage(registry, 'prod', 'other', { tags: ['live'] });
    to.immutable = true;
    expect(await copy(digest)).toMatchObject({ result: 'conflict' });
  });

  it("a companion's immutable tag on another signature does not hold up the image", async () => {
    const world = setup();
    const { index } = multiArch(world);
    const tag = `${index.replace(':', '-')}.sig`;
    storeImage(world.registry, 'prod', 'an older signature', { tags: [tag] });
    world.to.immutable = true;
    const outcome = await world.copy(index);
    expect(outcome).toMatchObject({ result: 'done', copied: expect.stringContaining(`without tag ${tag}`) });
    expect(world.to.tagged('live')).toBe(index);
  });

  it('a referrer of a kind that ECR does not hand out is left, and said', async () => {
    const { registry, from, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    const old = storeImage(registry, 'ci', 'old', { subject: digest });
    const stored = from.images.get(old.digest);
    const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
    if (stored) from.images.set(old.digest, { ...stored, mediaType });
    expect(await copy(digest)).toMatchObject({
      result: 'done',
      copied: expect.stringContaining(`without ${old.digest}, whose media type is ${mediaType}`),
    });
  });

  it('retagging edge 11: an index of which a platform is missing is refused, before anything is written', async () => {
    const world = setup();
    const { index, children } = multiArch(world);
    world.from.images.delete(children[1] ?? '');
    const outcome = await world.copy(index);
    expect(outcome).toMatchObject({ result: 'refused', error: { code: 'aws-image-incomplete' } });
    expect(JSON.stringify(outcome)).toContain(children[1]);
    expect(world.to.layers.size).toBe(0);
  });

  it('a companion that cannot be read is not taken for one that is not there', async () => {
    const world = setup();
    const { index } = multiArch(world);
    const { find } = world.from;
    world.from.find = (id) => (id.imageTag?.endsWith('.sig') ? 'KmsError' : find.call(world.from, id));
    expect(await world.copy(index)).toMatchObject({ result: 'refused', error: { code: 'aws-kms' } });
  });

  it('a manifest that cannot be read is refused', async () => {
    const { from, copy } = setup();
    const manifest = '{"schemaVersion":1}';
    from.images.set(sha256(manifest), {
      manifest,
      mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
      tags: new Set(),
    });
    expect(await copy(sha256(manifest))).toMatchObject({
      result: 'refused',
      error: { code: 'manifest-unreadable' },
    });
  });

  it.each([
    ['ECR:ListImageReferrers', denied('ecr:ListImageReferrers'), 'refused'],
    ['ECR:ListImageReferrers', awsError('UnableToListUpstreamImageReferrersException', 'no'), 'retry'],
    ['ECR:BatchCheckLayerAvailability', awsError('RepositoryNotFoundException', 'no'), 'refused'],
    ['ECR:GetDownloadUrlForLayer', awsError('LayerInaccessibleException', 'archived'), 'refused'],
    ['ECR:InitiateLayerUpload', awsError('KmsException', 'no'), 'refused'],
    ['ECR:UploadLayerPart', awsError('LimitExceededException', 'parts'), 'refused'],
    ['ECR:CompleteLayerUpload', awsError('ThrottlingException', 'slow down'), 'retry'],
  ])('%s fails: %s', async (name, error, result) => {
    const { registry, to, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    registry.fail(name, error);
    expect(await copy(digest)).toMatchObject({ result, call: name });
    expect(to.tagged('live')).toBeUndefined();
  });

  it('begins no other layer after one has failed, and leaves none under way', async () => {
    const { registry, copy } = setup();
    const layers = Array.from({ length: 20 }, (_, index) => `layer ${index}`);
    const { digest } = storeImage(registry, 'ci', 'app', { layers });
    registry.fail('ECR:InitiateLayerUpload', awsError('KmsException', 'no'));
    expect(await copy(digest)).toMatchObject({ result: 'refused' });
    const calls = registry.calls.length;
    expect(registry.inputs('ECR:InitiateLayerUpload').length).toBeLessThanOrEqual(4);
    await Promise.resolve();
    expect(registry.calls).toHaveLength(calls);
  });

  it('ends the layers under way after one has failed', async () => {
    const { registry, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app', { layers: ['x'.repeat(500), 'y'] });
    registry.failWhen(
      'ECR:GetDownloadUrlForLayer',
      awsError('LayerInaccessibleException', 'archived'),
      ({ layerDigest }) => layerDigest === sha256('y'),
    );
    expect(await copy(digest)).toMatchObject({ result: 'refused', reason: 'archived' });
    // Of a hundred parts.
    expect(registry.inputs('ECR:UploadLayerPart').length).toBeLessThan(20);
  });

  it('a bug of ours is thrown', async () => {
    const { registry, copy } = setup();
    const { digest } = storeImage(registry, 'ci', 'app');
    Object.assign(registry.clients['eu-central-1'], { send: undefined });
    await expect(copy(digest)).rejects.toThrow(TypeError);
  });
});

describe('progress', () => {
  it('goes from the first part to all bytes, and counts only what is missing', async () => {
    const { registry, copy, progress } = setup();
    const { digest } = storeImage(registry, 'ci', 'app', { layers: ['0123456789', 'there already'] });
    registry.layer('prod', 'there already');
    await copy(digest);
    const bytes = 10 + 'config of app'.length;
    expect(progress.map(({ done }) => done)).toEqual(
      progress.map(({ done }) => done).toSorted((a, b) => a - b),
    );
    expect(progress.at(-1)).toMatchObject({ done: bytes, bytes });
    expect(progress).toHaveLength(5);
  });
});
