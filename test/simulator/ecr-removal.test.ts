import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

describe('archived images', () => {
  it('retagging edge 17: cannot be pulled, and are described only if asked for', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0' });
    await ecr.updateImageStorageClass({
      repositoryName,
      imageId: { imageDigest },
      targetStorageClass: 'ARCHIVE',
    });

    const pulled = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageDigest }] });
    const active = await ecr.describeImages({ repositoryName });
    const any = await ecr.describeImages({ repositoryName, filter: { imageStatus: 'ANY' } });

    expect(only(pulled.failures).failureCode).toBe('ImageNotFound');
    expect(active.imageDetails).toEqual([]);
    expect(only(any.imageDetails).imageStatus).toBe('ARCHIVED');
  });

  it('are ACTIVATING for a while when they are restored, by a call or by a push', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', content: 'a' });
    const status = () => registry.image(repositoryName, imageDigest).status;

    registry.archive(repositoryName, imageDigest);
    const answer = await ecr.updateImageStorageClass({
      repositoryName,
      imageId: { imageDigest },
      targetStorageClass: 'STANDARD',
    });
    expect(answer.imageStatus).toBe('ACTIVATING');
    await world.runFor(20 * MINUTE);
    expect(status()).toBe('ACTIVE');

    registry.archive(repositoryName, imageDigest);
    registry.push(repositoryName, { tag: '1.0', content: 'a' });
    expect(status()).toBe('ACTIVATING');
  });
});

describe('BatchDeleteImage', () => {
  it('retagging edge 16: takes a tag away, and the image with its last one', async () => {
    const { ecr, registry, repository, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', content: 'a' });
    registry.push(repositoryName, { tag: 'prod', content: 'a' });

    await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageTag: 'prod' }] });
    expect([...registry.image(repositoryName, imageDigest).tags]).toEqual(['1.0']);

    const last = await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageTag: '1.0' }] });
    expect(last.imageIds).toEqual([{ imageDigest, imageTag: '1.0' }]);
    expect(repository.images.size).toBe(0);
  });

  it('takes all tags away by digest', async () => {
    const { ecr, registry, repository, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', content: 'a' });
    registry.push(repositoryName, { tag: 'prod', content: 'a' });

    const { imageIds } = await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageDigest }] });

    expect(imageIds).toEqual([
      { imageDigest, imageTag: '1.0' },
      { imageDigest, imageTag: 'prod' },
    ]);
    expect([repository.images.size, repository.tags.size]).toEqual([0, 0]);
  });

  it('keeps the images of a live index, and reports that beside what it deleted', async () => {
    const { ecr, registry, repository, repositoryName } = ecrWorld();
    const { digest, children } = registry.pushIndex(repositoryName, {
      tag: '1.0',
      platforms: ['linux/amd64'],
    });
    const child = { imageDigest: only(children).digest };
    const other = { imageDigest: registry.push(repositoryName) };

    const held = await ecr.batchDeleteImage({ repositoryName, imageIds: [child, other] });
    expect(only(held.failures)).toMatchObject({
      imageId: child,
      failureCode: 'ImageReferencedByManifestList',
      failureReason: expect.stringContaining(digest),
    });
    expect(held.imageIds).toEqual([other]);

    const both = await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageDigest: digest }, child] });
    expect(both.failures).toEqual([]);
    expect(repository.images.size).toBe(0);
  });
});
