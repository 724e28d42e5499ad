import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OCI } from '../../simulator/ecr/manifest.ts';
import { mayMove } from '../../simulator/ecr/mutability.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('PutImage', () => {
  /** An image tagged `dev`, and the call that gives it another tag. */
  function retagging(...world: Parameters<typeof ecrWorld>) {
    const all = ecrWorld(...world);
    const { ecr, registry, repositoryName } = all;
    const digest = registry.push(repositoryName, { tag: 'dev' });
    const { manifestText: imageManifest } = registry.image(repositoryName, digest);
    const retag = (imageTag: string) =>
      ecr.putImage({ repositoryName, imageManifest, imageTag, imageDigest: digest });
    return { ...all, digest, imageManifest, retag };
  }

  it('gives an image one more tag, and keeps the time of its push', async () => {
    const { world, registry, repositoryName, digest, retag } = retagging();
    const { pushedAt } = registry.image(repositoryName, digest);
    await world.runFor(60_000);

    const { image } = await retag('prod');

    expect(image?.imageId).toEqual({ imageDigest: digest, imageTag: 'prod' });
    expect([...registry.image(repositoryName, digest).tags]).toEqual(['dev', 'prod']);
    expect(registry.image(repositoryName, digest).pushedAt).toBe(pushedAt);
  });

  it('moves a tag off the image that has it, which stays without', async () => {
    const { registry, repositoryName, digest, retag } = retagging();
    const old = registry.push(repositoryName, { tag: 'prod' });

    await retag('prod');

    expect(registry.image(repositoryName, 'prod').digest).toBe(digest);
    expect(registry.image(repositoryName, old).tags.size).toBe(0);
  });

  it('retagging edge 7: tells a tag that is there already from one that may not move', async () => {
    const { registry, repositoryName, retag } = retagging({ mutability: 'IMMUTABLE' });
    registry.push(repositoryName, { tag: 'prod' });

    await expect(retag('dev')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
    await expect(retag('prod')).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
    await expect(retag('new')).resolves.toMatchObject({ image: { imageId: { imageTag: 'new' } } });
  });

  it('retagging edge 8: exclusion filters loosen immutability, and tighten mutability', () => {
    const { repository } = ecrWorld({ exclusions: ['latest', 'dev-*'] });
    const tags = ['latest', 'dev-7', 'dev', 'prod'];
    const movable = (mutability: typeof repository.mutability) =>
      tags.filter((tag) => mayMove({ ...repository, mutability }, tag));

    expect(movable('MUTABLE')).toEqual(tags);
    expect(movable('IMMUTABLE')).toEqual([]);
    expect(movable('IMMUTABLE_WITH_EXCLUSION')).toEqual(['latest', 'dev-7']);
    expect(movable('MUTABLE_WITH_EXCLUSION')).toEqual(['dev', 'prod']);
  });

  it('takes every character but the star of a filter for itself', () => {
    const { repository } = ecrWorld();
    const character = fc.constantFrom(...'ab0.-_');
    fc.assert(
      fc.property(fc.array(character), fc.array(character), fc.array(character), (a, b, c) => {
        const [head, middle, tail] = [a.join(''), b.join(''), c.join('')];
        const filtered = (filter: string, tag: string) =>
          mayMove({ ...repository, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: [filter] }, tag);
        expect(filtered(`${head}*${tail}`, `${head}${middle}${tail}`)).toBe(true);
        expect(filtered(`${head}${tail}`, `${head}${middle}${tail}`)).toBe(middle === '');
      }),
    );
  });

  it('checks the digest that it is given', async () => {
    const { ecr, repositoryName, digest, imageManifest } = retagging();

    await expect(
      ecr.putImage({
        repositoryName,
        imageManifest: `${imageManifest}\n`,
        imageTag: 'x',
        imageDigest: digest,
      }),
    ).rejects.toMatchObject({ name: 'ImageDigestDoesNotMatchException' });
  });

  it('makes another image of the same manifest with one more newline', async () => {
    const { ecr, repositoryName, digest, imageManifest } = retagging();

    const { image } = await ecr.putImage({
      repositoryName,
      imageManifest: `${imageManifest}\n`,
      imageTag: 'x',
    });

    expect(image?.imageId?.imageDigest).toBe(sha256(`${imageManifest}\n`));
    expect(image?.imageId?.imageDigest).not.toBe(digest);
  });

  it('retagging edge 10: wants the media type of a manifest that does not say it', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    registry.push(repositoryName, { tag: 'dev', mediaType: OCI, withMediaTypeField: false });
    const { images } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: 'dev' }] });
    const { imageManifest, imageManifestMediaType } = only(images);

    await expect(ecr.putImage({ repositoryName, imageManifest, imageTag: 'prod' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await ecr.putImage({ repositoryName, imageManifest, imageManifestMediaType, imageTag: 'prod' });
    expect(registry.image(repositoryName, 'prod')).toBe(registry.image(repositoryName, 'dev'));
  });

  it('refuses a manifest whose layers are in another repository', async () => {
    const { ecr, registry, imageManifest } = retagging();
    registry.addRepository({ name: 'shop/prod' });

    await expect(ecr.putImage({ repositoryName: 'shop/prod', imageManifest })).rejects.toMatchObject({
      name: 'LayersNotFoundException',
    });
  });

  it('refuses an index whose images are not there', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const { digest } = registry.pushIndex(repositoryName, { platforms: ['linux/amd64', 'linux/arm64'] });
    registry.addRepository({ name: 'shop/prod' });
    const { manifestText: imageManifest } = registry.image(repositoryName, digest);

    await expect(ecr.putImage({ repositoryName: 'shop/prod', imageManifest })).rejects.toMatchObject({
      name: 'ReferencedImagesNotFoundException',
    });
  });

  it('refuses what is not a manifest', async () => {
    const { ecr, repositoryName } = ecrWorld();

    for (const imageManifest of ['{', '[]', '{"schemaVersion":2}']) {
      await expect(ecr.putImage({ repositoryName, imageManifest })).rejects.toMatchObject({
        name: 'InvalidParameterException',
      });
    }
  });

  it('retagging edge 15: an image has at most 1,000 tags', async () => {
    const { retag } = retagging();
    for (let count = 1; count < 1000; count++) await retag(`t${count}`);

    await expect(retag('one-more')).rejects.toMatchObject({ name: 'LimitExceededException' });
    await expect(retag('t7')).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
  });

  it('is throttled at 10 a second, reading is not', async () => {
    const { world, ecr, repositoryName, retag } = retagging({}, { throttling: true });
    for (let count = 0; count < 10; count++) await retag(`t${count}`);

    await expect(retag('t10')).rejects.toMatchObject({ name: 'ThrottlingException' });
    await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: 't9' }] });
    await world.runFor(100);
    await retag('t10');
  });
});
