import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';
import { deployPolicy } from '../../simulator/deployment.ts';
import type { Service } from '../../simulator/ecs/model.ts';
import { createWorld } from '../../simulator/world.ts';

const POLICY = `version: 1
draining:
  clusters:
    prod:
      groups: { web-hosts: {}, batch-hosts: {} }
      limits: { draining: 5, keepActive: 1 }
capacity:
  mode: MODE
  clusters:
    prod:
      groups: [web-hosts, batch-hosts]
      scaleOut: { after: 30s }
      prices: { m7g.large: 0.1 }
      consolidation:
        after: 5m
        minimumAge: 5m
        budgets: [{ limit: 1 }]
        balance: 0
        drainTimeout: 10m
        zoneSkew: 2
`;

interface Setting {
  readonly mode?: 'act' | 'observe';
  readonly hosts?: number;
  readonly batchHosts?: number;
}

const HOOK = { name: 'stevedore-drain', heartbeatTimeoutMs: 30 * MINUTE };
/** Four of these fill an instance: 1,920 of 2,048 CPU units, and a daemon has 64. */
const TASK = { cluster: 'prod', cpu: 480, memory: 512 };

/**
 * A cluster of two groups in three zones, the second behind a capacity provider; a daemon is on every instance. Each
 * second the tasks that serve are noted.
 */
function prod({ mode = 'act', hosts = 3, batchHosts = 0 }: Setting = {}) {
  const world = createWorld({ rebalancesZones: true });
  const cluster = world.addCluster('prod');
  const common = { cluster: 'prod', min: 0, max: 10, hooks: [HOOK] };
  const web = world.addGroup({ name: 'web-hosts', instances: hosts, ...common });
  const batch = world.addGroup({
    name: 'batch-hosts',
    instances: batchHosts,
    capacityProvider: 'batch',
    ...common,
  });
  world.ecs.addService({ cluster: 'prod', name: 'agent', strategy: 'DAEMON', cpu: 64, memory: 64 });
  const loaded = parsePolicy(POLICY.replace('MODE', mode), 'policy.yml');
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  const { journal } = deployPolicy(world, loaded.policy);
  const fewest = new Map<Service, number>();
  const most = { leaving: 0 };
  const play = async (ms: number) => {
    for (const until = world.now() + ms; world.now() < until; ) {
      await world.runFor(SECOND);
      for (const service of cluster.services.values()) {
        fewest.set(service, Math.min(fewest.get(service) ?? Number.POSITIVE_INFINITY, servingOf(service)));
      }
      const leaving = [...cluster.instances.values()].filter(({ status }) => status === 'DRAINING').length;
      most.leaving = Math.max(most.leaving, leaving);
    }
  };
  const callsTo = (operation: string) =>
    world.recording.calls.filter((call) => call.function === 'capacity' && call.operation === operation);
  return { world, cluster, web, batch, journal, play, callsTo, fewest, most };
}

const servingOf = ({ tasks }: Service) =>
  [...tasks].filter(({ healthy, desiredStatus }) => healthy && desiredStatus === 'RUNNING').length;

describe('tasks that wait', { timeout: 120_000 }, () => {
  it('get exactly the instances that they need, from 0 to 1 too', async () => {
    const { world, web, batch, play, callsTo, journal } = prod({ hosts: 1, batchHosts: 0 });
    const shop = world.ecs.addService({ ...TASK, name: 'shop', desired: 4 });
    await play(2 * MINUTE);
    const before = callsTo('SetDesiredCapacity').length;

    world.ecs.updateService(shop, { desiredCount: 13 });
    const capacityProviderStrategy = [{ capacityProvider: 'batch', weight: 1 }];
    const report = world.ecs.addService({
      ...TASK,
      name: 'report',
      desired: 1,
      capacityProviderStrategy,
      running: false,
    });
    await play(6 * MINUTE);

    expect(before).toBe(0);
    // Four to an instance: the one that `report` needs takes three of `shop` too.
    expect({ web: web.desired, batch: batch.desired }).toEqual({ web: 3, batch: 1 });
    expect({ shop: servingOf(shop), report: servingOf(report) }).toEqual({ shop: 13, report: 1 });
    expect(callsTo('SetDesiredCapacity')).toHaveLength(2);
    expect(journal.filter(({ reason }) => reason === 'launched-for-need')).toHaveLength(2);
  });
});

describe('under-used instances', { timeout: 180_000 }, () => {
  /** Sixteen tasks on four instances, of which four remain. */
  async function afterTheRush(setting: Setting = {}) {
    const stage = prod({ hosts: 4, ...setting });
    const { world, play } = stage;
    const shop = world.ecs.addService({
      ...TASK,
      name: 'shop',
      desired: 16,
      minimumHealthyPercent: 50,
      placementStrategy: [{ type: 'spread', field: 'instanceId' }],
    });
    await play(MINUTE);
    world.ecs.updateService(shop, { desiredCount: 6 });
    await play(MINUTE);
    return { ...stage, shop };
  }

  it('are drained and terminated, one at a time, and nothing is launched for them again', async () => {
    const { web, play, callsTo, shop, fewest, most } = await afterTheRush();
    fewest.clear();

    await play(60 * MINUTE);
    const afterAnHour = { desired: web.desired, terminated: callsTo(TERMINATE).length };
    await play(2 * 60 * MINUTE);

    expect(afterAnHour).toEqual({ desired: 2, terminated: 2 });
    expect(callsTo(TERMINATE).map(({ input }) => input)).toMatchObject([
      { ShouldDecrementDesiredCapacity: 'true' },
      { ShouldDecrementDesiredCapacity: 'true' },
    ]);
    expect({ desired: web.desired, members: web.members.size }).toEqual({ desired: 2, members: 2 });
    expect(callsTo('SetDesiredCapacity')).toEqual([]);
    expect(callsTo(TERMINATE)).toHaveLength(2);
    expect(most.leaving).toBe(1);
    expect(servingOf(shop)).toBe(6);
    expect(fewest.get(shop)).toBeGreaterThanOrEqual(3);
  });

  it('are told of in the journal: who terminated this instance, and why', async () => {
    const { play, callsTo, journal } = await afterTheRush();

    await play(60 * MINUTE);

    const [{ input } = { input: {} }] = callsTo(TERMINATE);
    const id: unknown = Reflect.get(input as object, 'InstanceId');
    const own = journal.filter((entry) => entry.subject === id);
    const reasonsOf = (capability: string) =>
      own.filter((entry) => entry.capability === capability).map(({ reason }) => reason);
    expect(reasonsOf('capacity')).toEqual(expect.arrayContaining(['drain-ordered', 'terminating', 'gone']));
    expect(reasonsOf('draining')).toEqual(expect.arrayContaining(['drain-begun', 'drained']));
    const terminating = own.find(({ reason }) => reason === 'terminating');
    expect(terminating).toMatchObject({ outcome: 'acted', calls: [`AutoScaling:${TERMINATE}`] });
    expect(terminating?.sentence).toContain(`${id} can go (underused)`);
    expect(terminating?.sentence).toContain('service:shop to i-');
    const begun = own.find(({ reason }) => reason === 'drain-begun');
    expect(begun?.sentence).toContain('capacity: underused');
  });

  it('are left alone in mode observe, and the journal says what would be done', async () => {
    const { web, play, callsTo, journal } = await afterTheRush({ mode: 'observe' });

    await play(60 * MINUTE);

    for (const operation of [TERMINATE, 'SetDesiredCapacity', 'PutEvents']) {
      expect(callsTo(operation)).toEqual([]);
    }
    expect(web.desired).toBe(4);
    const observed = journal.filter(
      ({ reason, outcome }) => reason === 'drain-ordered' && outcome === 'observed',
    );
    expect(observed.length).toBeGreaterThan(0);
  });

  it('stay while a protected or a standalone task is on them', async () => {
    const { world, web, play, shop, callsTo, journal } = await afterTheRush();
    const [kept = '', other = ''] = web.members.keys();
    for (const task of shop.tasks) {
      if (task.instance?.ec2InstanceId === kept) world.ecs.protect(task, world.now() + 48 * 60 * MINUTE);
    }
    world.ecs.runTask({ ...TASK, family: 'migration', on: other, cpu: 64 });

    await play(90 * MINUTE);

    const gone = callsTo(TERMINATE).map(({ input }) => Reflect.get(input as object, 'InstanceId'));
    expect([...web.members.keys()]).toEqual(expect.arrayContaining([kept, other]));
    expect(gone).toHaveLength(2);
    const saysWhy = (reason: string, id: string) =>
      journal.some((entry) => entry.reason === reason && entry.sentence.includes(id));
    expect(saysWhy('protected-task', kept)).toBe(true);
    expect(saysWhy('standalone-task', other)).toBe(true);
  });
});

describe('a drain that could not end', { timeout: 120_000 }, () => {
  it('is not begun: a service that may neither stop nor start a task', async () => {
    const { world, web, play, callsTo, journal } = prod({ hosts: 2 });
    world.ecs.addService({
      ...TASK,
      name: 'fixed',
      desired: 2,
      minimumHealthyPercent: 100,
      maximumPercent: 100,
    });

    await play(60 * MINUTE);

    expect(callsTo('PutEvents')).toEqual([]);
    expect(web.members.size).toBe(2);
    expect(journal.map(({ reason }) => reason)).toContain('service-cannot-move');
  });

  it('is taken back when tasks take longer to start elsewhere than a drain may last', async () => {
    const { world, cluster, web, play, callsTo, journal } = prod({ hosts: 2 });
    const slow = world.ecs.addService({ ...TASK, name: 'slow', desired: 2, startMs: 30 * MINUTE });
    for (let minute = 0; minute < 30 && callsTo('PutEvents').length === 0; minute++) await play(MINUTE);

    await play(13 * MINUTE);

    expect(journal.map(({ reason }) => reason)).toContain('drain-too-long');
    expect([...cluster.instances.values()].map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(web.desired).toBe(2);
    expect(servingOf(slow)).toBe(2);
    expect(callsTo(TERMINATE)).toEqual([]);
    expect(callsTo('PutEvents')).toHaveLength(2);
  });
});

const TERMINATE = 'TerminateInstanceInAutoScalingGroup';
