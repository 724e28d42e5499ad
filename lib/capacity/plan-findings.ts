import type { Finding } from './decision.ts';
import type { Kept, NeedPlan } from './plan.ts';

/** What scale-out does, and what it cannot. Pure. */
export function findingsOfNeed(need: NeedPlan | undefined): Finding[] {
  if (need === undefined) return [];
  const launched = need.launches.map(({ group, count, desired, forTasks, byZone }): Finding => {
    const zones = [...byZone].map(([zone, number]) => `${number} in ${zone}`).join(', ');
    const sentence = `${forTasks} waiting tasks need ${count} more instances of ${group} (${zones}): its desired count is set to ${desired}.`;
    return { reason: 'launched-for-need', outcome: 'acted', sentence, facts: { group, count, desired } };
  });
  const unplaceable = need.unplaceable.map(({ group, sentence }): Finding => {
    return { reason: 'task-unplaceable', outcome: 'refused', sentence, facts: { policy: group } };
  });
  const rest = need.findings.map(({ why, group, sentence }): Finding => {
    const reason = why === 'not-yet' ? 'launch-not-yet' : why;
    return { reason, outcome: 'held', sentence, ...(group && { facts: { policy: group } }) };
  });
  return [...launched, ...unplaceable, ...rest];
}

const EXAMPLES = 5;

/** One finding for each reason: a cluster has a thousand instances, and most of them stay for the same one. */
export function findingsOfKept(kept: readonly Kept[]): Finding[] {
  const byReason = Map.groupBy(kept, ({ why }) => why);
  return [...byReason].map(([why, some]): Finding => {
    const examples = some.slice(0, EXAMPLES).map(({ host, sentence }) => `${host}: ${sentence}`);
    const more = some.length > EXAMPLES ? ` And ${some.length - EXAMPLES} more.` : '';
    const sentence = `${some.length} instances stay. ${examples.join(' ')}${more}`;
    return {
      reason: why,
      outcome: 'held',
      sentence,
      facts: { hosts: some.slice(0, 50).map(({ host }) => host) },
    };
  });
}
