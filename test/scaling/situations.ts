import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { clusterName, groupName, serviceName } from '../../lib/ids.ts';
import { decide as decideOn } from '../../lib/scaling/decide.ts';
import type { ScalingDecision } from '../../lib/scaling/decision.ts';
import { settleOutcome } from '../../lib/scaling/outcome.ts';
import type {
  BacklogPolicy,
  Behaviour,
  Metric,
  Schedule,
  StepPolicy,
  Target,
  TargetPolicy,
  TargetTrackingPolicy,
} from '../../lib/scaling/policy.ts';
import type { Change, ScalingRecord } from '../../lib/scaling/record.ts';
import type { AlarmView, CapacityView, MetricView, ScalingSnapshot } from '../../lib/scaling/snapshot.ts';
import { expectSaid } from '../sayings.ts';
import { sayings } from './sayings.ts';

/** When the tests begin; all their times are distances from it. Not a full five minutes. */
export const START: EpochMs = Date.UTC(2026, 10, 21, 12, 2);
export const later = (ms: number): EpochMs => START + ms;

export const service: Target = {
  kind: 'service',
  id: 'service/prod/web',
  cluster: clusterName('prod'),
  service: serviceName('web'),
};
export const group: Target = {
  kind: 'group',
  id: 'group/prod-hosts',
  group: groupName('prod-hosts'),
  cluster: clusterName('prod'),
  warmupMs: 5 * MINUTE,
};

/** A service of 1 to 40 tasks, without any policy. */
export function aTarget(changes: Partial<TargetPolicy> = {}): TargetPolicy {
  return {
    target: service,
    min: 1,
    max: 40,
    policies: [],
    schedules: [],
    freezes: [],
    limits: { perChange: null, perHour: null },
    otherOwner: 'refuse',
    holdFlapping: false,
    ...changes,
  };
}

/** From 70 up +2, from 80 up +3; a cooldown of five minutes. */
export const outPolicy = (changes: Partial<StepPolicy> = {}): StepPolicy => ({
  kind: 'step',
  name: 'cpu-high',
  alarm: { name: 'web-cpu-high', threshold: 70, comparison: 'GreaterThanOrEqualToThreshold' },
  adjustment: 'ChangeInCapacity',
  steps: [
    { lower: 0, upper: 10, adjustment: 2 },
    { lower: 10, upper: null, adjustment: 3 },
  ],
  minMagnitude: null,
  cooldownMs: 5 * MINUTE,
  noData: 'hold',
  ...changes,
});

/** From 30 down -1. */
export const inPolicy = (changes: Partial<StepPolicy> = {}): StepPolicy => ({
  ...outPolicy(),
  name: 'cpu-low',
  alarm: { name: 'web-cpu-low', threshold: 30, comparison: 'LessThanOrEqualToThreshold' },
  steps: [{ lower: null, upper: 0, adjustment: -1 }],
  ...changes,
});

export const aMetric: Metric = {
  periodSeconds: 60,
  queries: [{ id: 'm', returnData: true, namespace: 'App', metric: 'Load', dimensions: {}, stat: 'Average' }],
};
export const free: Behaviour = { enabled: true, stabilisationMs: 0, rates: [], select: 'most' };
export const tracking = (changes: Partial<TargetTrackingPolicy> = {}): TargetTrackingPolicy => ({
  kind: 'target-tracking',
  name: 'load',
  metric: aMetric,
  value: 100,
  tolerance: 0.1,
  out: free,
  in: free,
  ...changes,
});
export const backlog = (changes: Partial<BacklogPolicy> = {}): BacklogPolicy => ({
  kind: 'backlog',
  name: 'jobs',
  messages: aMetric,
  acceptableLatencyMs: 10_000,
  timePerMessageMs: 100,
  activation: 0,
  zeroAfterMs: null,
  inCooldownMs: 0,
  ...changes,
});
export const aSchedule = (changes: Partial<Schedule> = {}): Schedule => ({
  name: 'morning',
  when: { kind: 'cron', expression: '0 8 * * *' },
  timeZone: 'Europe/Berlin',
  min: null,
  max: null,
  desired: null,
  makeUpMs: 10 * MINUTE,
  ...changes,
});

export const aRecord = (changes: Partial<ScalingRecord> = {}): ScalingRecord => ({
  target: service.id,
  changes: [],
  wanted: {},
  schedulesSeen: {},
  inAlarm: [],
  seen: [],
  emptySince: {},
  ...changes,
});
export const aChange = (from: number, to: number, changes: Partial<Change> = {}): Change => ({
  at: START,
  from,
  to,
  policy: 'cpu-high',
  cooldownMs: 5 * MINUTE,
  ...changes,
});

export const capacity = (desired: number, changes: Partial<CapacityView> = {}): CapacityView => ({
  desired,
  running: desired,
  deploying: false,
  warming: 0,
  protectedFromScaleIn: 0,
  bounds: null,
  suspended: [],
  ...changes,
});
export const alarmOf = ({ alarm }: StepPolicy, changes: Partial<AlarmView> = {}): AlarmView => ({
  ...alarm,
  state: 'ALARM',
  since: START - 10 * MINUTE,
  kind: 'metric',
  periodSeconds: 60,
  ...changes,
});

/** What was read: each policy's metric as given, the alarms of step policies in ALARM when a value is given. */
export function aSnapshot(
  policy: TargetPolicy,
  counted: CapacityView | 'missing' | undefined,
  values: Readonly<Record<string, number | MetricView>>,
  at: EpochMs = START,
): ScalingSnapshot {
  const steps = policy.policies.filter((one) => one.kind === 'step');
  return {
    ...(counted === undefined ? {} : { capacity: counted }),
    alarms: new Map(
      steps.map((one) => [one.alarm.name, alarmOf(one, { state: one.name in values ? 'ALARM' : 'OK' })]),
    ),
    metrics: new Map(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'number' ? { kind: 'value' as const, value, at } : value,
      ]),
    ),
  };
}

/** The reasons that a decision gives, in order. */
export const reasons = ({ findings }: ScalingDecision) => findings.map(({ reason }) => reason);

export function decide(record: ScalingRecord, snapshot: ScalingSnapshot, policy: TargetPolicy, now: EpochMs) {
  const decision = decideOn(record, snapshot, policy, now);
  expectSaid(decision.findings, sayings);
  return decision;
}

/** Decides and applies with success, so that the record of one look serves the next. */
export function step(record: ScalingRecord, snapshot: ScalingSnapshot, policy: TargetPolicy, now: EpochMs) {
  const decision = decide(record, snapshot, policy, now);
  const next =
    decision.desired === undefined
      ? decision.next
      : settleOutcome(decision.next, { result: 'done' }, now).record;
  return { decision, record: next };
}
