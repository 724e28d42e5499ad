import { inspect } from 'node:util';
import { Script } from 'node:vm';
import { createRandom } from '../../simulator/random.ts';
import { checkEvent, eventInput } from './event-inputs.ts';
import { checkPolicy, policyInput } from './policy-inputs.ts';

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** In milliseconds; what it measures is only reported. */
  readonly now: () => number;
  /** Checks this input alone, by its number; for the ones that failed. */
  readonly only?: number;
}

/** An input that something went wrong with. `seed` and `number` make it again. */
export interface Failure {
  readonly seed: number;
  readonly number: number;
  readonly what: string;
  readonly input: string;
}

export interface Slowest {
  readonly ms: number;
  readonly number: number;
  readonly kind: 'event' | 'policy';
}

export interface FuzzResult {
  readonly events: { inputs: number; read: number; arrived: number; rejected: number };
  readonly policies: { inputs: number; valid: number; refused: number };
  readonly failures: readonly Failure[];
  /** The slowest event and the slowest policy. */
  readonly slowest: readonly Slowest[];
}

/** One in four is a policy file: checking one costs as much as some hundred events. */
const isPolicy = (number: number): boolean => number % 4 === 3;

/** A thousand take a second or two. What takes this long does not come to an end. */
const BATCH = 1_000;
const BATCH_LIMIT_MS = 120_000;
const BATCH_NAME = 'stevedoreFuzzBatch';

/** Checks inputs number 0 to `inputs` - 1. Each is made from the seed and its number alone. Never throws. */
export function fuzz({ inputs, seed, now, only }: FuzzOptions): FuzzResult {
  const events = { inputs: 0, read: 0, arrived: 0, rejected: 0 };
  const policies = { inputs: 0, valid: 0, refused: 0 };
  const failures: Failure[] = [];
  const slowest = new Map<Slowest['kind'], Slowest>();

  const check = (number: number): readonly string[] => {
    if (isPolicy(number)) {
      const { ok, faults } = checkPolicy(textOf(seed, number));
      policies.inputs += 1;
      policies[ok ? 'valid' : 'refused'] += 1;
      return faults;
    }
    const { read, arrived, rejected, faults } = checkEvent(eventInput(streamOf(seed, number)));
    events.inputs += 1;
    events.read += read;
    events.arrived += arrived;
    events.rejected += rejected;
    return faults;
  };
  const one = (number: number) => {
    const before = now();
    const faults = faultsOf(() => check(number));
    const ms = now() - before;
    const kind = isPolicy(number) ? 'policy' : 'event';
    if (ms > (slowest.get(kind)?.ms ?? 0)) slowest.set(kind, { ms, number, kind });
    if (faults.length > 0) failures.push(failureOf(seed, number, faults.join('; ')));
  };

  const first = only ?? 0;
  const end = only === undefined ? inputs : only + 1;
  for (let from = first; from < end; from += BATCH) {
    const stuck = withinLimit(from, Math.min(end, from + BATCH), one);
    if (stuck === undefined) continue;
    failures.push(failureOf(seed, stuck, `still not through after ${BATCH_LIMIT_MS / 1000} s`));
    break;
  }
  return { events, policies, failures, slowest: [...slowest.values()] };
}

const streamOf = (seed: number, number: number) => createRandom(seed).fork(`input ${number}`);
const textOf = (seed: number, number: number) => policyInput(streamOf(seed, number));

function failureOf(seed: number, number: number, what: string): Failure {
  const input = isPolicy(number)
    ? textOf(seed, number)
    : inspect(eventInput(streamOf(seed, number)), { depth: 12, maxStringLength: 2_000, maxArrayLength: 50 });
  return { seed, number, what, input: input.length > 20_000 ? `${input.slice(0, 20_000)}...` : input };
}

/** A throw is a fault like any other. */
function faultsOf(check: () => readonly string[]): readonly string[] {
  try {
    return check();
  } catch (error) {
    return [`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

/** Runs a batch; gives the number at which it had to be cut off. Only V8 can interrupt a loop that does not end. */
function withinLimit(from: number, to: number, one: (number: number) => void): number | undefined {
  let current = from;
  const batch = () => {
    for (; current < to; current++) one(current);
  };
  try {
    Reflect.set(globalThis, BATCH_NAME, batch);
    new Script(`globalThis.${BATCH_NAME}()`).runInThisContext({ timeout: BATCH_LIMIT_MS });
    return undefined;
  } catch {
    return current;
  } finally {
    Reflect.deleteProperty(globalThis, BATCH_NAME);
  }
}
