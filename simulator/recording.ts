import type { EpochMs } from '../lib/clock.ts';
import type { BusEvent, ServiceName } from './kernel.ts';

export interface CallRecord {
  readonly at: EpochMs;
  /** The invocation that made it; undefined for a call from outside, e.g. a test. */
  readonly invocation: string | undefined;
  /** The function of that invocation. */
  readonly function: string | undefined;
  readonly service: ServiceName;
  readonly operation: string;
  /** The decoded request itself: nothing is copied. */
  readonly input: unknown;
  /** The error's code, if it was refused. */
  readonly error: string | undefined;
  /** Whether AWS did what was asked, whatever it answered: the answer of a call that was carried out may be lost. */
  readonly carriedOut: boolean;
  readonly latencyMs: number;
}

export interface EventRecord {
  readonly at: EpochMs;
  readonly event: BusEvent;
  /** The rules that matched; empty for an event nobody asked for. */
  readonly rules: readonly string[];
}

export interface InvocationRecord {
  readonly id: string;
  readonly function: string;
  readonly startedAt: EpochMs;
  readonly durationMs: number;
  readonly outcome: 'ok' | 'error' | 'timeout' | 'crash';
  readonly attempt: number;
  readonly calls: number;
  readonly event: unknown;
  readonly error?: string;
}

/** What happened, for a player that prints it and a bench that counts it. */
export class Recording {
  /** `counts` keeps numbers only: a burst makes more than a hundred thousand events. */
  detail: 'full' | 'counts';
  readonly calls: CallRecord[] = [];
  readonly events: EventRecord[] = [];
  readonly invocations: InvocationRecord[] = [];
  /** `Service:Operation` -> calls. */
  readonly callCounts = new Map<string, number>();
  /** `Service:Operation code` -> refusals. */
  readonly errorCounts = new Map<string, number>();
  /** `source detail-type` -> events published. */
  readonly eventCounts = new Map<string, number>();
  deliveries = 0;
  /** Told of each call when it has been carried out, and of each event as it is published. */
  readonly callListeners: ((record: CallRecord) => void)[] = [];
  readonly eventListeners: ((record: EventRecord) => void)[] = [];

  constructor(detail: 'full' | 'counts') {
    this.detail = detail;
  }

  call(record: CallRecord): void {
    const name = `${record.service}:${record.operation}`;
    count(this.callCounts, name);
    if (record.error !== undefined) count(this.errorCounts, `${name} ${record.error}`);
    if (this.detail === 'full') this.calls.push(record);
    for (const listener of this.callListeners) listener(record);
  }

  event(record: EventRecord): void {
    count(this.eventCounts, `${record.event.source} ${record.event['detail-type']}`);
    if (this.detail === 'full') this.events.push(record);
    for (const listener of this.eventListeners) listener(record);
  }

  /** An event that no rule matched, where only numbers are kept. */
  unwantedEvent(source: string, detailType: string): void {
    count(this.eventCounts, `${source} ${detailType}`);
  }

  invocation(record: InvocationRecord): void {
    if (this.detail === 'full') this.invocations.push(record);
  }

  /** Calls of one operation (`ECS:DescribeTasks`), or of all. */
  countOf(name?: string): number {
    if (name !== undefined) return this.callCounts.get(name) ?? 0;
    return [...this.callCounts.values()].reduce((sum, calls) => sum + calls, 0);
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
