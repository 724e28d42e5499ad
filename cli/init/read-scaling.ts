import {
  ApplicationAutoScalingClient,
  type ScalingPolicy as AppPolicy,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { type AutoScalingClient, DescribePoliciesCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type ClientOptions, createBasis } from '../../lib/aws/common-clients.ts';
import { collectPages } from '../../lib/aws/paging.ts';
import type { Attempts } from '../doctor/read/attempts.ts';
import type { AccountSnapshot, AwsPolicy, ScalingAction } from './snapshot.ts';
import { alarmSeen, appPolicy, groupPolicy } from './views.ts';

// Loaded by `import()` in read.ts, with the clients.

const ECS = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;
const ALARMS_A_PAGE = 100;
const POLICIES_A_PAGE = 100;

type Scaling = Pick<AccountSnapshot, 'scalable' | 'groupPolicies' | 'alarms'>;

/** What scales already, and what could: of the whole Region, since none of these calls takes a cluster. */
export async function readScaling(
  options: ClientOptions,
  autoScaling: AutoScalingClient,
  attempts: Attempts<ScalingAction>,
): Promise<Scaling> {
  const { config, retries } = createBasis(options);
  const application = new ApplicationAutoScalingClient(config);
  const cloudWatch = new CloudWatchClient(config);
  retries.watch(application);
  retries.watch(cloudWatch);
  const [scalable, groupPolicies, alarms] = await Promise.all([
    readScalable(application, attempts),
    readGroupPolicies(autoScaling, attempts),
    readAlarms(cloudWatch, attempts),
  ]);
  return { scalable, groupPolicies, alarms };
}

async function readScalable(
  client: ApplicationAutoScalingClient,
  { attempt }: Attempts<ScalingAction>,
): Promise<Scaling['scalable']> {
  const targets = await attempt('application-autoscaling:DescribeScalableTargets', [], () =>
    collectPages('the scalable targets of ECS', async (NextToken) => {
      const page = await client.send(new DescribeScalableTargetsCommand({ ...ECS, NextToken }));
      return { items: page.ScalableTargets, next: page.NextToken };
    }),
  );
  const policies = await attempt<AppPolicy[]>('application-autoscaling:DescribeScalingPolicies', [], () =>
    collectPages('the scaling policies of ECS', async (NextToken) => {
      const page = await client.send(new DescribeScalingPoliciesCommand({ ...ECS, NextToken }));
      return { items: page.ScalingPolicies, next: page.NextToken };
    }),
  );
  const byTarget = Map.groupBy(policies, ({ ResourceId = '' }) => ResourceId);
  return new Map(
    targets.map(({ ResourceId = '', MinCapacity: min = 0, MaxCapacity: max = 0 }) => [
      ResourceId.replace(/^service\//, ''),
      { min, max, policies: (byTarget.get(ResourceId) ?? []).map(appPolicy) },
    ]),
  );
}

async function readGroupPolicies(
  client: AutoScalingClient,
  { attempt }: Attempts<ScalingAction>,
): Promise<Scaling['groupPolicies']> {
  const policies = await attempt('autoscaling:DescribePolicies', [], () =>
    collectPages('Auto Scaling DescribePolicies', async (NextToken) => {
      const page = await client.send(new DescribePoliciesCommand({ NextToken, MaxRecords: POLICIES_A_PAGE }));
      return { items: page.ScalingPolicies, next: page.NextToken };
    }),
  );
  const byGroup = Map.groupBy(policies, ({ AutoScalingGroupName = '' }) => AutoScalingGroupName);
  return new Map([...byGroup].map(([group, own]): [string, AwsPolicy[]] => [group, own.map(groupPolicy)]));
}

async function readAlarms(
  client: CloudWatchClient,
  { attempt }: Attempts<ScalingAction>,
): Promise<Scaling['alarms']> {
  const alarms = await attempt('cloudwatch:DescribeAlarms', [], () =>
    collectPages('CloudWatch DescribeAlarms', async (NextToken) => {
      const command = new DescribeAlarmsCommand({
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: ALARMS_A_PAGE,
        NextToken,
      });
      const page = await client.send(command);
      return { items: page.MetricAlarms, next: page.NextToken };
    }),
  );
  return new Map(alarms.map(alarmSeen).map((alarm) => [alarm.name, alarm]));
}
