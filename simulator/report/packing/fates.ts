import type { ConsolidationPlan, Removal } from '../../../lib/capacity/plan.ts';

/** What becomes of an instance, and why. */
export interface Fate {
  readonly kind: 'stays' | 'goes' | 'new';
  /** A reason code of the journal, or why it goes: empty, underused or obsolete. */
  readonly reason: string;
  readonly sentence: string;
}

/** Of every instance of the cluster. `now`: what is done at once, and why the rest of it waits. Pure. */
export function fatesOf(plan: ConsolidationPlan, now: ConsolidationPlan | undefined): Map<string, Fate> {
  const atOnce = new Set(now?.steps.flatMap(({ hosts }) => hosts));
  const waiting = new Map(now?.kept.map(({ host, sentence }) => [host, sentence]));
  const goes = plan.steps.flatMap((step) =>
    step.hosts.map((host): [string, Fate] => {
      const when = atOnce.has(host) ? 'It goes now.' : (waiting.get(host) ?? '');
      const sentence = `${goesInWords(step, host)} ${when}`.trim();
      return [host, { kind: 'goes', reason: step.reason, sentence }];
    }),
  );
  const stays = plan.kept.map(({ host, why, sentence }): [string, Fate] => {
    return [host, { kind: 'stays', reason: why, sentence }];
  });
  return new Map([...stays, ...goes]);
}

const WHY: Readonly<Record<Removal['reason'], string>> = {
  empty: 'Nothing but daemons runs on it.',
  underused: 'Its tasks fit elsewhere.',
  obsolete: 'Its group would launch it otherwise now.',
};

function goesInWords({ hosts, reason, replaceBy, moves }: Removal, host: string): string {
  if (replaceBy === undefined) return WHY[reason];
  const others = hosts.filter((one) => one !== host);
  const together = others.length === 0 ? '' : `, together with ${others.join(', ')}`;
  const tasks = moves.length === 1 ? 'one task moves' : `${moves.length} tasks move`;
  const why = reason === 'obsolete' ? `${WHY.obsolete} ` : '';
  return `${why}One ${replaceBy.type} of ${replaceBy.group} takes its place${together}; ${tasks}.`;
}
