import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { coverageOf, coverageText, type Seen } from './coverage.ts';
import { oracles } from './oracles/index.ts';
import type { Job, Played } from './play.ts';
import { playAll } from './pool.ts';
import { failureText, figures, progressText, replayCommand } from './report.ts';

const USAGE = `npm run chaos -- [--seeds N] [--seed S] [--only 3,7|none] [--shrink RUNS] [--workers N] [--coverage] [--json]
  --seeds     How many seeds to play; 1 unless set.
  --seed      The first of them; 1 unless set.
  --only      Only these faults of the schedule, by number, as a failure's replay says.
  --shrink    How many runs a failure may take to find fewer faults; 60 unless set.
  --workers   On how many threads; as many as there are processors unless set.
  --coverage  In how many seeds each reason was given and each write was made, and which reasons never were.
  --json      A line of JSON for each seed, and one for all.`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    shrink: { type: 'string', default: '60' },
    workers: { type: 'string', default: String(availableParallelism()) },
    coverage: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: 'seeds' | 'seed' | 'shrink' | 'workers'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} is "${values[name]}"; it must be a whole number, 0 or more.\n${USAGE}`);
}

function chosenFaults(): number[] | undefined {
  if (values.only === undefined) return undefined;
  if (values.only === 'none') return [];
  const ids = values.only.split(',').map(Number);
  if (ids.every((id) => Number.isInteger(id) && id >= 0)) return ids;
  throw new Error(`--only is "${values.only}"; it must be numbers such as 3,7, or none.\n${USAGE}`);
}

function tell({ run, shrunk }: Played): void {
  if (!values.json) {
    if (shrunk !== undefined) console.log(`\n${failureText(shrunk, run.faults.length)}\n`);
    return;
  }
  const { seed, hash, violations, faults } = shrunk ?? run;
  const seen = values.coverage ? { seen: run.seen } : {};
  const replay = shrunk === undefined ? {} : { violations, faults, replay: replayCommand(shrunk) };
  console.log(JSON.stringify({ seed, hash, ok: violations.length === 0, ...replay, ...seen }));
}

/** A line that is written over and over, for whoever waits at a terminal. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

async function main(): Promise<void> {
  const [seeds, first, budget, only] = [
    wholeNumber('seeds'),
    wholeNumber('seed'),
    wholeNumber('shrink'),
    chosenFaults(),
  ];
  const jobs = Array.from({ length: seeds }, (_, index): Job => ({ seed: first + index, only, budget }));
  const totals = { seeds: 0, failed: 0, simulatedMs: 0, realMs: 0 };
  const seen: Seen[] = [];
  // Real time, for the figures alone: nothing of the world depends on it.
  const begin = performance.now();
  for await (const played of playAll(jobs, wholeNumber('workers'))) {
    totals.seeds += 1;
    totals.simulatedMs += played.run.simulatedMs;
    totals.realMs = performance.now() - begin;
    if (played.shrunk !== undefined) totals.failed += 1;
    seen.push(played.run.seen);
    progress('');
    tell(played);
    progress(progressText(totals, seeds));
  }
  progress('');
  const sum = figures(totals);
  const coverage = values.coverage ? coverageOf(seen) : undefined;
  if (values.json) console.log(JSON.stringify({ ...sum, ...(coverage === undefined ? {} : { coverage }) }));
  else {
    if (coverage !== undefined) console.log(coverageText(coverage));
    console.log(
      `${sum.seeds} seeds, ${sum.failed} failed; ${sum.seedsPerMinute} seeds a minute, ${sum.simulatedHoursPerSecond} simulated hours a second; ${oracles.length} oracles`,
    );
  }
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

if (values.help) console.log(USAGE);
else await main();
