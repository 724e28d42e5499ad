import type { EpochMs } from '../clock.ts';
import { countAt } from './cooldown.ts';
import type { Finding } from './decision.ts';
import type { Quantity, TargetTrackingPolicy } from './policy.ts';
import type { Change, Wanted } from './record.ts';
import { type Evaluation, type Situation, shown, withinBounds } from './situation.ts';
import type { MetricView } from './snapshot.ts';
import { idle } from './step-size.ts';

/** Binary fractions must not cost a task: 10 x 1.1 is 11, not 11.000000000000002. */
const FRACTION = 1e-9;

/** As many as are needed, whole: outwards that rounds the change up, inwards towards zero (EC2 Auto Scaling user guide). */
export const wholeCount = (raw: number) => Math.ceil(raw - FRACTION) + 0;

/**
 * Wanted = count x metric / value, as Kubernetes' HorizontalPodAutoscaler has it; nothing changes while the ratio is
 * within the tolerance of 1.
 */
export function trackedCount(
  count: number,
  metric: number,
  value: number,
  tolerance: number,
): number | 'within-tolerance' {
  const ratio = metric / value;
  return Math.abs(ratio - 1) <= tolerance + FRACTION ? 'within-tolerance' : wholeCount(count * ratio);
}

/** What a target tracking policy asks for. */
export function evaluateTracking(
  policy: TargetTrackingPolicy,
  metric: MetricView | undefined,
  situation: Situation,
): Evaluation {
  const { record, capacity } = situation;
  if (metric?.kind !== 'value') {
    return { record, findings: [unreadable(policy.name, metric, situation)], forbidsIn: true };
  }
  const raw = wantedNow(policy, metric, situation);
  const wanted = raw === 'within-tolerance' ? capacity.desired : raw;
  const history = remember(policy, wanted, situation);
  const remembered = { ...record, wanted: { ...record.wanted, [policy.name]: history } };
  // A direction that is switched off has no say: it neither scales nor keeps others from it.
  if (wanted !== capacity.desired && !(wanted > capacity.desired ? policy.out : policy.in).enabled) {
    return { record: remembered, findings: [], forbidsIn: false };
  }
  const why = `${policy.name} measures ${shown(metric.value)} for ${shown(policy.value)}`;
  const { desired, held } = narrowed(policy, raw, history, situation);
  return {
    record: remembered,
    proposal: { policy: policy.name, desired, cooldownMs: 0, why },
    findings: held.map(({ reason, but }) => ({
      reason,
      outcome: raw === 'within-tolerance' || raw === capacity.desired ? 'done' : 'held',
      sentence: `${situation.policy.target.id}: ${why}, ${but}.`,
      facts: { policy: policy.name, metric: metric.value, target: policy.value, desired: capacity.desired },
    })),
    forbidsIn: false,
  };
}

/** What stabilisation, rates and bounds leave of the wanted count, and what each held back. */
function narrowed(
  policy: TargetTrackingPolicy,
  raw: number | 'within-tolerance',
  history: readonly Wanted[],
  { capacity: { desired }, bounds, record, now }: Situation,
): { desired: number; held: { reason: Finding['reason']; but: string }[] } {
  if (raw === 'within-tolerance')
    return { desired, held: [{ reason: raw, but: 'which is within the tolerance' }] };
  if (raw === desired) {
    return {
      desired,
      held: [{ reason: 'already-at-desired', but: `which asks for the ${desired} there are` }],
    };
  }
  const stable = stabilised(policy, raw, history, desired, now);
  if (stable === desired) {
    const but = `which asks for ${raw}, but not for the whole stabilisation window`;
    return { desired, held: [{ reason: 'stabilising', but }] };
  }
  const rated = withinRates(policy, stable, desired, record.changes, now);
  const bounded = withinBounds(rated, desired, bounds);
  const held: { reason: Finding['reason']; but: string }[] = [];
  if (rated !== stable)
    held.push({ reason: 'rate-limited', but: `which asks for ${stable}; its rates allow ${rated} now` });
  if (bounded.reason)
    held.push({
      reason: bounded.reason,
      but: `which asks for ${rated}, beyond ${bounds.min} to ${bounds.max}`,
    });
  return { desired: bounded.desired, held };
}

/**
 * A metric whose period began before a change was measured on the count of that time, so that one is multiplied: the
 * same breach seen twice asks for the same count twice. Tasks that do not run yet are not multiplied either. Never
 * against the direction in which the metric points.
 */
function wantedNow(
  { value, tolerance }: TargetTrackingPolicy,
  metric: { readonly value: number; readonly at: EpochMs },
  { record, capacity, policy }: Situation,
): number | 'within-tolerance' {
  const { desired, running, deploying } = capacity;
  const present = deploying || running === 0 ? desired : Math.min(running, desired);
  const raw = trackedCount(countAt(record, metric.at, present), metric.value, value, tolerance);
  if (raw === 'within-tolerance') return raw;
  if (metric.value < value) return Math.min(raw, desired);
  return Math.max(raw + (policy.target.kind === 'group' ? idle(capacity) : 0), desired);
}

/**
 * What was wanted since when, newest last, as far back as the longer window goes. What goes on unchanged adds nothing,
 * so that a quiet look writes nothing either.
 */
function remember(
  policy: TargetTrackingPolicy,
  wanted: number,
  { record, capacity, now }: Situation,
): readonly Wanted[] {
  const begins = now - Math.max(policy.out.stabilisationMs, policy.in.stabilisationMs);
  // What was never looked at before counts as settled at what it is, so that a window begins full.
  const known = record.wanted[policy.name] ?? [{ at: now, desired: capacity.desired }];
  const kept = since(known, begins);
  return kept.at(-1)?.desired === wanted ? kept : [...kept, { at: now, desired: wanted }];
}

/** All from the one that held at a moment. */
const since = (history: readonly Wanted[], moment: EpochMs) =>
  history.slice(
    Math.max(
      0,
      history.findLastIndex(({ at }) => at <= moment),
    ),
  );

/** Out: the least wanted in the window; in: the most; the present count where the two leave room for it. */
export function stabilised(
  policy: Pick<TargetTrackingPolicy, 'out' | 'in'>,
  wanted: number,
  history: readonly Wanted[],
  desired: number,
  now: EpochMs,
): number {
  const within = (ms: number) => since(history, now - ms).map((one) => one.desired);
  const least = Math.min(wanted, ...within(policy.out.stabilisationMs));
  const most = Math.max(wanted, ...within(policy.in.stabilisationMs));
  return Math.min(Math.max(desired, least), most);
}

/** The wanted count, no further from the present one than the rates of its direction allow. */
export function withinRates(
  policy: Pick<TargetTrackingPolicy, 'out' | 'in'>,
  wanted: number,
  desired: number,
  changes: readonly Change[],
  now: EpochMs,
): number {
  if (wanted === desired) return desired;
  const isOut = wanted > desired;
  const { rates, select } = isOut ? policy.out : policy.in;
  if (rates.length === 0) return wanted;
  const limits = rates.map(({ change, periodMs }) => {
    const start =
      desired -
      changes.filter(({ at }) => at > now - periodMs).reduce((sum, one) => sum + one.to - one.from, 0);
    return Math.max(0, sizeOf(change, start) - moved(changes, isOut, now - periodMs));
  });
  const most = select === 'most' ? Math.max(...limits) : Math.min(...limits);
  return isOut ? Math.min(wanted, desired + most) : Math.max(wanted, desired - most);
}

/** How many were added, or taken away, since a moment. */
export function moved(changes: readonly Change[], isOut: boolean, since: EpochMs): number {
  return changes
    .filter(({ at, from, to }) => at > since && to > from === isOut)
    .reduce((sum, { from, to }) => sum + Math.abs(to - from), 0);
}

/** A share is rounded up, as HorizontalPodAutoscaler does: 10% of 72 are 8. */
export const sizeOf = (quantity: Quantity, of: number) =>
  quantity.kind === 'count' ? quantity.value : wholeCount((of * quantity.value) / 100);

/** A policy without a value cannot say whether fewer are enough. */
export function unreadable(name: string, metric: MetricView | undefined, { policy }: Situation): Finding {
  const on = `${policy.target.id}, policy ${name}`;
  const facts = { policy: name };
  if (metric?.kind === 'no-data') {
    const sentence = `${on}: its metric has no datapoint. Nothing is scaled in until it has.`;
    return { reason: 'no-datapoints', outcome: 'held', sentence, facts };
  }
  const why = metric?.kind === 'unreadable' ? metric.why : 'it was not read';
  const sentence = `${on}: its metric could not be read (${why}). Nothing is scaled in until it can.`;
  return { reason: 'metric-unreadable', outcome: 'failed', sentence, facts };
}
