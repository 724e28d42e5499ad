import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

const DAY = 24 * HOUR;

function policy(
  ...rules: readonly { readonly selection: object; readonly type?: 'expire' | 'transition' }[]
) {
  return JSON.stringify({
    rules: rules.map(({ selection, type = 'expire' }, index) => ({
      rulePriority: index + 1,
      selection,
      action: { type, ...(type === 'transition' && { targetStorageClass: 'archive' }) },
    })),
  });
}

/** Expires what was pushed more than so many days ago. */
const older = (countNumber: number, tags: object = { tagStatus: 'any' }) => ({
  selection: { ...tags, countType: 'sinceImagePushed', countUnit: 'days', countNumber },
});

/** Asks for a preview, waits for it, and gives what it would do. */
async function preview(all: ReturnType<typeof ecrWorld>, lifecyclePolicyText?: string) {
  const { ecr, repositoryName, world } = all;
  await ecr.startLifecyclePolicyPreview({
    repositoryName,
    ...(lifecyclePolicyText && { lifecyclePolicyText }),
  });
  await world.runFor(MINUTE);
  return ecr.getLifecyclePolicyPreview({ repositoryName });
}

async function expiring(all: ReturnType<typeof ecrWorld>, text: string): Promise<(string | undefined)[]> {
  const { previewResults = [] } = await preview(all, text);
  return previewResults.map(({ imageDigest }) => imageDigest);
}

describe('a preview of a lifecycle policy', () => {
  it('is IN_PROGRESS, then COMPLETE with what would happen', async () => {
    const lifecyclePolicy = policy(older(14));
    const { ecr, registry, repositoryName, world } = ecrWorld({ lifecyclePolicy });
    const pushedAt = world.now();
    const imageDigest = registry.push(repositoryName, { tag: '1.0' });
    await world.runFor(15 * DAY);
    registry.push(repositoryName, { tag: '2.0' });

    const started = await ecr.startLifecyclePolicyPreview({ repositoryName });
    const running = await ecr.getLifecyclePolicyPreview({ repositoryName });
    await expect(ecr.startLifecyclePolicyPreview({ repositoryName })).rejects.toMatchObject({
      name: 'LifecyclePolicyPreviewInProgressException',
    });
    await world.runFor(MINUTE);
    const done = await ecr.getLifecyclePolicyPreview({ repositoryName });

    expect([started.status, running.status, done.status]).toEqual(['IN_PROGRESS', 'IN_PROGRESS', 'COMPLETE']);
    expect(running.previewResults).toBeUndefined();
    expect(only(done.previewResults)).toEqual({
      imageTags: ['1.0'],
      imageDigest,
      imagePushedAt: new Date(pushedAt),
      action: { type: 'EXPIRE' },
      appliedRulePriority: 1,
      storageClass: 'STANDARD',
    });
    expect(done.summary?.expiringImageTotalCount).toBe(1);
  });

  it('needs a policy, and a start', async () => {
    const { ecr, repositoryName } = ecrWorld();

    await expect(ecr.getLifecyclePolicy({ repositoryName })).rejects.toMatchObject({
      name: 'LifecyclePolicyNotFoundException',
    });
    await expect(ecr.startLifecyclePolicyPreview({ repositoryName })).rejects.toMatchObject({
      name: 'LifecyclePolicyNotFoundException',
    });
    await expect(ecr.getLifecyclePolicyPreview({ repositoryName })).rejects.toMatchObject({
      name: 'LifecyclePolicyPreviewNotFoundException',
    });
    await expect(
      ecr.startLifecyclePolicyPreview({ repositoryName, lifecyclePolicyText: '{"rules":[{}]}' }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('comes in pages, or for the images that are asked for', async () => {
    const all = ecrWorld();
    const { ecr, registry, repositoryName } = all;
    for (let count = 0; count < 130; count++) registry.push(repositoryName, { tag: `t${count}` });
    const first = await preview(all, policy(older(0)));
    const rest = await ecr.getLifecyclePolicyPreview({ repositoryName, nextToken: first.nextToken ?? '' });
    const one = await ecr.getLifecyclePolicyPreview({ repositoryName, imageIds: [{ imageTag: 't7' }] });

    expect([first.previewResults?.length, rest.previewResults?.length]).toEqual([100, 30]);
    expect(only(one.previewResults).imageTags).toEqual(['t7']);
  });
});

describe('a lifecycle policy', () => {
  it('goes by the time of the push, which a retag does not renew', async () => {
    const all = ecrWorld();
    const digest = all.registry.push(all.repositoryName, { tag: 'dev', content: 'a' });
    await all.world.runFor(15 * DAY);
    all.registry.push(all.repositoryName, { tag: 'prod', content: 'a' });

    expect(await expiring(all, policy(older(14)))).toEqual([digest]);
  });

  it('keeps the youngest of a number', async () => {
    const all = ecrWorld();
    const digests: string[] = [];
    for (let count = 0; count < 5; count++) {
      digests.push(all.registry.push(all.repositoryName));
      await all.world.runFor(HOUR);
    }
    const selection = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 3 };

    expect(await expiring(all, policy({ selection }))).toEqual(digests.slice(0, 2));
  });

  it('wants all of several prefixes or patterns', async () => {
    const all = ecrWorld();
    const { registry, repositoryName } = all;
    const both = registry.push(repositoryName, { tag: 'alpha-1', content: 'a' });
    registry.push(repositoryName, { tag: 'beta-1', content: 'a' });
    registry.push(repositoryName, { tag: 'alpha-2' });
    const prefixes = { tagStatus: 'tagged', tagPrefixList: ['alpha', 'beta'] };
    const patterns = { tagStatus: 'tagged', tagPatternList: ['alpha*', '*-1'] };

    expect(await expiring(all, policy(older(0, prefixes)))).toEqual([both]);
    expect(await expiring(all, policy(older(0, patterns)))).toEqual([both]);
  });

  it('leaves to an earlier rule what that one selects', async () => {
    const all = ecrWorld();
    const { registry, repositoryName } = all;
    registry.push(repositoryName, { tag: 'prod-1' });
    const dev = registry.push(repositoryName, { tag: 'dev-1' });
    const keepProd = older(365, { tagStatus: 'tagged', tagPrefixList: ['prod'] });

    expect(await expiring(all, policy(keepProd, older(0)))).toEqual([dev]);
  });

  it('keeps the images of an index, and what refers to an image', async () => {
    const all = ecrWorld();
    const { registry, repositoryName } = all;
    const { digest } = registry.pushIndex(repositoryName, { tag: '1.0', platforms: ['linux/amd64'] });
    registry.push(repositoryName, { subject: digest, artifactType: 'application/spdx+json' });

    expect(await expiring(all, policy(older(0)))).toEqual([digest]);
  });

  it('moves images to the archive, and expires them there', async () => {
    const all = ecrWorld({
      lifecyclePolicy: policy(
        {
          selection: { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 30 },
          type: 'transition',
        },
        {
          selection: {
            tagStatus: 'any',
            storageClass: 'archive',
            countType: 'sinceImageTransitioned',
            countUnit: 'days',
            countNumber: 90,
          },
        },
      ),
    });
    const { registry, repository, repositoryName, world } = all;
    const digest = registry.push(repositoryName, { tag: '1.0' });

    await world.runFor(31 * DAY);
    const { previewResults, summary } = await preview(all);
    registry.applyLifecycle(repositoryName);
    const archived = registry.image(repositoryName, digest).status;
    await world.runFor(91 * DAY);
    registry.applyLifecycle(repositoryName);

    expect(only(previewResults).action).toEqual({ type: 'TRANSITION', targetStorageClass: 'ARCHIVE' });
    expect(summary?.transitioningImageTotalCounts).toEqual([
      { targetStorageClass: 'ARCHIVE', imageTotalCount: 1 },
    ]);
    expect(archived).toBe('ARCHIVED');
    expect(repository.images.size).toBe(0);
  });
});
