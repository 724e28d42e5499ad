import type { EpochMs } from '../../lib/clock.ts';
import type { Alarm, ComparisonOperator, MetricAlarm, MetricRef, StateValue } from '../cloudwatch/model.ts';
import type { World } from '../world.ts';
import { Changes } from './changes.ts';
import type { AlarmTrack, MetricTrack } from './observation.ts';

/** The states of all alarms, by name. */
export function watchAlarms({ cloudWatch }: World) {
  const states = new Map<string, Changes<StateValue>>();
  return {
    states,
    look(now: EpochMs): void {
      for (const { name, state } of cloudWatch.alarms.values()) {
        const changes = states.get(name) ?? new Changes<StateValue>();
        states.set(name, changes);
        changes.note(now, state.value);
      }
    },
  };
}

/** Every metric that an alarm is on, with all its alarms. CloudWatch keeps the values itself. */
export function metricTracks(
  { cloudWatch }: World,
  from: EpochMs,
  to: EpochMs,
  states: ReadonlyMap<string, Changes<StateValue>>,
): readonly MetricTrack[] {
  const byMetric = Map.groupBy([...cloudWatch.alarms.values()].filter(isMetricAlarm), titleOf);
  return [...byMetric].flatMap(([title, alarms]): MetricTrack[] => {
    const [first] = alarms;
    if (first === undefined) return [];
    const values = cloudWatch.metrics.query(first.queries, { from, to }).get(first.result);
    return [
      {
        title,
        values: [...(values ?? [])].toSorted(([a], [b]) => a - b),
        alarms: alarms.map((alarm) => alarmTrack(alarm, states.get(alarm.name))),
      },
    ];
  });
}

const isMetricAlarm = (alarm: Alarm): alarm is MetricAlarm => alarm.kind === 'metric';

function titleOf({ name, spec: { on } }: MetricAlarm): string {
  if ('queries' in on) return `what ${name} computes`;
  return `${on.metric} of ${ownerOf(on)}${on.stat === 'Average' ? '' : ` (${on.stat})`}`;
}

function ownerOf({ namespace, dimensions = {} }: MetricRef): string {
  return Object.values(dimensions).join('/') || namespace;
}

const SIGNS: Readonly<Record<ComparisonOperator, AlarmTrack['sign']>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '≥',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '≤',
};

function alarmTrack({ name, spec }: MetricAlarm, state: Changes<StateValue> | undefined): AlarmTrack {
  return { name, sign: SIGNS[spec.comparison], threshold: spec.threshold, state: state?.series ?? [] };
}
