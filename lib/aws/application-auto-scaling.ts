// Reached only by `import('./application-auto-scaling.ts')` in scaling-clients.ts.
import {
  ApplicationAutoScalingClient,
  type ApplicationAutoScalingClientConfig,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { chunk } from './batch.ts';
import { collectPages } from './paging.ts';
import type { Retries } from './retry.ts';

export interface ScalableTargetReader {
  /**
   * How many scaling policies Application Auto Scaling has for the desired count of each ECS service; what is not a
   * scalable target is left out. Resource ids are `service/CLUSTER/NAME`.
   */
  servicePolicies(resourceIds: readonly string[]): Promise<Map<string, number>>;
}

/** DescribeScalableTargets takes at most 50 resource ids (Application Auto Scaling API reference). */
const BATCH = 50;
const DESIRED_COUNT = { ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' } as const;

export function createScalableTargetReader(
  config: ApplicationAutoScalingClientConfig,
  retries: Retries,
): ScalableTargetReader {
  const client = new ApplicationAutoScalingClient(config);
  retries.watch(client);
  return {
    async servicePolicies(resourceIds) {
      const found = new Map<string, number>();
      for (const ResourceIds of chunk(resourceIds, BATCH)) {
        const targets = await collectPages('the scalable targets of ECS', async (NextToken) => {
          const command = new DescribeScalableTargetsCommand({ ...DESIRED_COUNT, ResourceIds, NextToken });
          const page = await client.send(command);
          return { items: page.ScalableTargets, next: page.NextToken };
        });
        for (const { ResourceId = '' } of targets) found.set(ResourceId, 0);
      }
      // Only one resource can be asked for at a time, so all are listed, once somebody turns out to have any.
      if (found.size === 0) return found;
      const policies = await collectPages('the scaling policies of ECS', async (NextToken) => {
        const page = await client.send(new DescribeScalingPoliciesCommand({ ...DESIRED_COUNT, NextToken }));
        return { items: page.ScalingPolicies, next: page.NextToken };
      });
      for (const { ResourceId = '' } of policies) {
        const count = found.get(ResourceId);
        if (count !== undefined) found.set(ResourceId, count + 1);
      }
      return found;
    },
  };
}
