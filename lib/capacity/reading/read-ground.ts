import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { ContainerInstance } from '@aws-sdk/client-ecs';
import type { AwsClients } from '../../aws/clients.ts';
import type { Ec2Instance, Ec2Type } from '../../aws/ec2.ts';
import { instanceId } from '../../ids.ts';
import { attributesOf, type Ground } from './machines.ts';
import { readTemplates } from './read-groups.ts';
import { typesOf } from './type-views.ts';

/** What EC2 has said before; brought up to date, and rid of instances that are gone. */
export interface KnownGround {
  readonly instances: Map<string, Ec2Instance>;
  readonly types: Map<string, Ec2Type>;
}

/** What EC2 says of the instances of a cluster and its groups: each is asked about once, launch templates every time. */
export async function readGround(
  clients: AwsClients,
  instances: readonly ContainerInstance[],
  groups: readonly AutoScalingGroup[],
  known: KnownGround,
): Promise<Ground> {
  const members = groups.flatMap(({ Instances = [] }) => Instances);
  const ids = new Set([
    ...instances.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []),
    ...members.flatMap(({ InstanceId }) => InstanceId ?? []),
  ]);
  for (const id of known.instances.keys()) if (!ids.has(id)) known.instances.delete(id);
  const templates = await readTemplates(clients, groups);
  const types = new Set([
    ...instances.flatMap((one) => attributesOf(one).get('ecs.instance-type') ?? []),
    ...members.flatMap(({ InstanceType }) => InstanceType ?? []),
    ...groups.flatMap((group) => typesOf(group, templates)),
  ]);
  const newIds = [...ids].filter((id) => !known.instances.has(id)).map(instanceId);
  const newTypes = [...types].filter((name) => !known.types.has(name));
  if (newIds.length + newTypes.length > 0) {
    const ec2 = await clients.ec2();
    for (const [id, one] of await ec2.instances(newIds)) known.instances.set(id, one);
    for (const [name, one] of await ec2.instanceTypes(newTypes)) known.types.set(name, one);
  }
  return { groups, templates, ec2: known.instances, types: known.types };
}
