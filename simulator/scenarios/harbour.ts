import { join } from 'node:path';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { type Deployment, deployStevedore } from '../deployment.ts';
import { createWorld, type World } from '../world.ts';

export interface Scenario {
  readonly world: World;
  readonly deployment: Deployment;
  /** What the scenario does to the cluster, for the timeline. */
  readonly steps: readonly { readonly at: number; readonly what: string }[];
  readonly endsAt: number;
}

const CLUSTER = 'harbour';

/**
 * An afternoon in a small cluster: three hosts are scaled in (one of whose lifecycle events is lost, and one delivered
 * twice), a Spot host is reclaimed, a host is stopped and then terminated so that ECS never forgets it, and two hosts
 * are to be drained by hand while only one may at a time.
 */
export function harbour(seed = 1): Scenario {
  const world = createWorld({ seed });
  const start = world.now();
  world.addCluster(CLUSTER);
  const hook = {
    name: 'stevedore-drain',
    heartbeatTimeoutMs: 5 * MINUTE,
    defaultResult: 'CONTINUE' as const,
  };
  const onDemand = world.addGroup({
    name: 'harbour-ecs',
    cluster: CLUSTER,
    instances: 8,
    min: 2,
    hooks: [hook],
  });
  const spot = world.addGroup({
    name: 'harbour-spot',
    cluster: CLUSTER,
    instances: 2,
    min: 0,
    hooks: [hook],
    spot: true,
  });
  const service = (name: string, desired: number, more = {}) =>
    world.ecs.addService({ cluster: CLUSTER, name, desired, cpu: 256, memory: 512, ...more });
  service('web', 14, { minimumHealthyPercent: 100, maximumPercent: 200, deregistrationDelayMs: 20 * SECOND });
  service('orders', 6, { minimumHealthyPercent: 50, maximumPercent: 150 });
  service('ledger', 1, { minimumHealthyPercent: 100, maximumPercent: 100 });
  service('node-exporter', 0, { strategy: 'DAEMON', cpu: 64, memory: 128 });

  const deployment = deployStevedore(world, join(import.meta.dirname, '..', '..', 'examples', 'harbour.yml'));
  const hosts = [...onDemand.members.keys()];
  const [first, second, third, fourth, fifth, sixth] = hosts;
  const [spotHost] = [...spot.members.keys()];
  if (!first || !second || !third || !fourth || !fifth || !sixth || !spotHost)
    throw new Error('The groups are too small.');
  world.ecs.runTask({
    cluster: CLUSTER,
    family: 'nightly-report',
    on: second,
    runMs: [4 * MINUTE, 4 * MINUTE],
  });

  const steps: { at: number; what: string }[] = [];
  const step = (after: number, what: string, act: () => unknown) => {
    steps.push({ at: start + after, what });
    world.at(start + after, act);
  };
  const aboutHook = (id: string) => (event: { 'detail-type': string; detail: unknown }) =>
    event['detail-type'] === 'EC2 Instance-terminate Lifecycle Action' &&
    (event.detail as { EC2InstanceId?: string }).EC2InstanceId === id;
  const order = (instanceId: string, verb: 'drain' | 'release') =>
    world.bus.publish({
      source: 'stevedore.operator',
      detailType: 'Stevedore Drain Order',
      resources: [],
      detail: { verb, instanceId, cluster: CLUSTER, by: 'ops@example.com' },
    });

  step(
    20 * SECOND,
    `harbour-ecs is scaled in from 8 to 5 hosts; the event of ${second} will be lost, that of ${first} comes twice`,
    () => {
      world.faults.duplicateEvent(aboutHook(first), 4 * SECOND);
      world.faults.dropEvent(aboutHook(second));
      world.autoScaling.setDesired(onDemand, 5);
    },
  );
  step(3 * MINUTE, `EC2 announces that it reclaims the Spot host ${spotHost} in two minutes`, () =>
    world.ec2.interruptSpot(spotHost),
  );
  step(6 * MINUTE, `somebody stops ${fourth} in the console`, () => world.ec2.stop(fourth));
  step(8 * MINUTE, `... and terminates it while stopped: ECS keeps it registered`, () =>
    world.ec2.terminate(fourth),
  );
  step(
    20 * MINUTE,
    `an operator orders ${fifth} and ${sixth} drained; limits.draining allows one at a time`,
    () => {
      order(fifth, 'drain');
      world.after(5 * SECOND, () => order(sixth, 'drain'));
    },
  );
  step(26 * MINUTE, `the operator releases ${fifth}`, () => order(fifth, 'release'));
  return { world, deployment, steps, endsAt: start + 32 * MINUTE };
}
