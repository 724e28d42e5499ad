import { describe, expect, it } from 'vitest';
import { SECOND } from '../../lib/clock.ts';
import type { BusEvent } from '../../simulator/kernel.ts';
import { ecrWorld, only } from './ecr-worlds.ts';

const TYPE = 'ECR Image Action';

describe('ECR Image Action', () => {
  it('has the shape of the user guide, with no resources', () => {
    const { registry, repositoryName, world } = ecrWorld();

    const digest = registry.push(repositoryName, { tag: '1.0' });

    expect(only(world.recording.events).event).toMatchObject({
      source: 'aws.ecr',
      'detail-type': TYPE,
      resources: [],
      detail: {
        result: 'SUCCESS',
        'repository-name': repositoryName,
        'image-digest': digest,
        'action-type': 'PUSH',
        'image-tag': '1.0',
      },
    });
  });

  it('retagging edge 1: announces a retag like any push', async () => {
    const { ecr, registry, repositoryName, details } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: 'dev' });
    registry.push(repositoryName, { tag: 'prod' });
    const { manifestText: imageManifest } = registry.image(repositoryName, imageDigest);

    await ecr.putImage({ repositoryName, imageManifest, imageTag: 'prod', imageDigest });

    expect(details(TYPE).at(-1)).toMatchObject({
      'action-type': 'PUSH',
      'image-digest': imageDigest,
      'image-tag': 'prod',
    });
    // Nothing says that the tag has left the other image.
    expect(details(TYPE)).toHaveLength(3);
  });

  it('announces nothing when nothing changes', async () => {
    const { ecr, registry, repositoryName, details } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: 'dev', content: 'a' });
    const { manifestText: imageManifest } = registry.image(repositoryName, imageDigest);

    registry.push(repositoryName, { tag: 'dev', content: 'a' });
    await expect(ecr.putImage({ repositoryName, imageManifest, imageTag: 'dev' })).rejects.toThrow();
    await expect(ecr.putImage({ repositoryName, imageManifest })).rejects.toThrow();

    expect(details(TYPE)).toHaveLength(1);
  });

  it('retagging edge 2: has no tag for a push by digest, as of the images of an index', () => {
    const { registry, repositoryName, details } = ecrWorld();

    const { digest, children, attestations } = registry.pushIndex(repositoryName, {
      tag: '1.0',
      platforms: ['linux/amd64', 'linux/arm64'],
      attestations: true,
    });

    const tagOf = new Map(
      details(TYPE).map((detail) => {
        const { 'image-digest': of, 'image-tag': tag } = Object.fromEntries(Object.entries(detail));
        return [of, tag];
      }),
    );
    const untagged = [...children.map((child) => child.digest), ...attestations];
    expect(tagOf).toEqual(new Map([...untagged.map((of) => [of, undefined] as const), [digest, '1.0']]));
    expect(untagged).toHaveLength(4);
  });

  it('announces each tag that a deletion takes away', async () => {
    const { ecr, registry, repositoryName, details } = ecrWorld();
    const imageDigest = registry.push(repositoryName, { tag: '1.0', content: 'a' });
    registry.push(repositoryName, { tag: 'prod', content: 'a' });

    await ecr.batchDeleteImage({ repositoryName, imageIds: [{ imageDigest }] });

    expect(details(TYPE).slice(2)).toMatchObject([
      { 'action-type': 'DELETE', 'image-digest': imageDigest, 'image-tag': '1.0' },
      { 'action-type': 'DELETE', 'image-digest': imageDigest, 'image-tag': 'prod' },
    ]);
  });

  it('retagging edge 3: can be lost by the bus, since ECR is a best-effort source', async () => {
    const { registry, repositoryName, world } = ecrWorld({}, { bus: { lossRate: 1 } });
    const got: BusEvent[] = [];
    world.bus.addRule({ name: 'pushes', pattern: { source: ['aws.ecr'] } }, (text) =>
      got.push(JSON.parse(text)),
    );

    registry.push(repositoryName);
    await world.runFor(10 * SECOND);

    expect(got).toEqual([]);
    expect(world.recording.events).toHaveLength(1);
  });
});
