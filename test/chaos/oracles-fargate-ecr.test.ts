import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import type { World } from '../../simulator/world.ts';
import { clientsOf } from '../simulator/worlds.ts';
import { type Clients, cluster, type Stage, stage, watch } from './stage.ts';

const FAILOVER = `version: 1
failover:
  services: { prod/worker: { return: { steps: [100%], soak: 1m } } }
  breaker: { coolOff: 5m, most: 10m }
`;
const RETAGGING = `version: 1
retagging:
  repositories: { shop: { promotions: { production: { from: 'build-*', to: [production] } } } }
`;

describe('strategy-restored', () => {
  const ORIGINAL = [
    { capacityProvider: 'FARGATE', base: 1, weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 3 },
  ];
  const ON_DEMAND = [{ capacityProvider: 'FARGATE', weight: 1 }];

  /** Spot is short for ten minutes, in which the service is sent to on-demand; later something is done to it. */
  async function afterShortage(later: (world: World, misbehave: Stage['misbehave']) => void) {
    const { world, observed, misbehave } = stage(FAILOVER);
    cluster(world);
    world.ec2.addSubnet({ id: 'subnet-a', zone: 'eu-west-1a' });
    world.ecs.addService({
      cluster: 'prod',
      name: 'worker',
      desired: 4,
      capacityProviderStrategy: ORIGINAL,
      image: `worker@sha256:${'0'.repeat(64)}`,
    });
    const { play } = watch(observed, 'strategy-restored');
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 0 });
    misbehave('failover', sendTo(ON_DEMAND));
    await play(10 * MINUTE);
    world.ecs.fargate.setCapacity({ provider: 'FARGATE_SPOT', tasks: 'unlimited' });
    later(world, misbehave);
    return play(60 * MINUTE, 'end');
  }

  const sendTo =
    (capacityProviderStrategy: { capacityProvider: string; base?: number; weight: number }[]) =>
    ({ ecs }: Clients) =>
      ecs.updateService({
        cluster: 'prod',
        service: 'worker',
        capacityProviderStrategy,
        forceNewDeployment: true,
      });

  it('sees a service that stays on demand', async () => {
    const sentences = await afterShortage(() => {});

    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain('Service prod/worker has the strategy');
  });

  it('sees a service whose strategy is not the original to the letter', async () => {
    const sentences = await afterShortage((_world, misbehave) =>
      misbehave('failover', sendTo([...ORIGINAL].reverse())),
    );

    expect(sentences).toHaveLength(1);
  });

  it('says nothing of one that is back, nor of one that somebody else has changed', async () => {
    const back = await afterShortage((_world, misbehave) => misbehave('failover', sendTo(ORIGINAL)));
    const changed = await afterShortage((world) => {
      const { ecs } = clientsOf(world);
      world.after(SECOND, () =>
        ecs.updateService({
          cluster: 'prod',
          service: 'worker',
          capacityProviderStrategy: [{ capacityProvider: 'FARGATE', base: 2, weight: 1 }],
          forceNewDeployment: true,
        }),
      );
    });

    expect(back).toEqual([]);
    expect(changed).toEqual([]);
  });
});

describe('no-tag-backwards', () => {
  /** `production` is moved by us from the newer of two builds to the older one. */
  async function movedBack(before: (world: World) => void) {
    const { world, observed, misbehave } = stage(RETAGGING);
    world.ecr.addRepository({ name: 'shop' });
    const older = world.ecr.push('shop', { tag: 'build-1', content: '1' });
    await world.runFor(MINUTE);
    world.ecr.push('shop', { tag: 'build-2', content: '2' });
    world.ecr.push('shop', { tag: 'production', content: '2' });
    const imageManifest = world.ecr.repositories.get('shop')?.images.get(older)?.manifestText ?? '';
    const { play } = watch(observed, 'no-tag-backwards');
    before(world);
    misbehave('retag', ({ ecr }) =>
      ecr.putImage({ repositoryName: 'shop', imageTag: 'production', imageManifest }),
    );
    return play(5 * SECOND);
  }

  it('sees a tag that goes back to an older image', async () => {
    const sentences = await movedBack(() => {});

    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toContain('Tag production of shop was moved back from');
  });

  it('says nothing where a person has ordered it', async () => {
    const sentences = await movedBack((world) =>
      world.bus.publish({
        source: 'stevedore.operator',
        detailType: 'Stevedore Retag Order',
        resources: [],
        detail: { verb: 'rollback', repository: 'shop', tag: 'production', by: 'ops@example.com' },
      }),
    );

    expect(sentences).toEqual([]);
  });
});
