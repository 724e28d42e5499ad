import { utc } from '../clock.ts';
import { endOf } from './cooldown.ts';
import type { Finding } from './decision.ts';
import type { Step, StepPolicy } from './policy.ts';
import { type Evaluation, type Situation, shown, unitsOf } from './situation.ts';
import type { AlarmView, MetricView } from './snapshot.ts';
import { proposeStep } from './step-size.ts';
import { distance, isBreaching, nearestStep, stepFor } from './steps.ts';

type Alarm = AlarmView | 'missing' | undefined;

/** What a step policy asks for, by its alarm's state and metric as they are now. */
export function evaluateStep(
  policy: StepPolicy,
  alarm: Alarm,
  metric: MetricView | undefined,
  situation: Situation,
): Evaluation {
  const { record } = situation;
  const quiet = { record, findings: [], forbidsIn: false };
  if (alarm === undefined) return quiet;
  if (alarm === 'missing') return { record, findings: [alarmMissing(policy, situation)], forbidsIn: true };
  const differs = differences(policy, alarm, situation);
  // The steps stand on the other side of the threshold: whatever they said would be wrong.
  if (alarm.comparison !== null && alarm.comparison !== policy.alarm.comparison) {
    return { record, findings: differs, forbidsIn: true };
  }
  if (alarm.state !== 'ALARM') {
    return record.inAlarm.includes(alarm.name)
      ? { ...quiet, findings: [notInAlarm(policy, alarm, situation)] }
      : quiet;
  }
  const evaluation = inAlarm(policy, alarm, metric, situation);
  return { ...evaluation, findings: [...differs, ...evaluation.findings] };
}

function inAlarm(
  policy: StepPolicy,
  alarm: AlarmView,
  metric: MetricView | undefined,
  situation: Situation,
): Evaluation {
  const { record, policy: target } = situation;
  const on = `${target.target.id}, policy ${policy.name}`;
  if (metric === undefined || metric.kind === 'unreadable') {
    const why = metric?.why ?? 'it was not read';
    const sentence = `${on}: the metric of alarm ${alarm.name} could not be read (${why}). Nothing is scaled in until it can.`;
    return {
      record,
      findings: [
        { reason: 'metric-unreadable', outcome: 'failed', sentence, facts: { policy: policy.name } },
      ],
      forbidsIn: true,
    };
  }
  if (metric.kind === 'no-data') return withoutData(policy, alarm, situation);
  const threshold = alarm.threshold ?? policy.alarm.threshold;
  const step = stepFor(policy.steps, distance(metric.value, threshold), policy.alarm.comparison);
  const seen = `${alarm.name} is in ALARM at ${shown(metric.value)}, threshold ${shown(threshold)}`;
  if (step !== undefined) {
    return take(policy, step, seen, situation, metric.at + alarm.periodSeconds * 1_000);
  }
  const back = !isBreaching(metric.value, threshold, policy.alarm.comparison);
  const sentence = back
    ? `${on}: ${seen}, but that does not breach it any more and no step begins there. Nothing is changed.`
    : `${on}: ${seen}, and no step covers that. Nothing is changed; add a step for it.`;
  const facts = { policy: policy.name, metric: metric.value, threshold };
  return {
    record,
    findings: [{ reason: 'no-matching-step', outcome: 'held', sentence, facts }],
    forbidsIn: false,
  };
}

// ALARM without any datapoint comes with treatMissingData: breaching. There is no distance to choose a step by.
function withoutData(policy: StepPolicy, alarm: AlarmView, situation: Situation): Evaluation {
  const step = policy.noData === 'nearest-step' ? nearestStep(policy.steps) : undefined;
  if (step) return take(policy, step, `${alarm.name} is in ALARM without a datapoint`, situation);
  const sentence = `${situation.policy.target.id}, policy ${policy.name}: alarm ${alarm.name} is in ALARM without any datapoint, so that no step can be chosen. Set noData: nearest-step if it shall act all the same.`;
  return {
    record: situation.record,
    findings: [{ reason: 'no-datapoints', outcome: 'held', sentence, facts: { policy: policy.name } }],
    forbidsIn: false,
  };
}

function take(
  policy: StepPolicy,
  step: Step,
  seen: string,
  situation: Situation,
  measuredUntil?: number,
): Evaluation {
  const { desired, reason } = proposeStep(policy, step.adjustment, situation, measuredUntil);
  const why = `${seen}, so that the step of ${stepInWords(policy, step, situation)} holds`;
  return {
    record: situation.record,
    proposal: { policy: policy.name, desired, cooldownMs: policy.cooldownMs, why },
    findings: reason ? [held(policy, reason, why, situation)] : [],
    forbidsIn: false,
  };
}

function stepInWords({ adjustment: type }: StepPolicy, { adjustment }: Step, { policy }: Situation): string {
  const signed = adjustment > 0 ? `+${adjustment}` : String(adjustment);
  if (type === 'PercentChangeInCapacity') return `${signed}%`;
  return type === 'ExactCapacity'
    ? `exactly ${adjustment} ${unitsOf(policy)}`
    : `${signed} ${unitsOf(policy)}`;
}

function held(
  policy: StepPolicy,
  reason: Finding['reason'],
  why: string,
  { policy: target, record, capacity, bounds }: Situation,
): Finding {
  const { desired, running } = capacity;
  const until = record.lastOut ? utc(endOf(record.lastOut)) : '';
  const because: Partial<Record<Finding['reason'], string>> = {
    'cooldown-out': `since ${record.lastOut?.from} all that it asks for has been added already and has yet to show (cooldown until ${until})`,
    'already-at-max': `${desired} is at max ${bounds.max} or above`,
    'already-at-min': `${desired} (${running} of them running) is at min ${bounds.min} or below`,
    'already-at-desired': `with ${running} running, ${desired} desired covers it already`,
  };
  const sentence = `${target.target.id}, policy ${policy.name}: ${why}, but ${because[reason] ?? reason}.`;
  return { reason, outcome: 'held', sentence, facts: { policy: policy.name, desired, running } };
}

function alarmMissing({ name, alarm }: StepPolicy, { policy }: Situation): Finding {
  const sentence = `${policy.target.id}, policy ${name}: CloudWatch has no alarm ${alarm.name}. Correct its name in the policy file or create it; nothing is scaled in until then.`;
  return { reason: 'alarm-missing', outcome: 'refused', sentence, facts: { policy: name } };
}

function notInAlarm({ name }: StepPolicy, alarm: AlarmView, { policy }: Situation): Finding {
  const sentence = `${policy.target.id}, policy ${name}: alarm ${alarm.name} is ${alarm.state} now, since ${utc(alarm.since)}; nothing is left to do for it.`;
  return { reason: 'alarm-not-in-alarm', outcome: 'done', sentence, facts: { policy: name } };
}

function differences(policy: StepPolicy, alarm: AlarmView, { policy: target }: Situation): Finding[] {
  const { threshold, comparison } = policy.alarm;
  const facts = { policy: policy.name };
  const on = `${target.target.id}, policy ${policy.name}: alarm ${alarm.name}`;
  if (alarm.comparison !== null && alarm.comparison !== comparison) {
    const sentence = `${on} compares ${alarm.comparison}, the policy file says ${comparison}. The policy does nothing until they agree.`;
    return [{ reason: 'alarm-differs-from-policy', outcome: 'refused', sentence, facts }];
  }
  if (alarm.threshold === null || alarm.threshold === threshold) return [];
  const sentence = `${on} has threshold ${alarm.threshold}, the policy file says ${threshold}. The alarm's is used; correct the file.`;
  return [{ reason: 'alarm-differs-from-policy', outcome: 'held', sentence, facts }];
}
