import { parseEvent } from '../../events/index.ts';
import type { ParsedEvent } from '../../events/parsed-event.ts';
import { toArrivals as capacityArrivals } from '../../functions/capacity-notices.ts';
import { toArrivals as drainArrivals } from '../../functions/drain-notices.ts';
import { toArrivals as failoverArrivals } from '../../functions/failover-notices.ts';
import type { CapabilityEvent, Mapping } from '../../functions/handler.ts';
import { createMapping } from '../../functions/retag-notices.ts';
import { toArrivals as scaleArrivals } from '../../functions/scale-notices.ts';
import type { CompiledPolicy, FunctionName } from '../../lib/policy/compile.ts';
import { type Matching, matchRules } from './match.ts';

/** What an event means to the functions, by the policy alone: nothing is asked of AWS. */
export interface Understanding extends Matching {
  /** `eventbridge`: by a rule.  `direct`: past EventBridge, by SNS, SQS or an alarm's action.  `tick`: the schedule. */
  readonly way: 'eventbridge' | 'direct' | 'tick';
  readonly events: readonly ParsedEvent[];
  /** Why it could not be read. */
  readonly rejected: readonly string[];
  /** What each function that is called makes of it. */
  readonly called: readonly Called[];
}

export interface Called {
  readonly function: FunctionName;
  /** What it shall hear, and of what. */
  readonly arrivals: readonly unknown[];
  /** Why it asks nothing of the function. */
  readonly ignored: readonly { readonly reason: string; readonly sentence: string }[];
}

/** Reads an event, finds the rules that match it, and what the functions behind them make of it. Pure. */
export function understand(policy: CompiledPolicy, raw: unknown): Understanding {
  const { events, rejected } = parseEvent(raw);
  const sentences = rejected.map(({ sentence }) => sentence);
  const own = events.filter((event) => event.kind !== 'schedule-tick');
  if (own.length < events.length) {
    const nobody = { matched: [], nearest: null, unused: [], rejected: sentences, called: [] };
    return { way: 'tick', events, ...nobody };
  }
  const isEnvelope = typeof raw === 'object' && raw !== null && 'source' in raw && 'detail-type' in raw;
  if (isEnvelope) {
    const matching = matchRules(policy.rules, raw);
    const functions = [...new Set(matching.matched.map((rule) => rule.function))];
    const called = functions.map((name) => calledWith(policy, name, own));
    return { way: 'eventbridge', events, rejected: sentences, ...matching, called };
  }
  // Whoever is subscribed gets it; of the functions only those that it says something to are of interest.
  const called = policy.functions
    .map((name) => calledWith(policy, name, own))
    .filter(({ arrivals, ignored }) => arrivals.length > 0 || ignored.some(({ reason }) => reason !== OTHER));
  return { way: 'direct', events, rejected: sentences, matched: [], nearest: null, unused: [], called };
}

const OTHER = 'other-capability';

function calledWith(
  { runtime }: CompiledPolicy,
  name: FunctionName,
  events: readonly CapabilityEvent[],
): Called {
  const mapping = mappingOf(runtime, name);
  const mapped = events.map((event) => mapping(event));
  return {
    function: name,
    arrivals: mapped.flatMap((one) => ('arrivals' in one ? one.arrivals.map(withoutToken) : [])),
    ignored: mapped.flatMap((one) => ('ignored' in one ? [one.ignored] : [])),
  };
}

/** With the token of a lifecycle action anybody with its permission could end it: it is not for a screen. */
export function withoutToken(said: unknown): unknown {
  return JSON.parse(JSON.stringify(said, (name, value) => (name === 'token' ? 'not shown' : value)));
}

function mappingOf(
  runtime: CompiledPolicy['runtime'],
  name: FunctionName,
): (event: CapabilityEvent) => Mapping<unknown> {
  switch (name) {
    case 'drain':
      return (event) => drainArrivals(event, runtime.draining);
    case 'scale':
      return (event) => scaleArrivals(event, runtime.scaling);
    case 'failover':
      return (event) => failoverArrivals(event, runtime.failover);
    case 'retag':
      return createMapping(runtime.retagging);
    case 'capacity':
      return (event) => capacityArrivals(event, runtime.capacity);
    default:
      return name satisfies never;
  }
}
