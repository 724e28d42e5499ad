import type { EpochMs } from '../../lib/clock.ts';
import { HOUR, SECOND } from '../../lib/clock.ts';
import { ApiError } from '../kernel.ts';
import { compileMath, type Series } from './math.ts';
import type { MetricRef, Query } from './model.ts';

interface Sample {
  readonly at: EpochMs;
  readonly value: number;
  readonly visibleAt: EpochMs;
}

export interface Window {
  /** Included. */
  readonly from: EpochMs;
  /** Not included. */
  readonly to: EpochMs;
}

/** Longer than any alarm or query here looks back; older samples are dropped now and then. */
const KEPT_FOR = 24 * HOUR;
const TIDY_AT = 20_000;

/** Samples as services publish them, and what queries see of them: later than they were taken. */
export class Metrics {
  readonly #now: () => EpochMs;
  readonly #samples = new Map<string, Sample[]>();

  constructor(now: () => EpochMs) {
    this.#now = now;
  }

  /** Records a sample of the time `at`, which queries see from `visibleAt` on (at once unless set). */
  put(metric: MetricRef, value: number, when: { at?: EpochMs; visibleAt?: EpochMs } = {}): void {
    const at = when.at ?? this.#now();
    const key = keyOf(metric);
    const samples = this.#samples.get(key) ?? [];
    samples.push({ at, value, visibleAt: when.visibleAt ?? at });
    const oldest = this.#now() - KEPT_FOR;
    this.#samples.set(key, samples.length < TIDY_AT ? samples : samples.filter((each) => each.at >= oldest));
  }

  /**
   * What each query yields in the window, one value a period, by query id. Expressions may name queries before or
   * after them.
   * @throws ApiError ValidationError for an unknown id, statistic or function
   */
  query(queries: readonly Query[], window: Window): Map<string, Series> {
    const done = new Map<string, Series>();
    const byId = new Map(queries.map((query) => [query.id, query]));
    const resolve = (id: string, asking: readonly string[]): Series => {
      const known = done.get(id);
      if (known !== undefined) return known;
      const query = byId.get(id);
      if (query === undefined || asking.includes(id)) {
        throw new ApiError(
          'ValidationError',
          `Error in expression '${asking.at(-1)}': ${id} is not defined.`,
        );
      }
      const series =
        'expression' in query
          ? compileMath(query.expression)((other) => resolve(other, [...asking, id]))
          : this.#series(query, window);
      done.set(id, series);
      return series;
    };
    for (const { id } of queries) resolve(id, []);
    return done;
  }

  #series(
    query: MetricRef & { readonly stat: string; readonly periodSeconds: number },
    window: Window,
  ): Series {
    const periodMs = query.periodSeconds * SECOND;
    const statistic = statisticOf(query.stat);
    const now = this.#now();
    const byPeriod = new Map<number, number[]>();
    for (const { at, value, visibleAt } of this.#samples.get(keyOf(query)) ?? []) {
      const period = Math.floor(at / periodMs) * periodMs;
      if (visibleAt > now || period < window.from || period >= window.to) continue;
      const values = byPeriod.get(period);
      if (values === undefined) byPeriod.set(period, [value]);
      else values.push(value);
    }
    return new Map([...byPeriod].map(([period, values]) => [period, statistic(values)]));
  }
}

type Statistic = (values: readonly number[]) => number;

const sum: Statistic = (values) => values.reduce((total, value) => total + value, 0);

const STATISTICS: Readonly<Record<string, Statistic>> = {
  Average: (values) => sum(values) / values.length,
  Sum: sum,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
};

/** Percentiles come out as the maximum: no load of the simulator has a distribution worth more. */
function statisticOf(stat: string): Statistic {
  const statistic = /^p\d/.test(stat) ? STATISTICS.Maximum : STATISTICS[stat];
  if (statistic !== undefined) return statistic;
  throw new ApiError('ValidationError', `The statistic ${stat} is not simulated.`);
}

function keyOf({ namespace, metric, dimensions = {} }: MetricRef): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metric, sorted]);
}
