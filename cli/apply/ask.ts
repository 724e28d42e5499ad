/** Puts a question to whoever sits here; undefined where there is no terminal to ask at. */
export type Ask = ((question: string) => Promise<string>) | undefined;

interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** At the terminal of this process; the output stays for scripts. */
export const askHere = (): Ask =>
  process.stdin.isTTY && process.stderr.isTTY
    ? askAt({ input: process.stdin, output: process.stderr })
    : undefined;

/** The answer to Ctrl-C, to Ctrl-D and to an input that ends is empty. */
export const askAt =
  ({ input, output }: Streams) =>
  async (question: string): Promise<string> => {
    // Most calls of the verb never ask.
    const { default: prompt } = await import('@inquirer/input');
    const over = new AbortController();
    const end = () => over.abort();
    // Ctrl-D and an end close its readline, which pauses the input; the library (5.1.9) waits on for ever.
    input.once('pause', end);
    try {
      const config = { message: question.trimEnd(), theme: { prefix: '' } };
      return await prompt(config, { input, output, signal: over.signal });
    } catch (error) {
      if (error instanceof Error && ENDINGS.includes(error.name)) return '';
      throw error;
    } finally {
      input.off('pause', end);
    }
  };

/** What the library throws for Ctrl-C and for an abort (@inquirer/core, errors.ts). */
const ENDINGS = ['ExitPromptError', 'AbortPromptError'];
