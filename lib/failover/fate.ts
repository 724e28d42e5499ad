import {
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { collectPages } from '../aws/paging.ts';
import { SECOND } from '../clock.ts';
import type { ServicePolicy } from './policy.ts';
import type { Written } from './record.ts';
import type { DeploymentFate } from './snapshot.ts';

/** Our clock and that of ECS need not agree. */
const SKEW = 30 * SECOND;

/**
 * What became of the deployment with which `written` was put in force, now that something else is: what the newest
 * deployment since says of itself. That of DescribeServices' deployments goes away with them.
 * @throws what ECS throws beyond the retries
 */
export async function readFate(
  { ecs }: FailoverClients,
  { cluster, service }: Pick<ServicePolicy, 'cluster' | 'service'>,
  { at }: Pick<Written, 'at'>,
): Promise<DeploymentFate> {
  const listed = await collectPages(`ECS ListServiceDeployments of ${service}`, async (nextToken) => {
    const createdAt = { after: new Date(at - SKEW) };
    const page = await ecs.send(
      new ListServiceDeploymentsCommand({ cluster, service, createdAt, nextToken }),
    );
    return { items: page.serviceDeployments, next: page.nextToken };
  });
  const [newest] = listed.toSorted((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
  const arn = newest?.serviceDeploymentArn;
  if (arn === undefined) return { kind: 'replaced' };
  const answer = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
  const [deployment] = answer.serviceDeployments ?? [];
  const reason = deployment && rollbackOf(deployment);
  return reason === undefined ? { kind: 'replaced' } : { kind: 'rolled-back', reason };
}

/** Why ECS took a deployment back; undefined if it did not. */
function rollbackOf(deployment: ServiceDeployment): string | undefined {
  const { status = '', statusReason, rollback, deploymentCircuitBreaker, alarms } = deployment;
  const causes = [
    deploymentCircuitBreaker?.status === 'TRIGGERED' &&
      `the deployment circuit breaker after ${deploymentCircuitBreaker.failureCount ?? 'some'} failed tasks`,
    alarms?.status === 'TRIGGERED' && `alarm ${alarms.triggeredAlarmNames?.join(', ') ?? 'of the service'}`,
  ].filter((cause) => cause !== false);
  if (!status.startsWith('ROLLBACK_') && causes.length === 0) return undefined;
  const words = rollback?.reason ?? statusReason;
  return [`${status}`, ...causes, ...(words ? [words] : [])].join(': ');
}
