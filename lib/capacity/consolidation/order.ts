import { sizeOf } from '../../placement/model.ts';
import type { DisruptionReason } from '../policy.ts';
import { threshold } from './cost.ts';
import { Draft } from './draft.ts';
import { limitOn, notWorthIt } from './limits.ts';
import { inTurns, stepOf } from './remove.ts';
import type { Removable, Situation } from './situation.ts';

/** Hosts that may be looked at in one search, each for a task that needs a place. */
const LOOKS = 600_000;
const MOST_TRIALS = 20;
/** Of the best that were tried so many are proven. */
const MOST_PROVEN = 4;
/** What another choice must gain, as a share of what the cluster costs: with it some begin to wait anew. */
const INERTIA = 0.01;
/** Of two choices that save the same the one that disturbs less is taken, also where disturbing counts nothing. */
const LEAST_WEIGHT = 0.001;
/** Against sums in floating point. */
const LITTLE = 1e-9;

type Order = readonly Removable[];

/** What an order comes to. */
interface Outcome {
  readonly order: Order;
  readonly gone: ReadonlySet<Removable>;
  /** The share of the cost that is saved, less what the disruption is worth by the policy. */
  readonly gain: number;
}

/** `proofs`: of how many removals it is proven that they fit; of the others it is only likely. */
type Trial = (order: Order, proofs: number) => Outcome;

/**
 * The order in which instances are taken. One after the other, by what each saves for what it disturbs, is a good one where
 * all are alike. But what goes first takes the room of what could go after it, so that more than has to be stays where
 * instances are of several types or tasks have constraints. There others are tried: some by which one could begin, and
 * then what differs a little from the best. A search without end is limited by what it looks at: with some 110 instances
 * of ten tasks, and more, it is left at the first order.
 */
export function inBestOrder(removables: Order, situation: Situation, random: () => number): Order {
  const inOrder = bySavings(removables, situation);
  const isScored = (one: Removable) => one.reason === 'underused';
  const before = inOrder.filter((one) => !isScored(one));
  const scored = inOrder.filter(isScored);
  const worthy = scored.filter((one) => notWorthIt([one], 0, situation) === undefined);
  const looks = situation.view.hosts.length * worthy.reduce((sum, { tasks }) => sum + tasks.length, 0);
  const trials = Math.min(MOST_TRIALS, Math.floor(LOOKS / looks));
  const starts = startsOf(worthy, situation);
  if (areAlike(worthy) || trials < starts.length) return inOrder;
  const trial: Trial = (order, proofs) => outcomeOf(before, order, situation, random, proofs);
  const found = different(search(starts, trials, trial, random));
  const best = provenBest(
    found.map((one) => mildestFirst(one, worthy, trial)),
    trial,
    situation,
  );
  return [...before, ...best, ...scored.filter((one) => !worthy.includes(one))];
}

function areAlike(removables: Order): boolean {
  const types = new Set(removables.map(({ host }) => host.instanceType));
  const constrained = ({ tasks }: Removable) => tasks.some(({ workload }) => workload.constraints.length > 0);
  return types.size < 2 && !removables.some(constrained);
}

const RANK: Readonly<Record<DisruptionReason, number>> = { obsolete: 0, empty: 1, underused: 2 };

/** What has to go anyway, what disturbs nobody, and then what saves most for what it disturbs (Karpenter's savings ratio). */
function bySavings(removables: Order, { costs }: Situation): Order {
  const ratio = ({ host, disruption }: Removable) => costs.worthOf(host) / disruption;
  return removables.toSorted(
    (a, b) =>
      RANK[a.reason] - RANK[b.reason] ||
      ratio(b) - ratio(a) ||
      a.host.launchedAt - b.host.launchedAt ||
      (a.host.id < b.host.id ? -1 : 1),
  );
}

/** As given; those first that wait already; the dearest for their size first; the cheapest first; the emptiest first. */
function startsOf(inOrder: Order, { costs, state }: Situation): readonly Order[] {
  const since = ({ host }: Removable) => state.candidates[host.id]?.since ?? Number.POSITIVE_INFINITY;
  const dearness = ({ host }: Removable) => costs.worthOf(host) / sizeOf(host.registered);
  const load = ({ tasks }: Removable) => tasks.reduce((sum, { workload }) => sum + sizeOf(workload.needs), 0);
  const use = (one: Removable) => load(one) / sizeOf(one.host.registered);
  return [
    inOrder,
    inOrder.toSorted((a, b) => compare(since(a), since(b))),
    inOrder.toSorted((a, b) => dearness(b) - dearness(a) || load(a) - load(b)),
    inOrder.toSorted((a, b) => costs.worthOf(a.host) - costs.worthOf(b.host) || load(a) - load(b)),
    inOrder.toSorted((a, b) => use(a) - use(b)),
  ];
}

// Infinity less Infinity is no number.
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

/** `before`: what goes before any of the order. */
function outcomeOf(
  before: Order,
  order: Order,
  situation: Situation,
  random: () => number,
  proofs: number,
): Outcome {
  const { costs, consolidation, state } = situation;
  const draft = new Draft(situation, random);
  const gone = new Set<Removable>();
  inTurns([...before, ...order], (one) => {
    const limit = limitOn({ gone: [one], come: undefined }, draft, situation);
    if (limit !== undefined) return limit;
    const fit = gone.size < proofs ? draft.fits([one]) : draft.seemToFit([one]);
    if (!fit.fits) return { why: 'does-not-fit' };
    draft.take([one], fit, stepOf(one, situation));
    gone.add(one);
    return undefined;
  });
  const sum = (of: (one: Removable) => number) => [...gone].reduce((total, one) => total + of(one), 0);
  const saved = sum(({ host }) => costs.worthOf(host)) / (costs.worth || 1);
  const disruption = sum((one) => one.disruption) / costs.disruption;
  const weight = Math.max(LEAST_WEIGHT, threshold(consolidation.balance));
  const waiting = order.filter(({ host }) => state.candidates[host.id] !== undefined);
  const kept = waiting.filter((one) => !gone.has(one)).length / (waiting.length || 1);
  return { order, gone, gain: saved - weight * disruption - INERTIA * kept };
}

/** What was found, the best first. */
function search(starts: readonly Order[], trials: number, trial: Trial, random: () => number): Outcome[] {
  const found = starts.map((order) => trial(order, 0));
  let best = found.reduce((best, one) => (one.gain > best.gain + LITTLE ? one : best));
  while (found.length < trials) {
    const next = trial(alike(best, random), 0);
    found.push(next);
    // As good is good enough to go on from: so one comes past what is only the best for a little around it.
    if (next.gain >= best.gain - LITTLE) best = next;
  }
  return found.toSorted((a, b) => b.gain - a.gain);
}

/** One or two that stay are tried first, and up to two that go last. */
function alike({ order, gone }: Outcome, random: () => number): Order {
  const some = (of: Order, count: number) =>
    new Set(of.length === 0 ? [] : Array.from({ length: count }, () => of[Math.floor(random() * of.length)]));
  const first = some(
    order.filter((one) => !gone.has(one)),
    1 + Math.floor(random() * 2),
  );
  const last = some(
    order.filter((one) => gone.has(one)),
    Math.floor(random() * 3),
  );
  const rank = (one: Removable) => (first.has(one) ? -2 : last.has(one) ? 1 : gone.has(one) ? -1 : 0);
  return order.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The same instances, in the order that disturbs least for what it saves, where that comes to as much: the first go soon, and
 * the cluster may be another before the last do.
 */
function mildestFirst(found: Outcome, inOrder: Order, trial: Trial): Outcome {
  const { gone, gain } = found;
  const rank = (one: Removable) => (gone.has(one) ? 0 : 1);
  const sorted = trial(
    inOrder.toSorted((a, b) => rank(a) - rank(b)),
    0,
  );
  return sorted.gain >= gain - LITTLE ? sorted : found;
}

/** Of the best those by which different instances go. */
function different(found: readonly Outcome[]): readonly Outcome[] {
  const all = new Map<string, Outcome>();
  for (const one of found) {
    const key = [...one.gone]
      .map(({ host }) => host.id)
      .toSorted()
      .join();
    if (all.size < MOST_PROVEN && !all.has(key)) all.set(key, one);
  }
  return [...all.values()];
}

/** By what can be proven. As many proofs are made as may go at once. */
function provenBest(found: readonly Outcome[], trial: Trial, { atOnce }: Situation): Order {
  const proven = found.map(({ order }) => trial(order, Math.max(...Object.values(atOnce))));
  return proven.reduce((best, one) => (one.gain > best.gain + LITTLE ? one : best)).order;
}
