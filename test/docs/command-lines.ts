import { readFileSync } from 'node:fs';

/** A command line as a page shows it. */
export interface CommandLine {
  readonly page: string;
  /** Its words without `npx stevedore`, redirections and comments. */
  readonly args: readonly string[];
  /** In a block of code, and not within a sentence. */
  readonly isBlock: boolean;
  /** What the page shows below it. */
  readonly output: readonly string[];
}

/** What is before a command, and what follows it: variables, a pipe, a redirection, a comment, the end of `<(...)`. */
const COMMAND = /(?:^|[\s(])npx stevedore( [^#>|)`]*)?/;

const wordsOf = (text: string) => text.trim().split(/\s+/).filter(Boolean);

/** Every `npx stevedore ...` of a page: in its blocks of code, where they are no output, and between backticks. */
export function commandLinesOf(page: string): CommandLine[] {
  const text = readFileSync(page, 'utf8');
  const blocks = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)].flatMap(([, language, block = '']) => {
    const lines = block.split('\n');
    if (language === 'sh') return lines.map((line) => ({ line, isBlock: true, output: [] }));
    return lines.flatMap((line, index) => {
      if (!line.startsWith('$ ')) return [];
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((one) => one.startsWith('$ '));
      return [{ line, isBlock: true, output: rest.slice(0, end < 0 ? rest.length : end) }];
    });
  });
  const spans = [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`\n]*)`/g)].map(
    ([, line = '']) => ({ line, isBlock: false, output: [] }),
  );
  return [...blocks, ...spans].flatMap(({ line, ...where }) => {
    const [found, rest = ''] = COMMAND.exec(line) ?? [];
    // An alias is no command.
    if (found === undefined || /^\s*alias /.test(line)) return [];
    return [{ page, args: wordsOf(rest), ...where }];
  });
}
