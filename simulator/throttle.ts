import type { EpochMs } from '../lib/clock.ts';
import type { ServiceName } from './kernel.ts';

interface Bucket {
  readonly burst: number;
  readonly refillPerSecond: number;
  tokens: number;
  at: EpochMs;
}

/**
 * Burst and refill per second, per account and Region, shared in a group: Amazon ECS API reference, "Request
 * throttling for the Amazon ECS API". Capacity providers and task definitions are put with the cluster reads, what tells
 * of service deployments with the service reads. The last two lines are assumed.
 */
const ECS_GROUPS: readonly (readonly [burst: number, refill: number, operations: readonly string[]])[] = [
  [
    100,
    40,
    ['UpdateContainerInstancesState', 'DeregisterContainerInstance', 'StopTask', 'RunTask', 'StartTask'],
  ],
  [100, 20, ['ListContainerInstances', 'DescribeContainerInstances', 'ListTasks', 'DescribeTasks']],
  [50, 20, ['ListClusters', 'DescribeClusters', 'DescribeCapacityProviders', 'DescribeTaskDefinition']],
  [
    100,
    20,
    [
      'DescribeServices',
      'ListServices',
      'ListServiceDeployments',
      'DescribeServiceDeployments',
      'DescribeServiceRevisions',
    ],
  ],
  [200, 80, ['GetTaskProtection', 'UpdateTaskProtection']],
  [50, 5, ['CreateService', 'UpdateService', 'DeleteService']],
  [20, 1, ['RegisterTaskDefinition']],
  [20, 1, ['PutClusterCapacityProviders']],
];

/**
 * Assumed: Auto Scaling publishes no figures. EC2 documents 100 and 20 for describes; PutEvents allows from 400 a
 * second by Region (EventBridge quotas), DescribeAlarms 9 and GetMetricData 50 (CloudWatch quotas; the lower is taken
 * for all of CloudWatch). The others are generous, so that a refusal is never the simulator's own invention.
 */
const ASSUMED: Readonly<Record<Exclude<ServiceName, 'ECS'>, readonly [burst: number, refill: number]>> = {
  AutoScaling: [200, 50],
  EC2: [100, 20],
  ECR: [200, 100],
  EventBridge: [400, 400],
  CloudWatch: [9, 9],
  ApplicationAutoScaling: [50, 10],
};

/**
 * Per second, each operation by itself: Amazon ECR service quotas. PutImage's 10 is not in the page as we have it, and
 * so assumed; so is a burst of one second. The other operations share a bucket, in `ASSUMED`.
 */
const ECR_RATES: Readonly<Record<string, number>> = {
  BatchGetImage: 2000,
  PutImage: 10,
  BatchCheckLayerAvailability: 1000,
};

/** Token buckets as AWS has them. */
export class Throttle {
  enabled: boolean;
  /** `Service:Operation` -> calls refused. */
  readonly rejected = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(start: EpochMs, enabled: boolean) {
    this.enabled = enabled;
    for (const [burst, refill, operations] of ECS_GROUPS) {
      const bucket = { burst, refillPerSecond: refill, tokens: burst, at: start };
      for (const operation of operations) this.#buckets.set(`ECS:${operation}`, bucket);
    }
    for (const [operation, rate] of Object.entries(ECR_RATES)) {
      this.#buckets.set(`ECR:${operation}`, { burst: rate, refillPerSecond: rate, tokens: rate, at: start });
    }
    for (const [service, [burst, refill]] of Object.entries(ASSUMED)) {
      this.#buckets.set(service, { burst, refillPerSecond: refill, tokens: burst, at: start });
    }
  }

  /** Takes a token; false if the call must be refused with `ThrottlingException`. */
  take(service: ServiceName, operation: string, now: EpochMs): boolean {
    if (!this.enabled) return true;
    const bucket = this.#buckets.get(`${service}:${operation}`) ?? this.#buckets.get(service);
    if (bucket === undefined) return true;
    const earned = ((now - bucket.at) / 1000) * bucket.refillPerSecond;
    bucket.tokens = Math.min(bucket.burst, bucket.tokens + earned);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return true;
    }
    const name = `${service}:${operation}`;
    this.rejected.set(name, (this.rejected.get(name) ?? 0) + 1);
    return false;
  }
}
