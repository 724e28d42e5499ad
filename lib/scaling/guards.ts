import { HOUR, utc } from '../clock.ts';
import { countAt, endOf, inCooldown, outCooldown } from './cooldown.ts';
import type { Finding } from './decision.ts';
import { frozenBy } from './freeze.ts';
import type { Quantity } from './policy.ts';
import { type Situation, shown, unitsOf } from './situation.ts';
import type { OtherOwner, ScalingSnapshot } from './snapshot.ts';
import { isAbove, isBreaching } from './steps.ts';
import { moved } from './tracking.ts';

/** A change that somebody asks for, before the guards. */
export interface Wish {
  readonly from: number;
  readonly to: number;
  readonly by: 'policy' | 'schedule' | 'order';
}

/** The change that is left of a wish, `to` being `from` when nothing is; and why it is smaller. */
export interface Guarded {
  readonly to: number;
  readonly findings: readonly Finding[];
}

type Guard = (wish: Wish, situation: Situation, snapshot: ScalingSnapshot) => Guarded | undefined;

/** Whether anything may be changed at all. A replayed change goes through these too. */
const PERMISSION: readonly Guard[] = [otherOwner, suspended, frozen];
/**
 * Whether this change may be made now. A schedule is a person's word and waits for no cooldown (Application Auto Scaling
 * user guide); so is an order.
 */
const TIMING: readonly Guard[] = [deployment, warmUp, cooldowns, flapping];
const SIZE: readonly Guard[] = [protectedInstances, perChange, perHour];

export const isPermitted = (wish: Wish, situation: Situation, snapshot: ScalingSnapshot): Guarded =>
  passAll(PERMISSION, wish, situation, snapshot);

export const guard = (wish: Wish, situation: Situation, snapshot: ScalingSnapshot): Guarded =>
  passAll([...PERMISSION, ...TIMING, ...SIZE], wish, situation, snapshot);

function passAll(
  guards: readonly Guard[],
  wish: Wish,
  situation: Situation,
  snapshot: ScalingSnapshot,
): Guarded {
  const findings: Finding[] = [];
  let { to } = wish;
  for (const check of guards) {
    const less = check({ ...wish, to }, situation, snapshot);
    if (less === undefined) continue;
    findings.push(...less.findings);
    to = less.to;
    if (to === wish.from) break;
  }
  return { to, findings };
}

const isOut = ({ from, to }: Wish) => to > from;
const inWords = ({ from, to }: Wish, { policy }: Situation) =>
  `${policy.target.id}: from ${from} to ${to} ${unitsOf(policy)}`;

const hold = (
  wish: Wish,
  reason: Finding['reason'],
  sentence: string,
  outcome: Finding['outcome'] = 'held',
): Guarded => ({
  to: wish.from,
  findings: [{ reason, outcome, sentence, facts: { from: wish.from, wanted: wish.to } }],
});

function otherOwner(wish: Wish, situation: Situation, snapshot: ScalingSnapshot): Guarded | undefined {
  const owner = snapshot.otherOwner ?? situation.record.otherOwner?.owner;
  if (!owner || situation.policy.otherOwner === 'ignore' || !isActive(owner)) return undefined;
  const who =
    owner.kind === 'scalable-target'
      ? `Application Auto Scaling with ${owner.policies} policies`
      : `managed scaling of capacity provider ${owner.capacityProvider}`;
  return hold(
    wish,
    'other-owner',
    `${inWords(wish, situation)} is left to ${who}, which scales it too. Turn that off, or set otherOwner: ignore.`,
    'refused',
  );
}

/** A scalable target without a policy only keeps its bounds. */
const isActive = (owner: OtherOwner) => owner.kind === 'managed-scaling' || owner.policies > 0;

// Without Launch a group does not grow, without Terminate it does not shrink; anything else stops both.
function suspended(wish: Wish, situation: Situation): Guarded | undefined {
  const other = isOut(wish) ? 'Terminate' : 'Launch';
  const stops = situation.capacity.suspended.filter((process) => process !== other);
  if (stops.length === 0) return undefined;
  return hold(
    wish,
    'suspended',
    `${inWords(wish, situation)} would have no effect while ${stops.join(', ')} is suspended. Resume it.`,
  );
}

function frozen(wish: Wish, situation: Situation): Guarded | undefined {
  const direction = isOut(wish) ? 'out' : 'in';
  const freeze = frozenBy(situation.policy.freezes, direction, situation.now);
  if (freeze === undefined) return undefined;
  return hold(
    wish,
    'frozen',
    `${inWords(wish, situation)} waits for the end of freeze ${freeze.name}, ${utc(freeze.until)}.`,
  );
}

// As Application Auto Scaling has it (ECS developer guide): in a deployment nothing is scaled in, but still out.
function deployment(wish: Wish, situation: Situation): Guarded | undefined {
  if (isOut(wish) || !situation.capacity.deploying) return undefined;
  return hold(
    wish,
    'deployment-in-progress',
    `${inWords(wish, situation)} waits for the end of the deployment.`,
  );
}

function warmUp(wish: Wish, situation: Situation): Guarded | undefined {
  const { warming } = situation.capacity;
  if (isOut(wish) || wish.by !== 'policy' || warming === 0) return undefined;
  return hold(wish, 'warming-up', `${inWords(wish, situation)} waits for ${warming} instances that warm up.`);
}

// AWS would scale in during a scale-out's cooldown, from which users have seen flapping (aws/containers-roadmap#2135):
// what was just added is given its cooldown to show.
function cooldowns(wish: Wish, situation: Situation): Guarded | undefined {
  if (isOut(wish) || wish.by !== 'policy') return undefined;
  const { record, now } = situation;
  const cooling = inCooldown(record, now) ?? outCooldown(record, now);
  if (cooling === undefined) return undefined;
  const kind = cooling === record.lastOut ? 'out' : 'in';
  return hold(
    wish,
    `cooldown-${kind}`,
    `${inWords(wish, situation)} waits for the cooldown of the scale-${kind} by ${cooling.policy}, until ${utc(endOf(cooling))}.`,
  );
}

/** Holds a scale-in that would, with the same load on fewer, call for a scale-out at once (Application Auto Scaling's AnticipatedFlapping). */
function flapping(
  wish: Wish,
  situation: Situation,
  { metrics, alarms }: ScalingSnapshot,
): Guarded | undefined {
  const { policy, capacity } = situation;
  if (isOut(wish) || wish.by !== 'policy' || !policy.holdFlapping) return undefined;
  for (const step of policy.policies) {
    if (step.kind !== 'step' || !isAbove(step.alarm.comparison)) continue;
    const metric = metrics.get(step.name);
    const alarm = alarms.get(step.alarm.name);
    if (metric?.kind !== 'value') continue;
    const threshold = (alarm === 'missing' ? undefined : alarm?.threshold) ?? step.alarm.threshold;
    // What runs now bears the load; more than that will not bear it afterwards.
    const bearing = capacity.running > 0 ? Math.min(capacity.running, wish.from) : wish.from;
    const projected = metric.value === 0 ? 0 : (metric.value * bearing) / wish.to;
    if (wish.to >= bearing || !isBreaching(projected, threshold, step.alarm.comparison)) continue;
    return hold(
      wish,
      'anticipated-flapping',
      `${inWords(wish, situation)} would bring the metric of ${step.alarm.name} from ${shown(metric.value)} to about ${shown(projected)}, beyond its threshold ${shown(threshold)}. Lower the scale-in threshold, or set holdFlapping: false.`,
    );
  }
  return undefined;
}

// "All remaining instances are protected": the group would lower its number and terminate nothing
// (aws/containers-roadmap#1471).
function protectedInstances(wish: Wish, situation: Situation): Guarded | undefined {
  const { protectedFromScaleIn, running } = situation.capacity;
  if (isOut(wish) || protectedFromScaleIn === 0) return undefined;
  const free = Math.max(0, Math.max(wish.from, running) - protectedFromScaleIn);
  return atMost(
    wish,
    free,
    'instances-protected',
    `${inWords(wish, situation)}: ${protectedFromScaleIn} instances are protected from scale-in, so that at most ${free} can go`,
  );
}

function perChange(wish: Wish, situation: Situation): Guarded | undefined {
  const { perChange: limit } = situation.policy.limits;
  if (limit === null) return undefined;
  const most = allowed(limit, wish.from);
  return atMost(
    wish,
    most,
    'change-limited',
    `${inWords(wish, situation)} is more than limits.perChange allows (${most})`,
  );
}

function perHour(wish: Wish, situation: Situation): Guarded | undefined {
  const { record, policy, now } = situation;
  const limit = policy.limits.perHour;
  if (limit === null) return undefined;
  const used = moved(record.changes, isOut(wish), now - HOUR);
  const most = Math.max(0, allowed(limit, countAt(record, now - HOUR, wish.from)) - used);
  return atMost(
    wish,
    most,
    'hourly-limit',
    `${inWords(wish, situation)} is more than limits.perHour leaves (${most}, after ${used} in the last hour)`,
  );
}

/** A share is rounded down, but leaves at least one: a limit is no stop. */
const allowed = (limit: Quantity, of: number) =>
  limit.kind === 'count' ? limit.value : Math.max(1, Math.floor((of * limit.value) / 100));

function atMost(wish: Wish, most: number, reason: Finding['reason'], sentence: string): Guarded | undefined {
  const size = Math.abs(wish.to - wish.from);
  if (size <= most) return undefined;
  const to = wish.from + (isOut(wish) ? most : -most);
  const ends = to === wish.from ? 'Nothing is changed' : `It goes to ${to}`;
  const finding: Finding = {
    reason,
    outcome: 'held',
    sentence: `${sentence}. ${ends}.`,
    facts: { from: wish.from, wanted: wish.to, allowed: to },
  };
  return { to, findings: [finding] };
}
