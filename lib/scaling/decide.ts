import { type EpochMs, MINUTE, SECOND, utc } from '../clock.ts';
import { evaluateBacklog } from './backlog.ts';
import { combine } from './combine.ts';
import type { Finding, ScalingDecision } from './decision.ts';
import { guard, isPermitted, type Wish } from './guards.ts';
import { isLive, LOOK_EVERY, nextLookAt, withAlarmStates } from './look.ts';
import { follow, withoutOrder } from './ordered.ts';
import type { MetricPolicy, TargetPolicy } from './policy.ts';
import type { Intent, ScalingRecord } from './record.ts';
import { countAfter, type DueSchedules, runSchedules } from './scheduled.ts';
import { boundsOf, type Evaluation, type Situation, unitsOf } from './situation.ts';
import type { CapacityView, ScalingSnapshot } from './snapshot.ts';
import { evaluateStep } from './step-policy.ts';
import { evaluateTracking } from './tracking.ts';

/** A recorded change that could not be applied for so long is decided afresh. */
const INTENT_LIFE = 10 * MINUTE;

/** How often the present count is read although nothing seems to change: with the owners, not at every look. */
const COUNT_EVERY = 10 * LOOK_EVERY;

/** An alarm younger than this is what its own event brought, and not yet a look of the schedule. */
const JUST_BEGUN = 15 * SECOND;

/**
 * Decides what to do about one target. Pure: the snapshot is what was read, `now` is in epoch milliseconds. A change
 * is an absolute count, with the intent in `next`, which is to be stored before AWS is asked; its finding (`acted`)
 * holds once AWS has agreed. Without the present count in the snapshot the one last known serves to see that nothing
 * is to be changed; when something is, or when none is known, `needsCapacity` asks for it.
 */
export function decide(
  record: ScalingRecord,
  snapshot: ScalingSnapshot,
  policy: TargetPolicy,
  now: EpochMs,
): ScalingDecision {
  if (snapshot.capacity === 'missing') return missing(record, policy, now);
  const observed = snapshot.capacity;
  const replayed = replay(record, snapshot, policy, now);
  if (replayed) return replayed;
  const { intent: _, ...settled } = record;
  const capacity = observed ?? presumed(record);
  const live = isLive(withAlarmStates(record, snapshot.alarms), policy, now);
  const isUnsure = capacity === undefined || record.order !== undefined || isCountDue(snapshot, now);
  if (observed === undefined && live && isUnsure) {
    return { next: record, findings: [], needsCapacity: true };
  }
  if (capacity === undefined)
    return answer(runSchedules(settled, policy, now).seen, snapshot, policy, now, []);
  const known = observed ? { ...settled, lastDesired: observed.desired } : settled;
  const decision = decideOn(known, capacity, snapshot, policy, now);
  if (observed === undefined && decision.desired !== undefined) {
    return { next: record, findings: [], needsCapacity: true };
  }
  return decision;
}

/** Somebody else may have set the count: it is read anew when an alarm has just begun, and every ten minutes. */
function isCountDue({ alarms }: ScalingSnapshot, now: EpochMs): boolean {
  const news = [...alarms.values()].some(
    (view) => view !== 'missing' && view.state === 'ALARM' && now - view.since < JUST_BEGUN,
  );
  return news || now % COUNT_EVERY < LOOK_EVERY;
}

function presumed({ lastDesired }: ScalingRecord): CapacityView | undefined {
  if (lastDesired === undefined) return undefined;
  return {
    desired: lastDesired,
    running: lastDesired,
    deploying: false,
    warming: 0,
    protectedFromScaleIn: 0,
    bounds: null,
    suspended: [],
  };
}

function decideOn(
  record: ScalingRecord,
  capacity: CapacityView,
  snapshot: ScalingSnapshot,
  policy: TargetPolicy,
  now: EpochMs,
): ScalingDecision {
  const due = runSchedules(record, policy, now);
  const bounds = boundsOf(due.record, policy, capacity);
  const situation: Situation = { record: due.record, policy, capacity, bounds, now };
  const ordered = byOrder(due, situation, snapshot);
  if ('next' in ordered) return ordered;
  const scheduled = due.by ? bySchedule(ordered, situation, snapshot) : { ...ordered, record: ordered.seen };
  if ('next' in scheduled) return scheduled;
  return byPolicies({ ...situation, record: scheduled.record }, snapshot, scheduled.findings);
}

/**
 * A change by order is the change of this look, and takes the place of the count that a schedule would set; the bounds
 * of the schedule hold for it. When there is none to make, schedules and policies go on from what is left.
 */
function byOrder(
  due: DueSchedules,
  situation: Situation,
  snapshot: ScalingSnapshot,
): ScalingDecision | DueSchedules {
  const { order } = due.record;
  if (order === undefined) return due;
  const { intent, over, findings: found } = follow(order, situation, snapshot);
  const findings = [...due.findings, ...found];
  if (intent) {
    const next = { ...due.seen, intent };
    return { ...answer(next, snapshot, situation.policy, situation.now, findings), desired: intent.desired };
  }
  if (!over) return { ...due, findings };
  return { ...due, record: withoutOrder(due.record), seen: withoutOrder(due.seen), findings };
}

/** A change by schedule is the change of this look; when there is none to make, policies go on from what is left. */
function bySchedule(
  due: DueSchedules,
  situation: Situation,
  snapshot: ScalingSnapshot,
): ScalingDecision | { readonly record: ScalingRecord; readonly findings: readonly Finding[] } {
  const { capacity, bounds, policy, now } = situation;
  const from = capacity.desired;
  const wanted = countAfter(due.desired ?? from, bounds);
  if (wanted === from) return { record: due.seen, findings: due.findings };
  const wish: Wish = { from, to: wanted, by: 'schedule' };
  const { to, findings } = guard(wish, situation, snapshot);
  // What a guard has kept back stays due, for as long as the schedule makes up for.
  const record = to === wanted ? due.seen : due.record;
  const all = [...due.findings, ...findings];
  if (to === from) return { record, findings: all };
  const by = due.by ?? 'schedule';
  const sentence = `${policy.target.id} goes from ${from} to ${to} ${unitsOf(policy)} by ${by}, within ${bounds.min} to ${bounds.max}.`;
  const finding: Finding = {
    reason: 'scheduled-change',
    outcome: 'acted',
    sentence,
    facts: { from, to, by },
  };
  const intent: Intent = { desired: to, from, policy: by, decidedAt: now, cooldownMs: 0 };
  return { ...answer({ ...record, intent }, snapshot, policy, now, [...all, finding]), desired: to };
}

function byPolicies(
  situation: Situation,
  snapshot: ScalingSnapshot,
  before: readonly Finding[],
): ScalingDecision {
  const { policy, capacity, now } = situation;
  const evaluations: Evaluation[] = [];
  let { record } = situation;
  for (const one of policy.policies) {
    const evaluation = evaluate(one, snapshot, { ...situation, record });
    evaluations.push(evaluation);
    record = evaluation.record;
  }
  const combined = combine(evaluations, situation);
  const findings = [...before, ...evaluations.flatMap((one) => one.findings), ...combined.findings];
  if (
    record.lastReason?.includes('metric-unreadable') &&
    !findings.some(({ reason }) => reason === 'metric-unreadable')
  ) {
    const sentence = `${policy.target.id}: every metric can be read again.`;
    findings.push({ reason: 'metric-recovered', outcome: 'done', sentence });
  }
  const { proposal } = combined;
  const from = capacity.desired;
  if (proposal === undefined) return answer(record, snapshot, policy, now, findings);
  const guarded = guard({ from, to: proposal.desired, by: 'policy' }, { ...situation, record }, snapshot);
  const { to } = guarded;
  findings.push(...guarded.findings);
  if (to === from) return answer(record, snapshot, policy, now, findings);
  const reason = to > from ? 'scaled-out' : 'scaled-in';
  const sentence = `${policy.target.id} goes from ${from} to ${to} ${unitsOf(policy)} by policy ${proposal.policy}: ${proposal.why}.`;
  findings.push({ reason, outcome: 'acted', sentence, facts: { from, to, policy: proposal.policy } });
  const { cooldownMs } = proposal;
  const intent: Intent = { desired: to, from, policy: proposal.policy, decidedAt: now, cooldownMs };
  return { ...answer({ ...record, intent }, snapshot, policy, now, findings), desired: to };
}

function evaluate(
  policy: MetricPolicy,
  { alarms, metrics }: ScalingSnapshot,
  situation: Situation,
): Evaluation {
  const metric = metrics.get(policy.name);
  switch (policy.kind) {
    case 'step':
      return evaluateStep(policy, alarms.get(policy.alarm.name), metric, situation);
    case 'target-tracking':
      return evaluateTracking(policy, metric, situation);
    case 'backlog':
      return evaluateBacklog(policy, metric, situation);
    default:
      return policy satisfies never;
  }
}

/**
 * A change that was recorded and perhaps applied: the same absolute count once more does no harm, and stepping again
 * would. Undefined when there is none, or when it is too old, or somebody has set another count since.
 */
function replay(
  record: ScalingRecord,
  snapshot: ScalingSnapshot,
  policy: TargetPolicy,
  now: EpochMs,
): ScalingDecision | undefined {
  const { intent } = record;
  if (intent === undefined || now - intent.decidedAt > INTENT_LIFE) return undefined;
  const capacity = snapshot.capacity === 'missing' ? undefined : snapshot.capacity;
  if (capacity === undefined) return { next: record, findings: [], needsCapacity: true };
  if (capacity.desired !== intent.from && capacity.desired !== intent.desired) return undefined;
  const bounds = boundsOf(record, policy, capacity);
  const wish: Wish = { from: intent.from, to: intent.desired, by: 'schedule' };
  const { to, findings } = isPermitted(wish, { record, policy, capacity, bounds, now }, snapshot);
  if (to !== intent.desired) {
    const { intent: _, ...dropped } = record;
    return answer(dropped, snapshot, policy, now, findings);
  }
  const sentence = `${policy.target.id}: the change from ${intent.from} to ${intent.desired} by ${intent.policy}, decided ${utc(intent.decidedAt)}, is applied again.`;
  const finding: Finding = { reason: 'intent-replayed', outcome: 'acted', sentence };
  return { ...answer(record, snapshot, policy, now, [finding]), desired: intent.desired };
}

function missing(record: ScalingRecord, policy: TargetPolicy, now: EpochMs): ScalingDecision {
  const { intent: _, lastDesired: __, ...rest } = record;
  const next = withoutOrder(rest);
  const sentence = `${policy.target.id} does not exist or is being deleted. Correct its name in the policy file, or take it out.`;
  const finding: Finding = { reason: 'target-missing', outcome: 'refused', sentence };
  return { next, findings: [finding], lookAgainAt: now + MINUTE };
}

/** The decision without a change: what the alarms are now, what was said, and when to look again. */
function answer(
  record: ScalingRecord,
  snapshot: ScalingSnapshot,
  policy: TargetPolicy,
  now: EpochMs,
  findings: readonly Finding[],
): ScalingDecision {
  const next = withAlarmStates(record, snapshot.alarms);
  const lookAgainAt = nextLookAt(next, policy, now);
  return { next, findings, ...(lookAgainAt < Number.POSITIVE_INFINITY ? { lookAgainAt } : {}) };
}
