import { MINUTE } from '../../lib/clock.ts';
import { clusterName, groupName, serviceName } from '../../lib/ids.ts';
import type {
  MetricPolicy,
  StepPolicy,
  Target,
  TargetPolicy,
  TargetTrackingPolicy,
} from '../../lib/scaling/policy.ts';

export const webTarget: Target = serviceTarget('web');
export const hostsTarget: Target = {
  kind: 'group',
  id: 'group/prod-hosts',
  group: groupName('prod-hosts'),
  cluster: null,
  warmupMs: 5 * MINUTE,
};

export function serviceTarget(name: string): Target {
  return {
    kind: 'service',
    id: `service/prod/${name}`,
    cluster: clusterName('prod'),
    service: serviceName(name),
  };
}

/** Two more from the threshold of 70 on, with five minutes of cooldown. */
export const outByTwo: StepPolicy = {
  kind: 'step',
  name: 'out',
  alarm: { name: 'web-cpu-high', threshold: 70, comparison: 'GreaterThanOrEqualToThreshold' },
  adjustment: 'ChangeInCapacity',
  steps: [{ lower: 0, upper: null, adjustment: 2 }],
  minMagnitude: null,
  cooldownMs: 5 * MINUTE,
  noData: 'hold',
};

export const tracking = (
  name: string,
  overrides: Partial<TargetTrackingPolicy> = {},
): TargetTrackingPolicy => {
  const behaviour = { enabled: true, stabilisationMs: 0, rates: [], select: 'most' as const };
  return {
    kind: 'target-tracking',
    name,
    metric: {
      periodSeconds: 60,
      queries: [
        {
          id: 'load',
          returnData: true,
          namespace: 'Test',
          metric: name,
          dimensions: { Service: name },
          stat: 'Average',
        },
      ],
    },
    value: 50,
    tolerance: 0.1,
    out: behaviour,
    in: behaviour,
    ...overrides,
  };
};

export function targetPolicy(
  target: Target,
  policies: readonly MetricPolicy[],
  overrides: Partial<TargetPolicy> = {},
): TargetPolicy {
  return {
    target,
    min: 1,
    max: 20,
    policies,
    schedules: [],
    freezes: [],
    limits: { perChange: null, perHour: null },
    otherOwner: 'refuse',
    holdFlapping: true,
    ...overrides,
  };
}
