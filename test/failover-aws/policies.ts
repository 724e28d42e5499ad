import { HOUR, MINUTE } from '../../lib/clock.ts';
import type { BreakerPolicy, FailoverPolicy, ServicePolicy } from '../../lib/failover/policy.ts';
import { clusterName, serviceName } from '../../lib/ids.ts';

/** No grace, so that the first signal decides; probes by task; back in one step. */
export function servicePolicy(
  name: string,
  overrides: Partial<ServicePolicy> & { readonly in?: string } = {},
): ServicePolicy {
  const { in: cluster = 'prod', ...rest } = overrides;
  return {
    id: `service/${cluster}/${name}`,
    cluster: clusterName(cluster),
    service: serviceName(name),
    graceMs: 0,
    signals: {
      placementFailure: true,
      interruptions: { count: 3, windowMs: 10 * MINUTE },
      deficit: { forMs: 5 * MINUTE },
      alarm: null,
    },
    onDemandShare: 100,
    taskHoursPerDay: null,
    image: 'refuse',
    duringDeployment: 'wait',
    steps: [100],
    soakMs: 2 * MINUTE,
    stepTimeoutMs: 30 * MINUTE,
    flaps: { most: 3, windowMs: 24 * HOUR },
    paired: null,
    ...rest,
  };
}

export const breakerPolicy: BreakerPolicy = {
  coolOffMs: 10 * MINUTE,
  factor: 2,
  mostMs: 6 * HOUR,
  jitter: 0,
  probe: { kind: 'task', soakMs: 2 * MINUTE, timeoutMs: 5 * MINUTE },
};

export function failoverPolicy(
  services: readonly ServicePolicy[],
  overrides: Partial<FailoverPolicy> = {},
): FailoverPolicy {
  return {
    mode: 'act',
    services,
    breaker: breakerPolicy,
    limits: { tasksPerMinute: 1_000, onDemandVcpus: null, taskHoursPerDay: null },
    migrations: [],
    ...overrides,
  };
}

export const web = servicePolicy('web');
