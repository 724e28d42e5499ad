import { type EpochMs, MINUTE, SECOND } from '../lib/clock.ts';
import { createQueue } from './backtest/queue.ts';
import type { Metrics } from './cloudwatch/metrics.ts';
import type { MetricRef } from './cloudwatch/model.ts';
import type { Service } from './ecs/model.ts';
import type { Kernel } from './kernel.ts';
import type { Arrivals } from './load.ts';

/** How a service's tasks and its load make its metrics. */
export interface WorkloadSpec {
  readonly service: Service;
  readonly arrivals: Arrivals;
  /** Requests or messages that one task serves in a second. */
  readonly perTask: number;
  /** A task serves from so long after it is healthy: it warms up. 0 unless set. */
  readonly warmUpMs?: number;
  /**
   * `web`: what cannot be served at once is refused. A queue's name: it waits there, and AWS/SQS tells of it.
   */
  readonly kind: 'web' | { readonly queue: string };
  /** Whether CPUUtilization stops at 100, as it does in life: it does not say how much too much there is. */
  readonly capped?: boolean;
  /** 60 s unless set. */
  readonly periodMs?: number;
  /** From the end of a period to when CloudWatch shows it; 30 s unless set. */
  readonly lagMs?: number;
}

/** What has happened to a workload up to now. */
export interface Workload {
  /** Messages that wait, and how long the oldest has; both 0 for a web service. */
  readonly waiting: number;
  readonly oldestMs: number;
  /** Of all that has arrived, what was refused. */
  readonly arrived: number;
  readonly refused: number;
}

/** The load is reckoned in steps of this. */
const STEP_MS = 10 * SECOND;

/**
 * Puts load on a service of the simulated ECS from now on and publishes what CloudWatch has of it: CPUUtilization of
 * AWS/ECS, RequestCount and RequestCountPerTarget of AWS/ApplicationELB by target group, or the two of AWS/SQS. Without
 * a task there is no CPUUtilization, as in life.
 */
export function startWorkload(kernel: Kernel, metrics: Metrics, spec: WorkloadSpec): Workload {
  const { service, kind, perTask, capped = true, periodMs = MINUTE, lagMs = 30 * SECOND } = spec;
  const queue = createQueue();
  const state = { waiting: 0, oldestMs: 0, arrived: 0, refused: 0 };
  const names = metricsOf(service, kind);

  const look = () => {
    const now = kernel.now();
    const from = now - STEP_MS;
    const arrived = (spec.arrivals(from) * STEP_MS) / SECOND;
    const serving = servingTasks(service, now - (spec.warmUpMs ?? 0));
    const capacity = (serving * perTask * STEP_MS) / SECOND;
    const offered = kind === 'web' ? arrived : arrived + queue.length;
    const visibleAt = (Math.floor(from / periodMs) + 1) * periodMs + lagMs;
    const put = (metric: MetricRef, value: number) => metrics.put(metric, value, { at: from, visibleAt });

    state.arrived += arrived;
    if (kind === 'web') state.refused += Math.max(0, arrived - capacity);
    else {
      state.oldestMs = queue.pass(now, arrived, capacity);
      state.waiting = Math.floor(queue.length);
      put(names.visible, state.waiting);
      put(names.age, state.oldestMs / SECOND);
    }
    if (capacity > 0) {
      const percent = (100 * offered) / capacity;
      put(names.cpu, capped ? Math.min(100, percent) : percent);
    }
    if (kind === 'web') {
      put(names.requests, arrived);
      if (serving > 0) put(names.requestsPerTarget, arrived / serving);
    }
    kernel.after(STEP_MS, look);
  };
  kernel.after(STEP_MS - (kernel.now() % STEP_MS), look);
  return state;
}

function servingTasks(service: Service, healthyBefore: EpochMs): number {
  let count = 0;
  for (const task of service.tasks) {
    const { healthy, createdAt, startedAt = 0 } = task;
    // What was there from the start of the world has been running for long.
    const settled = startedAt === createdAt;
    if (healthy && (settled || startedAt + service.healthDelayMs <= healthyBefore)) count += 1;
  }
  return count;
}

function metricsOf(service: Service, kind: WorkloadSpec['kind']) {
  const dimensions = { ClusterName: service.cluster.name, ServiceName: service.name };
  const target = {
    namespace: 'AWS/ApplicationELB',
    dimensions: { TargetGroup: `targetgroup/${service.name}` },
  };
  const sqs = { namespace: 'AWS/SQS', dimensions: { QueueName: kind === 'web' ? '' : kind.queue } };
  return {
    cpu: { namespace: 'AWS/ECS', metric: 'CPUUtilization', dimensions },
    requests: { ...target, metric: 'RequestCount' },
    requestsPerTarget: { ...target, metric: 'RequestCountPerTarget' },
    visible: { ...sqs, metric: 'ApproximateNumberOfMessagesVisible' },
    age: { ...sqs, metric: 'ApproximateAgeOfOldestMessage' },
  };
}
