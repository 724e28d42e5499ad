import type { EpochMs } from '../../clock.ts';
import { nextCron } from '../../cron.ts';
import type { Budget, DisruptionReason } from '../policy.ts';

/** How many instances of `active` may be on their way out at once for this reason; Infinity: as many as like. */
export function allowed(
  budgets: readonly Budget[],
  reason: DisruptionReason,
  active: number,
  now: EpochMs,
): number {
  const limits = budgets
    .filter((budget) => (budget.reasons?.includes(reason) ?? true) && isInForce(budget, now))
    .map(({ limit }) =>
      // Rounded up, as in Karpenter: 10 % of 5 instances would else be none, for ever.
      limit.kind === 'count' ? limit.value : Math.ceil((active * limit.value) / 100),
    );
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}

function isInForce({ window }: Budget, now: EpochMs): boolean {
  if (window === null) return true;
  // A time that the clocks skip counts as early: a limit rather begins too soon than not at all.
  const began = nextCron(window.cron, window.timeZone, now - window.durationMs, 'early');
  return began !== undefined && began <= now;
}
