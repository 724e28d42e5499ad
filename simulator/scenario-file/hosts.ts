import type { World } from '../world.ts';
import type { HostRef } from './model.ts';

const GROUP_TAG = 'aws:autoscaling:groupName';

/** Finds instances by the order in which their groups launched them. EC2 forgets ids, so they are noted. */
export function createHosts({ ec2 }: World): (where: HostRef) => string | undefined {
  const launched = new Map<string, Set<string>>();
  const note = () => {
    for (const { id, tags } of ec2.instances.values()) {
      const group = tags[GROUP_TAG];
      if (group === undefined) continue;
      const known = launched.get(group) ?? new Set();
      launched.set(group, known.add(id));
    }
  };
  // Before an instance is terminated and forgotten, it was announced.
  ec2.onChange(note);
  note();
  return ({ group, nth }) => {
    note();
    return [...(launched.get(group) ?? [])][nth - 1];
  };
}
