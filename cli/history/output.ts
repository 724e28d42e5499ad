import { utc } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { colorsFor, outcomePainter } from '../outcome-colors.ts';

/** A line for each decision: when, what came of it, what and why, and the code. `long`: three more lines. */
export function asText(entries: readonly JournalEntry[], long: boolean, columns: number | undefined): string {
  const outcome = outcomePainter(columns);
  const { dim } = colorsFor(columns);
  return entries
    .flatMap((entry) => [
      `${dim(utc(entry.at))}  ${outcome(entry.outcome)}  ${entry.sentence} (${entry.reason})`,
      ...(long ? details(entry).map((line) => dim(line)) : []),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

/** For machines: one object per line, with the time also as a person reads it; keys are only ever added. */
export const asJson = (entries: readonly JournalEntry[]): string =>
  entries.map((entry) => `${JSON.stringify({ time: utc(entry.at), ...entry })}\n`).join('');

function details({ capability, cluster, subject, calls = [], cause, facts = {} }: JournalEntry): string[] {
  const known = Object.entries(facts).map(([name, value]) => `${name}=${inWords(value)}`);
  const about = [
    capability,
    ...(cluster === undefined ? [] : [cluster]),
    ...(subject === undefined ? [] : [subject]),
  ];
  return [
    `    about  ${about.join(', ')}`,
    ...(calls.length > 0 ? [`    calls  ${calls.join(', ')}`] : []),
    ...(cause ? [`    cause  ${cause.detailType}, event ${cause.eventId}`] : []),
    ...(known.length > 0 ? [`    facts  ${known.join(' ')}`] : []),
  ];
}

const inWords = (fact: NonNullable<JournalEntry['facts']>[string]): string =>
  typeof fact === 'object' ? fact.join(',') : String(fact);
