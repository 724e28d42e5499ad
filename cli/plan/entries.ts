import type { JournalEntry, Outcome } from '../../lib/journal/journal.ts';
import { withoutMode } from '../dry-run.ts';
import { type Check, type Section, type Verdict, WORST_FIRST } from './check.ts';

/** What the outcome of a decision in mode observe comes to. */
export function verdictOf(outcome: Outcome): Verdict {
  switch (outcome) {
    case 'observed':
    case 'acted':
      return 'pending';
    case 'held':
      return 'waits';
    case 'refused':
      return 'refused';
    case 'failed':
      return 'unread';
    case 'done':
    case 'ignored':
      return 'idle';
    default:
      return outcome satisfies never;
  }
}

/** How entries are shown: under which name, and with which change. */
export interface Shown {
  readonly section: Section;
  readonly subjectOf: (entry: JournalEntry) => string;
  readonly changeOf?: (entry: JournalEntry) => Check['change'];
}

/** One check for each subject of a dry run's journal: the worst that was said of it, and the rest as remarks. Pure. */
export function checksOf(
  entries: readonly JournalEntry[],
  { section, subjectOf, changeOf = () => null }: Shown,
): Check[] {
  const rank = ({ outcome }: JournalEntry) => WORST_FIRST.indexOf(verdictOf(outcome));
  return [...Map.groupBy(entries, subjectOf)].flatMap(([subject, own]) => {
    const [first, ...others] = own.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) return [];
    const sentence = withoutMode(first.sentence);
    const remarks = new Set(others.map((entry) => withoutMode(entry.sentence)));
    remarks.delete(sentence);
    const { reason, outcome } = first;
    const verdict = verdictOf(outcome);
    const change = verdict === 'pending' ? changeOf(first) : null;
    return [{ section, subject, verdict, reason, sentence, change, remarks: [...remarks] }];
  });
}
