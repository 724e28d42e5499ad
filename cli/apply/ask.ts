import { createInterface } from 'node:readline/promises';

/** Puts a question to whoever sits here; undefined where there is no terminal to ask at. */
export type Ask = ((question: string) => Promise<string>) | undefined;

/** At the terminal of this process. The answer to an input that ends is empty. */
export const askHere = (): Ask =>
  process.stdin.isTTY && process.stderr.isTTY
    ? async (question) => {
        const lines = createInterface({ input: process.stdin, output: process.stderr });
        try {
          const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
          return await Promise.race([lines.question(question), closed]);
        } finally {
          lines.close();
        }
      }
    : undefined;
