import { join } from 'node:path';
import { type EpochMs, MINUTE, SECOND } from '../../lib/clock.ts';
import { type Deployment, deployStevedore } from '../deployment.ts';
import type { Service } from '../ecs/model.ts';
import { createWorld, type World } from '../world.ts';
import { addSpotServices, drought } from './harbour-drought.ts';
import { addReleases, releases } from './harbour-releases.ts';

/** The hosts by the part that they play. */
export interface Hosts {
  /** Runs the only task of a service that cannot move. */
  readonly stuck: string;
  /** Its lifecycle event is lost, and it runs a standalone task. */
  readonly unannounced: string;
  readonly smooth: string;
  readonly ghost: string;
  readonly ordered: string;
  readonly queued: string;
  readonly spot: string;
}

export interface Scenario {
  readonly world: World;
  readonly deployment: Deployment;
  readonly hosts: Hosts;
  /** What happens to the cluster, for the timeline. */
  readonly steps: readonly Step[];
  readonly endsAt: EpochMs;
}

export interface Step {
  readonly at: EpochMs;
  readonly what: string;
}

const CLUSTER = 'harbour';
const POLICY = join(import.meta.dirname, '..', '..', 'examples', 'harbour.yml');

/**
 * An afternoon in a small cluster: three hosts are scaled in (the lifecycle event of one is lost, that of another
 * delivered twice), a Spot host is reclaimed, a host is stopped and then terminated so that ECS never forgets it, and
 * two hosts are to be drained by hand while only one may at a time. Then there is a rush on the service web, which is
 * scaled out for it, and in again when it is over. At last Fargate Spot runs dry, and two services that run there go to
 * on-demand and come back; and three builds of an image are pushed, of which two get to production and one stays there.
 */
export function harbour(seed = 1): Scenario {
  const world = createWorld({ seed });
  const start = world.now();
  const { groups, hosts, web } = buildCluster(world);
  buildAlarms(world, web);
  const deployment = deployStevedore(world, POLICY);
  const steps: Step[] = [];
  const step = (after: number, what: string, act: () => unknown) => {
    steps.push({ at: start + after, what });
    world.at(start + after, act);
  };

  step(
    20 * SECOND,
    `harbour-ecs is scaled in from 8 to 5 hosts; the event of ${hosts.unannounced} will be lost, that of ${hosts.stuck} comes twice`,
    () => {
      world.faults.duplicateEvent(isHookOf(hosts.stuck), 4 * SECOND);
      world.faults.dropEvent(isHookOf(hosts.unannounced));
      world.autoScaling.setDesired(groups.onDemand, 5);
    },
  );
  step(3 * MINUTE, `EC2 announces that it reclaims the Spot host ${hosts.spot} in two minutes`, () =>
    world.ec2.interruptSpot(hosts.spot),
  );
  step(6 * MINUTE, `somebody stops ${hosts.ghost} in the console`, () => world.ec2.stop(hosts.ghost));
  step(8 * MINUTE, `... and terminates it while stopped: ECS keeps it registered`, () =>
    world.ec2.terminate(hosts.ghost),
  );
  step(
    20 * MINUTE,
    `an operator orders ${hosts.ordered} and ${hosts.queued} drained; limits.draining allows one at a time`,
    () => {
      order(world, hosts.ordered, 'drain');
      world.after(5 * SECOND, () => order(world, hosts.queued, 'drain'));
    },
  );
  step(26 * MINUTE, `the operator releases ${hosts.ordered}`, () => order(world, hosts.ordered, 'release'));
  const tell = (after: number, what: string) => steps.push({ at: start + after, what });
  rush(world, web, tell);
  drought(world, tell);
  releases(world, step);
  return { world, deployment, hosts, steps, endsAt: start + 148 * MINUTE };
}

function buildCluster(world: World) {
  world.addCluster(CLUSTER, { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  const hook = {
    name: 'stevedore-drain',
    heartbeatTimeoutMs: 5 * MINUTE,
    defaultResult: 'CONTINUE' as const,
  };
  const group = { cluster: CLUSTER, hooks: [hook] };
  const onDemand = world.addGroup({ ...group, name: 'harbour-ecs', instances: 8, min: 2 });
  const reclaimable = world.addGroup({ ...group, name: 'harbour-spot', instances: 2, min: 0, spot: true });
  const service = (name: string, desired: number, more: object) =>
    world.ecs.addService({ cluster: CLUSTER, name, desired, cpu: 256, memory: 512, ...more });
  const web = service('web', 14, {
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deregistrationDelayMs: 20 * SECOND,
  });
  service('orders', 6, { minimumHealthyPercent: 50, maximumPercent: 150 });
  service('ledger', 1, { minimumHealthyPercent: 100, maximumPercent: 100 });
  service('node-exporter', 0, { strategy: 'DAEMON', cpu: 64, memory: 128 });
  addSpotServices(world, CLUSTER);
  addReleases(world, CLUSTER);
  // Auto Scaling takes the oldest instances first, and that is the order of the members.
  const [stuck = '', unannounced = '', smooth = '', ghost = '', ordered = '', queued = ''] =
    onDemand.members.keys();
  const [spot = ''] = reclaimable.members.keys();
  const hosts: Hosts = { stuck, unannounced, smooth, ghost, ordered, queued, spot };
  world.ecs.runTask({
    cluster: CLUSTER,
    family: 'nightly-report',
    on: unannounced,
    runMs: 4 * MINUTE,
  });
  return { groups: { onDemand }, hosts, web };
}

/** The two alarms of the policy, on the CPUUtilization of the service web. */
function buildAlarms(world: World, { cluster, name }: Service): void {
  const dimensions = { ClusterName: cluster.name, ServiceName: name };
  const alarm = {
    on: { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions, stat: 'Average' },
    evaluationPeriods: 2,
  };
  world.cloudWatch.addAlarm({
    ...alarm,
    name: 'harbour-web-busy',
    threshold: 60,
    comparison: 'GreaterThanThreshold',
  });
  world.cloudWatch.addAlarm({
    ...alarm,
    name: 'harbour-web-idle',
    threshold: 30,
    comparison: 'LessThanThreshold',
  });
}

/** Requests a second to the service web, of which a task can serve 10: 45 percent of 14 tasks, 93, and then 31. */
const REQUESTS = { before: 63, rush: 130, after: 44 };

function rush(world: World, web: Service, tell: (after: number, what: string) => void): void {
  const [begins, ends] = [28 * MINUTE, 38 * MINUTE];
  const start = world.now();
  world.startWorkload({
    service: web,
    kind: 'web',
    perTask: 10,
    arrivals: (at) => {
      if (at < start + begins) return REQUESTS.before;
      return at < start + ends ? REQUESTS.rush : REQUESTS.after;
    },
  });
  tell(begins, `a ship comes in: requests to web rise from ${REQUESTS.before} to ${REQUESTS.rush} a second`);
  tell(ends, `everybody is ashore: ${REQUESTS.after} requests a second`);
}

const isHookOf = (id: string) => (event: { 'detail-type': string; detail: unknown }) =>
  event['detail-type'] === 'EC2 Instance-terminate Lifecycle Action' &&
  (event.detail as { EC2InstanceId?: string }).EC2InstanceId === id;

function order(world: World, instanceId: string, verb: 'drain' | 'release'): void {
  world.bus.publish({
    source: 'stevedore.operator',
    detailType: 'Stevedore Drain Order',
    resources: [],
    detail: { verb, instanceId, cluster: CLUSTER, by: 'ops@example.com' },
  });
}
