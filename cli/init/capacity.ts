import { clusterNames } from '../../lib/policy/values.ts';
import { HOOKS } from '../doctor/reads.ts';
import { drainedGroups } from './draining.ts';
import { beside, branch, dead, type Line, live, name } from './lines.ts';
import { copilotNotes, type Section, section } from './section.ts';
import type { AccountSnapshot, ClusterSeen } from './snapshot.ts';

/** The clusters with the groups that are drained, so far as ECS does not size them itself. */
export function capacityOf(account: AccountSnapshot): Section {
  const drained = drainedGroups(account);
  const found = account.clusters.flatMap((seen): Line[] => {
    const { cluster } = seen.snapshot;
    const groups = (drained.get(cluster) ?? []).map((group) => group.name);
    return groups.length > 0 && clusterNames.safeParse(cluster).success ? [clusterLine(seen, groups)] : [];
  });
  const basis = { found: found.length > 0, needs: HOOKS, unread: account.unread };
  return section('capacity', [branch('clusters:', found)], basis);
}

const CONSOLIDATION = beside('consolidation: {}', {
  aside: 'lets instances go whose tasks fit elsewhere, one in ten at a time: docs/capacity.md',
});

function clusterLine(seen: ClusterSeen, groups: readonly string[]): Line {
  const { cluster, providers } = seen.snapshot;
  const sized = providers.filter((one) => one.managedScaling && one.group !== null);
  const isOwn = (group: string) => !sized.some((one) => one.group === group);
  const own = groups.filter(isOwn);
  const others = groups.filter((group) => !isOwn(group));
  const names = sized.filter(({ group }) => others.includes(group ?? '')).map((one) => one.name);
  const why = `Left out: ${others.join(', ')}. ECS's managed scaling sizes ${others.length === 1 ? 'it' : 'them'} (capacity provider ${names.join(', ')}), and two that set one count fight over it.`;
  const notes = [...copilotNotes(seen), ...(others.length > 0 ? [why] : [])];
  const listed = (some: readonly string[]) => `groups: [${some.map(name).join(', ')}]`;
  const below = own.length > 0 ? live(listed(own)) : dead(listed(others));
  return branch(`${name(cluster)}:`, [below, CONSOLIDATION], { unit: true, notes });
}
