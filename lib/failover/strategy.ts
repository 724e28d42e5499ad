import type { Strategy, StrategyItem } from './record.ts';

export const FARGATE = 'FARGATE';
export const FARGATE_SPOT = 'FARGATE_SPOT';

/** A probe or a step gives Spot at least so much of 100, so that it says anything at all. */
const LEAST_WEIGHT = 1;

/** An item without base and weight places nothing ("weight 0 = not used for placement", ECS API reference). */
const isUsed = ({ base, weight }: StrategyItem) => base > 0 || weight > 0;

const itemOf = (strategy: Strategy, provider: string): StrategyItem =>
  strategy.find((item) => item.provider === provider) ?? { provider, base: 0, weight: 0 };

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** Whether both place tasks alike and are written alike, apart from order and from items that place nothing. */
export function sameStrategy(one: Strategy, other: Strategy): boolean {
  const [a, b] = [one.filter(isUsed), other.filter(isUsed)];
  return (
    a.length === b.length &&
    a.every((item) => {
      const { base, weight } = itemOf(b, item.provider);
      return base === item.base && weight === item.weight;
    })
  );
}

/** Whether any task may be placed on FARGATE_SPOT. */
export const isOnSpot = (strategy: Strategy): boolean => isUsed(itemOf(strategy, FARGATE_SPOT));

export const isAllFargate = (strategy: Strategy): boolean =>
  strategy.length > 0 && strategy.every(({ provider }) => provider === FARGATE || provider === FARGATE_SPOT);

/**
 * Where tasks go after a flip: all bases to FARGATE, and beyond them `share` percent (1 to 100), or what was on FARGATE
 * before if that is more. Order is kept, and so is FARGATE_SPOT with weight 0, so that the change is a small one.
 */
export function flipped(original: Strategy, share: number): Strategy {
  const before = 100 - spotShare(original);
  return weighted(original, Math.min(100, Math.max(Math.floor(share), Math.ceil(before))));
}

/**
 * A step of the return: Spot has `percent` of the share of the weights that it had in `original`, FARGATE the rest and
 * the bases. The last step of a return is not this but the original itself.
 */
export function stepped(original: Strategy, percent: number): Strategy {
  const spot = (spotShare(original) * percent) / 100;
  return weighted(original, spot === 0 ? 100 : 100 - Math.max(LEAST_WEIGHT, Math.round(spot)));
}

/** Percent of the weights that FARGATE_SPOT has. */
function spotShare(strategy: Strategy): number {
  const all = sum(strategy.map(({ weight }) => weight));
  return all === 0 ? 0 : (100 * itemOf(strategy, FARGATE_SPOT).weight) / all;
}

function weighted(original: Strategy, onDemand: number): Strategy {
  const base = sum(original.map((item) => item.base));
  const listed = original.some(({ provider }) => provider === FARGATE)
    ? original
    : [...original, { provider: FARGATE, base: 0, weight: 0 }];
  return listed.map(({ provider }) =>
    provider === FARGATE
      ? { provider, base, weight: onDemand }
      : { provider, base: 0, weight: 100 - onDemand },
  );
}

/**
 * The percent of `original`'s Spot share with which at least one of `tasks` is on Spot, and no less than `percent`: a
 * tenth of one task would prove nothing.
 */
export function probePercent(original: Strategy, percent: number, tasks: number): number {
  const beyondBase = tasks - sum(original.map(({ base }) => base));
  const spot = spotShare(original);
  if (beyondBase <= 0 || spot === 0) return 100;
  return Math.min(100, Math.max(percent, Math.ceil((100 * 100) / (beyondBase * spot))));
}

/** How much of so many tasks is on FARGATE, 0 to 1: bases first, then by weight. */
export function onDemandShareOf(strategy: Strategy, tasks: number): number {
  if (tasks <= 0) return 0;
  return onDemandOf(strategy, tasks) / tasks;
}

/** How many of so many tasks are at most on FARGATE. */
export const onDemandCount = (strategy: Strategy, tasks: number): number =>
  // Weights are percents: what is off by a billionth is a rounding error and no task.
  Math.max(0, Math.ceil(onDemandOf(strategy, tasks) - 1e-9));

function onDemandOf(strategy: Strategy, tasks: number): number {
  const { base, weight } = itemOf(strategy, FARGATE);
  const others = sum(strategy.map((item) => item.base)) - base;
  // Only one provider of a strategy has a base (ECS API reference), so there is no order among bases.
  const based = Math.min(base, tasks);
  const rest = Math.max(0, tasks - base - others);
  const weights = sum(strategy.map((item) => item.weight));
  return based + (weights === 0 ? 0 : (rest * weight) / weights);
}

/**
 * Whether a deployment can start or stop any task: the minimum healthy percent rounds up, the maximum down (ECS
 * developer guide, service event messages: 125 percent of 3 is 3).
 */
export function canMove(desired: number, minimumHealthyPercent: number, maximumPercent: number): boolean {
  const fewest = leastHealthy(desired, minimumHealthyPercent);
  const most = Math.floor((desired * maximumPercent) / 100);
  return fewest < desired || most > desired;
}

/** So many tasks must run at least for the service to count as healthy. */
export const leastHealthy = (desired: number, minimumHealthyPercent: number): number =>
  Math.ceil((desired * minimumHealthyPercent) / 100);

/** For a person: `FARGATE_SPOT 3, FARGATE 1 (base 2)`. */
export const inWords = (strategy: Strategy): string =>
  strategy
    .map(({ provider, base, weight }) => `${provider} ${weight}${base > 0 ? ` (base ${base})` : ''}`)
    .join(', ') || 'no strategy';
