import { utc } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { Account, Connect } from '../account.ts';
import type { ExitCode, Terminal } from '../command.ts';
import { watch } from '../watch.ts';
import { exitCodeOf, type Result, worstOf } from './answer.ts';
import { type Looking, lookHere } from './look-here.ts';
import type { OrderOptions } from './options.ts';
import { asText, IF_WORDS, WORDS } from './output.ts';

/** Who gives an order, and when. */
export interface Given {
  readonly by: string;
  readonly at: number;
  readonly orderId: string;
  readonly dryRun: boolean;
}

/** What became of an order for one subject. */
export interface Outcome {
  readonly id: string;
  readonly result: Result;
  /** In place of what is said of every such result. */
  readonly sentence?: string;
}

/** How far it is now: `result` once it is over. */
export interface Sight {
  readonly line: string;
  readonly result?: Result;
}

/** An order to a capability, ready to be given. */
export interface Order {
  /** What is asked, for --json. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** Until when the order stays while it cannot be carried out, to follow "the order stays, ". */
  readonly stays: string;
  /** Puts it into the records of its subjects, and has the capability look at them. */
  readonly look: (looking: Looking) => Promise<void>;
  /** By what the pass journalled, and the records as they are afterwards. */
  readonly outcomes: (entries: readonly JournalEntry[]) => Promise<readonly Outcome[]>;
  readonly watch: () => Promise<Sight>;
}

/** Gives an order in this terminal, prints what was decided and why, and watches it if asked. */
export async function runOrder(
  connect: Connect,
  options: OrderOptions,
  prepare: (account: Account, given: Given) => Promise<Order>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { out, err, columns } = terminal;
  const { dryRun, json } = options;
  const account = connect(options.place, options.table);
  const by = options.by ?? (await account.identity());
  const given = { by, at: account.clock.now(), orderId: account.orderId, dryRun };
  const order = await prepare(account, given);
  const entries = await lookHere(account, { dryRun, onJournalFailure: err }, order.look);
  const outcomes = await order.outcomes(entries);
  const first = worstOf(outcomes.map(({ result }) => result));
  const told = outcomes.map(({ id, result, sentence }) => ({
    id,
    sentence: sentence ?? inWords(result, order.stays, dryRun),
  }));
  if (!json) out(asText({ entries, told, dryRun }, columns));
  const isOver = first === 'refused' || first === 'failed';
  const end = options.watch && !isOver ? await watchOrder(account, order, terminal) : undefined;
  const result = end?.result ?? first;
  if (json) {
    const subjects = outcomes.map((one) => ({ id: one.id, result: one.result }));
    const last = end ? { end: end.line, interrupted: end.interrupted } : {};
    const answer = { ...order.asked, by, dryRun, result, subjects, ...last, decisions: entries };
    out(`${JSON.stringify(answer, null, 2)}\n`);
  } else if (end) out(`${end.line}\n${end.interrupted ? `${GOES_ON}\n` : ''}`);
  return exitCodeOf(result);
}

function inWords(result: Result, stays: string, dryRun: boolean): string {
  if (result !== 'waiting') return (dryRun ? IF_WORDS : WORDS)[result];
  if (dryRun) return `The order would wait, ${stays}.`;
  return `Waiting: the order stays, ${stays}, and the function carries it out as soon as that is possible. A newer order takes its place.`;
}

interface End extends Required<Sight> {
  readonly interrupted: boolean;
}

const GOES_ON =
  'Only the watching has ended: what was ordered goes on without this terminal. stevedore status shows what is left.';

/** Shows on the error stream whatever changes, until it is over. What is interrupted is not over: something is left. */
async function watchOrder({ clock }: Pick<Account, 'clock'>, order: Order, terminal: Terminal): Promise<End> {
  let last: Sight = { line: 'Nothing was seen of it yet.' };
  let shown = '';
  const tell = (line: string) => {
    if (line !== shown) terminal.err(`${utc(clock.now())}  ${line}\n`);
    shown = line;
  };
  await watch(clock, terminal, {
    look: order.watch,
    show(sight) {
      last = sight;
      if (sight.result !== undefined) return true;
      tell(sight.line);
      return false;
    },
    failed: tell,
  });
  const { line, result } = last;
  return { line, result: result ?? 'waiting', interrupted: result === undefined };
}
