import { type EpochMs, SECOND } from '../../lib/clock.ts';
import { durationText } from '../../lib/policy/duration.ts';
import type { HookStatus } from './drains.ts';

/** How far off a moment is, in words. */
export type Left = (moment: EpochMs) => string;

/** `in 4m10s`, or `4m10s ago`. */
export const leftAt =
  (now: EpochMs): Left =>
  (moment) =>
    moment > now ? `in ${inWords(moment - now)}` : `${inWords(now - moment)} ago`;

/** To the second. */
export const inWords = (ms: number): string => durationText(Math.round(ms / SECOND) * SECOND);

/** How much time a lifecycle hook has. */
export function hookInWords({ hook, group, runsOutAt, endsAt }: HookStatus, left: Left): string {
  const runsOut = runsOutAt === null ? '' : ` runs out ${left(runsOutAt)} without a heartbeat,`;
  return `hook ${hook} of ${group}:${runsOut} ends ${left(endsAt)} at the latest`;
}
