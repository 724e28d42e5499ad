import type { ApiError, BusEvent, ServiceName } from './kernel.ts';

/** A call as a fault sees it, before AWS does. */
export interface Call {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: unknown;
  /** The function that makes it, and how many calls its invocation has made with this one. */
  readonly function: string | undefined;
  readonly invocation: string | undefined;
  readonly ordinal: number;
}

/** From the `nth` match on (1 if not said), `times` times (once if not said; Infinity for ever). */
export interface When {
  readonly nth?: number;
  readonly times?: number;
}

export type EventFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'duplicate'; readonly delayMs: number }
  | { readonly kind: 'delay'; readonly delayMs: number };

/** Carries out a part of what is asked by `run`, and answers for all of it. */
export type PartialEffect = (input: unknown, run: (input: unknown) => object) => object;

interface Armed<Subject, Effect> {
  readonly match: (subject: Subject) => boolean;
  readonly effect: Effect;
  skip: number;
  left: number;
}

/** Faults to inject, each armed for the nth match of a predicate. */
export class Faults {
  readonly #events: Armed<BusEvent, EventFault>[] = [];
  readonly #errors: Armed<Call, ApiError>[] = [];
  readonly #lostAnswers: Armed<Call, ApiError>[] = [];
  readonly #slow: Armed<Call, number>[] = [];
  readonly #stale: Armed<Call, number>[] = [];
  readonly #partial: Armed<Call, PartialEffect>[] = [];
  readonly #crashes: Armed<Call, 'applied' | 'not-applied'>[] = [];

  /** The event never reaches a rule. */
  dropEvent(match: (event: BusEvent) => boolean, when?: When): void {
    arm(this.#events, match, { kind: 'drop' }, when);
  }

  /** The event reaches each of its targets once more, `delayMs` later. */
  duplicateEvent(match: (event: BusEvent) => boolean, delayMs = 0, when?: When): void {
    arm(this.#events, match, { kind: 'duplicate', delayMs }, when);
  }

  /** The event comes `delayMs` late, so after others that happened later. */
  delayEvent(match: (event: BusEvent) => boolean, delayMs: number, when?: When): void {
    arm(this.#events, match, { kind: 'delay', delayMs }, when);
  }

  /** The call is refused with `error` and does nothing. */
  failCall(match: (call: Call) => boolean, error: ApiError, when?: When): void {
    arm(this.#errors, match, error, when);
  }

  /** AWS carries the call out, but its answer is `error`, as when a connection breaks. */
  failAfterEffect(match: (call: Call) => boolean, error: ApiError, when?: When): void {
    arm(this.#lostAnswers, match, error, when);
  }

  /** The call takes so much longer, half of it before AWS acts. */
  slowCall(match: (call: Call) => boolean, delayMs: number, when?: When): void {
    arm(this.#slow, match, delayMs, when);
  }

  /**
   * A read is answered as one like it was, at most so long ago, if there was any: AWS's reads are eventually consistent
   * (ECS developer guide, "Eventual consistency"; the same of the EC2 API). Answers are kept from now on.
   */
  staleRead(match: (call: Call) => boolean, maxAgeMs: number, when?: When): void {
    arm(this.#stale, match, maxAgeMs, when);
  }

  /** AWS does a part of what is asked, and says so. */
  partialCall(match: (call: Call) => boolean, partial: PartialEffect, when?: When): void {
    arm(this.#partial, match, partial, when);
  }

  /**
   * The invocation dies as it makes the call: its promise is ignored and no later call of it is answered. Use
   * `call.ordinal` to crash it after its nth call. `applied`: AWS still carries that call out.
   */
  crashAt(match: (call: Call) => boolean, call: 'applied' | 'not-applied', when?: When): void {
    arm(this.#crashes, match, call, when);
  }

  onEvent(event: BusEvent): EventFault | undefined {
    return fire(this.#events, event);
  }

  onCall(call: Call): ApiError | undefined {
    return fire(this.#errors, call);
  }

  onAnswer(call: Call): ApiError | undefined {
    return fire(this.#lostAnswers, call);
  }

  onLatency(call: Call): number {
    return fire(this.#slow, call) ?? 0;
  }

  /** Whether an answer may be asked for again. */
  get staleReads(): boolean {
    return this.#stale.some(({ left }) => left > 0);
  }

  /** The age that the answer of a read may have, given whether there is one of such an age. */
  onRead(call: Call, isThere: (maxAgeMs: number) => boolean): number | undefined {
    return fire(this.#stale, call, isThere);
  }

  onPart(call: Call): PartialEffect | undefined {
    return fire(this.#partial, call);
  }

  onSend(call: Call): 'applied' | 'not-applied' | undefined {
    return fire(this.#crashes, call);
  }
}

function arm<Subject, Effect>(
  faults: Armed<Subject, Effect>[],
  match: (subject: Subject) => boolean,
  effect: Effect,
  when: When | undefined,
): void {
  faults.push({ match, effect, skip: (when?.nth ?? 1) - 1, left: when?.times ?? 1 });
}

function fire<Subject, Effect>(
  faults: Armed<Subject, Effect>[],
  subject: Subject,
  isPossible?: (effect: Effect) => boolean,
): Effect | undefined {
  for (const fault of faults) {
    if (fault.left === 0 || !fault.match(subject) || isPossible?.(fault.effect) === false) continue;
    if (fault.skip > 0) {
      fault.skip -= 1;
      continue;
    }
    fault.left -= 1;
    return fault.effect;
  }
  return undefined;
}
