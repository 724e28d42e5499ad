import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { mapConcurrent } from '../../../lib/aws/batch.ts';
import { errorName } from '../../../lib/aws/errors.ts';
import type { DoctorClients } from '../clients.ts';
import type { LoadBalancerView, ServiceView, TargetGroupView } from '../snapshot.ts';
import type { Attempts } from './attempts.ts';
import { CONCURRENCY, inBatches } from './in-batches.ts';

// Loaded by `import()` in cluster.ts, with the client.

/** DescribeLoadBalancers takes 20 ARNs; the same number is kept to for target groups. */
const ARNS_A_CALL = 20;
/** AWS's default. */
const DEREGISTRATION_SECONDS = 300;

/** By ARN; those that were deleted while a service still names them are left out. */
export async function readTargetGroups(
  client: DoctorClients['loadBalancing'],
  services: readonly ServiceView[],
  { attempt }: Attempts,
): Promise<Map<string, TargetGroupView>> {
  const arns = services.flatMap(({ targetGroups }) => targetGroups);
  const groups = await attempt('elasticloadbalancing:DescribeTargetGroups', [], () =>
    inBatches(
      arns,
      ARNS_A_CALL,
      async (TargetGroupArns) => {
        const answer = await (await client()).send(new DescribeTargetGroupsCommand({ TargetGroupArns }));
        return answer.TargetGroups ?? [];
      },
      (error) => errorName(error) === 'TargetGroupNotFoundException',
    ),
  );
  const known = groups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []);
  const attributes = await attempt(
    'elasticloadbalancing:DescribeTargetGroupAttributes',
    new Map(),
    async () =>
      new Map(
        await mapConcurrent(
          known,
          CONCURRENCY,
          async (arn): Promise<[string, Map<string, number>]> => [arn, await attributesOf(client, arn)],
        ),
      ),
  );
  return new Map(
    groups.map((group) => {
      const arn = group.TargetGroupArn ?? '';
      const seconds: ReadonlyMap<string, number> = attributes.get(arn) ?? new Map();
      const view: TargetGroupView = {
        name: group.TargetGroupName ?? '',
        type: group.TargetType ?? 'instance',
        loadBalancers: group.LoadBalancerArns ?? [],
        deregistrationSeconds: seconds.get('deregistration_delay.timeout_seconds') ?? DEREGISTRATION_SECONDS,
        slowStartSeconds: seconds.get('slow_start.duration_seconds') ?? 0,
      };
      return [arn, view];
    }),
  );
}

/** Those that are numbers. */
async function attributesOf(
  client: DoctorClients['loadBalancing'],
  arn: string,
): Promise<Map<string, number>> {
  const { Attributes = [] } = await (await client()).send(
    new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }),
  );
  return new Map(
    Attributes.flatMap(({ Key = '', Value = '' }) =>
      /^\d+$/.test(Value) ? [[Key, Number(Value)] as const] : [],
    ),
  );
}

/** By ARN: those before the target groups. */
export async function readLoadBalancers(
  client: DoctorClients['loadBalancing'],
  targetGroups: ReadonlyMap<string, TargetGroupView>,
  { attempt }: Attempts,
): Promise<Map<string, LoadBalancerView>> {
  const arns = [...targetGroups.values()].flatMap(({ loadBalancers }) => loadBalancers);
  const balancers = await attempt('elasticloadbalancing:DescribeLoadBalancers', [], () =>
    inBatches(
      arns,
      ARNS_A_CALL,
      async (LoadBalancerArns) => {
        const answer = await (await client()).send(new DescribeLoadBalancersCommand({ LoadBalancerArns }));
        return answer.LoadBalancers ?? [];
      },
      (error) => errorName(error) === 'LoadBalancerNotFoundException',
    ),
  );
  return new Map(
    balancers.map(({ LoadBalancerArn = '', LoadBalancerName = '', SecurityGroups = [] }) => [
      LoadBalancerArn,
      { name: LoadBalancerName, securityGroups: SecurityGroups },
    ]),
  );
}
