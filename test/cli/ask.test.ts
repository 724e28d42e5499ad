import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askAt } from '../../cli/apply/ask.ts';

/** Asks, and types when the question is there. */
async function answerTo(type: (input: PassThrough) => void) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = '';
  let typed = false;
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    if (typed || !shown.includes('Only yes deploys:')) return;
    typed = true;
    // The prompt listens once it has shown itself.
    setImmediate(() => type(input));
  });
  const answer = await askAt({ input, output })('Deploy it? Only yes deploys: ');
  return { answer, shown };
}

describe('the question of stevedore apply', () => {
  it('takes what is typed, to the letter', async () => {
    expect((await answerTo((input) => input.write('yes\n'))).answer).toBe('yes');
    expect((await answerTo((input) => input.write('y\n'))).answer).toBe('y');
  });

  it('takes Enter alone for no answer', async () => {
    expect((await answerTo((input) => input.write('\n'))).answer).toBe('');
  });

  it.each([
    ['Ctrl-C', (input: PassThrough) => input.write('\u0003')],
    ['Ctrl-C after yes', (input: PassThrough) => input.write('yes\u0003')],
    ['Ctrl-D', (input: PassThrough) => input.write('\u0004')],
    ['an input that ends', (input: PassThrough) => input.end()],
  ])('takes %s for no answer', async (_, type) => {
    expect((await answerTo(type)).answer).toBe('');
  });

  it('shows the cursor again', async () => {
    const { shown } = await answerTo((input) => input.write('yes\n'));

    expect(shown.lastIndexOf('\u001B[?25h')).toBeGreaterThan(shown.lastIndexOf('\u001B[?25l'));
  });
});
