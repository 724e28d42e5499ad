import { parseArgs } from 'node:util';
import { MINUTE } from '../lib/clock.ts';
import { DURATION, durationMs } from '../lib/policy/duration.ts';
import type { TargetPolicy } from '../lib/scaling/policy.ts';
import { DEFAULTS, type LoadModel, METRIC_KINDS, type MetricKind } from '../simulator/backtest/load-model.ts';
import type { Load } from '../simulator/backtest/trace.ts';
import { BadInput } from './command.ts';
import { JSON_OUTPUT, TEXT } from './options.ts';

export interface BacktestOptions {
  readonly policyFile: string;
  readonly traceFile: string;
  readonly target?: string;
  readonly json: boolean;
  readonly html?: string;
  readonly perTask?: number;
  readonly recordedAt?: number;
  readonly metric?: MetricKind;
  readonly startUpMs: number;
  readonly lagMs: number;
  readonly datapoints: LoadModel['datapoints'];
}

export const HELP = `Usage: stevedore backtest POLICY --trace FILE.csv [OPTIONS]

Plays a metric trace against a target of a policy file and compares the result with fixed sizes and with what AWS
offers: minutes under-provisioned, hours paid for, changes, and the worst flap. No AWS account is needed or asked.

  POLICY             the policy file, such as stevedore.yml
  --trace FILE.csv   lines of timestamp,value; UTC; points may be irregular or missing
  --target ID        service/CLUSTER/NAME or group/NAME; may be left out when the policy has only one
  --json             the figures as JSON
  --html FILE        writes a report with curves, and the reason of each decision

The load model, which stands in for your service; every result states it:
  --per-task N       how much of the trace's unit one task or instance serves
                     (default: the peak of the trace takes 80 % of max)
  --recorded-at N    the trace is in percent and was recorded with N running: one of them serves 100
  --metric KIND      what the policy's metric is: ${METRIC_KINDS.slice(0, 3).join(', ')} (default utilisation);
                     a backlog policy always looks at its queue
  --start-up TIME    until a new one serves (default 1m)
  --lag TIME         until a metric can be read (default 1m)
  --points-above N   one-minute points until an alarm above its threshold is in ALARM (default 3)
  --points-below N   the same below a threshold (default 15)

Example:
  npx stevedore backtest stevedore.yml --target service/prod/web --trace requests.csv --html report.html

Exit codes: 0 done, 1 failed, 2 bad input.
`;

/** For parseArgs. */
export const OPTIONS = {
  trace: TEXT,
  target: TEXT,
  ...JSON_OUTPUT,
  html: TEXT,
  'per-task': TEXT,
  'recorded-at': TEXT,
  metric: TEXT,
  'start-up': TEXT,
  lag: TEXT,
  'points-above': TEXT,
  'points-below': TEXT,
} as const;

/** Reads the arguments of `stevedore backtest`; throws `BadInput`. */
export function parseOptions(args: readonly string[]): BacktestOptions {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  const [policyFile, ...extra] = positionals;
  if (policyFile === undefined) throw new BadInput('Name the policy file: stevedore backtest stevedore.yml');
  if (extra.length > 0)
    throw new BadInput(`Found ${extra.join(' ')} after the policy file; one file is enough.`);
  if (values.trace === undefined) throw new BadInput('Name the trace: --trace FILE.csv');
  const perTask = positive('--per-task', values['per-task']);
  const recordedAt = positive('--recorded-at', values['recorded-at']);
  if (perTask !== undefined && recordedAt !== undefined) {
    throw new BadInput('Give --per-task or --recorded-at: with the latter, one serves 100 by definition.');
  }
  const metric = metricKind(values.metric);
  return {
    policyFile,
    traceFile: values.trace,
    ...(values.target === undefined ? {} : { target: values.target }),
    json: values.json,
    ...(values.html === undefined ? {} : { html: values.html }),
    ...(perTask === undefined ? {} : { perTask }),
    ...(recordedAt === undefined ? {} : { recordedAt }),
    ...(metric === undefined ? {} : { metric }),
    startUpMs: duration('--start-up', values['start-up']) ?? DEFAULTS.startUpMs,
    lagMs: duration('--lag', values.lag) ?? DEFAULTS.lagMs,
    datapoints: {
      above: points('--points-above', values['points-above']) ?? DEFAULTS.datapoints.above,
      below: points('--points-below', values['points-below']) ?? DEFAULTS.datapoints.below,
    },
  };
}

/** The load and the model that the options and the policy come to. */
export function modelFor(
  options: BacktestOptions,
  trace: Load,
  policy: TargetPolicy,
): { readonly load: Load; readonly model: LoadModel } {
  const { startUpMs, lagMs, datapoints, recordedAt, metric = 'utilisation' } = options;
  const common = { startUpMs, lagMs, datapoints };
  const backlog = policy.policies.find((part) => part.kind === 'backlog');
  if (backlog !== undefined) {
    const { acceptableLatencyMs, timePerMessageMs } = backlog;
    const perTask = options.perTask ?? trace.spacingMs / timePerMessageMs;
    return { load: trace, model: { ...common, perTask, metric: 'queue', acceptableLatencyMs } };
  }
  if (recordedAt !== undefined) {
    const values = trace.values.map((percent) => percent * recordedAt);
    return { load: { ...trace, values }, model: { ...common, perTask: 100, metric } };
  }
  if (options.perTask !== undefined) {
    return { load: trace, model: { ...common, perTask: options.perTask, metric } };
  }
  const peak = trace.values.reduce((most, value) => (value > most ? value : most), 0);
  const perTask = peak === 0 ? 1 : peak / Math.max(1, 0.8 * policy.max);
  const perTaskAssumed = `so that the peak of the trace takes 80 % of max, ${policy.max}; say it with --per-task`;
  return { load: trace, model: { ...common, perTask, perTaskAssumed, metric } };
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new BadInput(`${option}: found ${JSON.stringify(text)}, expected a number above 0.`);
}

function points(option: string, text: string | undefined): number | undefined {
  const value = positive(option, text);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new BadInput(`${option}: found ${text}, expected a whole number from 1 up.`);
}

function duration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = DURATION.test(text) ? durationMs(text) : Number.NaN;
  if (ms <= 24 * 60 * MINUTE) return ms;
  throw new BadInput(
    `${option}: found ${JSON.stringify(text)}, expected a duration up to 1d such as 45s or 3m.`,
  );
}

function metricKind(text: string | undefined): MetricKind | undefined {
  if (text === undefined) return undefined;
  const kind = METRIC_KINDS.slice(0, 3).find((known) => known === text);
  if (kind !== undefined) return kind;
  throw new BadInput(
    `--metric: found ${JSON.stringify(text)}, expected ${METRIC_KINDS.slice(0, 3).join(', ')}.`,
  );
}
