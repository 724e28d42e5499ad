import {
  CreateClusterCommand,
  CreateServiceCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import type { Aws } from './aws.ts';
import { CLUSTER } from './names.ts';

/** The cluster, and services of two tasks on Spot. Of their tasks MiniStack says that they run. */
export async function prepareServices({ ecs }: Aws, services: readonly string[]): Promise<void> {
  const capacityProviders = ['FARGATE', 'FARGATE_SPOT'];
  await ecs.send(new CreateClusterCommand({ clusterName: CLUSTER, capacityProviders }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'live',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'public.ecr.aws/docker/library/busybox:stable' }],
    }),
  );
  for (const serviceName of services) {
    await ecs.send(
      new CreateServiceCommand({
        cluster: CLUSTER,
        serviceName,
        taskDefinition: 'live',
        desiredCount: 2,
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      }),
    );
  }
}
