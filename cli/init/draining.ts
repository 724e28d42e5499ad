import { DEFAULT_HOOK } from '../../lib/policy/schema.ts';
import { clusterNames, groupNames } from '../../lib/policy/values.ts';
import { HOOKS } from '../doctor/reads.ts';
import type { GroupView, Snapshot } from '../doctor/snapshot.ts';
import { branch, dead, type Line, live, name, remark, shell } from './lines.ts';
import { copilotNotes, type Section, section } from './section.ts';
import type { AccountSnapshot } from './snapshot.ts';

/** The clusters with their Auto Scaling groups, so far as instances of theirs can be drained. */
export function drainingOf({ clusters, unread }: AccountSnapshot): Section {
  const owners = new Map<string, string>();
  const found = clusters.flatMap((seen): Line[] => {
    const { snapshot } = seen;
    const groups = [
      ...snapshot.groups
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((group) => groupLine(group, snapshot, owners)),
      ...groupless(snapshot),
    ];
    if (groups.length === 0) return [];
    if (!clusterNames.safeParse(snapshot.cluster).success) return [];
    const below = [branch('groups:', groups)];
    return [branch(`${name(snapshot.cluster)}:`, below, { unit: true, notes: copilotNotes(seen) })];
  });
  return section('draining', [branch('clusters:', found)], { found: found.length > 0, needs: HOOKS, unread });
}

function groupLine(group: GroupView, snapshot: Snapshot, owners: Map<string, string>): Line {
  if (!groupNames.safeParse(group.name).success) {
    return remark(
      `Left out: group ${group.name}, whose name may not stand in a policy file (* ? $ : " \\ { } or a tab).`,
    );
  }
  const owner = owners.get(group.name) ?? snapshot.cluster;
  owners.set(group.name, owner);
  if (owner !== snapshot.cluster) {
    return remark(
      `Left out: group ${group.name}, which is in cluster ${owner} above; an instance registers with one cluster.`,
    );
  }
  const drainer = drainerOf(group, snapshot);
  if (drainer !== undefined) {
    return remark(
      `Left out: group ${group.name}. ECS drains it already: capacity provider ${drainer.name} has managed draining.`,
    );
  }
  const hooks = group.hooks.map((hook) => hook.name);
  const others = hooks.filter((hook) => hook !== DEFAULT_HOOK);
  const entry = (own: readonly string[]) => `${name(group.name)}: { hooks: [${own.map(name).join(', ')}] }`;
  if (hooks.includes(DEFAULT_HOOK)) {
    const aside = others.length === 0 ? null : `not ours: ${others.join(', ')}`;
    return live(entry([DEFAULT_HOOK]), { aside });
  }
  if (others.length > 0) {
    const why = `Left out: group ${group.name}. Its terminate ${others.length === 1 ? 'hook' : 'hooks'} ${others.join(', ')} may be completed by somebody else. If not, uncomment this:`;
    return dead(entry(others), { notes: [why] });
  }
  return dead(entry([DEFAULT_HOOK]), {
    notes: [
      `Left out: group ${group.name} has no terminate hook, so that its instances end at once. Put one, and uncomment this:`,
      `aws autoscaling put-lifecycle-hook --auto-scaling-group-name ${shell(group.name)} --lifecycle-hook-name ${DEFAULT_HOOK} --lifecycle-transition autoscaling:EC2_INSTANCE_TERMINATING --heartbeat-timeout 600 --default-result CONTINUE`,
    ],
  });
}

const drainerOf = (group: GroupView, { providers }: Snapshot) =>
  providers.find((one) => one.group === group.name && one.managedDraining);

/** The groups of each cluster that the section takes, in its order. */
export function drainedGroups({ clusters }: AccountSnapshot): ReadonlyMap<string, readonly GroupView[]> {
  const taken = new Set<string>();
  return new Map(
    clusters.map(({ snapshot }) => {
      const own = snapshot.groups.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const first = own.filter(({ name: one }) => groupNames.safeParse(one).success && !taken.has(one));
      for (const group of first) taken.add(group.name);
      const drained = first.filter((group) => drainerOf(group, snapshot) === undefined && isHooked(group));
      return [snapshot.cluster, drained];
    }),
  );
}

const isHooked = ({ hooks }: GroupView) => hooks.some((hook) => hook.name === DEFAULT_HOOK);

/** Container instances that no Auto Scaling group replaces. */
function groupless({ instances, machines }: Snapshot): Line[] {
  const alone = instances.filter(({ id }) => machines.get(id)?.group === null).map(({ id }) => id);
  if (alone.length === 0) return [];
  const [first = ''] = alone;
  const which = alone.length === 1 ? first : `${first} and ${alone.length - 1} more`;
  return [remark(`Left out: ${which}, in no Auto Scaling group.`)];
}
