import type { EpochMs } from '../clock.ts';
import { nextCron } from '../cron.ts';
import type { Freeze } from './policy.ts';

/** The freeze that forbids a direction now, and until when. */
export function frozenBy(
  freezes: readonly Freeze[],
  direction: 'in' | 'out',
  now: EpochMs,
): { readonly name: string; readonly until: EpochMs } | undefined {
  for (const { name, cron, timeZone, durationMs, directions } of freezes) {
    if (directions !== 'both' && directions !== direction) continue;
    // The oldest beginning that still lasts; with overlapping ones the next look finds the later end.
    const began = nextCron(cron, timeZone, now - durationMs, 'early');
    if (began !== undefined && began <= now) return { name, until: began + durationMs };
  }
  return undefined;
}
