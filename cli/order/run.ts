import { SECOND, utc } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { Account, Connect } from '../account.ts';
import type { ExitCode, Terminal } from '../command.ts';
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

/** How often --watch looks: one read of the table, and for a count one of ECS or Auto Scaling. */
const WATCH_EVERY = 5 * SECOND;

/** Gives an order in this terminal, prints what was decided and why, and watches it if asked. */
export async function runOrder(
  connect: Connect,
  options: OrderOptions,
  prepare: (account: Account, given: Given) => Promise<Order>,
  { out, err, columns }: Terminal,
): Promise<ExitCode> {
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
  const end = options.watch && !isOver ? await watch(account, order, err) : undefined;
  const result = end?.result ?? first;
  if (json) {
    const subjects = outcomes.map((one) => ({ id: one.id, result: one.result }));
    const last = end ? { end: end.line } : {};
    const answer = { ...order.asked, by, dryRun, result, subjects, ...last, decisions: entries };
    out(`${JSON.stringify(answer, null, 2)}\n`);
  } else if (end) out(`${end.line}\n`);
  return exitCodeOf(result);
}

function inWords(result: Result, stays: string, dryRun: boolean): string {
  if (result !== 'waiting') return (dryRun ? IF_WORDS : WORDS)[result];
  if (dryRun) return `The order would wait, ${stays}.`;
  return `Waiting: the order stays, ${stays}, and the function carries it out as soon as that is possible. A newer order takes its place.`;
}

/** Shows on the error stream whatever changes, until it is over. */
async function watch(
  { clock }: Pick<Account, 'clock'>,
  order: Order,
  err: Terminal['err'],
): Promise<Required<Sight>> {
  let shown = '';
  for (;;) {
    const { line, result } = await order.watch();
    if (result !== undefined) return { line, result };
    if (line !== shown) err(`${utc(clock.now())}  ${line}\n`);
    shown = line;
    await clock.sleep(WATCH_EVERY);
  }
}
