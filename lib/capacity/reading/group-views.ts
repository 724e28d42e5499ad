import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type { EpochMs } from '../../clock.ts';
import { groupName } from '../../ids.ts';
import type { GroupView } from '../view.ts';
import type { Machine } from './machines.ts';
import type { Provider } from './read-providers.ts';
import { type TypeRequest, typeViews } from './type-views.ts';

export interface GroupRequest extends TypeRequest {
  readonly providers: readonly Provider[];
  /** How long a launched instance may take to register. */
  readonly launchTimeoutMs: number;
  readonly now: EpochMs;
}

/** A group with what it may launch and what is on its way. Pure. */
export function groupView(request: GroupRequest): GroupView {
  const { group } = request;
  const name = group.AutoScalingGroupName ?? '';
  const provider = request.providers.find((one) => one.group === name);
  return {
    name: groupName(name),
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    zones: (group.AvailabilityZones ?? []).toSorted(),
    types: typeViews(request),
    provider: provider?.name,
    managedScaling: provider?.managedScaling ?? false,
    managedTerminationProtection: provider?.managedTerminationProtection ?? false,
    managedDraining: provider?.managedDraining ?? false,
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []),
    ...comingOf(request),
  };
}

/** Those that count towards the desired count, but for Warmed, Standby, Terminating and the like. */
const COMING = /^(InService|Pending)/;

function comingOf(request: GroupRequest): Required<Pick<GroupView, 'launching' | 'overdue'>> {
  const { group, machines, ground, launchTimeoutMs, now } = request;
  const there = new Set(machines.filter(isThere).map(({ id }) => id));
  const missing = (group.Instances ?? []).filter(
    ({ InstanceId = '', LifecycleState = '' }) => COMING.test(LifecycleState) && !there.has(InstanceId),
  );
  // One that EC2 does not know yet was launched a moment ago.
  const isLate = ({ InstanceId = '' }: Instance) =>
    (ground.ec2.get(InstanceId)?.launchedAt ?? now) + launchTimeoutMs <= now;
  return {
    launching: byZone(missing.filter((one) => !isLate(one))),
    overdue: byZone(missing.filter(isLate)),
  };
}

type Instance = NonNullable<AutoScalingGroup['Instances']>[number];

const isThere = ({ instance }: Machine) => instance.status !== 'REGISTERING';

function byZone(instances: readonly Instance[]): Map<string, number> {
  const zones = Map.groupBy(instances, ({ AvailabilityZone = '' }) => AvailabilityZone);
  return new Map([...zones].map(([zone, some]) => [zone, some.length]));
}
