import { HOUR, MINUTE } from '../../lib/clock.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { type Deployment, deployPolicy } from '../deployment.ts';
import type { Service } from '../ecs/model.ts';
import { createWorld, type World } from '../world.ts';
import { deployNaiveFailover } from './naive-failover.ts';

export type Response = 'none' | 'naive' | 'stevedore';

export interface DroughtSpec {
  readonly services: number;
  readonly tasksEach: number;
  readonly droughtMs: number;
  /** After the drought, for the way back. */
  readonly afterMs: number;
  readonly seed?: number;
  /** Told of the world before it plays, e.g. to have every call recorded. */
  readonly onWorld?: (world: World) => void;
}

/** What came of a drought, with one way to respond to it. */
export interface DroughtResult {
  readonly response: Response;
  /** Running of desired tasks, while there was no Spot capacity. */
  readonly duringDrought: number;
  /** The same for each service from when its flip was through to the end. Null without any flip. */
  readonly afterFlip: number | null;
  /** On-demand task-hours beyond what the original strategies have anyway. */
  readonly onDemandHours: number;
  /** The same if every flip took no time, and every return neither time nor steps. Null without any flip. */
  readonly leastHours: number | null;
  readonly deployments: number;
  readonly probes: number;
  /** Cool-offs of the shared breaker: one from its opening, and one from each probe that fails. */
  readonly coolOffs: number;
  /** Services that are on their original strategy at the end, task by task. */
  readonly restored: number;
}

const CLUSTER = 'fleet';
const ZONES = ['a', 'b', 'c'];
const BEFORE = 10 * MINUTE;

/** Strategies that people use: all on Spot, a base on demand, and a mixture. Base and weights are kept verbatim. */
const STRATEGIES = [
  [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  [
    { capacityProvider: 'FARGATE', base: 2, weight: 0 },
    { capacityProvider: 'FARGATE_SPOT', weight: 1 },
  ],
  [
    { capacityProvider: 'FARGATE_SPOT', weight: 4 },
    { capacityProvider: 'FARGATE', weight: 1 },
  ],
] as const;

interface Play {
  readonly spec: DroughtSpec;
  readonly world: World;
  readonly services: readonly Service[];
  readonly deployment: Deployment | undefined;
  /** Deployments that the response has begun. */
  readonly changes: () => number;
  readonly droughtAt: number;
}

/**
 * Fargate Spot has no capacity for hours, in all zones: every task there is reclaimed within ten minutes, and none
 * starts until it is over. Plays that with one way to respond to it.
 */
export async function playDrought(
  spec: DroughtSpec,
  response: Response,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<DroughtResult> {
  const play = build(spec, response);
  const { world, droughtAt } = play;
  const endsAt = droughtAt + spec.droughtMs + spec.afterMs;
  const gauge = createGauge(play);
  while (world.now() < endsAt) {
    await world.runFor(MINUTE);
    gauge.measure();
    onProgress(world.now() - droughtAt, endsAt - droughtAt);
  }
  return { response, ...gauge.result() };
}

function build(spec: DroughtSpec, response: Response): Play {
  const world = createWorld({ seed: spec.seed ?? 7, recording: 'counts' });
  spec.onWorld?.(world);
  world.addCluster(CLUSTER, { capacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  for (const zone of ZONES) world.ec2.addSubnet({ id: `subnet-${zone}`, zone: `eu-west-1${zone}` });
  world.ecs.definitions.define('stevedore-probe-x86-64', { cpu: 256, memory: 512 }, true);
  const services = Array.from({ length: spec.services }, (_, index) =>
    world.ecs.addService({
      cluster: CLUSTER,
      name: nameOf(index),
      desired: spec.tasksEach,
      capacityProviderStrategy: STRATEGIES[index % STRATEGIES.length] ?? [],
      // By digest, so that no deployment can ship anything else.
      image: `worker@sha256:${'0'.repeat(64)}`,
      cpu: 256,
      memory: 512,
      healthDelayMs: 20_000,
      startMs: [20_000, 40_000],
    }),
  );
  const deployment = response === 'stevedore' ? deployPolicy(world, policyOf(spec)) : undefined;
  const byNaive = response === 'naive' ? deployNaiveFailover(world, services) : () => 0;
  const changes = () => byNaive() + (world.recording.callCounts.get('ECS:UpdateService') ?? 0);
  const droughtAt = world.now() + BEFORE;
  const spot = { provider: 'FARGATE_SPOT' } as const;
  world.at(droughtAt, () =>
    world.ecs.fargate.setCapacity({ ...spot, tasks: 0, interruptWithinMs: 10 * MINUTE }),
  );
  world.at(droughtAt + spec.droughtMs, () => world.ecs.fargate.setCapacity({ ...spot, tasks: 'unlimited' }));
  return { spec, world, services, deployment, changes, droughtAt };
}

const nameOf = (index: number) => `worker-${String(index + 1).padStart(3, '0')}`;

/** The text of the policy file of Stevedore's response. */
export function droughtPolicy({ services }: Pick<DroughtSpec, 'services'>): string {
  const names = Array.from({ length: services }, (_, index) => `    ${CLUSTER}/${nameOf(index)}: {}`);
  return `version: 1
failover:
  scope: clusters
  services:
${names.join('\n')}
  breaker: { coolOff: 10m, most: 30m }
`;
}

function policyOf(spec: DroughtSpec) {
  const loaded = parsePolicy(droughtPolicy(spec), 'drought.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.policy;
}

/** Looks once a minute at what runs where. */
function createGauge({ spec, world, services, deployment, changes, droughtAt }: Play) {
  const usual = new Map(services.map((service) => [service, onDemand(service)]));
  const original = new Map(services.map((service) => [service, strategyOf(service)]));
  const sums = { droughtRunning: 0, droughtDesired: 0, flippedRunning: 0, flippedDesired: 0, minutes: 0 };
  const entries = () => deployment?.journal ?? [];
  const idOf = (service: Service) => `service/${CLUSTER}/${service.name}`;
  const flippedAt = new Map<string, number>();
  let read = 0;

  function measure(): void {
    const now = world.now();
    for (const entry of entries().slice(read)) {
      if (entry.reason === 'flip-completed' && !flippedAt.has(entry.subject ?? '')) {
        flippedAt.set(entry.subject ?? '', entry.at);
      }
    }
    read = entries().length;
    const isDrought = now > droughtAt && now <= droughtAt + spec.droughtMs;
    for (const service of services) {
      const running = Math.min(runningOf(service), service.desired);
      if (isDrought) {
        sums.droughtRunning += running;
        sums.droughtDesired += service.desired;
      }
      if ((flippedAt.get(idOf(service)) ?? Number.POSITIVE_INFINITY) <= now) {
        sums.flippedRunning += running;
        sums.flippedDesired += service.desired;
      }
      sums.minutes += onDemand(service) - (usual.get(service) ?? 0);
    }
  }

  /** From each flip until its breaker closed for good, the service's Spot tasks and no others. */
  function leastHours(): number | null {
    const closedAt = entries().findLast(({ reason }) => reason === 'breaker-closed')?.at;
    if (closedAt === undefined) return null;
    const first = new Map<string, number>();
    for (const { reason, subject = '', at } of entries()) {
      if (reason === 'failed-over' && !first.has(subject)) first.set(subject, at);
    }
    return services.reduce((sum, service) => {
      const at = first.get(idOf(service));
      const onSpot = service.desired - (usual.get(service) ?? 0);
      return at === undefined ? sum : sum + (onSpot * (closedAt - at)) / HOUR;
    }, 0);
  }

  const isRestored = (service: Service) =>
    strategyOf(service) === original.get(service) &&
    runningOf(service) === service.desired &&
    onDemand(service) === usual.get(service);

  return {
    measure,
    result: (): Omit<DroughtResult, 'response'> => ({
      duringDrought: sums.droughtRunning / sums.droughtDesired,
      afterFlip: sums.flippedDesired === 0 ? null : sums.flippedRunning / sums.flippedDesired,
      onDemandHours: (sums.minutes * MINUTE) / HOUR,
      leastHours: leastHours(),
      deployments: changes(),
      probes: world.recording.callCounts.get('ECS:RunTask') ?? 0,
      coolOffs: entries().filter(({ reason }) => reason === 'breaker-opened' || reason === 'probe-failed')
        .length,
      restored: services.filter(isRestored).length,
    }),
  };
}

function runningOf({ tasks }: Service): number {
  let count = 0;
  for (const task of tasks) if (task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING') count += 1;
  return count;
}

function onDemand({ tasks }: Service): number {
  let count = 0;
  for (const task of tasks) {
    if (task.fargate?.provider === 'FARGATE' && task.lastStatus === 'RUNNING') count += 1;
  }
  return count;
}

const strategyOf = ({ deployments: [{ revision }] }: Service) => JSON.stringify(revision.capacity);
