import { describe, expect, it } from 'vitest';
import { readScenario } from '../../cli/simulate/load.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import { playScenario } from '../../simulator/scenario-file/play.ts';
import { POLICY } from './simulating.ts';

const WORLD = `version: 1
title: All that can happen
policy: shop.policy.yml
length: 10m
zones: [a, b]
clusters:
  shop:
    groups:
      shop-ecs: { instances: 3, min: 1, hooks: {} }
      shop-spot: { instances: 1, spot: true, hooks: {} }
    services:
      web: { count: 2, load: { perTask: 10, arrivals: 10 } }
      mails: { count: 2, strategy: [{ capacityProvider: FARGATE_SPOT }] }
      api: { count: 1, launchType: FARGATE, image: shop/api:production }
repositories:
  shop/api: { images: [{ tags: [build-1, production] }] }
events:
`;

function policyOf(text: string): Policy {
  const loaded = parsePolicy(text, 'shop.policy.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.policy;
}

/** Plays the world with these events. */
async function play(...events: readonly string[]) {
  const text = WORLD + events.map((event) => `  - ${event}\n`).join('');
  const played = await playScenario(
    readScenario(() => text, 'shop.yml'),
    policyOf(POLICY),
  );
  const { world } = played.stage;
  const published = (type: string) =>
    world.recording.events
      .filter(({ event }) => event['detail-type'] === type)
      .map(({ event }) => event.detail);
  return {
    ...played,
    world,
    published,
    told: played.steps.map(({ what }) => what.replaceAll(/i-\w+/g, 'ID')),
  };
}

describe('an event of a scenario', () => {
  it('scales a group', async () => {
    const { told, world } = await play('{ at: 1m, scale: { group: shop-ecs, to: 4 } }');
    expect(told).toEqual(['shop-ecs is scaled from 3 to 4 instances']);
    expect(world.autoScaling.group('shop-ecs').members.size).toBe(4);
  });

  it('reclaims a Spot instance, and recommends to rebalance', async () => {
    const { told, published } = await play(
      '{ at: 1m, rebalance: shop-spot/1 }',
      '{ at: 2m, interrupt: shop-spot/1 }',
    );
    expect(told).toEqual([
      'EC2 recommends to rebalance shop-spot/1 (ID)',
      'EC2 announces that it reclaims shop-spot/1 (ID) in two minutes',
    ]);
    expect(published('EC2 Instance Rebalance Recommendation')).toHaveLength(1);
    expect(published('EC2 Spot Instance Interruption Warning')).toHaveLength(1);
  });

  it('stops, starts and terminates instances by the order of their launch', async () => {
    const { told, observation } = await play(
      '{ at: 1m, stop: shop-ecs/1 }',
      '{ at: 1m, terminate: shop-ecs/2 }',
      '{ at: 3m, start: shop-ecs/1 }',
      '{ at: 4m, stop: shop-ecs/9 }',
    );
    expect(told).toEqual([
      'somebody stops shop-ecs/1 (ID)',
      'somebody terminates shop-ecs/2 (ID) past any hook',
      'somebody starts shop-ecs/1 (ID)',
      'nothing happens: shop-ecs has not launched an instance number 9 yet',
    ]);
    const states = observation.instances.map(({ state }) => state.map(([, value]) => value));
    expect(states[1]).toEqual(['active', 'unreachable', 'gone']);
  });

  it('takes the connection of an agent, and gives it back', async () => {
    const { observation } = await play(
      '{ at: 1m, disconnect: shop-ecs/1 }',
      '{ at: 2m, reconnect: shop-ecs/1 }',
    );
    const [first] = observation.instances;
    expect(first?.state.map(([at, value]) => [at - observation.startsAt, value])).toEqual([
      [0, 'active'],
      [60_000, 'unreachable'],
      [120_000, 'active'],
    ]);
  });

  it('announces maintenance', async () => {
    const { told, published } = await play('{ at: 1m, maintenance: { host: shop-ecs/1, in: 3d } }');
    expect(told).toEqual(['AWS Health announces that shop-ecs/1 (ID) is retired in 3d']);
    expect(published('AWS Health Event')).toHaveLength(1);
  });

  it('takes the capacity of Fargate Spot away for a while', async () => {
    const { told, observation } = await play('{ at: 1m, drought: { for: 5m, reclaimWithin: 30s } }');
    expect(told).toEqual([
      'Fargate Spot runs dry in all zones for 5m; its tasks are reclaimed within 30s',
      'Fargate Spot has capacity again, and nobody announces it',
    ]);
    expect(observation.interrupted).toBe(2);
    const mails = observation.services.find(({ id }) => id === 'shop/mails');
    expect(mails?.belowMinutes).toBeGreaterThan(8);
    expect(mails?.running.FARGATE_SPOT.at(-1)?.[1]).toBe(2);
  });

  it('changes a load in a straight line', async () => {
    const { told, observation } = await play(
      '{ at: 2m, load: { service: shop/web, arrivals: 30, over: 4m } }',
    );
    expect(told).toEqual(['the load of shop/web rises from 10 to 30 a second within 4m']);
    const arrivals = observation.services.find(({ id }) => id === 'shop/web')?.load?.arrivals ?? [];
    const after = (minutes: number) =>
      arrivals.findLast(([at]) => at <= observation.startsAt + minutes * 60_000)?.[1];
    expect([1, 4, 6, 9].map(after)).toEqual([10, 20, 30, 30]);
  });

  it('sets a desired count, and deploys', async () => {
    const { told, world } = await play(
      '{ at: 1m, count: { service: shop/web, to: 3 } }',
      '{ at: 2m, deploy: shop/web }',
    );
    expect(told).toEqual([
      'somebody sets the desired count of shop/web from 2 to 3',
      'somebody deploys shop/web anew',
    ]);
    const service = world.ecs.cluster('shop').services.get('web');
    expect(service).toMatchObject({ desired: 3, history: { length: 2 } });
  });

  it('runs a task that ends by itself', async () => {
    const { told, observation } = await play('{ at: 1m, run: { task: report, host: shop-ecs/3, for: 2m } }');
    expect(told).toEqual(['somebody runs the task report on shop-ecs/3 (ID), which takes 2m']);
    const counts = observation.instances[2]?.tasks.map(([, count]) => count) ?? [];
    expect(Math.max(...counts)).toBe((counts[0] ?? 0) + 1);
    expect(counts.at(-1)).toBe(counts[0]);
  });

  it('pushes an image with what its scan will find', async () => {
    const { told, published } = await play(
      '{ at: 1m, push: { repository: shop/api, tags: [build-2, staging], findings: { HIGH: 2 } } }',
    );
    expect(told).toEqual(['shop/api:build-2, staging is pushed; the scan will find 2 HIGH']);
    expect(published('ECR Image Scan').at(-1)).toMatchObject({ 'finding-severity-counts': { HIGH: 2 } });
  });

  it.each([
    ['{ drain: shop-ecs/1, by: ann }', 'Stevedore Drain Order', { verb: 'drain', by: 'ann' }],
    [
      '{ fail-over: shop/mails }',
      'Stevedore Failover Order',
      { verb: 'fail-over', cluster: 'shop', service: 'mails' },
    ],
    [
      '{ scale: { service: shop/web, to: 4 }, by: kim }',
      'Stevedore Scale Order',
      { target: 'service/shop/web', count: 4, by: 'kim' },
    ],
    [
      '{ scale: { group: shop-ecs, to: 4 } }',
      'Stevedore Scale Order',
      { target: 'group/shop-ecs', count: 4 },
    ],
    [
      "{ rollback: 'shop/api:production' }",
      'Stevedore Retag Order',
      { repository: 'shop/api', tag: 'production' },
    ],
  ])('gives the order %s', async (order, type, detail) => {
    const { published } = await play(`{ at: 1m, order: ${order} }`);
    expect(published(type)).toMatchObject([detail]);
  });

  it('loses a lifecycle event', async () => {
    const text = WORLD.replace('hooks: {} }', 'hooks: { stevedore-drain: {} } }');
    const spec = readScenario(
      () => `${text}  - { at: 1m, lose: shop-ecs/1 }\n  - { at: 2m, scale: { group: shop-ecs, to: 2 } }\n`,
      'shop.yml',
    );
    const { stage, observation } = await playScenario(spec, policyOf(POLICY));
    const begun = stage.deployment.journal.find(({ reason }) => reason === 'drain-begun');
    expect(begun?.subject).toBe(observation.instances[0]?.id);
    // The tick has found it, since no event told.
    expect(begun?.cause?.detailType).toBe('Stevedore Sweep');
  });

  it('is told in the words of the file, if it has some', async () => {
    const { told } = await play("{ at: 1m, deploy: shop/web, what: 'Friday, five o''clock' }");
    expect(told).toEqual(["Friday, five o'clock"]);
  });
});
