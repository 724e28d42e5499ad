import { describe, expect, it } from 'vitest';
import { HOUR } from '../../lib/clock.ts';
import { DOCKER_CONFIG, DOCKER_LIST } from '../../simulator/ecr/manifest.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

describe('repositories', () => {
  it('are described with how they keep tags and images', async () => {
    const { ecr, world, repositoryName } = ecrWorld({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest'],
      encryption: { type: 'KMS', kmsKey: 'alias/ecr' },
      scanning: 'basic',
    });

    const { repositories } = await ecr.describeRepositories({ repositoryNames: [repositoryName] });

    expect(only(repositories)).toEqual({
      repositoryArn: 'arn:aws:ecr:eu-west-1:111122223333:repository/shop/web',
      registryId: '111122223333',
      repositoryName,
      repositoryUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web',
      createdAt: new Date(world.now()),
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/ecr' },
    });
    await expect(ecr.describeRepositories({ repositoryNames: ['none'] })).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });

  it('come in pages', async () => {
    const { ecr, registry } = ecrWorld();
    for (let count = 1; count < 5; count++) registry.addRepository({ name: `r${count}` });

    const first = await ecr.describeRepositories({ maxResults: 3 });
    const rest = await ecr.describeRepositories({ maxResults: 3, nextToken: first.nextToken ?? '' });

    expect([first.repositories?.length, rest.repositories?.length, rest.nextToken]).toEqual([
      3,
      2,
      undefined,
    ]);
    await expect(ecr.describeRepositories({ maxResults: 1001 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });
});

describe('DescribeImages and ListImages', () => {
  it('describe an image with all its tags, and when it was pushed', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld();
    const pushedAt = world.now();
    const digest = registry.push(repositoryName, { tag: '1.0', content: 'a', layerBytes: 5000 });
    await world.runFor(HOUR);
    registry.push(repositoryName, { tag: 'prod', content: 'a', layerBytes: 5000 });

    const { imageDetails } = await ecr.describeImages({ repositoryName, imageIds: [{ imageTag: 'prod' }] });

    const detail = only(imageDetails);
    expect(detail).toMatchObject({
      imageDigest: digest,
      imageTags: ['1.0', 'prod'],
      imagePushedAt: new Date(pushedAt),
      artifactMediaType: DOCKER_CONFIG,
      imageStatus: 'ACTIVE',
    });
    expect(detail.imageSizeInBytes).toBeGreaterThan(5000);
    expect(detail).not.toHaveProperty('imageScanStatus');
    expect(detail).not.toHaveProperty('lastRecordedPullTime');
  });

  it('take an index to be as large as the largest of its images', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const { digest, children } = registry.pushIndex(repositoryName, {
      tag: '1.0',
      platforms: ['linux/amd64', 'linux/arm64'],
      mediaType: DOCKER_LIST,
    });

    const { imageDetails = [] } = await ecr.describeImages({ repositoryName });

    const sizes = new Map(imageDetails.map((detail) => [detail.imageDigest, detail.imageSizeInBytes ?? 0]));
    expect(sizes.size).toBe(3);
    expect(sizes.get(digest)).toBe(Math.max(...children.map((child) => sizes.get(child.digest) ?? 0)));
  });

  it('record a pull at most once a day', async () => {
    const { ecr, registry, repositoryName, world } = ecrWorld();
    const imageDigest = registry.push(repositoryName);
    const firstPull = world.now();
    const pulled = async () => {
      await ecr.batchGetImage({ repositoryName, imageIds: [{ imageDigest }] });
      const { imageDetails } = await ecr.describeImages({ repositoryName });
      return only(imageDetails).lastRecordedPullTime;
    };

    expect(await pulled()).toEqual(new Date(firstPull));
    await world.runFor(23 * HOUR);
    expect(await pulled()).toEqual(new Date(firstPull));
    await world.runFor(HOUR);
    expect(await pulled()).toEqual(new Date(world.now()));
  });

  it('filter by tag status, and page', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    for (let count = 0; count < 120; count++) registry.push(repositoryName, { tag: `t${count}` });
    for (let count = 0; count < 5; count++) registry.push(repositoryName);
    const count = async (tagStatus: 'TAGGED' | 'UNTAGGED' | 'ANY') => {
      const page = await ecr.describeImages({ repositoryName, maxResults: 1000, filter: { tagStatus } });
      return page.imageDetails?.length;
    };

    expect([await count('TAGGED'), await count('UNTAGGED'), await count('ANY')]).toEqual([120, 5, 125]);
    const first = await ecr.describeImages({ repositoryName });
    const rest = await ecr.describeImages({ repositoryName, nextToken: first.nextToken ?? '' });
    expect([first.imageDetails?.length, rest.imageDetails?.length]).toEqual([100, 25]);
    await expect(
      ecr.describeImages({ repositoryName, imageIds: [{ imageTag: 't1' }], maxResults: 5 }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('fail as a whole if one of the images is not there', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    registry.push(repositoryName, { tag: '1.0' });

    await expect(
      ecr.describeImages({ repositoryName, imageIds: [{ imageTag: '1.0' }, { imageTag: '2.0' }] }),
    ).rejects.toMatchObject({ name: 'ImageNotFoundException' });
  });

  it('list an entry for each tag, and one for an image without', async () => {
    const { ecr, registry, repositoryName } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', content: 'a' });
    const untagged = registry.push(repositoryName);
    registry.push(repositoryName, { tag: 'prod', content: 'a' });

    const first = await ecr.listImages({ repositoryName, maxResults: 2 });
    const rest = await ecr.listImages({ repositoryName, nextToken: first.nextToken ?? '' });

    expect([...(first.imageIds ?? []), ...(rest.imageIds ?? [])]).toEqual([
      { imageDigest, imageTag: '1.0' },
      { imageDigest: untagged },
      { imageDigest, imageTag: 'prod' },
    ]);
  });
});

describe('resolve', () => {
  it('finds the digest of an image reference in this registry', () => {
    const { registry, repository, repositoryName } = ecrWorld();
    const digest = registry.push(repositoryName, { tag: 'prod', content: 'a' });
    const latest = registry.push(repositoryName, { tag: 'latest' });

    expect(registry.resolve(`${repository.uri}:prod`)).toBe(digest);
    expect(registry.resolve(`${repository.uri}@${digest}`)).toBe(digest);
    expect(registry.resolve(`${repository.uri}:latest@${digest}`)).toBe(digest);
    expect(registry.resolve(repository.uri)).toBe(latest);
  });

  it('finds nothing that is elsewhere, gone, or in the archive', () => {
    const { registry, repository, repositoryName } = ecrWorld();
    const digest = registry.push(repositoryName, { tag: 'prod' });
    registry.archive(repositoryName, registry.push(repositoryName, { tag: 'cold' }));
    registry.expire(repositoryName, digest);

    expect(registry.resolve(`${repository.uri}@${digest}`)).toBeUndefined();
    expect(registry.resolve(`${repository.uri}:prod`)).toBeUndefined();
    expect(registry.resolve(`${repository.uri}:cold`)).toBeUndefined();
    expect(registry.resolve('999999999999.dkr.ecr.eu-west-1.amazonaws.com/shop/web:cold')).toBeUndefined();
    expect(registry.resolve('nginx:latest')).toBeUndefined();
  });
});
