import { type CapacityProvider, DescribeCapacityProvidersCommand } from '@aws-sdk/client-ecs';
import type { AwsClients } from '../../aws/clients.ts';
import { collectPages } from '../../aws/paging.ts';
import type { ClusterName } from '../../ids.ts';

/** A capacity provider of a cluster, of an Auto Scaling group or of ECS Managed Instances. */
export interface Provider {
  readonly name: string;
  /** Undefined: ECS manages the instances itself. */
  readonly group: string | undefined;
  readonly managedScaling: boolean;
  readonly managedTerminationProtection: boolean;
  readonly managedDraining: boolean;
}

/** The capacity providers of a cluster, but for those of Fargate. Ten a call, which is all that ECS gives. */
export async function readProviders({ ecs }: AwsClients, cluster: ClusterName): Promise<Provider[]> {
  const providers = await collectPages(
    `ECS DescribeCapacityProviders of cluster ${cluster}`,
    async (nextToken) => {
      const page = await ecs.send(new DescribeCapacityProvidersCommand({ cluster, nextToken }));
      return { items: page.capacityProviders, next: page.nextToken };
    },
  );
  return providers.filter(({ name = '' }) => !name.startsWith('FARGATE')).map(providerOf);
}

function providerOf({ name = '', autoScalingGroupProvider: own }: CapacityProvider): Provider {
  return {
    name,
    group: /autoScalingGroupName\/(.+)$/.exec(own?.autoScalingGroupArn ?? '')?.[1],
    managedScaling: own?.managedScaling?.status === 'ENABLED',
    managedTerminationProtection: own?.managedTerminationProtection === 'ENABLED',
    managedDraining: own?.managedDraining === 'ENABLED',
  };
}
