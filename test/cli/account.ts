import { PassThrough } from 'node:stream';
import type { Account, Connect } from '../../cli/account.ts';
import type { Command } from '../../cli/command.ts';
import type { Place } from '../../cli/options.ts';
import { stevedore } from '../../cli/stevedore.ts';
import { utc } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { JournalReader, Span } from '../../lib/journal/table.ts';
import type { ControlStore, RecordStore } from '../../lib/state/store.ts';
import type { World } from '../../simulator/world.ts';
import { type Queues, withQueues } from './queues.ts';

/** What the account of a test has that is not the world's. */
export interface Kept {
  /** Its records are whatever a verb takes them for. */
  readonly store: RecordStore<never, never> & ControlStore;
  readonly sinks: Account['sinks'];
  readonly journal?: JournalReader;
  readonly stderr?: Account['stderr'];
  readonly identity?: Account['identity'];
  readonly clock?: Account['clock'];
  /** Both failure queues are there and empty unless said. */
  readonly queues?: Queues;
}

/** Reads what was journalled in memory, as the table would have it: what is notable, newest first. */
export function readerOf(entries: () => readonly JournalEntry[]): JournalReader {
  async function* newest(
    wanted: (entry: JournalEntry) => boolean,
    { since = 0, until = Infinity }: Span = {},
  ) {
    const notable = entries().filter(({ weight }) => weight === 'notable');
    const some = notable.filter((entry) => entry.at >= since && entry.at < until && wanted(entry));
    yield* some.toSorted((a, b) => b.at - a.at);
  }
  return {
    ofSubject: (capability, subject, span) =>
      newest((entry) => entry.capability === capability && entry.subject === subject, span),
    ofDay: (day, span) => newest(({ at }) => utc(at).startsWith(day), span),
  };
}

let orders = 0;

/** Reaches a world as `connect` reaches an account; `asked` is told what for. */
export function connectTo(
  world: World,
  { store, sinks, journal = readerOf(() => []), stderr = new PassThrough(), ...more }: Kept,
  asked: (place: Place, table: string) => void = () => undefined,
): Connect {
  // Whoever waits for a retry need not wait here.
  const clock = more.clock ?? { now: () => world.now(), sleep: async () => undefined };
  return (place, table) => {
    asked(place, table);
    orders += 1;
    return {
      place,
      clientOptions: withQueues({ ...world.clients(), clock }, more.queues),
      store: () => store,
      journal,
      sinks,
      fetch: async (url) => world.ecr.fetchLayer(String(url)),
      clock,
      orderId: `order-${orders}`,
      identity: more.identity ?? (async () => 'arn:aws:sts::123456789012:assumed-role/ops/jo'),
      stderr,
    };
  };
}

/** Runs a command line; `columns` of the terminal, if it is one. Nothing interrupts it unless said. */
export async function runWith(
  commands: Readonly<Record<string, Command>>,
  args: readonly string[],
  columns?: number,
  interrupted: AbortSignal = new AbortController().signal,
) {
  let out = '';
  let err = '';
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    columns,
    interrupts: () => ({ signal: interrupted, release: () => undefined }),
  };
  const code = await stevedore(args, terminal, commands);
  return { code, out, err };
}
