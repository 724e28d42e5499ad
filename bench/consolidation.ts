import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isLargeName, type LargeName, large } from './consolidation-clusters.ts';
import type { Figure } from './figure.ts';
import type { Planned } from './plan-once.ts';

/** Of the heap, in MiB: with more than this the process ends, and so does the measurement. */
const HEAP = 256;
const CHILD = fileURLToPath(new URL('./plan-once.ts', import.meta.url));

/**
 * What one plan for 1,000 instances and 10,000 tasks takes, and one for which other orders are tried out: as the function
 * plans it, cold, and with the defaults but for the balance of zones, which would save looking into two thirds of the
 * instances.
 */
export async function measureConsolidation(
  onProgress: (done: number, of: number) => void,
): Promise<Figure[]> {
  const names = Object.keys(large).filter(isLargeName);
  const all = new Map<LargeName, Planned>();
  for (const [index, name] of names.entries()) {
    all.set(name, await planOnce(name));
    onProgress(index + 1, names.length);
  }
  const seconds = [...all].map(
    ([name, planned]): Figure => ({
      name: `planning ${name}: processor time`,
      value: planned.seconds,
      unit: 's',
      noisy: true,
      atMost: 1,
      note: `${planned.could} could go, as far as they are looked into`,
    }),
  );
  const growth: Figure = {
    name: 'planning 1,000 instances with ten tasks each: memory, at most',
    value: Math.max(...[...all.values()].map((planned) => planned.growth)),
    unit: 'MiB',
    atMost: 256,
    note: `above what the process had with the cluster read, under a heap of ${HEAP} MiB`,
  };
  return [...seconds, growth];
}

async function planOnce(name: LargeName): Promise<Planned> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--max-old-space-size=${HEAP}`,
    CHILD,
    name,
  ]);
  return JSON.parse(stdout);
}
