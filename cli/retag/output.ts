import picocolors from 'picocolors';
import type { Outcome } from '../../lib/journal/journal.ts';
import type { Order } from '../../lib/retagging/notice.ts';
import { isTakenIn, type Result, resultOf, worstOf } from './answer.ts';
import { DENIED_HERE } from './failed.ts';
import type { Answer } from './give-order.ts';

/** What was asked, and what came of it. */
export interface Report extends Answer {
  readonly order: Order;
  readonly by: string;
  readonly dryRun: boolean;
}

const WIDEST = 'observed'.length;

/** What was decided and why, line by line, and what became of the order; no colours where there is no terminal. */
export function asText(report: Report, columns: number | undefined): string {
  const colors = picocolors.createColors(columns !== undefined && picocolors.isColorSupported);
  const paint: Readonly<Record<Outcome, (text: string) => string>> = {
    acted: colors.green,
    done: colors.green,
    observed: colors.cyan,
    held: colors.yellow,
    refused: colors.red,
    failed: colors.red,
    ignored: colors.dim,
  };
  const lines = report.entries.map(
    ({ outcome, sentence, reason }) => `${paint[outcome](outcome.padEnd(WIDEST))}  ${sentence} (${reason})`,
  );
  return `${[...lines, ...closing(report)].join('\n')}\n`;
}

/** For machines: keys are only ever added. `result` is the worst of the tags'. */
export function asJson({ order, by, dryRun, given, entries }: Report): string {
  const tags = given.map((one) => ({ id: one.id, result: resultOf(one) }));
  const result = worstOf(tags.map((tag) => tag.result));
  return `${JSON.stringify({ ...order, by, dryRun, result, tags, decisions: entries }, null, 2)}\n`;
}

function closing({ given, dryRun, entries }: Report): string[] {
  const words = given.map((one) => {
    const result = resultOf(one);
    const left = result === 'waiting' && !isTakenIn(one);
    const sentence = left ? LEFT : (dryRun ? IF : WORDS)[result];
    return given.length === 1 ? sentence : `${one.id}: ${sentence}`;
  });
  const denied = entries.some(({ reason }) => reason === 'access-denied') ? [DENIED_HERE] : [];
  return [...denied, ...words, ...(dryRun ? ['Nothing was changed or stored.'] : [])];
}

const WORDS: Readonly<Record<Result, string>> = {
  done: 'Done.',
  waiting:
    'Waiting: the order stays, for a day, and the function carries it out as soon as that is possible. A newer order takes its place.',
  refused: 'Not done; the order is over. Reasons: docs/reason-codes.md.',
  failed: 'Failed.',
};
const IF: Readonly<Record<Result, string>> = {
  done: 'This would be done.',
  waiting: 'The order would wait, for a day at most.',
  refused: 'This would not be done. Reasons: docs/reason-codes.md.',
  failed: 'This failed.',
};
const LEFT =
  'Waiting: another invocation is working on the tags of this repository, and has been left the order. What it decides is in the journal.';
