import type { EpochMs } from '../../lib/clock.ts';
import type { Ec2Instance } from '../ec2/model.ts';
import type { World } from '../world.ts';
import { Changes } from './changes.ts';
import type { GroupTrack, InstanceState, InstanceTrack } from './observation.ts';

interface Watching {
  readonly group: string;
  readonly spot: boolean;
  readonly state: Changes<InstanceState>;
  readonly tasks: Changes<number>;
}

/** Container instances and their groups. */
export function watchInstances(world: World) {
  const watched = new Map<string, Watching>();
  const groups = new Map<string, { readonly desired: Changes<number>; readonly active: Changes<number> }>();

  function look(now: EpochMs): void {
    const active = new Map<string, number>();
    for (const ec2 of world.ec2.instances.values()) {
      const group = ec2.tags['aws:autoscaling:groupName'] ?? '';
      const watching: Watching = watched.get(ec2.id) ?? {
        group,
        spot: ec2.spot,
        state: new Changes(),
        tasks: new Changes(),
      };
      watched.set(ec2.id, watching);
      const before = watching.state.last;
      const state = stateOf(world, ec2, before !== undefined && before !== 'pending');
      watching.state.note(now, state);
      watching.tasks.note(now, world.ecs.instances.find(ec2.id)?.tasks.size ?? 0);
      if (state === 'active') active.set(group, (active.get(group) ?? 0) + 1);
    }
    for (const [name, { desired }] of world.autoScaling.groups) {
      const group = groups.get(name) ?? { desired: new Changes<number>(), active: new Changes<number>() };
      groups.set(name, group);
      group.desired.note(now, desired);
      group.active.note(now, active.get(name) ?? 0);
    }
  }

  return {
    look,
    tracks: (): { readonly instances: readonly InstanceTrack[]; readonly groups: readonly GroupTrack[] } => ({
      instances: [...watched].map(([id, { group, spot, state, tasks }]) => ({
        id,
        group,
        spot,
        state: state.series,
        tasks: tasks.series,
      })),
      groups: [...groups].map(([name, { desired, active }]) => ({
        name,
        desired: desired.series,
        active: active.series,
      })),
    }),
  };
}

/** @param known whether it has been registered */
function stateOf({ ecs }: World, ec2: Ec2Instance, known: boolean): InstanceState {
  const instance = ecs.instances.find(ec2.id);
  if (instance === undefined) return known || ec2.state === 'terminated' ? 'gone' : 'pending';
  if (!instance.agentConnected) return 'unreachable';
  switch (instance.status) {
    case 'ACTIVE':
      return 'active';
    case 'DRAINING':
      return 'draining';
    case 'REGISTERING':
    case 'REGISTRATION_FAILED':
      return 'pending';
    case 'DEREGISTERING':
    case 'INACTIVE':
      return 'gone';
    default:
      return instance.status satisfies never;
  }
}
