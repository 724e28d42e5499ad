// `node cli/edge-cases.ts` writes docs/edge-cases.md from the list and the names of the tests. With `--check` it
// writes nothing, and exits with 1 if the page is out of date.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityEdgeCases } from './capacity-edge-cases.ts';
import { type EdgeCase, edgeCases } from './edge-cases-list.ts';
import { failoverEdgeCases } from './failover-edge-cases.ts';
import { retaggingEdgeCases } from './retagging-edge-cases.ts';
import { scalingEdgeCases } from './scaling-edge-cases.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs', 'edge-cases.md');

/** The lists by what a test's name says before the number: `scaling edge 7`; of draining it says `edge 7`. */
export const edgeCasesBySubject = {
  draining: edgeCases,
  scaling: scalingEdgeCases,
  failover: failoverEdgeCases,
  retagging: retaggingEdgeCases,
  capacity: capacityEdgeCases,
} as const satisfies Record<string, readonly EdgeCase[]>;

export type Subject = keyof typeof edgeCasesBySubject;

/** The test files that name an edge case, by its number, with how many of their tests do. */
export function testsByEdgeCase(subject: Subject): Map<number, Map<string, number>> {
  const found = new Map<number, Map<string, number>>();
  for (const path of globSync('test/**/*.ts', { cwd: root }).map(posix).sort()) {
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, prefix, digits] of text.matchAll(NAMED)) {
      if ((prefix ?? 'draining') !== subject) continue;
      for (const number of (digits ?? '').split(/, | and /).map(Number)) {
        const files = found.get(number) ?? new Map<string, number>();
        found.set(number, files.set(path, (files.get(path) ?? 0) + 1));
      }
    }
  }
  return found;
}

const NAMED =
  /['"`](?:[^'"`\n]*?\b)??(?:(scaling|failover|retagging|capacity) )?edges? (\d+(?:(?:, | and )\d+)*)\b/g;

const posix = (path: string) => path.replaceAll('\\', '/');

/** The text of docs/edge-cases.md. */
export function edgeCasesPage(): string {
  return `<!-- Written by \`npm run docs\` from the lists in cli/ and the names of the tests; do not edit. -->

# Edge cases

Ways in which draining, scaling, failover, retagging and capacity are known to go wrong: most are bugs that a tool has had, with the
place where it was reported, or behaviour that AWS documents. A test that covers one has its number in its name
(\`edge 7: …\`, \`scaling edge 7: …\`, \`failover edge 7: …\`, \`retagging edge 7: …\`, \`capacity edge 7: …\`); the last column counts them by file.
Where none does, it says why.

## Draining

${table('draining')}

## Scaling

${table('scaling')}

## Failover

${table('failover')}

## Retagging

${table('retagging')}

## Capacity

${table('capacity')}
`;
}

function table(subject: Subject): string {
  const cases: readonly EdgeCase[] = edgeCasesBySubject[subject];
  const tests = testsByEdgeCase(subject);
  const rows = cases.map(({ number, what, source, notTested }) => {
    const files = [...(tests.get(number) ?? [])].map(
      ([path, count]) => `[${path.slice('test/'.length)}](../${path}) ${count}`,
    );
    const last = files.length > 0 ? files.join('<br>') : `not tested: ${notTested}`;
    return `| ${number} | ${what} | ${source} | ${last} |`;
  });
  return ['| # | what goes wrong | where it was found | tests |', '|---|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) {
  const page = edgeCasesPage();
  if (!process.argv.includes('--check')) writeFileSync(file, page);
  else if (readFileSync(file, 'utf8') !== page) {
    process.stderr.write('docs/edge-cases.md is out of date; `npm run docs` writes it anew.\n');
    process.exitCode = 1;
  }
}
