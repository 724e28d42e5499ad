import type { EpochMs } from '../lib/clock.ts';
import type { Call } from './faults.ts';

const READS = /^(Describe|List|Get|BatchGet|BatchCheck)/;

export const isRead = ({ operation }: Pick<Call, 'operation'>) => READS.test(operation);

interface Answer {
  readonly at: EpochMs;
  readonly output: object;
}

/** What reads were answered lately, by what was asked. */
export class Answers {
  readonly #known = new Map<string, Answer[]>();

  keep(call: Call, at: EpochMs, output: object): void {
    const key = keyOf(call);
    // A copy, since the answer may share parts with the world, which goes on.
    const answer = { at, output: structuredClone(output) };
    this.#known.set(key, [...(this.#known.get(key) ?? []).slice(1 - MOST), answer]);
  }

  /** The oldest answer to the same question that is at most so old; undefined if there is none. */
  earlier(call: Call, now: EpochMs, maxAgeMs: number): object | undefined {
    return this.#known.get(keyOf(call))?.find(({ at }) => at >= now - maxAgeMs)?.output;
  }
}

const MOST = 20;

const keyOf = ({ service, operation, input }: Call) => `${service}:${operation} ${JSON.stringify(input)}`;
