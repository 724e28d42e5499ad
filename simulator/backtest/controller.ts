import type { EpochMs } from '../../lib/clock.ts';
import { decide } from '../../lib/scaling/decide.ts';
import type { ScalingDecision } from '../../lib/scaling/decision.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import { settleOutcome } from '../../lib/scaling/outcome.ts';
import type { MetricPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { scalingReasons } from '../../lib/scaling/reasons.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import type { AlarmView, MetricView, ScalingSnapshot } from '../../lib/scaling/snapshot.ts';
import { type AlarmWatch, createAlarm, isAbove } from './alarm.ts';
import type { Move, Scaler, Sight } from './engine.ts';
import type { LoadModel } from './load-model.ts';
import { metricOf } from './terms.ts';

/**
 * The controller itself: its own `decide`, once a minute as its schedule has it, over the state that the model shows
 * it. Every write succeeds at once. `startsAt` is when it was put in charge: schedules before that are not made up for.
 */
export function controller(policy: TargetPolicy, model: LoadModel, startsAt: EpochMs): Scaler {
  const alarms = new Map<string, AlarmWatch>();
  for (const part of policy.policies) {
    if (part.kind !== 'step') continue;
    const { name, threshold, comparison } = part.alarm;
    const points = isAbove(comparison) ? model.datapoints.above : model.datapoints.below;
    alarms.set(name, createAlarm(threshold, comparison, points));
  }
  let record = newRecord(policy, startsAt);
  return (sight) => {
    const snapshot = observe(policy, model, alarms, sight);
    const decision = decide(record, snapshot, policy, sight.now);
    record = settled(decision, sight.now);
    return moveOf(decision);
  };
}

function newRecord({ target, schedules }: TargetPolicy, startsAt: EpochMs): ScalingRecord {
  const schedulesSeen = Object.fromEntries(schedules.map(({ name }) => [name, startsAt]));
  return { ...newScalingRecord(target.id), schedulesSeen };
}

function settled({ desired, next }: ScalingDecision, now: EpochMs): ScalingRecord {
  return desired === undefined ? next : settleOutcome(next, { result: 'done' }, now).record;
}

function observe(
  { policies, target }: TargetPolicy,
  model: LoadModel,
  watches: ReadonlyMap<string, AlarmWatch>,
  sight: Sight,
): ScalingSnapshot {
  const alarms = new Map<string, AlarmView>();
  const metrics = new Map<string, MetricView>();
  for (const policy of policies) {
    const value = sight.metric(metricOf(policy, model));
    metrics.set(
      policy.name,
      value === null ? { kind: 'no-data' } : { kind: 'value', value, at: sight.metricAt },
    );
    const watch = policy.kind === 'step' ? watches.get(policy.alarm.name) : undefined;
    if (policy.kind !== 'step' || watch === undefined) continue;
    watch.see(value, sight.now);
    alarms.set(policy.alarm.name, alarmView(policy, watch));
  }
  return {
    capacity: {
      desired: sight.desired,
      running: sight.running,
      deploying: false,
      warming: target.kind === 'group' ? Math.max(0, sight.desired - sight.running) : 0,
      protectedFromScaleIn: 0,
      bounds: null,
      suspended: [],
    },
    alarms,
    metrics,
  };
}

function alarmView({ alarm }: MetricPolicy & { kind: 'step' }, { state, since }: AlarmWatch): AlarmView {
  const { name, threshold, comparison } = alarm;
  return { name, state, since, kind: 'metric', threshold, comparison, periodSeconds: 60 };
}

/** The finding that explains the decision: what was done, or else the first notable one that was held back. */
function moveOf({ desired, findings }: ScalingDecision): Move | undefined {
  if (desired === undefined) {
    return findings.find(({ reason, outcome }) => outcome !== 'done' && scalingReasons[reason] === 'notable');
  }
  const { reason, sentence } = findings.findLast(({ outcome }) => outcome === 'acted') ?? NO_FINDING;
  return { desired, reason, sentence };
}

const NO_FINDING = { reason: 'no-reason-given', sentence: '' };
