import { MINUTE, utc } from '../../clock.ts';
import type { Fit } from '../../placement/fit.ts';
import type { Kept, Removal } from '../plan.ts';
import { scoreOf, sumOfPrices } from './cost.ts';
import type { Draft } from './draft.ts';
import { limitOn, notWorthIt } from './limits.ts';
import { taskInWords } from './movable.ts';
import type { Removable, Situation } from './situation.ts';

type Refusal = Pick<Kept, 'why' | 'sentence' | 'could'>;

/** Takes the instance into the plan, or says what stands in the way. What is cheap to find out is asked first. */
export function remove(one: Removable, draft: Draft, situation: Situation): Refusal | undefined {
  const { reason } = one;
  const refusal =
    limitOn({ gone: [one], come: undefined }, draft, situation) ?? notWorthIt([one], 0, situation);
  if (refusal !== undefined) return refusal;
  const full = queued([one], draft, situation);
  if (full !== undefined) return { ...full, ...couldStill(one, situation) };
  const fit = draft.fits([one]);
  if (!fit.fits) return { why: 'does-not-fit', sentence: misfitInWords(fit, one, draft) };
  const later = notYet([one], draft, situation);
  if (later !== undefined) {
    if (later.why === 'waiting') draft.waiting += 1;
    return { ...later, could: reason };
  }
  draft.take([one], fit, stepOf(one, situation));
  return undefined;
}

/** What the plan says of it when it goes. */
export function stepOf(
  { host, group, reason, disruption }: Removable,
  { costs }: Situation,
): Omit<Removal, 'moves'> {
  return {
    hosts: [host.id],
    reason,
    group: group.name,
    replaceBy: undefined,
    saves: sumOfPrices([host.instanceType], costs.priceOf),
    score: reason === 'obsolete' ? undefined : scoreOf(costs.worthOf(host), disruption, costs),
  };
}

/**
 * Tries to take each in its turn. Who was kept for the balance of zones is asked again, as long as instances of other
 * zones go.
 */
export function inTurns(
  removables: readonly Removable[],
  take: (one: Removable) => Pick<Kept, 'why'> | undefined,
): void {
  let left = removables;
  let went: boolean;
  do {
    went = false;
    left = left.filter((one) => {
      const refusal = take(one);
      went ||= refusal === undefined;
      return refusal?.why === 'zone-balance';
    });
  } while (left.length > 0 && went);
}

/** What keeps hosts that could go, for now: the time that they have to have been candidates, and budgets. */
export function notYet(
  gone: readonly Removable[],
  draft: Draft,
  situation: Situation,
): Pick<Kept, 'why' | 'sentence'> | undefined {
  return waiting(gone, situation) ?? overBudget(gone, draft, situation);
}

/**
 * Whether to prove that it fits can be left for later: as many go as may, or as many wait. Those proofs take nearly all of
 * the time of a plan.
 */
function queued([one]: readonly [Removable], draft: Draft, situation: Situation) {
  if (waiting([one], situation) === undefined) return overBudget([one], draft, situation);
  const most = situation.atOnce[one.reason];
  if (draft.waiting < most) return undefined;
  const sentence = `${one.host.id} was not looked into: ${draft.waiting} other instances could go before it, and the budgets allow ${most} at once. Its turn comes, or raise the budget.`;
  return { why: 'budget' as const, sentence };
}

/** Its time runs on meanwhile, once it has begun: the proof is made before it goes in any case. */
function couldStill({ host, reason }: Removable, { state }: Situation): Pick<Kept, 'could'> {
  return state.candidates[host.id]?.reason === reason ? { could: reason } : {};
}

function waiting(gone: readonly Removable[], { consolidation, state, now }: Situation) {
  const { afterMs } = consolidation;
  for (const { host, reason } of gone) {
    const known = state.candidates[host.id];
    const since = known?.reason === reason ? known.since : now;
    if (now - since >= afterMs) continue;
    const left = Math.ceil((afterMs - (now - since)) / MINUTE);
    const sentence = `${host.id} could go (${reason}) since ${utc(since)}, and goes when that has held for ${left} min more.`;
    return { why: 'waiting' as const, sentence };
  }
  return undefined;
}

function overBudget(gone: readonly Removable[], draft: Draft, { atOnce }: Situation) {
  for (const one of gone) {
    const most = atOnce[one.reason];
    if (draft.goingOut + gone.length <= most) continue;
    const sentence = `${one.host.id} would go (${one.reason}), but ${draft.goingOut} instances are on their way out and the budgets allow ${most} now. Its turn comes when they are gone, or raise the budget.`;
    return { why: 'budget' as const, sentence };
  }
  return undefined;
}

const LACKS: Readonly<Record<string, string>> = {
  'tcp-port': 'a free TCP port of it',
  'udp-port': 'a free UDP port of it',
  eni: 'a network interface',
  'required-attribute': 'a required attribute',
  constraint: 'what its placement constraints ask for',
  provider: 'its capacity provider',
};

function misfitInWords(
  { task: id, misfits }: Extract<Fit, { fits: false }>,
  one: Removable,
  draft: Draft,
): string {
  const task = draft.tasksOf(one).find((moving) => moving.id === id);
  const who = task === undefined ? `Task ${id}` : taskInWords(task);
  if (misfits.size === 0) return `${who} does not fit elsewhere: no other host is open. Add one.`;
  const [[first, count], ...rest] = [...misfits].toSorted(([, a], [, b]) => b - a) as [
    [string, number],
    ...[string, number][],
  ];
  const words = (what: string) => LACKS[what] ?? what;
  const others = rest.map(([what, hosts]) => `, ${hosts} ${words(what)}`).join('');
  return `${who} does not fit elsewhere: ${count} ${count === 1 ? 'host lacks' : 'hosts lack'} ${words(first)}${others}.`;
}
