import type { EpochMs } from '../../lib/clock.ts';
import { utc } from '../../lib/clock.ts';
import { decide } from '../../lib/scaling/decide.ts';
import type { ScalingDecision } from '../../lib/scaling/decision.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import type { MetricPolicy, Schedule, Step, StepPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { nextRun } from '../../lib/scaling/schedule.ts';
import { shown, unitsOf } from '../../lib/scaling/situation.ts';
import type { AlarmView, CapacityView, ScalingSnapshot } from '../../lib/scaling/snapshot.ts';
import type { Check } from './check.ts';
import { verdictOf } from './entries.ts';

/** A target as it is, and what was read of its alarms and metrics. */
export interface TargetView {
  readonly policy: TargetPolicy;
  readonly capacity: CapacityView;
  /** With who else scales it. */
  readonly snapshot: ScalingSnapshot;
}

/**
 * What each policy of a target would lead to from the present count, by itself and by the decisions of the function on
 * a fresh record: a step policy in every one of its steps, the others by their metric as it is. Pure.
 */
export function checkPolicies(view: TargetView, now: EpochMs): Check[] {
  return view.policy.policies.map((one) =>
    one.kind === 'step' ? checkSteps(view, one, now) : checkMetric(view, one, now),
  );
}

const SECTION = 'scaling.policies';

/** Alone: what several policies come to together is what would be done now. */
const only = (policy: TargetPolicy, one: MetricPolicy): TargetPolicy => ({
  ...policy,
  policies: [one],
  schedules: [],
});

function checkSteps(view: TargetView, one: StepPolicy, now: EpochMs): Check {
  const { policy } = view;
  const name = one.alarm.name;
  const base = { section: SECTION, subject: `${policy.target.id} ${one.name}`, change: null } as const;
  const alarm = view.snapshot.alarms.get(name);
  const outcomes = one.steps.map((step) => ({ step, decision: decideIn(view, one, step, now) }));
  const findings = outcomes.flatMap(({ decision }) => decision.findings);
  const told = findings.find(({ reason }) => reason.startsWith('alarm-') || reason === 'other-owner');
  const remarks = outcomes.map(({ step, decision }) => stepInWords(view, one, step, decision));
  if (alarm === undefined || alarm === 'missing') {
    const sentence = told?.sentence ?? `Alarm ${name} was not read.`;
    return { ...base, verdict: 'refused', reason: told?.reason ?? 'alarm-missing', sentence, remarks: [] };
  }
  if (told) return { ...base, verdict: 'refused', reason: told.reason, sentence: told.sentence, remarks };
  const sentence = `Alarm ${name} is ${alarm.state}. In ALARM, from ${view.capacity.desired} ${unitsOf(policy)}:`;
  const changes = outcomes.some(({ decision }) => decision.desired !== undefined);
  const reason = findings.find(({ outcome }) => outcome === 'acted')?.reason ?? findings[0]?.reason;
  return {
    ...base,
    verdict: changes ? 'ready' : 'idle',
    reason: reason ?? 'nothing-to-do',
    sentence,
    remarks,
  };
}

function decideIn(
  { policy, capacity, snapshot }: TargetView,
  one: StepPolicy,
  step: Step,
  now: EpochMs,
): ScalingDecision {
  const alarm = snapshot.alarms.get(one.alarm.name) ?? 'missing';
  const breached = alarm === 'missing' ? alarm : ({ ...alarm, state: 'ALARM', since: 0 } as const);
  const value = thresholdOf(one, alarm) + within(step);
  const hypothetical: ScalingSnapshot = {
    ...snapshot,
    capacity,
    alarms: new Map([[one.alarm.name, breached]]),
    metrics: new Map([[one.name, { kind: 'value', value, at: now }]]),
  };
  return decide(newScalingRecord(policy.target.id), hypothetical, only(policy, one), now);
}

const thresholdOf = (one: StepPolicy, alarm: AlarmView | 'missing' | undefined): number =>
  (alarm === 'missing' ? undefined : alarm?.threshold) ?? one.alarm.threshold;

/** A distance from the threshold for which the step holds, whichever of its bounds belongs to it. */
function within({ lower, upper }: Step): number {
  if (lower !== null && upper !== null) return (lower + upper) / 2;
  if (lower !== null) return lower + 1;
  return upper === null ? 0 : upper - 1;
}

function stepInWords(
  view: TargetView,
  one: StepPolicy,
  step: Step,
  { desired, findings }: ScalingDecision,
): string {
  const threshold = thresholdOf(one, view.snapshot.alarms.get(one.alarm.name));
  const at = (bound: number | null) => (bound === null ? undefined : shown(threshold + bound));
  const [low, high] = [at(step.lower), at(step.upper)];
  const range =
    low !== undefined && high !== undefined
      ? `from ${low} to ${high}`
      : low !== undefined
        ? `from ${low} up`
        : `up to ${high}`;
  const why = findings.filter(({ outcome }) => outcome !== 'acted').map(({ sentence }) => sentence);
  const result = desired === undefined ? 'no change.' : `to ${desired}.`;
  return [`${range}: ${result}`, ...why].join(' ');
}

function checkMetric(view: TargetView, one: MetricPolicy, now: EpochMs): Check {
  const { policy, capacity, snapshot } = view;
  const base = { section: SECTION, subject: `${policy.target.id} ${one.name}`, change: null } as const;
  const record = newScalingRecord(policy.target.id);
  const { desired, findings } = decide(record, { ...snapshot, capacity }, only(policy, one), now);
  const [first, ...others] = findings.toSorted((a, b) => rank(a.outcome) - rank(b.outcome));
  const metric = snapshot.metrics.get(one.name);
  const seen = metric?.kind === 'value' ? [`Its metric is ${shown(metric.value)} now.`] : [];
  if (first === undefined) {
    const sentence = `${policy.target.id}: policy ${one.name} keeps ${capacity.desired} ${unitsOf(policy)}.`;
    return { ...base, verdict: 'idle', reason: 'nothing-to-do', sentence, remarks: seen };
  }
  const { reason, sentence, outcome } = first;
  const remarks = [...seen, ...others.map((finding) => finding.sentence)];
  // What is done now by all policies together is said apart.
  const verdict = desired !== undefined || outcome === 'held' ? 'ready' : verdictOf(outcome);
  // A metric that CloudWatch does not have is nothing that the plan could not read.
  return { ...base, verdict: outcome === 'failed' ? 'refused' : verdict, reason, sentence, remarks };
}

const rank = (outcome: string) =>
  ['refused', 'failed', 'acted', 'held'].indexOf(outcome) + 5 * Number(outcome === 'done');

/** What the next run of each schedule would lead to, if all else were as it is now. Pure. */
export function checkSchedules(view: TargetView, now: EpochMs): Check[] {
  return view.policy.schedules.map((schedule) => checkSchedule(view, schedule, now));
}

function checkSchedule({ policy, capacity, snapshot }: TargetView, schedule: Schedule, now: EpochMs): Check {
  const { id } = policy.target;
  const base = { section: 'scaling.schedules', subject: `${id} ${schedule.name}`, change: null } as const;
  const at = nextRun(schedule, now);
  if (at === undefined) {
    const sentence = `Schedule ${schedule.name} has no run any more. Take it out.`;
    return { ...base, verdict: 'idle', reason: 'nothing-to-do', sentence, remarks: [] };
  }
  const record = { ...newScalingRecord(id), schedulesSeen: { [schedule.name]: at - 1 } };
  const alone = { ...policy, policies: [], schedules: [schedule] };
  const seen = { ...snapshot, alarms: new Map(), metrics: new Map(), capacity };
  const { desired, findings } = decide(record, seen, alone, at);
  const remarks = findings.filter(({ outcome }) => outcome !== 'acted').map(({ sentence }) => sentence);
  const refused = findings.find(({ outcome }) => outcome === 'refused');
  const units = unitsOf(policy);
  const sentence = `Runs next at ${utc(at)}: from ${capacity.desired} ${units} ${desired === undefined ? 'no change' : `to ${desired}`}.`;
  if (refused) return { ...base, verdict: 'refused', reason: refused.reason, sentence, remarks };
  return { ...base, verdict: 'ready', reason: 'scheduled-change', sentence, remarks };
}
