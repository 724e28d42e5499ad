import type { Clock } from '../clock.ts';

/**
 * The API families that AWS throttles apart, each with what its bucket is refilled with per second, for the whole
 * account and Region. ECS: "Request throttling for the Amazon ECS API" in its API reference. Auto Scaling and EC2
 * publish no number for the calls that we make, so theirs is a cautious guess.
 */
const REFILL_PER_SECOND = {
  'ecs-resource-modify': 40,
  'ecs-resource-read': 20,
  'ecs-service-modify': 5,
  'ecs-service-read': 20,
  'ecs-other': 10,
  'auto-scaling': 10,
  ec2: 10,
  dynamodb: 100,
  // "Amazon ECR service quotas": beginning and completing a layer 10 a second; PutImage has no number there.
  'ecr-push': 10,
  'ecr-other': 100,
  other: 10,
} as const;

export type ApiFamily = keyof typeof REFILL_PER_SECOND;

const ECS_FAMILIES: readonly (readonly [RegExp, ApiFamily])[] = [
  [/^(List|Describe)(ContainerInstances|Tasks)$/, 'ecs-resource-read'],
  [
    /^(UpdateContainerInstancesState|DeregisterContainerInstance|StopTask|RunTask|StartTask|PutAttributes)$/,
    'ecs-resource-modify',
  ],
  [/^(Create|Update|Delete)Service$/, 'ecs-service-modify'],
  [/^(List|Describe)Service/, 'ecs-service-read'],
];

const ECR_PUSHES = /^(PutImage|InitiateLayerUpload|CompleteLayerUpload)$/;

/** @param service as in the name of its client, e.g. `ECS` of ECSClient @param operation e.g. `ListTasks` */
export function apiFamily(service: string, operation: string): ApiFamily {
  switch (service) {
    case 'ECS':
      return ECS_FAMILIES.find(([pattern]) => pattern.test(operation))?.[1] ?? 'ecs-other';
    case 'AutoScaling':
      return 'auto-scaling';
    case 'EC2':
      return 'ec2';
    case 'DynamoDB':
      return 'dynamodb';
    case 'ECR':
      return ECR_PUSHES.test(operation) ? 'ecr-push' : 'ecr-other';
    default:
      return 'other';
  }
}

const SLOWEST_PER_SECOND = 0.5;
const BACK_OFF = 0.7;

export interface RateLimiter {
  /** Resolves when the next call may be sent; at once unless AWS has throttled the family of late. */
  take(): Promise<void>;
  throttled(): void;
  succeeded(): void;
}

/**
 * Additive increase, multiplicative decrease: AWS does not say how much of the shared bucket is left for us, so we
 * find out. No limit until the first throttling; then 0.7 of the published rate and of that again at each further
 * one; each success raises the rate by 2 % of the published one, at which the limit is lifted.
 */
export function createRateLimiter(family: ApiFamily, clock: Clock): RateLimiter {
  const published = REFILL_PER_SECOND[family];
  let rate = Number.POSITIVE_INFINITY;
  // When the next call may go. Calls that wait take consecutive slots, so they do not all wake at once.
  let nextSlot = 0;
  return {
    async take() {
      if (rate === Number.POSITIVE_INFINITY) return;
      const now = clock.now();
      const slot = Math.max(now, nextSlot);
      nextSlot = slot + 1000 / rate;
      if (slot > now) await clock.sleep(slot - now);
    },
    throttled() {
      rate = Math.max(SLOWEST_PER_SECOND, Math.min(rate, published) * BACK_OFF);
    },
    succeeded() {
      rate += published * 0.02;
      if (rate >= published) rate = Number.POSITIVE_INFINITY;
    },
  };
}
