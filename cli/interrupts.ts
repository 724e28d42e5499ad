import { SECOND } from '../lib/clock.ts';

/** Ctrl-C or SIGTERM, for as long as somebody listens. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** From now on they end the process again. */
  readonly release: () => void;
}

export type Interrupts = () => Interruption;

/** What of `process` is used. */
export interface Signalled {
  readonly pid: number;
  once(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
  exit(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** For the last words of the verb. */
const GRACE = 0.2 * SECOND;

/** Those of a process. The second one ends it at once. */
export const interruptsOf =
  (from: Signalled): Interrupts =>
  () => {
    const controller = new AbortController();
    const release = listen(from, () => {
      controller.abort();
      // The call that is under way, or the wait for the next look, would keep the process for seconds.
      setTimeout(() => from.exit(), GRACE).unref();
    });
    return { signal: controller.signal, release };
  };

export const interruptsHere: Interrupts = interruptsOf(process);

/** Has something put back before Ctrl-C or SIGTERM ends the process. Returns what takes that back. */
export function beforeTheEnd(restore: () => void, from: Signalled = process): () => void {
  const release = listen(from, (signal) => {
    release();
    restore();
    // Without a listener it does what it does by itself, and the shell learns of which signal it was.
    from.kill(from.pid, signal);
  });
  return release;
}

function listen(from: Signalled, heard: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of SIGNALS) from.once(signal, heard);
  return () => {
    for (const signal of SIGNALS) from.off(signal, heard);
  };
}
