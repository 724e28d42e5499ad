import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { FailoverFile } from '../../../lib/policy/failover-schema.ts';
import type { Service } from '../../ecs/model.ts';
import type { World } from '../../world.ts';
import { watchPauses } from './pauses.ts';
import { isOurs, memberOf, oracle, textOf } from './watching.ts';

/** What is known of one service: its strategies as texts, since they must come back to the letter. */
interface Followed {
  readonly id: string;
  original: string;
  /** Its originals up to now. */
  readonly originals: Set<string>;
  present: string;
  /** Strategies that we have asked for. */
  readonly ours: Set<string>;
  /** When we took it off its original strategy. */
  flips: EpochMs[];
}

/** A deployment of ours that takes no longer does not hold up the way back. */
const DEPLOYMENT = 10 * MINUTE;

export const strategyRestored = oracle(
  'strategy-restored',
  'When there is Spot capacity again, every service has its own strategy back to the letter, unless somebody else has changed it.',
  (observed, report) => {
    const { world, policy } = observed;
    const pauses = watchPauses(observed);
    const followed = new Map<string, Followed>();
    const shortage = { began: Number.POSITIVE_INFINITY, ended: observed.faultsEndAt };
    const ordered = new Set<string>();
    const look = () => {
      pauses.look();
      for (const id of Object.keys(policy.failover?.services ?? {})) follow(followed, id, world);
      if (!world.ecs.fargate.isLimited('FARGATE_SPOT')) return;
      shortage.began = Math.min(shortage.began, world.now());
      shortage.ended = world.now();
    };
    look();
    world.recording.eventListeners.push(({ event }) => {
      // An operator may want it to stay where it is.
      if (event['detail-type'] !== 'Stevedore Failover Order') return;
      ordered.add(`${textOf(event.detail, 'cluster')}/${textOf(event.detail, 'service')}`);
    });
    world.recording.callListeners.push((call) => {
      const strategy = memberOf(call.input, 'capacityProviderStrategy');
      if (!isOurs(call) || call.operation !== 'UpdateService' || strategy === undefined) return;
      const names = ['cluster', 'service'].map((name) => textOf(call.input, name).split('/').at(-1));
      const one = followed.get(names.join('/'));
      const service = one && serviceOf(world, one.id);
      if (one === undefined || service === undefined) return;
      const asked = textOfStrategy(service);
      if (asked === one.present) return;
      if (one.present === one.original) one.flips.push(world.now());
      one.ours.add(asked);
      one.present = asked;
    });
    const end = () => {
      const { failover } = policy;
      const isShort = world.ecs.fargate.isLimited('FARGATE_SPOT');
      if (failover?.mode !== 'act' || isShort) return;
      for (const one of followed.values()) {
        const service = serviceOf(world, one.id);
        const file = failover.services[one.id];
        if (service === undefined || file === undefined || one.present === one.original) continue;
        if (ordered.has(one.id)) continue;
        const most = wayBack(failover, file, shortage.ended - shortage.began);
        const since = Math.max(shortage.ended, pauses.last('failover'));
        const isLate = world.now() > since + most;
        if (!isLate || staysForFlaps(one, file) || hasMovedImage(world, service)) continue;
        report(
          `Service ${one.id} has the strategy ${one.present} ${Math.round((world.now() - since) / MINUTE)} min after Spot capacity came back; ${one.original} would have been right.`,
        );
      }
    };
    return { step: look, end };
  },
);

function follow(followed: Map<string, Followed>, id: string, world: World): void {
  const service = serviceOf(world, id);
  if (service === undefined) return;
  const present = textOfStrategy(service);
  const known = followed.get(id);
  if (known === undefined) {
    const originals = new Set([present]);
    followed.set(id, { id, original: present, originals, present, ours: new Set(), flips: [] });
  } else if (present !== known.present) {
    // Not by a call of ours: ECS went back to something of before, or somebody wants something else now.
    if (known.originals.has(present) || !known.ours.has(present)) known.original = present;
    known.originals.add(known.original);
    known.present = present;
  }
}

function serviceOf(world: World, id: string): Service | undefined {
  const [cluster = '', name = ''] = id.split('/');
  return world.ecs.clusters.get(cluster)?.services.get(name);
}

const textOfStrategy = ({ deployments: [{ revision }] }: Service) => JSON.stringify(revision.capacity);

/** The cool-off that a shortage of such a length has led to, a probe, and the steps. */
function wayBack({ breaker }: FailoverFile, file: FailoverFile['services'][string], shortMs: number): number {
  const grown = Math.max(breaker.coolOff, Number.isFinite(shortMs) ? breaker.factor * shortMs : 0);
  const coolOff = Math.min(breaker.most, grown) * 1.5;
  const { steps, soak, timeout } = file.return;
  return coolOff + 2 * DEPLOYMENT + steps.length * (soak + Math.min(timeout, DEPLOYMENT));
}

/** Taken off so often within so long, it stays until somebody orders otherwise. */
function staysForFlaps({ flips }: Followed, { flaps }: FailoverFile['services'][string]) {
  return flips.some(
    (last) => flips.filter((at) => at <= last && at > last - flaps.within).length >= flaps.most,
  );
}

/** A deployment would ship another image than the one that runs, which the policy may refuse. */
function hasMovedImage(world: World, { tasks }: Service): boolean {
  return [...tasks].some(({ images }) =>
    images.some(({ image, digest }) => digest !== undefined && world.ecs.resolveImage(image) !== digest),
  );
}
