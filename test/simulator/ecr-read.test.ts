import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DOCKER, DOCKER_V1, OCI, OCI_INDEX } from '../../simulator/ecr/manifest.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('BatchGetImage', () => {
  it('gives the exact bytes that the digest is of', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const digest = registry.push(repositoryName, { tag: '1.0' });

    const { images, failures } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: '1.0' }] });

    const { imageId, imageManifest = '', imageManifestMediaType } = only(images);
    expect(failures).toEqual([]);
    expect(imageId).toEqual({ imageDigest: digest, imageTag: '1.0' });
    expect(imageManifestMediaType).toBe(DOCKER);
    expect(sha256(imageManifest)).toBe(digest);
    expect(sha256(JSON.stringify(JSON.parse(imageManifest)))).not.toBe(digest);
  });

  it('retagging edge 9: translates what is read by tag and not accepted, which changes the digest', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const digest = registry.push(repositoryName, { tag: '1.0', mediaType: OCI });

    const { images } = await ecr.batchGetImage({
      repositoryName,
      imageIds: [{ imageTag: '1.0' }],
      acceptedMediaTypes: [DOCKER],
    });

    const { imageId, imageManifest = '', imageManifestMediaType } = only(images);
    expect(imageManifestMediaType).toBe(DOCKER);
    expect(imageId?.imageDigest).toBe(sha256(imageManifest));
    expect(imageId?.imageDigest).not.toBe(digest);
  });

  it('never translates what is read by digest, with or without its tag', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', mediaType: OCI });

    const { images = [] } = await ecr.batchGetImage({
      repositoryName,
      imageIds: [{ imageDigest }, { imageDigest, imageTag: '1.0' }],
      acceptedMediaTypes: [DOCKER],
    });

    expect(images.map(({ imageManifest = '' }) => sha256(imageManifest))).toEqual([imageDigest, imageDigest]);
    expect(images.map(({ imageManifestMediaType }) => imageManifestMediaType)).toEqual([OCI, OCI]);
  });

  it('translates Docker V2 to OCI and to schema 1, but OCI not to schema 1, and an index not at all', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    registry.push(repositoryName, { tag: 'docker' });
    registry.push(repositoryName, { tag: 'oci', mediaType: OCI });
    registry.pushIndex(repositoryName, { tag: 'index', platforms: ['linux/amd64'] });
    const read = async (imageTag: string, accepted: string) => {
      const answer = await ecr.batchGetImage({
        repositoryName,
        imageIds: [{ imageTag }],
        acceptedMediaTypes: [accepted],
      });
      return answer.images?.[0]?.imageManifestMediaType ?? only(answer.failures).failureCode;
    };

    expect(await read('docker', OCI)).toBe(OCI);
    expect(await read('docker', DOCKER_V1)).toBe(DOCKER_V1);
    expect(await read('oci', DOCKER_V1)).toBe('ImageNotFound');
    expect(await read('index', DOCKER)).toBe('ImageNotFound');
    expect(await read('index', OCI_INDEX)).toBe(OCI_INDEX);
  });

  it('retagging edge 5: says with HTTP 200 that a tag does not point to that digest any more', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: 'dev' });
    registry.push(repositoryName, { tag: 'dev' });

    const { images, failures } = await ecr.batchGetImage({
      repositoryName,
      imageIds: [{ imageDigest, imageTag: 'dev' }],
    });

    expect(images).toEqual([]);
    expect(only(failures)).toMatchObject({
      imageId: { imageDigest, imageTag: 'dev' },
      failureCode: 'ImageTagDoesNotMatchDigest',
    });
  });

  it('names each id that it cannot answer beside those that it can', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    registry.push(repositoryName, { tag: '1.0' });
    const broken = registry.push(repositoryName, { tag: 'broken' });
    registry.image(repositoryName, broken).failure = 'KmsError';

    const { images, failures = [] } = await ecr.batchGetImage({
      repositoryName,
      imageIds: [
        { imageTag: 'none' },
        { imageTag: '1.0' },
        {},
        { imageDigest: 'sha256' },
        { imageTag: 'not a tag' },
        { imageTag: 'broken' },
      ],
    });

    expect(only(images).imageId?.imageTag).toBe('1.0');
    expect(failures.map(({ failureCode }) => failureCode)).toEqual([
      'ImageNotFound',
      'MissingDigestAndTag',
      'InvalidImageDigest',
      'InvalidImageTag',
      'KmsError',
    ]);
  });

  it('takes 100 ids, not more', async () => {
    const { ecr, repositoryName } = ecrWorld();
    const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ imageTag: `t${index}` }));

    const answer = await ecr.batchGetImage({ repositoryName, imageIds: ids(100) });

    expect(answer.failures).toHaveLength(100);
    await expect(ecr.batchGetImage({ repositoryName, imageIds: ids(101) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('says what became of the upstream of a pull-through cache', async () => {
    const { ecr, repositoryName } = ecrWorld({ upstream: 'UpstreamTooManyRequests' });

    const { failures } = await ecr.batchGetImage({ repositoryName, imageIds: [{ imageTag: 'latest' }] });
    const { pullThroughCacheRules } = await ecr.describePullThroughCacheRules({});

    expect(only(failures).failureCode).toBe('UpstreamTooManyRequests');
    expect(only(pullThroughCacheRules).ecrRepositoryPrefix).toBe('shop');
  });

  it('does not know repositories of another registry', async () => {
    const { ecr, repositoryName } = ecrWorld();
    const imageIds = [{ imageTag: 'latest' }];

    await expect(
      ecr.batchGetImage({ registryId: '999999999999', repositoryName, imageIds }),
    ).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
    await expect(ecr.batchGetImage({ repositoryName: 'shop/none', imageIds })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });
});
