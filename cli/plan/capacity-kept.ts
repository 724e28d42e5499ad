import type { ConsolidationPlan, KeptReason } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { counted } from './capacity-now.ts';
import type { Check } from './check.ts';

/** What no change of the cluster's load ends: somebody has said so. */
const NEVER: ReadonlySet<KeptReason> = new Set<KeptReason>([
  'not-in-a-group',
  'managed-scaling',
  'protected-from-scale-in',
  'reason-not-allowed',
]);
/** A cluster may have a thousand; all of them are in the JSON and in the page. */
const MOST_LISTED = 5;

/** Each instance that stays, by the reason for it. Pure. */
export function checkKept({ cluster, consolidation }: ClusterPolicy, { kept }: ConsolidationPlan): Check[] {
  const base = { change: null, remarks: [] } as const;
  if (consolidation === null) {
    const sentence = `capacity.clusters.${cluster} names no consolidation, so that no instance is ever let go.`;
    const section = 'capacity.never';
    return [
      { ...base, section, subject: cluster, verdict: 'untouched', reason: 'reason-not-allowed', sentence },
    ];
  }
  return [...Map.groupBy(kept, ({ why }) => why)].map(([why, some]): Check => {
    const isNever = NEVER.has(why);
    const left = some.length - MOST_LISTED;
    return {
      ...base,
      section: isNever ? 'capacity.never' : 'capacity.kept',
      subject: `${cluster} ${why}`,
      verdict: isNever ? 'untouched' : 'idle',
      reason: why,
      sentence: `${counted(some.length, 'instance')} ${some.length === 1 ? 'stays' : 'stay'}.`,
      remarks: [
        ...some.slice(0, MOST_LISTED).map(({ sentence }) => sentence),
        ...(left > 0 ? [`And ${left} more: --json and --html have them all.`] : []),
      ],
    };
  });
}
