import type { ContainerInstance, Service, Task } from '@aws-sdk/client-ecs';
import { type EpochMs, MINUTE } from '../../clock.ts';
import type { Needs, Workload } from '../../placement/model.ts';
import type { ClusterPolicy } from '../policy.ts';
import { priceOf } from '../price-table.ts';
import type { Since } from '../since.ts';
import type { ClusterView } from '../view.ts';
import { groupView } from './group-views.ts';
import { hostViews } from './host-views.ts';
import { type Ground, machinesOf } from './machines.ts';
import type { Definition } from './read-definitions.ts';
import type { Provider } from './read-providers.ts';
import { isDaemon, serviceView } from './read-services.ts';
import { kindFor, type Making, pendingTasks, taskViews } from './task-views.ts';
import { Workloads } from './workloads.ts';

/** All that was read of a cluster. */
export interface Readings {
  readonly instances: readonly ContainerInstance[];
  readonly tasks: readonly Task[];
  /** By task group. */
  readonly services: ReadonlyMap<string, Service>;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly protectedUntil: ReadonlyMap<string, EpochMs>;
  readonly providers: readonly Provider[];
  readonly ground: Ground;
}

/** Of a policy that launches nothing: after that an instance is not waited for. */
const LAUNCH_TIMEOUT = 15 * MINUTE;

/** What to decide by, and what could not be judged, for a person. Pure. */
export function clusterView(
  readings: Readings,
  { cluster, scaleOut, prices }: ClusterPolicy,
  since: Since,
  now: EpochMs,
): { readonly view: ClusterView; readonly remarks: readonly string[] } {
  const { tasks, services, definitions, providers, ground } = readings;
  const machines = machinesOf(readings.instances, ground);
  const isDraining = ({ status }: ContainerInstance) => status === 'DRAINING';
  const draining = new Set(
    readings.instances.filter(isDraining).flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []),
  );
  const making: Making = { workloads: new Workloads(services), definitions, services, draining };
  const hosts = new Map(machines.map(({ id, instance }) => [instance.containerInstanceArn ?? '', id]));
  const placed = taskViews(tasks, hosts, readings.protectedUntil, making);
  const pending = pendingTasks(tasks, making, since);
  const ofGroups = {
    machines,
    ground,
    providers,
    priceOf: (type: string) => priceOf(type, prices),
    capabilities: capabilitiesIn([...placed, ...pending].map(({ workload }) => workload.needs)),
    launchTimeoutMs: scaleOut?.launchTimeoutMs ?? LAUNCH_TIMEOUT,
    now,
  };
  const view: ClusterView = {
    cluster,
    hosts: hostViews(machines, placed, ground),
    tasks: placed,
    pending,
    services: new Map([...services].map(([group, service]) => [group, serviceView(service)])),
    groups: ground.groups.map((group) => groupView({ ...ofGroups, group })),
    daemons: daemonsOf(making),
  };
  return { view, remarks: making.workloads.remarks };
}

function daemonsOf(making: Making): Workload[] {
  return [...making.services].flatMap(([group, service]) => {
    const kind = isDaemon(service) ? kindFor(group, service.taskDefinition ?? '', making) : undefined;
    return kind ? [making.workloads.of(kind)] : [];
  });
}

/** Of what is required, what the agent announces of itself: custom attributes are the operator's, and not to be guessed. */
function capabilitiesIn(needs: readonly Needs[]): ReadonlySet<string> {
  const names = needs.flatMap(({ requires }) => requires.map(({ name }) => name));
  return new Set(names.filter((name) => /^(com\.amazonaws\.)?ecs\.capability\./.test(name)));
}
