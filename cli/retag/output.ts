import type { Order } from '../../lib/retagging/notice.ts';
import { type Result, worstOf } from '../order/answer.ts';
import { leftTo } from '../order/inbox.ts';
import { IF_WORDS, asText as inLines, WORDS } from '../order/output.ts';
import { isTakenIn, resultOf } from './answer.ts';
import type { Answer } from './give-order.ts';

/** What was asked, and what came of it. */
export interface Report extends Answer {
  readonly order: Order;
  readonly by: string;
  readonly dryRun: boolean;
}

/** What was decided and why, line by line, and what became of the order. */
export function asText({ given, dryRun, entries }: Report, columns: number | undefined): string {
  const told = given.map((one) => {
    const result = resultOf(one);
    const left = result === 'waiting' && !isTakenIn(one);
    return {
      id: one.id,
      sentence: left ? leftTo('the tags of this repository') : (dryRun ? IF : OF)[result],
    };
  });
  return inLines({ entries, told, dryRun }, columns);
}

/** For machines: keys are only ever added. `result` is the worst of the tags'. */
export function asJson({ order, by, dryRun, given, entries }: Report): string {
  const tags = given.map((one) => ({ id: one.id, result: resultOf(one) }));
  const result = worstOf(tags.map((tag) => tag.result));
  return `${JSON.stringify({ ...order, by, dryRun, result, tags, decisions: entries }, null, 2)}\n`;
}

const OF: Readonly<Record<Result, string>> = {
  ...WORDS,
  waiting:
    'Waiting: the order stays, for a day, and the function carries it out as soon as that is possible. A newer order takes its place.',
};
const IF: Readonly<Record<Result, string>> = {
  ...IF_WORDS,
  waiting: 'The order would wait, for a day at most.',
};
