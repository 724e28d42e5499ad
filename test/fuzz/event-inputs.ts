import { parseEvent } from '../../events/index.ts';
import * as capacity from '../../functions/capacity-notices.ts';
import * as drain from '../../functions/drain-notices.ts';
import * as failover from '../../functions/failover-notices.ts';
import type { CapabilityEvent, Mapping } from '../../functions/handler.ts';
import { createMapping } from '../../functions/retag-notices.ts';
import * as scale from '../../functions/scale-notices.ts';
import { compilePolicy } from '../../lib/policy/compile.ts';
import type { Random } from '../../simulator/random.ts';
import { sample, sampleNames } from '../events/samples.ts';
import { policyOf } from '../policy/policies.ts';
import { anyValue, copied, type Json, mutated, pick } from './mutate.ts';
import { mostEvents } from './shapes.ts';

// It names what the samples name, with every trigger on, so that as much as can arrive does.
const { runtime } = compilePolicy(
  policyOf(`version: 1
draining:
  clusters:
    prod: { groups: { prod-hosts: { hooks: [stevedore-drain] } }, triggers: { rebalance: true } }
scaling:
  alarms: { web-cpu-high: { metric: cpu, threshold: 70, comparison: '>=' } }
  services:
    prod/web:
      min: 1
      max: 9
      policies: { out: { step: { alarm: web-cpu-high, steps: [{ from: 0, by: 1 }], cooldown: 2m } } }
failover:
  services: { prod/web: { signals: { alarm: web-too-few } } }
retagging:
  repositories:
    shop/api:
      promotions:
        staging: { from: 'main-*', to: [staging], on: [push, scan], gates: { scan: { critical: 0 } } }
        production: { from: staging, to: [production], gates: { running: { service: prod/api-staging, for: 30m } } }
capacity:
  clusters: { prod: { groups: [prod-hosts] }, hosts: { groups: [other-hosts] } }
`),
);

const mapRetagging = createMapping(runtime.retagging);
const mappings: readonly ((event: CapabilityEvent) => Mapping<unknown>)[] = [
  (event) => drain.toArrivals(event, runtime.draining),
  (event) => scale.toArrivals(event, runtime.scaling),
  (event) => failover.toArrivals(event, runtime.failover),
  mapRetagging,
  (event) => capacity.toArrivals(event, runtime.capacity),
];

const samples: readonly Json[] = sampleNames.map((name) => sample(name) as Json);

/** A sample as it is, changed, or packed into a message of SNS or SQS; or anything at all. */
export function eventInput(random: Random): Json {
  if (random.chance(0.02)) return anyValue(random);
  const [first = null, ...rest] = samples;
  const event = unpacked(copied(pick(random, [first, ...rest])), random);
  const changed = random.chance(0.95) ? mutated(event, random) : event;
  if (!random.chance(0.25)) return changed;
  const delivery: Json = {
    Records: [record(changed, random), ...(random.chance(0.3) ? [anyValue(random)] : [])],
  };
  return random.chance(0.3) ? mutated(delivery, random) : delivery;
}

/** What the event is about: the JSON in a message, since a change there says more than one in its envelope. */
function unpacked(event: Json, random: Random): Json {
  const text = JSON.stringify(event);
  const message = /"Message":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return message !== undefined && random.chance(0.7) ? parsed(message) : event;
}

/** JSON in JSON, and again, as SQS holds it from SNS. */
function parsed(text: string): Json {
  const value = JSON.parse(text) as Json;
  return typeof value === 'string' && value.startsWith('{') ? parsed(value) : value;
}

function record(event: Json, random: Random): Json {
  // A lifecycle hook with a target of its own sends the bare action.
  const detail =
    typeof event === 'object' && event !== null && !Array.isArray(event) ? (event.detail ?? event) : event;
  const isBare =
    typeof detail === 'object' && detail !== null && !Array.isArray(detail) && random.chance(0.5);
  const message = JSON.stringify(isBare ? { Time: '2026-11-21T14:00:00Z', ...detail } : event);
  const envelope = JSON.stringify({ Type: 'Notification', MessageId: random.uuid(), Message: message });
  return pick<Json>(random, [
    { EventSource: 'aws:sns', Sns: { MessageId: random.uuid(), Message: message } },
    { eventSource: 'aws:sqs', messageId: random.uuid(), body: message },
    { eventSource: 'aws:sqs', messageId: random.uuid(), body: envelope },
    {
      eventSource: 'aws:sqs',
      messageId: random.uuid(),
      body: message.slice(0, random.between(0, message.length)),
    },
  ]);
}

/** What reading and mapping one input came to. */
export interface EventOutcome {
  readonly read: number;
  readonly arrived: number;
  readonly rejected: number;
  /** What must not be; empty if all is well. */
  readonly faults: readonly string[];
}

/** Reads an input as the functions do and holds what comes of it against what must be true of it. */
export function checkEvent(input: unknown, read = parseEvent): EventOutcome {
  const { events, rejected } = read(input);
  const faults: string[] = [];
  const most = mostEvents(input);
  if (events.length > most)
    faults.push(`read as ${events.length} events, of which at most ${most} can be valid`);
  if (events.length + rejected.length === 0) faults.push('neither read nor rejected');
  if (rejected.some(({ sentence }) => sentence.trim() === '')) faults.push('rejected without a sentence');
  if (rejected.some(({ sentence }) => sentence.length > LONGEST_SENTENCE))
    faults.push('rejected at great length');
  let arrived = 0;
  for (const event of events) {
    if (event.kind === 'schedule-tick') continue;
    for (const mapping of mappings) {
      const mapped = mapping(event);
      if ('arrivals' in mapped) arrived += mapped.arrivals.length;
      else if (mapped.ignored.sentence.trim() === '')
        faults.push(`ignored as ${mapped.ignored.reason} without a sentence`);
    }
  }
  if (arrived > 0 && most === 0) faults.push(`${arrived} arrivals of an event that is invalid`);
  return { read: events.length, arrived, rejected: rejected.length, faults };
}

/** A rejection quotes no more than a piece of what it found, so that a hostile event cannot fill the log. */
const LONGEST_SENTENCE = 2_000;
