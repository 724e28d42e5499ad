import { DescribeCapacityProvidersCommand } from '@aws-sdk/client-ecs';
import { collectPages } from '../aws/paging.ts';
import type { ScalingClients } from '../aws/scaling-clients.ts';
import type { Target } from './policy.ts';
import type { OtherOwner } from './snapshot.ts';

/** Finds who else scales the targets, by target id: scalable targets with policies, and managed scaling. */
export async function readOwners(
  clients: ScalingClients,
  targets: readonly Target[],
): Promise<Map<string, OtherOwner>> {
  const owners = new Map<string, OtherOwner>();
  const services = targets.filter(({ kind }) => kind === 'service').map(({ id }) => id);
  if (services.length > 0) {
    const scalableTargets = await clients.applicationAutoScaling();
    const found = await scalableTargets.servicePolicies(services);
    // A scalable target without any policy moves nothing by a metric.
    for (const [id, policies] of found)
      if (policies > 0) owners.set(id, { kind: 'scalable-target', policies });
  }
  const groups = targets.filter((target) => target.kind === 'group');
  if (groups.length > 0) {
    const managed = await managedGroups(clients);
    for (const { id, group } of groups) {
      const capacityProvider = managed.get(group);
      if (capacityProvider !== undefined) owners.set(id, { kind: 'managed-scaling', capacityProvider });
    }
  }
  return owners;
}

/** Capacity providers by the name of the group whose desired capacity they set; they have only its ARN. */
async function managedGroups({ ecs }: ScalingClients): Promise<Map<string, string>> {
  const providers = await collectPages('ECS DescribeCapacityProviders', async (nextToken) => {
    const page = await ecs.send(new DescribeCapacityProvidersCommand({ nextToken }));
    return { items: page.capacityProviders, next: page.nextToken };
  });
  const managed = new Map<string, string>();
  for (const { name = '', autoScalingGroupProvider: provider } of providers) {
    const group = /autoScalingGroupName\/(.+)$/.exec(provider?.autoScalingGroupArn ?? '')?.[1];
    if (group !== undefined && provider?.managedScaling?.status === 'ENABLED') managed.set(group, name);
  }
  return managed;
}
