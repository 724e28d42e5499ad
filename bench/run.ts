// `npm run bench`: measures what the project promises, as ratios and counts, and says whether it holds.
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import picocolors from 'picocolors';
import { measureBacktest } from './backtest.ts';
import { measureBundles } from './bundles.ts';
import { measureBurst } from './burst.ts';
import { measureCapacityTrace } from './capacity-trace.ts';
import { measureConsolidation } from './consolidation.ts';
import { measureDrainCalls } from './drain-calls.ts';
import { measureDrought } from './drought.ts';
import { type Figure, holds } from './figure.ts';
import { measurePackingQuality } from './packing-quality.ts';
import { measureRetagging } from './retagging.ts';
import { measureScalingDecision } from './scaling-decision.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, steady: { type: 'boolean', default: false } },
});
const colors = picocolors.createColors(process.stdout.isTTY && picocolors.isColorSupported);

/** Runs one measurement under a progress bar on the terminal's error stream. */
async function measured(
  title: string,
  measure: (onProgress: (done: number, of: number) => void) => Promise<Figure[]>,
): Promise<Figure[]> {
  const bar = new SingleBar({
    format: `${title.padEnd(40)} [{bar}] {percentage} %`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(1, 0);
  const figures = await measure((done, of) => bar.update(done / of));
  bar.stop();
  return figures;
}

const figures = [
  // First, while the heap is small: it is the one figure that is about speed.
  ...(await measured('Draining a thousand instances at once', measureBurst)),
  ...(await measured('Importing the bundles', measureBundles)),
  ...(await measured('Draining single instances', measureDrainCalls)),
  ...(await measured('Deciding on scaling', measureScalingDecision)),
  ...(await measured('Back-testing', measureBacktest)),
  ...(await measured('A drought of Fargate Spot', measureDrought)),
  ...(await measured('Retagging images', measureRetagging)),
  ...(await measured('Planning large clusters', measureConsolidation)),
  ...(await measured('Consolidating 200 clusters', measurePackingQuality)),
  ...(await measured('Two weeks of instances', measureCapacityTrace)),
];

if (values.json) {
  const rows = figures.map((figure) => ({ ...figure, holds: holds(figure) }));
  process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
} else {
  const table = new Table({
    head: ['figure', 'value', 'bound', ''],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colAligns: ['left', 'right', 'right', 'left'],
  });
  for (const figure of figures) {
    const verdict = holds(figure) ? colors.green('holds') : colors.red('FAILS');
    table.push([figure.name, format(figure), bound(figure), verdict]);
  }
  const notes = figures.flatMap(({ name, note }) => (note ? [colors.dim(`  ${name}: ${note}`)] : []));
  process.stdout.write(`${[table.toString(), ...notes].join('\n')}\n`);
}
// `--steady`: what a busy machine can make fail is shown, and does not decide.
process.exitCode = figures.every((figure) => holds(figure) || (values.steady && figure.noisy)) ? 0 : 1;

function format({ value, unit }: Figure): string {
  const digits = Number.isInteger(value) ? 0 : value < 10 ? 2 : 1;
  return unit === 'ratio' ? value.toFixed(2) : `${value.toFixed(digits)} ${unit}`;
}

function bound({ atMost, atLeast }: Figure): string {
  if (atMost !== undefined) return `<= ${atMost}`;
  return atLeast === undefined ? '' : `>= ${atLeast}`;
}
