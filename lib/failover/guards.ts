import { utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import { guardImages } from './guard-images.ts';
import { spentOn } from './limits.ts';
import { finding, othersDeployment, ownStrategy, type Situation } from './situation.ts';
import type { Circumstances } from './snapshot.ts';
import {
  canMove,
  FARGATE,
  FARGATE_SPOT,
  flipped,
  inWords,
  isAllFargate,
  isOnSpot,
  leastHealthy,
  onDemandCount,
} from './strategy.ts';

/** Whether a change may be made. `needs`: the circumstances have to be read first. */
export type Verdict =
  | { readonly kind: 'needs' }
  | { readonly kind: 'stop'; readonly why: Finding }
  | {
      readonly kind: 'go';
      /** Percent to FARGATE that the limits allow; of a flip only. */
      readonly share: number;
      readonly circumstances: Circumstances;
      /** Running digests by container, if tags have moved and the policy says pin. */
      readonly pin?: Readonly<Record<string, string>>;
    };

type Guard = (situation: Situation) => Finding | undefined;
type CloseGuard = (situation: Situation, circumstances: Circumstances) => Finding | undefined;

/** A flip that would move less than this is not worth a deployment. */
const LEAST_SHARE = 10;
/** Flips that ECS has taken back so often are not tried again by themselves. */
const MOST_ROLLBACKS = 3;

// What costs no call comes first: the rest is read only if all of these let the change pass.
const BEFORE_FLIP: readonly Guard[] = [
  daemon,
  controller,
  launchType,
  allFargate,
  onSpot,
  rolledBack,
  deployment,
  percentages,
  budget,
  rate,
];
const BEFORE_RETURN: readonly Guard[] = [anyDeployment, percentages, rate];
const CLOSER: readonly CloseGuard[] = [platform, providers];

/** Before more goes to FARGATE: by a signal, by an order, or because a return has failed. */
export function guardFlip(situation: Situation): Verdict {
  const verdict = pass(situation, BEFORE_FLIP);
  if (verdict.kind !== 'go') return verdict;
  const share = affordableShare(situation, verdict.circumstances);
  return typeof share === 'number' ? { ...verdict, share } : { kind: 'stop', why: share };
}

/** Before more goes to FARGATE_SPOT: a probe by a share, a step, the original. */
export const guardReturn = (situation: Situation): Verdict => pass(situation, BEFORE_RETURN);

function pass(situation: Situation, guards: readonly Guard[]): Verdict {
  for (const guard of guards) {
    const why = guard(situation);
    if (why) return { kind: 'stop', why };
  }
  const { circumstances } = situation.snapshot;
  if (circumstances === undefined) return { kind: 'needs' };
  for (const guard of CLOSER) {
    const why = guard(situation, circumstances);
    if (why) return { kind: 'stop', why };
  }
  const images = guardImages(situation, circumstances);
  if ('reason' in images) return { kind: 'stop', why: images };
  return { kind: 'go', share: situation.policy.onDemandShare, circumstances, ...images };
}

const refuse = (situation: Situation, reason: Finding['reason'], sentence: string) =>
  finding(situation, reason, 'refused', sentence);
const hold = (situation: Situation, reason: Finding['reason'], sentence: string) =>
  finding(situation, reason, 'held', sentence);

function daemon(situation: Situation) {
  if (situation.view.scheduling !== 'DAEMON') return undefined;
  return refuse(
    situation,
    'daemon-service',
    'is a DAEMON service, which Fargate does not run. Take it out of the failover policy.',
  );
}

function controller(situation: Situation) {
  const { controller: kind } = situation.view;
  if (kind === 'ECS') return undefined;
  return refuse(
    situation,
    'controller-not-ecs',
    `is deployed by ${kind}, and then UpdateService cannot change the strategy. Name an on-demand service for it as paired.`,
  );
}

function launchType(situation: Situation) {
  const { launchType: type, strategy } = situation.view;
  if (type === null && strategy.length > 0) return undefined;
  return refuse(
    situation,
    'not-by-capacity-provider',
    `has launch type ${type ?? 'of its cluster'} and no capacity provider strategy. Give it one, as FARGATE_SPOT 1.`,
  );
}

function allFargate(situation: Situation) {
  const strategy = ownStrategy(situation);
  if (isAllFargate(strategy)) return undefined;
  return refuse(
    situation,
    'not-all-fargate',
    `has the strategy ${inWords(strategy)}, which is not of FARGATE and FARGATE_SPOT alone. Only those two are failed over.`,
  );
}

function onSpot(situation: Situation) {
  const strategy = ownStrategy(situation);
  if (isOnSpot(strategy)) return undefined;
  return refuse(
    situation,
    'not-on-spot',
    `has the strategy ${inWords(strategy)}, which uses no FARGATE_SPOT: there is nothing to fail over.`,
  );
}

function rolledBack(situation: Situation) {
  const { count, retryAt } = situation.record.rollbacks;
  if (count >= MOST_ROLLBACKS) {
    return refuse(
      situation,
      'flip-rolled-back',
      `was failed over ${count} times and ECS took it back each time. It stays until somebody orders fail-over or reset; look at why its tasks do not start on FARGATE.`,
    );
  }
  if (situation.now >= retryAt) return undefined;
  return hold(
    situation,
    'cooling-off',
    `is failed over again at ${utc(retryAt)} at the earliest, since ECS took the last flip back.`,
  );
}

// A shortage during a deployment makes ECS roll that back; to supersede it would be to fight it (containers-roadmap#1273).
function deployment(situation: Situation) {
  const { policy, view } = situation;
  if (policy.duringDeployment === 'wait') return anyDeployment(situation);
  const least = leastHealthy(view.desired, view.minimumHealthyPercent);
  return view.running < least ? undefined : anyDeployment(situation);
}

function anyDeployment(situation: Situation) {
  const other = othersDeployment(situation);
  if (other === undefined) return undefined;
  return hold(
    situation,
    'deployment-in-progress',
    `waits for the end of deployment ${other.id} of ${utc(other.createdAt)}, which is not Stevedore's. Stop that to go on sooner, or set duringDeployment: when-at-risk.`,
  );
}

function percentages(situation: Situation) {
  const { desired, minimumHealthyPercent: min, maximumPercent: max } = situation.view;
  if (desired === 0 || canMove(desired, min, max)) return undefined;
  return refuse(
    situation,
    'percentages-block',
    `has ${desired} tasks with minimumHealthyPercent ${min} and maximumPercent ${max}, so that a deployment can neither stop nor start one. Raise maximumPercent to ${Math.ceil((100 * (desired + 1)) / desired)} or more.`,
  );
}

function budget(situation: Situation) {
  const { record, policy, whole, room, now } = situation;
  const used = spentOn(record, now);
  if (policy.taskHoursPerDay !== null && used >= policy.taskHoursPerDay) {
    return refuse(
      situation,
      'budget-spent',
      `has used ${used.toFixed(1)} of its ${policy.taskHoursPerDay} on-demand task-hours of this UTC day, and stays on Spot until the next. Raise its taskHoursPerDay to change that.`,
    );
  }
  if (room.taskHours === null || room.taskHours > 0) return undefined;
  return refuse(
    situation,
    'budget-spent',
    `stays on Spot until the next UTC day: all services together have used the ${whole.limits.taskHoursPerDay ?? 0} on-demand task-hours of this one. Raise limits.taskHoursPerDay to change that.`,
  );
}

/** Whether the on-demand task-hours of the day are used up, by the service or by all. */
export const isBudgetSpent = (situation: Situation): boolean => budget(situation) !== undefined;

function rate(situation: Situation) {
  return rateOf(situation, situation.view.desired);
}

/** Holds a change that launches so many tasks while others have used the minute. One that is too large for any minute goes alone. */
export function rateOf(situation: Situation, tasks: number): Finding | undefined {
  const { room, whole } = situation;
  const { tasksPerMinute } = whole.limits;
  if (tasks <= room.tasks || room.tasks >= tasksPerMinute) return undefined;
  return hold(
    situation,
    'rate-limited',
    `would have ${tasks} tasks launched, and of the ${tasksPerMinute} a minute that limits.tasksPerMinute allows ${room.tasks} are left. It goes with the next look.`,
  );
}

// Linux on x86 from platform version 1.3.0, on ARM64 from 1.4.0; Windows never (ECS developer guide, Fargate capacity providers).
function platform(situation: Situation, { architecture, operatingSystem }: Circumstances) {
  const { platformFamily, platformVersion } = situation.view;
  const isWindows = [operatingSystem, platformFamily ?? ''].some((name) => /^windows/i.test(name));
  const least = architecture === 'ARM64' ? '1.4.0' : '1.3.0';
  if (!isWindows && !isOlder(platformVersion, least)) return undefined;
  const what = isWindows ? operatingSystem : `${architecture} with platform version ${platformVersion}`;
  return refuse(
    situation,
    'platform-not-supported',
    `runs ${what}, for which there is no Fargate Spot (Linux only; ${architecture} from platform version ${least}). It is left as it is: take FARGATE_SPOT out of its strategy, or update the platform version.`,
  );
}

/** `LATEST` and whatever is not a version are newer than any. */
function isOlder(version: string | null, least: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version ?? '')?.slice(1);
  if (parts === undefined) return false;
  const [has, wants] = [parts, least.split('.')].map((numbers) =>
    numbers.reduce((total, part) => total * 1_000 + Number(part), 0),
  );
  return (has ?? 0) < (wants ?? 0);
}

// A provider that is not associated is an InvalidParameterException (dask-cloudprovider#348). It is not associated here,
// since PutClusterCapacityProviders takes the whole list and would drop what others add meanwhile.
function providers(situation: Situation, { providers: associated }: Circumstances) {
  const missing = [FARGATE, FARGATE_SPOT].filter((name) => !associated.includes(name));
  if (missing.length === 0) return undefined;
  const { cluster } = situation.policy;
  return refuse(
    situation,
    'provider-not-associated',
    `cannot change its strategy while cluster ${cluster} has no ${missing.join(' and ')}. Add it to the cluster's capacity providers, beside those it has (${associated.join(', ') || 'none'}).`,
  );
}

/** The largest share, up to the policy's, of which the on-demand vCPUs are within the limit over all services. */
function affordableShare(situation: Situation, { vcpus }: Circumstances): number | Finding {
  const { record, policy, view, room, whole } = situation;
  if (room.vcpus === null) return policy.onDemandShare;
  const original = ownStrategy(situation);
  // What the service has now is counted in the room, and is replaced.
  const left = room.vcpus + (record.written?.onDemandVcpus ?? 0);
  const need = (share: number) => onDemandCount(flipped(original, share), view.desired) * vcpus;
  const least = Math.min(LEAST_SHARE, policy.onDemandShare);
  for (let share = policy.onDemandShare; share >= least; share -= 1) {
    const moves =
      onDemandCount(flipped(original, share), view.desired) > onDemandCount(original, view.desired);
    if (moves && need(share) <= left) return share;
  }
  return refuse(
    situation,
    'on-demand-quota',
    `needs ${need(policy.onDemandShare)} on-demand vCPUs (${need(least)} for ${least} percent), and of the ${whole.limits.onDemandVcpus ?? 0} of limits.onDemandVcpus ${left} are left. Raise the limit, and the account's quota of Fargate On-Demand vCPUs if need be.`,
  );
}
