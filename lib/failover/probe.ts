import { createHash } from 'node:crypto';
import {
  DescribeTasksCommand,
  type Failure,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { errorMessage, isClusterNotFound, isTaskGone } from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import type { FailoverClients } from '../aws/failover-clients.ts';
import { readFailures } from '../aws/failures.ts';
import type { EpochMs } from '../clock.ts';
import { isSpotInterruption, saysNoCapacity } from './messages.ts';
import type { ActionOutcome } from './outcome.ts';
import type { ServicePolicy } from './policy.ts';
import type { PoolRecord } from './record.ts';
import type { ProbeView, ServiceView } from './snapshot.ts';

export interface ProbeRequest {
  readonly pool: PoolRecord;
  /** The service in whose network the probe is run. */
  readonly prober: ServicePolicy;
  readonly network: ServiceView['network'];
  /** Family of Stevedore's own task definitions, to which the architecture is added; null if the stack has none. */
  readonly family: string | null;
}

const RUN = { call: 'ECS:RunTask' } as const;
const STARTED_BY = 'stevedore-probe';

/** Starts one small task on FARGATE_SPOT. To do so twice for one half-opening starts one task. */
export async function startProbe({ ecs }: FailoverClients, request: ProbeRequest): Promise<ActionOutcome> {
  const { pool, prober, network, family } = request;
  if (family === null) return NO_FAMILY;
  const architecture = pool.id.split('/')[1] === 'ARM64' ? 'arm64' : 'x86-64';
  const command = new RunTaskCommand({
    cluster: prober.cluster,
    taskDefinition: `${family}-${architecture}`,
    count: 1,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...network.subnets],
        securityGroups: [...network.securityGroups],
        assignPublicIp: network.assignPublicIp ? 'ENABLED' : 'DISABLED',
      },
    },
    startedBy: STARTED_BY,
    clientToken: tokenFor(pool.id, pool.state.since),
  });
  try {
    const { tasks = [], failures = [] } = await ecs.send(command);
    const [task] = tasks;
    if (task?.taskArn) return { ...RUN, result: 'done', task: task.taskArn };
    return notStarted(failures);
  } catch (error) {
    const { code, sentence, retryable } = explain(error);
    if (saysNoCapacity(errorMessage(error))) return noCapacity(errorMessage(error));
    return { ...RUN, result: retryable ? 'retry' : 'refused', error: { code, sentence } };
  }
}

const NO_FAMILY: ActionOutcome = {
  ...RUN,
  result: 'refused',
  error: {
    code: 'probe-task-definition-missing',
    sentence:
      'The environment variable PROBE_TASK_DEFINITION is not set, so that there is no task to probe with. Deploy the ' +
      'stack again, or let the policy probe by a share.',
  },
};

const noCapacity = (sentence: string): ActionOutcome => ({
  ...RUN,
  result: 'refused',
  capacity: true,
  error: { code: 'no-spot-capacity', sentence },
});

/** RunTask answers 200 when it has placed nothing, and says why in `failures` (ECS API reference). */
function notStarted(failures: readonly Failure[]): ActionOutcome {
  const [failure] = readFailures([...failures]);
  const why = failure?.reason ?? 'no task and no failure';
  if (saysNoCapacity(why)) return noCapacity(why);
  const sentence = `ECS started no probe task: ${why}`;
  return { ...RUN, result: 'refused', error: { code: 'probe-not-placed', sentence } };
}

/** The same for the same half-opening, so that a crash after RunTask starts no second one; 64 characters at most. */
function tokenFor(pool: string, since: EpochMs): string {
  return createHash('sha256').update(`${pool}\n${since}`).digest('hex');
}

/** What has become of a probe's task. @throws what DescribeTasks throws beyond the retries */
export async function readProbe(
  { ecs }: FailoverClients,
  { cluster }: ServicePolicy,
  arn: string,
): Promise<ProbeView> {
  const { tasks = [], failures } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
  const [task] = tasks;
  if (task) return viewOf(task);
  const [failure] = readFailures(failures);
  const why = `ECS does not know the probe's task any more (${failure?.reason ?? 'no reason given'})`;
  return { kind: 'stopped', capacity: false, why };
}

function viewOf({
  lastStatus,
  desiredStatus,
  startedAt,
  stopCode,
  stoppedReason,
  createdAt,
}: Task): ProbeView {
  // Told to stop is as good as stopped: two minutes earlier, if Spot takes it back.
  if (lastStatus === 'STOPPED' || desiredStatus === 'STOPPED') {
    const capacity = isSpotInterruption(stopCode, stoppedReason) || saysNoCapacity(stoppedReason ?? '');
    const why = [stopCode, stoppedReason].filter(Boolean).join(': ') || 'ECS gives no reason';
    return { kind: 'stopped', capacity, why };
  }
  if (lastStatus !== 'RUNNING') return { kind: 'starting' };
  return { kind: 'running', since: (startedAt ?? createdAt)?.getTime() ?? 0 };
}

/** Ends a probe. One that has ended by itself is as good. */
export async function stopProbe(
  { ecs }: FailoverClients,
  { cluster }: ServicePolicy,
  task: string,
): Promise<ActionOutcome> {
  const call = 'ECS:StopTask';
  try {
    await ecs.send(new StopTaskCommand({ cluster, task, reason: 'The probe of Stevedore is over.' }));
    return { call, result: 'done' };
  } catch (error) {
    if (isTaskGone(error) || isClusterNotFound(error)) return { call, result: 'done' };
    const { code, sentence, retryable } = explain(error);
    return { call, result: retryable ? 'retry' : 'refused', error: { code, sentence } };
  }
}
