import type * as Sdk from '@aws-sdk/client-application-auto-scaling';
import type { EpochMs } from '../../lib/clock.ts';
import { type Kernel, type Operations, operation, seconds, type Wire } from '../kernel.ts';
import { page } from '../paging.ts';

export interface ScalableTargetSpec {
  /** E.g. `service/harbour/web`. */
  readonly resourceId: string;
  readonly min: number;
  readonly max: number;
  readonly suspended?: { readonly in?: boolean; readonly out?: boolean; readonly scheduled?: boolean };
  /** Names of its scaling policies. They are listed, and never act. */
  readonly policies?: readonly string[];
}

interface Registered extends ScalableTargetSpec {
  readonly order: number;
  readonly createdAt: EpochMs;
}

/** Application Auto Scaling, as another owner of a service's desired count that can be seen. It scales nothing. */
export class ApplicationAutoScaling {
  readonly operations: Operations;
  readonly #kernel: Kernel;
  readonly #targets: Registered[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.operations = {
      DescribeScalableTargets: operation((input: Sdk.DescribeScalableTargetsRequest) => {
        const { items, nextToken } = page(this.#matching(input), input.NextToken, input.MaxResults ?? 50);
        return { ScalableTargets: items.map((target) => this.#shape(target)), NextToken: nextToken };
      }),
      DescribeScalingPolicies: operation((input: Sdk.DescribeScalingPoliciesRequest) => {
        const { ResourceId: id } = input;
        const targets = this.#matching({ ...input, ResourceIds: id === undefined ? undefined : [id] });
        const policies = targets.flatMap((target) =>
          (target.policies ?? []).map((name, index) => ({
            order: target.order * 1000 + index,
            name,
            target,
          })),
        );
        const { items, nextToken } = page(policies, input.NextToken, input.MaxResults ?? 50);
        return {
          ScalingPolicies: items.map(({ name, target }) => this.#policy(name, target)),
          NextToken: nextToken,
        };
      }),
    };
  }

  register(spec: ScalableTargetSpec): void {
    this.#targets.push({ ...spec, order: this.#targets.length, createdAt: this.#kernel.now() });
  }

  #matching({
    ServiceNamespace: namespace,
    ResourceIds: ids,
  }: Sdk.DescribeScalableTargetsRequest): Registered[] {
    if (namespace !== 'ecs') return [];
    return this.#targets.filter(({ resourceId }) => ids === undefined || ids.includes(resourceId));
  }

  #shape({ resourceId, min, max, suspended = {}, createdAt }: Registered): Wire<Sdk.ScalableTarget> {
    const { region, account } = this.#kernel;
    return {
      ...ECS_SERVICE,
      ResourceId: resourceId,
      MinCapacity: min,
      MaxCapacity: max,
      RoleARN: `arn:aws:iam::${account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService`,
      CreationTime: seconds(createdAt),
      SuspendedState: {
        DynamicScalingInSuspended: suspended.in ?? false,
        DynamicScalingOutSuspended: suspended.out ?? false,
        ScheduledScalingSuspended: suspended.scheduled ?? false,
      },
      ScalableTargetARN: `arn:aws:application-autoscaling:${region}:${account}:scalable-target/${resourceId.replaceAll('/', '-')}`,
    };
  }

  #policy(name: string, { resourceId, createdAt }: Registered): Wire<Sdk.ScalingPolicy> {
    const { region, account } = this.#kernel;
    return {
      ...ECS_SERVICE,
      PolicyARN: `arn:aws:autoscaling:${region}:${account}:scalingPolicy:resource/ecs/${resourceId}:policyName/${name}`,
      PolicyName: name,
      ResourceId: resourceId,
      PolicyType: 'StepScaling',
      Alarms: [],
      CreationTime: seconds(createdAt),
    };
  }
}

const ECS_SERVICE = {
  ServiceNamespace: 'ecs',
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;
