import { describe, expect, it } from 'vitest';
import { apiFamily, createRateLimiter } from '../../lib/aws/limiter.ts';
import { testClock } from '../state/clock.ts';

describe('apiFamily', () => {
  it('edge 29: follows the buckets that ECS publishes', () => {
    expect(apiFamily('ECS', 'DescribeTasks')).toBe('ecs-resource-read');
    expect(apiFamily('ECS', 'UpdateContainerInstancesState')).toBe('ecs-resource-modify');
    expect(apiFamily('ECS', 'UpdateService')).toBe('ecs-service-modify');
    expect(apiFamily('ECS', 'DescribeServices')).toBe('ecs-service-read');
    expect(apiFamily('ECS', 'GetTaskProtection')).toBe('ecs-other');
    expect(apiFamily('DynamoDB', 'UpdateItem')).toBe('dynamodb');
    expect(apiFamily('ECR', 'PutImage')).toBe('ecr-push');
    expect(apiFamily('ECR', 'UploadLayerPart')).toBe('ecr-other');
  });
});

describe('the rate limiter', () => {
  const setup = () => {
    const clock = testClock();
    return { clock, limiter: createRateLimiter('ecs-resource-read', clock) };
  };

  it('holds nothing back until the first throttling', async () => {
    const { clock, limiter } = setup();
    for (let call = 0; call < 100; call++) await limiter.take();
    expect(clock.slept).toEqual([]);
  });

  it('then spaces the calls at 0.7 of the published 20 a second', async () => {
    const { clock, limiter } = setup();
    limiter.throttled();
    const start = clock.now();
    for (let call = 0; call < 15; call++) await limiter.take();
    expect(clock.now() - start).toBeCloseTo(1000, 0);
  });

  it('slows down further at each throttling, but never below one call in two seconds', async () => {
    const { clock, limiter } = setup();
    for (let count = 0; count < 50; count++) limiter.throttled();
    const start = clock.now();
    for (let call = 0; call < 3; call++) await limiter.take();
    expect(clock.now() - start).toBe(4000);
  });

  it('lifts the limit after enough successes', async () => {
    const { clock, limiter } = setup();
    limiter.throttled();
    for (let call = 0; call < 20; call++) limiter.succeeded();
    for (let call = 0; call < 100; call++) await limiter.take();
    expect(clock.slept).toEqual([]);
  });
});
