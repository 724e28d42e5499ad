import { groupName } from '../../ids.ts';
import { eniLimit, TRUNK_ATTRIBUTE } from '../../placement/enis.ts';
import type { Amounts } from '../../placement/model.ts';
import { amountsIn, reservedPorts } from '../../placement/resources.ts';
import type { HostView, TaskView } from '../view.ts';
import { generationOf } from './generation.ts';
import type { Ground, Machine } from './machines.ts';

/** Container instances with what is on them. Pure. */
export function hostViews(
  machines: readonly Machine[],
  tasks: readonly TaskView[],
  ground: Ground,
): HostView[] {
  const byHost = Map.groupBy(tasks, ({ host }) => host);
  return machines.map((machine) => hostView(machine, byHost.get(machine.id) ?? [], ground));
}

function hostView(machine: Machine, tasks: readonly TaskView[], ground: Ground): HostView {
  const { id, instance, attributes, type, ec2, member } = machine;
  const { status = 'INACTIVE', agentConnected = false, versionInfo, capacityProviderName } = instance;
  const registeredAt = instance.registeredAt?.getTime() ?? 0;
  const needs = tasks.map(({ workload }) => workload.needs);
  return {
    id,
    status,
    agentConnected,
    agentVersion: versionInfo?.agentVersion,
    registeredAt,
    provider: capacityProviderName,
    attributes,
    registered: { ...usable(machine, needs), enis: enisOf(machine, ground) },
    reserved: reservedPorts(instance.remainingResources ?? [], needs),
    group: member && groupName(member.group.AutoScalingGroupName ?? ''),
    instanceType: type,
    zone: attributes.get('ecs.availability-zone') ?? member?.instance.AvailabilityZone ?? '',
    lifecycle: ec2?.lifecycle ?? 'on-demand',
    launchedAt: ec2?.launchedAt ?? registeredAt,
    protectedFromScaleIn: member?.instance.ProtectedFromScaleIn ?? false,
    generation: member ? generationIn(machine, member, ground) : 'unknown',
    // Empty where no group of the policy has it.
    lifecycleState: member?.instance.LifecycleState ?? '',
  };
}

/** A volume that was replaced changes the AMI of an instance (Auto Scaling API reference, Instance). */
function generationIn(
  { ec2 }: Machine,
  { group, instance }: NonNullable<Machine['member']>,
  { templates }: Ground,
): HostView['generation'] {
  return generationOf(instance, group, templates, instance.ImageId ?? ec2?.imageId);
}

export function enisOf({ type, attributes }: Machine, { types }: Pick<Ground, 'types'>): number {
  return eniLimit(type, attributes.has(TRUNK_ATTRIBUTE), types.get(type)?.networkInterfaces);
}

type Countable = Omit<Amounts, 'enis'>;

/**
 * What the instance registered, less what ECS says is taken beyond the tasks that are known: one that has come since, or
 * that takes more than we make of its definition. The other way round ours holds: ECS frees what a stopping task still
 * uses (amazon-ecs-agent#4807).
 */
function usable({ instance }: Machine, needs: readonly Countable[]): Countable {
  const registered = amountsIn(instance.registeredResources ?? []);
  const free = amountsIn(instance.remainingResources ?? []);
  const left = (name: keyof Countable) => {
    const held = needs.reduce((sum, one) => sum + one[name], 0);
    return registered[name] - Math.max(0, registered[name] - held - free[name]);
  };
  return { cpu: left('cpu'), memory: left('memory'), gpu: left('gpu') };
}
