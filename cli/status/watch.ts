import { type Clock, utc } from '../../lib/clock.ts';
import type { Terminal } from '../command.ts';
import { colorsFor } from '../outcome-colors.ts';
import { watch } from '../watch.ts';
import { asJson, asText } from './output.ts';
import type { Status } from './read.ts';

/** Home, then each line with the rest of the old one erased, then what was below: a screen that does not flicker. */
const redrawn = (text: string) => `\u001B[H${text.replaceAll('\n', '\u001B[K\n')}\u001B[J`;
const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

/** Shows what is going on until Ctrl-C: on one screen, or where there is none one status after another. */
export async function watchStatus(
  clock: Clock,
  look: () => Promise<Status>,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const { out, err, columns } = terminal;
  const textOf = (status: Status) => (json ? asJson(status, 0) : asText(status, columns));
  if (json || columns === undefined) {
    const show = (status: Status) => {
      out(textOf(status));
      return false;
    };
    const failed = (sentence: string) => err(`${utc(clock.now())}  ${sentence}\n`);
    await watch(clock, terminal, { look, show, failed });
    return;
  }
  const { yellow } = colorsFor(columns);
  // What was seen last stays on the screen while nothing can be read.
  let last = '';
  const show = (status: Status) => {
    last = textOf(status);
    out(redrawn(last));
    return false;
  };
  const failed = (sentence: string) => {
    const age = last === '' ? '' : ' Above is what was read last.';
    out(redrawn(`${last}\n${yellow(`${utc(clock.now())}  Not read: ${sentence}${age}`)}\n`));
  };
  out(HIDE_CURSOR);
  try {
    await watch(clock, terminal, { look, show, failed });
  } finally {
    // Without what the terminal has echoed of Ctrl-C.
    out(`${redrawn(last)}${SHOW_CURSOR}`);
  }
}
