import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mapConcurrent } from '../lib/aws/batch.ts';
import type { Drifted } from './drifted-clusters.ts';
import type { Figure } from './figure.ts';
import type { LowerBound } from './lower-bound.ts';
import type { Left } from './pack-some.ts';

const CLUSTERS = 200;
/** In one process. */
const PART = 10;
const CHILD = fileURLToPath(new URL('./pack-some.ts', import.meta.url));

const KINDS: Readonly<Record<Drifted['kind'], string>> = {
  alike: 'one instance type, all may move',
  mixed: 'two or three types, all may move',
  held: 'with constraints, minimums and tasks that do not move',
};

/** Of a lower bound, in percent. */
const WITHIN = { atMost: 5 };

/**
 * How many instances consolidation leaves of clusters after a peak, and what they cost, against a lower bound of both;
 * beside what goes when only empty instances do, and first-fit decreasing that may place every task anew. Consolidation
 * minimises what instances cost, so that their number is measured where each costs the same.
 */
export async function measurePackingQuality(
  onProgress: (done: number, of: number) => void,
): Promise<Figure[]> {
  const starts = Array.from({ length: CLUSTERS / PART }, (_, at) => at * PART);
  let done = 0;
  const parts = await mapConcurrent(starts, availableParallelism(), async (from) => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, `${from}`, `${from + PART}`]);
    done += PART;
    onProgress(done, CLUSTERS);
    return JSON.parse(stdout) as Left[];
  });
  const all = parts.flat();
  const of = (kind: Drifted['kind']) => all.filter((one) => one.kind === kind);
  return [
    instancesLeft('all of them', all, WITHIN),
    instancesLeft(KINDS.alike, of('alike'), WITHIN),
    instancesLeft(KINDS.mixed, of('mixed')),
    instancesLeft(KINDS.held, of('held'), WITHIN),
    costLeft('all of them', all),
    costLeft(KINDS.mixed, of('mixed')),
    costLeft(KINDS.held, of('held')),
    {
      name: 'consolidated clusters (all of them): drains that found no place for a task after all',
      value: (100 * sumOf(all, ({ stuck }) => stuck)) / sumOf(all, ({ drains }) => drains),
      unit: '%',
      note: 'of several instances drained at once; each of them stays, and nothing is stopped',
    },
  ];
}

const sumOf = (all: readonly Left[], of: (left: Left) => number) =>
  all.reduce((total, left) => total + of(left), 0);

const instancesLeft = (which: string, all: readonly Left[], bound: Pick<Figure, 'atMost'> = {}) =>
  figure(
    `consolidated clusters (${which}): instances above the lower bound`,
    all,
    ({ count }) => count,
    ({ oursByCount }) => oursByCount,
    bound,
  );

const costLeft = (which: string, all: readonly Left[], bound: Pick<Figure, 'atMost'> = {}) =>
  figure(
    `consolidated clusters (${which}): cost above the lower bound`,
    all,
    ({ cost }) => cost,
    ({ ours }) => ours,
    bound,
  );

function figure(
  name: string,
  all: readonly Left[],
  measure: (size: LowerBound) => number,
  ours: (left: Left) => LowerBound,
  bound: Pick<Figure, 'atMost'>,
): Figure {
  const sum = (of: (left: Left) => LowerBound) => sumOf(all, (left) => measure(of(left)));
  const excess = (of: (left: Left) => LowerBound) => 100 * (sum(of) / sum(({ least }) => least) - 1);
  const empty = excess(({ empty }) => empty).toFixed(1);
  const anew = excess(({ anew }) => anew).toFixed(1);
  return {
    name,
    value: excess(ours),
    unit: '%',
    note: `${empty} % when only empty ones go, ${anew} % by first-fit decreasing from scratch`,
    ...bound,
  };
}
