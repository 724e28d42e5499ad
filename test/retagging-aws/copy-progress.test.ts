import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createCopyProgress } from '../../cli/copy-progress.ts';

const layer = `sha256:0123456789abcdef${'0'.repeat(48)}`;

/** The error stream, as far as a bar needs it. */
function screen(isTTY: boolean) {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (data) => {
    text += data;
  });
  // What cli-progress calls of a terminal.
  const nothing = () => true;
  const [columns, cursorTo, clearLine, moveCursor] = [120, nothing, nothing, nothing];
  const terminal = Object.assign(stream, { isTTY, columns, cursorTo, clearLine, moveCursor });
  return { terminal, text: () => text };
}

it('shows share, size and layer in a terminal', () => {
  const { terminal, text } = screen(true);
  const progress = createCopyProgress(terminal);
  progress.update({ done: 500_000_000, bytes: 2_000_000_000, layer });
  progress.stop();
  expect(text()).toContain('25 % of 2.0 GB, layer 0123456789ab');
});

it('is silent where nobody looks', () => {
  const { terminal, text } = screen(false);
  const progress = createCopyProgress(terminal);
  progress.update({ done: 1, bytes: 2, layer });
  progress.stop();
  expect(text()).toBe('');
});

it('is silent when nothing had to be copied', () => {
  const { terminal, text } = screen(true);
  createCopyProgress(terminal).stop();
  expect(text()).toBe('');
});
