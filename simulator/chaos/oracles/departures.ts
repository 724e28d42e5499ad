import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { Policy } from '../../../lib/policy/schema.ts';
import type { ContainerInstance } from '../../ecs/model.ts';
import type { World } from '../../world.ts';
import { memberOf, textOf } from './watching.ts';

/** An instance that capacity has told draining to drain. */
export interface Departure {
  readonly id: string;
  readonly cluster: string;
  /** Why, as the order says: empty, underused or obsolete. */
  readonly reason: string;
  readonly at: EpochMs;
  readonly instance: ContainerInstance | undefined;
  /** It was taken back; ECS may not show that yet. */
  isReleased: boolean;
  /** ECS has shown it DRAINING. */
  hasDrained: boolean;
  isTerminated: boolean;
}

export interface Departures {
  /** By the EC2 instance's id: until it has ended, or takes tasks again. */
  readonly all: ReadonlyMap<string, Departure>;
  /** To be called at every step. */
  readonly look: () => void;
  /** Instances that somebody else ends or drains as well. */
  readonly isByOthersToo: (id: string) => boolean;
}

const ANNOUNCED = ['EC2 Spot Instance Interruption Warning', 'EC2 Instance Rebalance Recommendation'];

/** What capacity lets go, by its orders alone. `begun` hears of each when it has been ordered. */
export function watchDepartures(world: World, begun: (one: Departure) => void = () => {}): Departures {
  const all = new Map<string, Departure>();
  const others = new Set<string>();
  const order = (detail: unknown) => {
    const [id, verb] = [textOf(detail, 'instanceId'), textOf(detail, 'verb')];
    const known = all.get(id);
    if (verb === 'release' && known !== undefined) known.isReleased = true;
    if (verb !== 'drain' || (known !== undefined && !known.isReleased)) return;
    const one: Departure = {
      id,
      cluster: textOf(detail, 'cluster'),
      reason: textOf(detail, 'by').split(': ').at(-1) ?? '',
      at: world.now(),
      instance: world.ecs.instances.find(id),
      isReleased: false,
      hasDrained: false,
      isTerminated: false,
    };
    all.set(id, one);
    begun(one);
  };
  world.recording.callListeners.push(({ function: name, operation, input, carriedOut }) => {
    if (name !== 'capacity' || !carriedOut) return;
    if (operation === 'PutEvents') for (const detail of detailsOf(input)) order(detail);
    if (operation !== 'TerminateInstanceInAutoScalingGroup') return;
    const one = all.get(textOf(input, 'InstanceId'));
    if (one !== undefined) one.isTerminated = true;
  });
  world.recording.eventListeners.push(({ event }) => {
    const { detail, resources } = event;
    if (ANNOUNCED.includes(event['detail-type'])) others.add(textOf(detail, 'instance-id'));
    else if (event.source === 'aws.health') for (const id of resources) others.add(id);
    else if (event['detail-type'] === 'Stevedore Drain Order' && !textOf(detail, 'by').startsWith('capacity'))
      others.add(textOf(detail, 'instanceId'));
  });
  const look = () => {
    for (const one of [...all.values()]) {
      const { id, instance, isReleased, hasDrained, isTerminated } = one;
      const isRunning = world.ec2.instances.get(id)?.state === 'running';
      if (!isRunning && !isTerminated) others.add(id);
      if (instance?.status === 'DRAINING') one.hasDrained = true;
      const takesTasks = instance?.status === 'ACTIVE' && (isReleased || hasDrained);
      if (!isRunning || takesTasks || instance?.status === 'INACTIVE') all.delete(id);
    }
  };
  const isByOthersToo = (id: string) => others.has(id) || isEndedByOthers(world, id, all.get(id));
  return { all, look, isByOthersToo };
}

function isEndedByOthers(world: World, id: string, one: Departure | undefined): boolean {
  const group = world.ec2.instances.get(id)?.tags['aws:autoscaling:groupName'] ?? '';
  const state = world.autoScaling.groups.get(group)?.members.get(id)?.state;
  return state !== 'InService' && one?.isTerminated !== true;
}

function detailsOf(input: unknown): unknown[] {
  const entries = memberOf(input, 'Entries');
  return Array.isArray(entries) ? entries.map((entry): unknown => JSON.parse(textOf(entry, 'Detail'))) : [];
}

type BudgetFile = NonNullable<
  NonNullable<Policy['capacity']>['clusters'][string]['consolidation']
>['budgets'][number];

/** A budget, and a count of ACTIVE instances, that were read so long ago may still be acted on. */
export const STALE = 2 * MINUTE;
const DAY = 24 * 60 * MINUTE;

/** How many may be on their way out for this reason, at any time of the last minutes. */
export function mostOut(
  budgets: readonly BudgetFile[],
  reason: string,
  active: number,
  now: EpochMs,
): number {
  const at = (time: EpochMs) =>
    Math.min(
      Number.POSITIVE_INFINITY,
      ...budgets
        .filter((budget) => budget.reasons?.some((one) => one === reason) ?? true)
        .filter(({ window }) => window === undefined || isInForce(window, time))
        .map(({ limit }) => (limit.kind === 'count' ? limit.value : Math.ceil((active * limit.value) / 100))),
    );
  return Math.max(at(now), at(now - STALE));
}

/** Of a window that begins each day at the same minute of UTC: no others are drawn. */
function isInForce({ cron, duration }: NonNullable<BudgetFile['window']>, at: EpochMs): boolean {
  const [minute = 0, hour = 0] = cron.split(' ').map(Number);
  const sinceBegin = (at - (hour * 60 + minute) * MINUTE) % DAY;
  return sinceBegin < duration;
}
