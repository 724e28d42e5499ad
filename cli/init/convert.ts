import { durationText } from '../../lib/policy/duration.ts';
import { type Line, live, name } from './lines.ts';
import type { AccountSnapshot, AlarmSeen, AwsPolicy, MetricSeen, StepPolicy } from './snapshot.ts';
import { uniqueNames } from './unique.ts';

/** Policies as the policy file has them. */
export interface Policies {
  readonly lines: readonly Line[];
  /** The alarms that they name. */
  readonly alarms: readonly string[];
}

/** Policies of AWS in the words of the policy file. `notes`: what has no counterpart there. */
export function converted(
  policies: readonly AwsPolicy[],
  alarms: AccountSnapshot['alarms'],
): Policies & { readonly notes: readonly string[] } {
  const names = uniqueNames(
    policies.map((policy) => policy.name),
    'policy',
  );
  const parts = policies.map((policy) => convert(policy, names.get(policy.name) ?? policy.name, alarms));
  return {
    lines: parts.flatMap(({ lines }) => lines),
    alarms: parts.flatMap((part) => part.alarms),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

function convert(
  policy: AwsPolicy,
  key: string,
  alarms: AccountSnapshot['alarms'],
): ReturnType<typeof converted> {
  const without = (why: string) => ({
    lines: [],
    alarms: [],
    notes: [`Its policy ${policy.name} has no counterpart here: ${why}.`],
  });
  switch (policy.kind) {
    case 'other':
      return without(policy.what);
    case 'target': {
      const { metric, value } = policy;
      const line = live(`${name(key)}: { target: { metric: ${metricText(metric)}, value: ${value} } }`);
      return { lines: [line], alarms: [], notes: [] };
    }
    case 'step': {
      const usable = policy.alarms.flatMap((alarm) => alarms.get(alarm) ?? []).filter(isPlain);
      const [first] = usable;
      if (first === undefined) return without('none of its alarms has a threshold that can be read');
      const lines = usable.map((alarm, index) =>
        live(`${name(index === 0 ? key : `${key}-${index + 1}`)}: { step: ${stepText(policy, alarm)} }`),
      );
      return { lines, alarms: usable.map((alarm) => alarm.name), notes: [] };
    }
    default:
      return policy satisfies never;
  }
}

/** Whether an alarm has a threshold that steps can count from. */
export const isPlain = ({ threshold, comparison }: AlarmSeen) => threshold !== null && comparison !== null;

function metricText({ namespace, name: metric, dimensions, stat }: MetricSeen): string {
  const own = Object.entries(dimensions).map(([key, value]) => `${name(key)}: ${name(value)}`);
  return `{ namespace: ${name(namespace)}, name: ${name(metric)}, dimensions: { ${own.join(', ')} }, stat: ${name(stat)} }`;
}

function stepText(policy: StepPolicy, alarm: AlarmSeen): string {
  const { adjustment, minMagnitude, cooldownMs } = policy;
  const steps = policy.steps.map((step) => {
    // A step of AWS's may have no bound at all; the alarm is in ALARM on one side of its threshold only.
    const unbound = step.from === null && step.to === null;
    const above = alarm.comparison?.startsWith('>') === true;
    const from = unbound && above ? 0 : step.from;
    const to = unbound && !above ? 0 : step.to;
    return `{ ${[...(from === null ? [] : [`from: ${from}`]), ...(to === null ? [] : [`to: ${to}`]), changeText(adjustment, step.by)].join(', ')} }`;
  });
  const parts = [
    `alarm: ${name(alarm.name)}`,
    `steps: [${steps.join(', ')}]`,
    ...(adjustment === 'percent' && minMagnitude !== null ? [`minMagnitude: ${minMagnitude}`] : []),
    ...(cooldownMs === null ? [] : [`cooldown: ${durationText(cooldownMs)}`]),
  ];
  return `{ ${parts.join(', ')} }`;
}

function changeText(adjustment: StepPolicy['adjustment'], by: number): string {
  switch (adjustment) {
    case 'change':
      return `by: ${by}`;
    case 'percent':
      return `by: ${by}%`;
    case 'exact':
      return `set: ${by}`;
    default:
      return adjustment satisfies never;
  }
}
