import type { Fit } from '../../placement/fit.ts';
import type { Kept } from '../plan.ts';
import { scoreOf, sumOfPrices } from './cost.ts';
import type { Draft, DraftGroup } from './draft.ts';
import { type Offer, offerOf } from './launch.ts';
import { limitOn, notWorthIt } from './limits.ts';
import { notYet } from './remove.ts';
import type { Removable, Situation } from './situation.ts';

/** Each replacement is a launch, and proves the whole cluster anew; the next look plans more of them. */
const MOST_LAUNCHES = 10;
/** Karpenter stops at 100. More than a few that fit on one would have fitted elsewhere before. */
const MOST_FOR_ONE = 25;

type Gone = readonly [Removable, ...Removable[]];

/**
 * Replaces instances whose tasks fit nowhere by one that their group launches: an obsolete one by one of the present
 * launch template, which is not a matter of savings; and the most underused ones that a single new one can take, in
 * their order, as Karpenter does. What Auto Scaling launches is its choice, so that the tasks must fit on the smallest
 * of the group's types, in each zone that it may come to, and the price is that of the dearest. Gives what the launched
 * ones cost in an hour; undefined: not known.
 */
export function replace(
  inOrder: readonly Removable[],
  draft: Draft,
  situation: Situation,
  kept: Map<string, Kept>,
): number | undefined {
  let paid: number | undefined = 0;
  for (const group of draft.groups.values()) {
    const left = inOrder.filter(
      ({ host }) => host.group === group.view.name && kept.get(host.id)?.why === 'does-not-fit',
    );
    for (const price of replaceIn(group, left, draft, situation, kept)) {
      paid = paid === undefined || price === undefined ? undefined : paid + price;
    }
  }
  return paid;
}

/** The prices of the instances that the group launches. */
function replaceIn(
  group: DraftGroup,
  left: readonly Removable[],
  draft: Draft,
  situation: Situation,
  kept: Map<string, Kept>,
): readonly (number | undefined)[] {
  const paid: (number | undefined)[] = [];
  const taken = new Set<Removable>();
  const sets = [
    ...left.filter(({ reason }) => reason === 'obsolete').map((one): Gone => [one]),
    ...prefixes(left.filter((one) => isScored(one, draft, situation))),
  ];
  let offer: Offer | undefined;
  for (const gone of sets) {
    if (gone.some((one) => taken.has(one))) continue;
    if (paid.length === MOST_LAUNCHES) break;
    offer ??= offerOf(group, draft, situation);
    if (offer === undefined) break;
    if (!exchange(gone, offer, draft, situation, kept)) continue;
    for (const one of gone) taken.add(one);
    paid.push(offer.price);
    offer = undefined;
  }
  if (offer !== undefined) closeAllBut(undefined, offer, draft);
  return paid;
}

// Auto Scaling may launch on-demand in place of Spot, at another price; and who is to receive tasks stays.
const isScored = ({ reason, host }: Removable, draft: Draft, { costs }: Situation) =>
  reason === 'underused' && host.lifecycle === 'on-demand' && costs.priced && !draft.isReceiving(host.id);

/** The longest first. */
function prefixes(ones: readonly Removable[]): readonly Gone[] {
  const [first, ...rest] = ones.slice(0, MOST_FOR_ONE);
  if (first === undefined) return [];
  const all = rest.map((_, at): Gone => [first, ...rest.slice(0, rest.length - at)]);
  return [...all, [first]];
}

/** Whether these go for the one that is offered. */
function exchange(
  gone: Gone,
  offer: Offer,
  draft: Draft,
  situation: Situation,
  kept: Map<string, Kept>,
): boolean {
  const [{ reason, host }] = gone;
  if (reason === 'underused' && offer.price === undefined) return false;
  const { free, spares } = offer;
  const limited = spares.some(({ zone }) => limitOn({ gone, come: { zone, free } }, draft, situation));
  if (limited || notWorthIt(gone, offer.price ?? 0, situation)) return false;
  const fit = fitInEachZone(gone, offer, draft);
  if (fit === undefined) return false;
  const later = notYet(gone, draft, situation);
  if (later === undefined) {
    take(gone, offer, fit, draft, situation);
    for (const one of gone) kept.delete(one.host.id);
    return true;
  }
  // The largest set was asked first: what it said is left.
  if (kept.get(host.id)?.could === undefined) {
    for (const one of gone) kept.set(one.host.id, { host: one.host.id, ...later, could: one.reason });
  }
  return false;
}

type Fits = Extract<Fit, { fits: true }>;

/** How they fit with the new one in the first of its zones; undefined when in one of them they do not. */
function fitInEachZone(gone: Gone, offer: Offer, draft: Draft): Fits | undefined {
  let inFirst: Fits | undefined;
  for (const { host } of offer.spares) {
    const mark = draft.packing.mark();
    closeAllBut(host.id, offer, draft);
    const fit = draft.fits(gone);
    draft.packing.rollback(mark);
    if (!fit.fits) return undefined;
    inFirst ??= fit;
  }
  return inFirst;
}

function closeAllBut(open: string | undefined, { spares }: Offer, draft: Draft): void {
  for (const { host } of spares) if (host.id !== open) draft.packing.close(draft.binOf(host.id));
}

function take(gone: Gone, offer: Offer, fit: Fits, draft: Draft, { costs }: Situation): void {
  const [{ reason, group }] = gone;
  const [spare] = offer.spares;
  if (spare === undefined) return;
  closeAllBut(spare.host.id, offer, draft);
  const prices = sumOfPrices(
    gone.map(({ host }) => host.instanceType),
    costs.priceOf,
  );
  const saves = prices === undefined || offer.price === undefined ? undefined : prices - offer.price;
  const disruption = gone.reduce((sum, one) => sum + one.disruption, 0);
  draft.take(gone, fit, {
    hosts: gone.map(({ host }) => host.id),
    reason,
    group: group.name,
    replaceBy: { group: group.name, type: offer.type },
    saves,
    score: reason === 'obsolete' || saves === undefined ? undefined : scoreOf(saves, disruption, costs),
  });
  draft.launched(offer.group, spare.zone);
}
