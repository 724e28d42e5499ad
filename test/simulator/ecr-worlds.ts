import { ECR } from '@aws-sdk/client-ecr';
import type { RepositorySpec } from '../../simulator/ecr/specs.ts';
import { createWorld, type WorldOptions } from '../../simulator/world.ts';

/** A registry with a repository `shop/web`, and the SDK's own client; one attempt, so that a refusal is seen. */
export function ecrWorld(spec: Partial<RepositorySpec> = {}, options: WorldOptions = {}) {
  const world = createWorld({ throttling: false, ...options });
  const repositoryName = 'shop/web';
  const repository = world.ecr.addRepository({ name: repositoryName, ...spec });
  const { clock: _clock, random: _random, ...config } = world.clients();
  return {
    world,
    repository,
    repositoryName,
    registry: world.ecr,
    ecr: new ECR({ ...config, maxAttempts: 1 }),
    /** `detail` of every event of this type that was published, in order. */
    details: (type: 'ECR Image Action' | 'ECR Image Scan' | 'Inspector2 Scan') =>
      world.recording.events
        .filter(({ event }) => event['detail-type'] === type)
        .map(({ event }) => event.detail),
  };
}

/** The only item. @throws if there is none, or more */
export function only<Item>(items: readonly Item[] | undefined): Item {
  const [item, ...more] = items ?? [];
  if (item === undefined || more.length > 0) {
    throw new Error(`The test expected one item, not ${items?.length ?? 0}.`);
  }
  return item;
}
