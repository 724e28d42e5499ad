import type { PutEventsRequest, PutEventsResponse } from '@aws-sdk/client-eventbridge';
import { MINUTE } from '../lib/clock.ts';
import { compilePattern, type EventPattern, exactStrings } from './event-pattern.ts';
import type { Faults } from './faults.ts';
import {
  type BusEvent,
  draw,
  type EventDraft,
  iso,
  type Kernel,
  type Operations,
  operation,
  type Span,
} from './kernel.ts';
import type { Recording } from './recording.ts';

export interface RuleSpec {
  readonly name: string;
  /** Either a pattern, or a schedule as a rate in milliseconds. */
  readonly pattern?: EventPattern;
  readonly rateMs?: number;
  /** A constant input of the target, in place of the event. */
  readonly input?: unknown;
}

interface Rule {
  readonly name: string;
  readonly matches: (event: unknown) => boolean;
  readonly mayMatch: (part: unknown) => boolean;
  readonly deliver: (text: string) => void;
  readonly input: string | undefined;
}

export interface BusOptions {
  /** From the source to the target. */
  readonly deliveryMs: Span;
  /** The share of events of best-effort sources that is lost. */
  readonly lossRate: number;
  /** The share of deliveries that happens twice. */
  readonly duplicateRate: number;
}

/** Delivered "best effort" by the EventBridge user guide's list of sources; ECS is "guaranteed", i.e. at least once. */
const BEST_EFFORT = new Set(['aws.ec2', 'aws.autoscaling', 'aws.health', 'aws.ecr', 'aws.inspector2']);

/** The default event bus: rules, patterns, schedules, and deliveries that are late, double or lost. */
export class EventBus {
  readonly #kernel: Omit<Kernel, 'publish'>;
  readonly #faults: Faults;
  readonly #recording: Recording;
  readonly #options: BusOptions;
  /** By `source detail-type` where the pattern says both exactly, so that a noisy source costs little. */
  readonly #indexed = new Map<string, Rule[]>();
  readonly #general: Rule[] = [];

  constructor(kernel: Omit<Kernel, 'publish'>, faults: Faults, recording: Recording, options: BusOptions) {
    this.#kernel = kernel;
    this.#faults = faults;
    this.#recording = recording;
    this.#options = options;
  }

  /** Adds a rule whose target gets each matching event as JSON text. */
  addRule(spec: RuleSpec, deliver: (text: string) => void): void {
    const input = spec.input === undefined ? undefined : JSON.stringify(spec.input);
    const { pattern, rateMs } = spec;
    if (rateMs !== undefined) this.#repeat(spec.name, rateMs, input, deliver);
    if (pattern === undefined) return;
    const rule: Rule = {
      name: spec.name,
      matches: compilePattern(pattern),
      mayMatch: compilePattern(pattern, 'unknown'),
      deliver,
      input,
    };
    const sources = exactStrings(pattern, 'source');
    const types = exactStrings(pattern, 'detail-type');
    if (sources === undefined || types === undefined) {
      this.#general.push(rule);
      return;
    }
    for (const key of sources.flatMap((source) => types.map((type) => `${source} ${type}`))) {
      this.#indexed.set(key, [...(this.#indexed.get(key) ?? []), rule]);
    }
  }

  publish(draft: EventDraft): void {
    const candidates = [
      ...(this.#indexed.get(`${draft.source} ${draft.detailType}`) ?? []),
      ...this.#general,
    ];
    // Most events of a large cluster interest nobody, and to make them was the dearest part of a burst.
    if (this.#recording.detail === 'counts' && !this.#mayInterest(draft, candidates)) {
      this.#recording.unwantedEvent(draft.source, draft.detailType);
      return;
    }
    const event = this.#envelope(draft);
    const rules = candidates.filter((rule) => rule.matches(event));
    this.#recording.event({ at: this.#kernel.now(), event, rules: rules.map((rule) => rule.name) });
    if (rules.length === 0) return;
    const fault = this.#faults.onEvent(event);
    const lost = BEST_EFFORT.has(event.source) && this.#kernel.random.chance(this.#options.lossRate);
    if (fault?.kind === 'drop' || lost) return;
    // The text is made now, not at delivery: an event says what was so when it happened.
    const text = JSON.stringify(event);
    for (const rule of rules) {
      const late = fault?.kind === 'delay' ? fault.delayMs : 0;
      this.#send(rule, text, late);
      if (fault?.kind === 'duplicate') this.#send(rule, text, fault.delayMs);
      if (this.#kernel.random.chance(this.#options.duplicateRate)) this.#send(rule, text, 0);
    }
  }

  readonly operations: Operations = {
    PutEvents: operation((input: PutEventsRequest): PutEventsResponse => {
      const entries = input.Entries ?? [];
      for (const entry of entries) {
        this.publish({
          source: entry.Source ?? '',
          detailType: entry.DetailType ?? '',
          resources: entry.Resources ?? [],
          detail: JSON.parse(entry.Detail ?? '{}'),
        });
      }
      return { FailedEntryCount: 0, Entries: entries.map(() => ({ EventId: this.#kernel.random.uuid() })) };
    }),
  };

  #send(rule: Rule, text: string, lateMs: number): void {
    this.#kernel.after(lateMs + draw(this.#kernel.random, this.#options.deliveryMs), () => {
      this.#recording.deliveries += 1;
      rule.deliver(rule.input ?? text);
    });
  }

  /** A `rate(…)` schedule: the phase is EventBridge's own, and delivery is at least once. */
  #repeat(name: string, rateMs: number, input: string | undefined, deliver: (text: string) => void): void {
    const { region, account } = this.#kernel;
    const tick = () => {
      const event = this.#envelope({
        source: 'aws.events',
        detailType: 'Scheduled Event',
        resources: [`arn:aws:events:${region}:${account}:rule/${name}`],
        detail: {},
      });
      this.#recording.deliveries += 1;
      deliver(input ?? JSON.stringify(event));
      this.#kernel.after(rateMs, tick);
    };
    this.#kernel.after(this.#kernel.random.between(0, Math.min(rateMs, MINUTE)), tick);
  }

  #mayInterest({ source, detailType, brief }: EventDraft, candidates: readonly Rule[]): boolean {
    const known = { source, 'detail-type': detailType, ...(brief && { detail: brief }) };
    return candidates.some((rule) => rule.mayMatch(known));
  }

  #envelope(draft: EventDraft): BusEvent {
    return {
      version: '0',
      id: this.#kernel.random.uuid(),
      'detail-type': draft.detailType,
      source: draft.source,
      account: this.#kernel.account,
      // Whole seconds, as EventBridge gives them.
      time: `${iso(draft.time ?? this.#kernel.now()).slice(0, 19)}Z`,
      region: this.#kernel.region,
      resources: draft.resources,
      detail: typeof draft.detail === 'function' ? draft.detail() : draft.detail,
    };
  }
}
