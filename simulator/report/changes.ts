import type { EpochMs } from '../../lib/clock.ts';
import type { Series } from './observation.ts';

/** Notes values as time goes on, where they change. */
export class Changes<Value extends string | number> {
  readonly #series: [EpochMs, Value][] = [];

  note(at: EpochMs, value: Value): void {
    if (this.#series.at(-1)?.[1] !== value) this.#series.push([at, value]);
  }

  get last(): Value | undefined {
    return this.#series.at(-1)?.[1];
  }

  get series(): Series<Value> {
    return this.#series;
  }
}
