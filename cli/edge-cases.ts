// `node cli/edge-cases.ts` writes docs/edge-cases.md from the list and the names of the tests. With `--check` it
// writes nothing, and exits with 1 if the page is out of date.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { edgeCases } from './edge-cases-list.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'edge-cases.md');

/** The test files that name an edge case, by its number, with how many of their tests do. */
export function testsByEdgeCase(): Map<number, Map<string, number>> {
  const found = new Map<number, Map<string, number>>();
  for (const path of globSync('test/**/*.ts', { cwd: root }).map(posix).sort()) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, digits] of text.matchAll(/['"`](?:[^'"`\n]*\b)?edges? (\d+(?:(?:, | and )\d+)*)\b/g)) {
      for (const number of (digits ?? '').split(/, | and /).map(Number)) {
        const files = found.get(number) ?? new Map<string, number>();
        found.set(number, files.set(path, (files.get(path) ?? 0) + 1));
      }
    }
  }
  return found;
}

const posix = (path: string) => path.replaceAll('\\', '/');

/** The text of docs/edge-cases.md. */
export function edgeCasesPage(): string {
  const tests = testsByEdgeCase();
  const rows = edgeCases.map(({ number, what, source, notTested }) => {
    const files = [...(tests.get(number) ?? [])].map(
      ([path, count]) => `[${path.slice('test/'.length)}](../${path}) ${count}`,
    );
    return `| ${number} | ${what} | ${source} | ${files.length > 0 ? files.join('<br>') : `not tested: ${notTested}`} |`;
  });
  return `<!-- Written by \`npm run docs\` from cli/edge-cases-list.ts and the names of the tests; do not edit. -->

# Edge cases

Ways in which draining is known to go wrong: most are bugs that a tool has had, with the place where it was reported, or
behaviour that AWS documents. A test that covers one has its number in its name (\`edge 7: …\`); the last column counts
them by file. Where none does, it says why.

| # | what goes wrong | where it was found | tests |
|---|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) {
  const page = edgeCasesPage();
  if (!process.argv.includes('--check')) writeFileSync(file, page);
  else if (readFileSync(file, 'utf8') !== page) {
    process.stderr.write('docs/edge-cases.md is out of date; `npm run docs` writes it anew.\n');
    process.exitCode = 1;
  }
}
