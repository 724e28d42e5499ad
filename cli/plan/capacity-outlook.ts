import type { ConsolidationPlan, Removal } from '../../lib/capacity/plan.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import { type Picture, savedPerMonth } from '../../simulator/report/packing/picture.ts';
import { counted } from './capacity-now.ts';
import type { Check } from './check.ts';

const MOST_LISTED = 10;

/**
 * How far consolidation could go as things are. Pure. Counts and costs are no `change`: a plan is not out of date because
 * a task more runs than when it was made.
 */
export function checkOutlook(
  { cluster, consolidation }: ClusterPolicy,
  { steps }: ConsolidationPlan,
  picture: Picture,
): Check[] {
  if (consolidation === null) return [];
  const { now, after } = picture;
  const base = { section: 'capacity.outlook', subject: cluster, change: null } as const;
  const cost = now.hourly === undefined ? '' : `, at ${now.hourly.toFixed(3)} an hour`;
  if (steps.length === 0) {
    const sentence = `${counted(now.instances, 'instance')}${cost}: none of them could go.`;
    return [{ ...base, verdict: 'idle', reason: 'nothing-to-do', sentence, remarks: [picture.prices] }];
  }
  const saved = savedPerMonth(picture);
  const money =
    now.hourly === undefined || after.hourly === undefined || saved === undefined
      ? ''
      : `, at ${after.hourly.toFixed(3)} in place of ${now.hourly.toFixed(3)} an hour: ${saved.toFixed(0)} less in a month of 730 hours`;
  const left = steps.length - MOST_LISTED;
  return [
    {
      ...base,
      verdict: 'ready',
      reason: 'could-consolidate',
      sentence: `${counted(now.instances, 'instance')} could become ${after.instances}${money}. ${counted(picture.moves, 'task')} would move.`,
      remarks: [
        ...steps.slice(0, MOST_LISTED).map(stepInWords),
        ...(left > 0 ? [`And ${counted(left, 'more step')}: --json and --html have them all.`] : []),
        picture.prices,
      ],
    },
  ];
}

function stepInWords({ hosts, reason, replaceBy, moves, saves }: Removal): string {
  const instead = replaceBy === undefined ? '' : ` for one ${replaceBy.type} of ${replaceBy.group}`;
  const money = saves === undefined ? '' : `, ${saves.toFixed(3)} an hour`;
  return `${hosts.join(', ')} (${reason})${instead}: ${counted(moves.length, 'task')} to move${money}.`;
}
