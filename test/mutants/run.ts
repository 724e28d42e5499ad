// `npm run mutants`: plants each fault of this directory in a copy of the tree and expects its tests to fail.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import picocolors from 'picocolors';
import { mapConcurrent } from '../../lib/aws/batch.ts';
import { copyTree, type TreeCopy } from './copy.ts';
import { type Mutant, readMutants } from './mutant.ts';

/** What became of a mutant. `error`: it says nothing of the tests, since it does not apply or no test could run. */
interface Verdict {
  readonly mutant: Mutant;
  readonly kind: 'caught' | 'survived' | 'error';
  /** The test that caught it, or what is wrong. */
  readonly by: string;
  readonly seconds: number;
}

const AT_ONCE = 2;
/** The tests of one mutant take seconds; all together take a minute or two. */
const TIMEOUT = 120_000;
const SOUND_TIMEOUT = 900_000;
const root = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } });
const colors = picocolors.createColors(process.stdout.isTTY && picocolors.isColorSupported);

const all = readMutants(import.meta.dirname, root);
const unknown = values.only.filter((name) => !all.some((mutant) => mutant.name === name));
if (unknown.length > 0) {
  throw new Error(
    `There is no mutant ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}.`,
  );
}
const mutants = all.filter(({ name }) => values.only.length === 0 || values.only.includes(name));

const copies = Array.from({ length: Math.min(AT_ONCE, mutants.length) }, () => copyTree(root));
process.on('exit', () => {
  for (const copy of copies) copy.remove();
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

await expectSoundTests();
const verdicts = await judgeAll();
process.stdout.write(`${table(verdicts)}\n${score(verdicts)}\n`);
process.exitCode = verdicts.every(({ kind }) => kind === 'caught') ? 0 : 1;

/** A test that fails without any fault would seem to catch all. */
async function expectSoundTests(): Promise<void> {
  const filters = [...new Set(mutants.flatMap((mutant) => mutant.filters))];
  process.stderr.write(`${filters.length} test paths without a fault ...\n`);
  const shares = copies.map((copy, index) => ({
    copy,
    filters: filters.filter((_, position) => position % copies.length === index),
  }));
  await mapConcurrent(shares, AT_ONCE, async ({ copy, filters: some }) => {
    if (some.length === 0) return;
    const run = await copy.test(some, SOUND_TIMEOUT);
    if (run.result === 'failed') throw new Error(`"${run.test}" fails without any fault: mend it first.`);
    if (run.result === 'broken') throw new Error(`The tests cannot be run: ${run.why}`);
  });
}

async function judgeAll(): Promise<Verdict[]> {
  const free = [...copies];
  return mapConcurrent(mutants, AT_ONCE, async (mutant) => {
    const copy = free.pop();
    if (copy === undefined) throw new Error('There are more mutants under way than copies of the tree.');
    const verdict = await judge(mutant, copy);
    free.push(copy);
    process.stderr.write(`${painted(verdict)} ${mutant.name} (${verdict.seconds.toFixed(1)} s)\n`);
    return verdict;
  });
}

async function judge(mutant: Mutant, copy: TreeCopy): Promise<Verdict> {
  const started = performance.now();
  const verdict = (kind: Verdict['kind'], by: string): Verdict => {
    return { mutant, kind, by, seconds: (performance.now() - started) / 1000 };
  };
  try {
    const run = await copy.mutated(mutant, () => copy.test(mutant.filters, TIMEOUT));
    switch (run.result) {
      case 'failed':
        return verdict('caught', run.test);
      case 'passed':
        return verdict('survived', `${mutant.what} No test of ${mutant.filters.join(' ')} notices.`);
      case 'broken':
        return verdict('error', run.why);
      default:
        return run satisfies never;
    }
  } catch (error) {
    return verdict('error', error instanceof Error ? error.message : String(error));
  }
}

function painted({ kind }: Verdict): string {
  const text = kind.padEnd('survived'.length);
  return kind === 'caught' ? colors.green(text) : colors.red(text);
}

function table(rows: readonly Verdict[]): string {
  const lines = new Table({
    head: ['mutant', '', 'by'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colWidths: [44, 10, 100],
    wordWrap: true,
  });
  for (const row of rows) lines.push([row.mutant.name, painted(row), row.by]);
  return lines.toString();
}

function score(rows: readonly Verdict[]): string {
  const count = (kind: Verdict['kind']) => rows.filter((row) => row.kind === kind).length;
  const share = ((100 * count('caught')) / Math.max(1, rows.length)).toFixed(0);
  return `${count('caught')} of ${rows.length} caught (${share} %), ${count('survived')} survived, ${count('error')} in error`;
}
