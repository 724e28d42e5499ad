import { SingleBar } from 'cli-progress';
import { SECOND } from '../lib/clock.ts';
import type { Account } from './account.ts';
import { beforeTheEnd } from './interrupts.ts';

interface Look {
  readonly stream?: Account['stderr'];
  /** What stands behind the bar, as cli-progress has it. */
  readonly figures?: string;
  /** For how long nothing is shown, in milliseconds. */
  readonly after?: number;
}

/**
 * A bar on the error stream, so that the output stays for scripts. It shows nothing where the stream is no terminal, and
 * nothing before the first update. `doing`: `Playing the trace`.
 */
export function createProgress(
  doing: string,
  { stream = process.stderr, figures = '{percentage} %', after = SECOND }: Look = {},
) {
  const format = `${doing} [{bar}] ${figures}`;
  const bar = new SingleBar({ format, stream, hideCursor: true, clearOnComplete: true });
  const began = performance.now();
  let shown = false;
  let release = () => {};
  const stop = () => {
    if (shown) bar.stop();
    release();
  };
  return {
    /** `named`: what `figures` has in braces besides the figures of cli-progress. */
    update(done: number, of: number, named: Readonly<Record<string, string>> = {}) {
      // cli-progress draws nothing without a terminal either, but then it still keeps a timer.
      if (!stream.isTTY || performance.now() - began < after) return;
      if (shown) bar.update(done, named);
      else {
        // The bar hides the cursor. Its own gracefulExit shows it again, and takes Ctrl-C for no more than that.
        release = beforeTheEnd(stop);
        bar.start(of, done, named);
      }
      shown = true;
    },
    stop,
  };
}

/** How many of some steps are done, which are few and long, so that it is shown at once. */
export function createSteps(doing: string, stream: Account['stderr'], steps: number) {
  const { update, stop } = createProgress(doing, { stream, figures: '{value}/{total}', after: 0 });
  let done = 0;
  update(done, steps);
  return {
    step() {
      done += 1;
      update(done, steps);
    },
    stop,
  };
}
