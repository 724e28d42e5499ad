import type { EpochMs } from '../clock.ts';
import type { Action, Finding } from './decision.ts';
import { orderDrain } from './follow.ts';
import type { Removal } from './plan.ts';
import type { Leaving } from './state.ts';
import type { GroupView } from './view.ts';

export interface Begun {
  readonly actions: Action[];
  readonly findings: Finding[];
  readonly leaving: Record<string, Leaving>;
}

/** Carries the steps of a plan into actions and the record. Pure. */
export function begin(steps: readonly Removal[], groups: readonly GroupView[], now: EpochMs): Begun {
  const begun: Begun = { actions: [], findings: [], leaving: {} };
  const ordered = new Map(groups.map(({ name, desired }) => [name, desired]));
  for (const step of steps) {
    const { hosts, reason, group, replaceBy } = step;
    const first: Leaving = { phase: 'ordered', reason, group, since: now, sentence: sentenceOf(step) };
    if (replaceBy === undefined) {
      for (const host of hosts) {
        const { action, leaving, finding } = orderDrain(host, first, now);
        begun.actions.push(action);
        begun.findings.push(finding);
        begun.leaving[host] = leaving;
      }
      continue;
    }
    const desired = (ordered.get(replaceBy.group) ?? 0) + 1;
    ordered.set(replaceBy.group, desired);
    begun.actions.push({ kind: 'set-desired', group: replaceBy.group, desired });
    const replacement = { hosts, desired, orderedAt: now };
    for (const host of hosts) {
      begun.leaving[host] = { ...first, phase: 'launching', group: replaceBy.group, replacement };
      begun.findings.push({
        host,
        reason: 'replacement-ordered',
        outcome: 'acted',
        sentence: first.sentence,
        facts: { group: replaceBy.group, desired },
      });
    }
  }
  return begun;
}

/** What goes, why, where its tasks move, and what that saves. */
function sentenceOf({ hosts, reason, replaceBy, moves, saves }: Removal): string {
  const what = `${hosts.join(', ')} can go (${reason})`;
  const instead = replaceBy ? ` for one ${replaceBy.type} of ${replaceBy.group}` : '';
  const where = moves.slice(0, 10).map(({ group, to }) => `${group} to ${to}`);
  const more = moves.length > 10 ? ` and ${moves.length - 10} more` : '';
  const moving =
    moves.length === 0
      ? ', with no task to move'
      : `, with ${moves.length} tasks to move: ${where.join(', ')}${more}`;
  const money = saves === undefined ? '' : ` It saves ${saves.toFixed(3)} an hour.`;
  return `${what}${instead}${moving}.${money}`;
}
