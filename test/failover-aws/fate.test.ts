import type { ServiceDeployment } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { readFate } from '../../lib/failover/fate.ts';
import { web } from './policies.ts';
import { createFailoverRig } from './rig.ts';

const AT = Date.UTC(2026, 10, 21, 14);
let arns = 0;

function deployment(after: number, overrides: Partial<ServiceDeployment>): ServiceDeployment {
  arns += 1;
  return {
    serviceDeploymentArn: `arn:aws:ecs:us-east-1:111122223333:service-deployment/prod/web/${arns}`,
    createdAt: new Date(AT + after),
    status: 'SUCCESSFUL',
    ...overrides,
  };
}

const fateOf = (...deployments: readonly ServiceDeployment[]) => {
  const { world, clients } = createFailoverRig();
  world.state.serviceDeployments.push(...deployments);
  return readFate(clients, web, { at: AT });
};

describe('the fate of our deployment', () => {
  const takenBack: readonly Partial<ServiceDeployment>[] = [
    { status: 'ROLLBACK_REQUESTED' },
    { status: 'ROLLBACK_IN_PROGRESS' },
    { status: 'ROLLBACK_SUCCESSFUL' },
    { status: 'ROLLBACK_FAILED' },
    { status: 'STOPPED', deploymentCircuitBreaker: { status: 'TRIGGERED' } },
    { status: 'STOPPED', alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['5xx'] } },
  ];
  it.each(takenBack)('failover edge 11: is to be rolled back if it says %j', async (said) => {
    expect(await fateOf(deployment(0, said))).toMatchObject({ kind: 'rolled-back' });
  });

  it('names what took it back', async () => {
    const fate = await fateOf(
      deployment(0, {
        status: 'ROLLBACK_SUCCESSFUL',
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3 },
        rollback: {
          reason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
        },
      }),
    );

    expect(fate).toEqual({
      kind: 'rolled-back',
      reason:
        'ROLLBACK_SUCCESSFUL: the deployment circuit breaker after 3 failed tasks: Service deployment rolled back because the circuit breaker threshold was exceeded.',
    });
  });

  it('is to be replaced if a newer one of somebody else went through', async () => {
    const ours = deployment(0, { status: 'ROLLBACK_SUCCESSFUL' });

    expect(await fateOf(deployment(MINUTE, {}), ours)).toEqual({ kind: 'replaced' });
  });

  it('is to be replaced if there is none that is told of', async () => {
    expect(await fateOf()).toEqual({ kind: 'replaced' });
  });

  it('has nothing to do with what was before it', async () => {
    const before = deployment(-5 * MINUTE, { status: 'ROLLBACK_SUCCESSFUL' });

    expect(await fateOf(before)).toEqual({ kind: 'replaced' });
  });

  it('may be told by a clock that is a little behind ours', async () => {
    const ours = deployment(-10_000, { status: 'ROLLBACK_SUCCESSFUL' });

    expect(await fateOf(ours)).toMatchObject({ kind: 'rolled-back' });
  });
});
