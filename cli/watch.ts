import { type Clock, SECOND } from '../lib/clock.ts';
import type { Terminal } from './command.ts';
import { passingText } from './failed.ts';
import { interruptsHere } from './interrupts.ts';

/** How often --watch looks, in milliseconds: a few reads of the table, and for a count one of ECS or Auto Scaling. */
const WATCH_EVERY = 5 * SECOND;

export interface Watched<Seen> {
  readonly look: () => Promise<Seen>;
  /** Shows what was seen; true once it is over. */
  readonly show: (seen: Seen) => boolean;
  /** Told of a look that failed, in words; the next one comes all the same. */
  readonly failed: (sentence: string) => void;
}

/**
 * Looks every five seconds until it is over, or until Ctrl-C or SIGTERM.
 * @throws what no later look would mend
 */
export async function watch<Seen>(
  clock: Clock,
  { interrupts = interruptsHere }: Pick<Terminal, 'interrupts'>,
  { look, show, failed }: Watched<Seen>,
): Promise<'over' | 'interrupted'> {
  const { signal, release } = interrupts();
  try {
    while (!signal.aborted) {
      const seen = await unlessAborted(signal, lookOnce(look));
      if (seen === 'aborted') break;
      if (seen.ok) {
        if (show(seen.value)) return 'over';
      } else failed(seen.sentence);
      await unlessAborted(signal, clock.sleep(WATCH_EVERY));
    }
    return 'interrupted';
  } finally {
    release();
  }
}

type Looked<Seen> =
  | { readonly ok: true; readonly value: Seen }
  | { readonly ok: false; readonly sentence: string };

async function lookOnce<Seen>(look: () => Promise<Seen>): Promise<Looked<Seen>> {
  try {
    return { ok: true, value: await look() };
  } catch (error) {
    const sentence = passingText(error);
    if (sentence === undefined) throw error;
    return { ok: false, sentence };
  }
}

/** What comes first. The listener is taken away again, since a watch may go on for days. */
async function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value | 'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'aborted'>();
  const abort = () => resolve('aborted');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
