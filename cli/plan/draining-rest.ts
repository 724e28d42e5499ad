import { admit, type ClusterStanding, capsOf } from '../../lib/draining/admit.ts';
import { newRecord } from '../../lib/draining/intake.ts';
import type { ClusterPolicy, Quantity } from '../../lib/draining/policy.ts';
import type { StandDown } from '../../lib/draining/snapshot.ts';
import { instanceId } from '../../lib/ids.ts';
import type { Check } from './check.ts';
import type { ClusterView, InstanceOfCluster } from './draining-view.ts';

/** The caps on drains of our own choice as they count now. */
export function standingOf({ instances }: ClusterView): ClusterStanding {
  return {
    active: instances.filter(({ active, connected }) => active && connected).length,
    draining: instances.filter(({ draining }) => draining).length,
  };
}

const inWords = ({ kind, value }: Quantity) => (kind === 'count' ? String(value) : `${value}%`);

/** The limits of a cluster in numbers, and whether they leave room for one more. Pure. */
export function checkLimits(policy: ClusterPolicy, standing: ClusterStanding): Check {
  const { cluster, limits } = policy;
  const { registered, cap, floor } = capsOf(standing, policy);
  const { active, draining } = standing;
  const base = { section: 'draining.limits', subject: cluster, change: null } as const;
  const numbers = [
    `limits.draining: ${inWords(limits.draining)} of ${registered} = ${cap} at once by choice; ${draining} drain now.`,
    `limits.keepActive: ${inWords(limits.keepActive)} of ${registered} = ${floor}; ${active} are ACTIVE and connected.`,
  ];
  const sentence = numbers.join(' ');
  if (registered === 0) {
    const none = `No instance is registered with cluster ${cluster}, so that the limits come to nothing yet.`;
    return { ...base, verdict: 'idle', reason: 'nothing-to-do', sentence: none, remarks: [] };
  }
  const one = newRecord(instanceId('One more'), policy.cluster, 0);
  const held = ({ ...now }: ClusterStanding) => [...admit([one], now, policy).held.values()][0];
  const never = held({ active: registered, draining: 0 });
  if (never) {
    const remark = `Even when all are ACTIVE, nothing drains by choice (rebalance, maintenance, orders): lower the limit or add instances.`;
    return { ...base, verdict: 'refused', reason: never.reason, sentence, remarks: [remark] };
  }
  const now = held(standing);
  return now
    ? {
        ...base,
        verdict: 'idle',
        reason: now.reason,
        sentence,
        remarks: ['There is no room for one more now.'],
      }
    : { ...base, verdict: 'ready', reason: 'nothing-to-do', sentence, remarks: [] };
}

const WHY: Readonly<Record<StandDown, string>> = {
  'managed-draining': 'ECS managed draining is on for it, so that ECS drains its instances',
  'managed-instance': 'ECS Managed Instances are replaced by ECS itself',
  'external-instance': 'nothing in EC2 or Auto Scaling terminates ECS Anywhere instances',
};

/** What of the cluster is left alone: instances that others drain, and groups that the policy does not name. Pure. */
export function checkUntouched(policy: ClusterPolicy, { instances }: ClusterView): Check[] {
  const { cluster } = policy;
  const named = new Set<string>(policy.groups.map(({ name }) => name));
  const stood = instances.filter(({ snapshot }) => snapshot.standDown !== undefined);
  const others = instances.filter(
    ({ group, snapshot, connected }) =>
      // Without group and agent it is a ghost, which is dealt with as such.
      snapshot.standDown === undefined && (group === undefined ? connected : !named.has(group)),
  );
  const base = { section: 'draining.never', change: null, remarks: [] } as const;
  const byProvider = Map.groupBy(stood, ({ capacityProvider }) => capacityProvider ?? 'ECS Anywhere');
  const byGroup = Map.groupBy(others, ({ group }) => group ?? 'no group');
  return [
    ...[...byProvider].flatMap(([provider, own]): Check[] => {
      const why = own[0]?.snapshot.standDown;
      if (why === undefined) return [];
      const sentence = `${WHY[why]}: ${listed(own)}.`;
      return [
        {
          ...base,
          subject: `${cluster}/${provider}`,
          verdict: 'untouched',
          reason: `stood-down-${why}`,
          sentence,
        },
      ];
    }),
    ...[...byGroup].map(([group, own]) => ({ ...base, ...ofOthers(policy, group, own) })),
  ];
}

/** Its hooks are never answered; but events of EC2 name no group, so that these drain every instance of the cluster. */
function ofOthers({ cluster, triggers }: ClusterPolicy, group: string, own: readonly InstanceOfCluster[]) {
  const on = [
    ...(triggers.spotInterruption ? ['spotInterruption'] : []),
    ...(triggers.rebalance ? ['rebalance'] : []),
    ...(triggers.maintenanceLeadMs === null ? [] : ['maintenance']),
    ...(triggers.directTermination ? ['directTermination'] : []),
  ];
  const unnamed = `draining.clusters.${cluster}.groups does not name it, so that no hook of it is ever answered: ${listed(own)}.`;
  const found = { subject: `${cluster}/${group}`, reason: 'group-not-in-policy' } as const;
  if (on.length === 0) return { ...found, verdict: 'untouched', sentence: unnamed } as const;
  const still = `They are instances of the cluster all the same, and drained by triggers.${on.join(', ')}.`;
  return { ...found, verdict: 'ready', sentence: `${unnamed} ${still}` } as const;
}

const MOST_LISTED = 5;

function listed(own: readonly InstanceOfCluster[]): string {
  const ids = own.slice(0, MOST_LISTED).map(({ id }) => id);
  const more = own.length > MOST_LISTED ? ` and ${own.length - MOST_LISTED} more` : '';
  return `${ids.join(', ')}${more}`;
}
