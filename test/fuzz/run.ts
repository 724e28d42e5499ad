// `npm run fuzz -- [--inputs 100000] [--seed 1] [--only NUMBER]`: see fuzz.ts. Exit code 1 when anything failed.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

/** Of the processor's time, so that a busy machine is not mistaken for a slow parser. Measured: under a second. */
const INPUT_LIMIT_MS = 5_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} is ${text}; expected a whole number\n`);
  process.exit(2);
}

const processorMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const inputs = wholeNumber('inputs', values.inputs);
const seed = wholeNumber('seed', values.seed);
const only = values.only === undefined ? {} : { only: wholeNumber('only', values.only) };
const { events, policies, failures, slowest } = fuzz({ inputs, seed, now: processorMs, ...only });

const lines = [
  `events:   ${events.inputs} inputs, ${events.read} read, ${events.rejected} rejected, ${events.arrived} arrivals`,
  `policies: ${policies.inputs} inputs, ${policies.valid} valid, ${policies.refused} refused`,
  ...slowest.map(
    ({ ms, number, kind }) => `slowest ${kind}: ${Math.ceil(ms)} ms of processor time (--only ${number})`,
  ),
  ...failures
    .slice(0, 10)
    .map(({ number, what, input }) => `\nFAILED --seed ${seed} --only ${number}: ${what}\n${input}`),
  `${failures.length} failures, seed ${seed}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
const isSlow = slowest.some(({ ms }) => ms > INPUT_LIMIT_MS);
if (isSlow) process.stderr.write(`An input took more than ${INPUT_LIMIT_MS} ms of processor time\n`);
if (failures.length > 0 || isSlow) process.exitCode = 1;
