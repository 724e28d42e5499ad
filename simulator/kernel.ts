import type { EpochMs } from '../lib/clock.ts';
import type { Random } from './random.ts';
import type { Timer } from './scheduler.ts';

/** What every service of the world shares: time, chance, names, and the event bus. */
export interface Kernel {
  readonly region: string;
  readonly account: string;
  readonly random: Random;
  now(): EpochMs;
  at(time: EpochMs, run: () => void): Timer;
  after(ms: number, run: () => void): Timer;
  publish(draft: EventDraft): void;
}

/** An event as its source hands it to EventBridge, which adds the envelope. */
export interface EventDraft {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** Made only if somebody wants the event, where making it is dear. */
  readonly detail: object | (() => object);
  /** With a detail that is made later: those of its fields by which most rules decide. */
  readonly brief?: object;
  /** When it happened, if not now. */
  readonly time?: EpochMs;
}

/** An event as a rule's target receives it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: object;
}

export type ServiceName =
  | 'ECS'
  | 'AutoScaling'
  | 'EC2'
  | 'ECR'
  | 'EventBridge'
  | 'CloudWatch'
  | 'ApplicationAutoScaling';

/** An operation of a service: the decoded request in, the response's members out, or an `ApiError`. */
export type Operation = (input: unknown) => object;
export type Operations = Readonly<Record<string, Operation>>;

/** Names the request type of an operation; the wire is where its fields come from. */
export function operation<Input>(run: (input: Input) => object): Operation {
  return (input) => run(input as Input);
}

/** An error as AWS returns it: code, sentence, HTTP status. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** What the error says beside its sentence, under the names of the wire. */
  readonly members: object;

  constructor(code: string, message: string, status = 400, members: object = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** A duration, or a range to draw one from. In milliseconds. */
export type Span = number | readonly [low: number, high: number];

export function draw(random: Random, span: Span): number {
  return typeof span === 'number' ? span : random.between(span[0], span[1]);
}

/** A response of the JSON protocol: dates travel as numbers of seconds since the epoch. */
export type Wire<T> = T extends Date
  ? number
  : T extends (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export const seconds = (at: EpochMs) => at / 1000;

const isoTexts = new Map<EpochMs, string>();

/** One moment stands in many events, and formatting it was the dearest part of a burst: so the texts are kept. */
export function iso(at: EpochMs): string {
  const known = isoTexts.get(at);
  if (known !== undefined) return known;
  if (isoTexts.size >= 100_000) isoTexts.clear();
  const text = new Date(at).toISOString();
  isoTexts.set(at, text);
  return text;
}
