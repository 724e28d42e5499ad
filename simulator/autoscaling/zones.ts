import type { Group, Member } from './model.ts';

/** A zone that has too many instances and the one that has the fewest; undefined: they differ by one at most. */
export interface Imbalance {
  readonly fuller: string;
  readonly emptier: string;
}

/** The zone with the fewest instances, the first of equals: EC2 Auto Scaling user guide, "Auto Scaling benefits". */
export function emptiestZone({ zones }: Group, serving: readonly Member[]): string {
  const counts = countsOf(zones, serving);
  return zones.reduce((best, zone) => ((counts.get(zone) ?? 0) < (counts.get(best) ?? 0) ? zone : best));
}

/** Same guide, "Rebalancing activities". From how far apart on is assumed: two, since one is unavoidable. */
export function imbalanceOf({ zones }: Group, serving: readonly Member[]): Imbalance | undefined {
  const counts = countsOf(zones, serving);
  const sorted = [...counts].sort(([, a], [, b]) => a - b);
  const [[emptier = '', least = 0] = []] = sorted;
  const [fuller = '', most = 0] = sorted.at(-1) ?? [];
  return most - least > 1 ? { fuller, emptier } : undefined;
}

function countsOf(zones: readonly string[], members: readonly Member[]): Map<string, number> {
  const counts = new Map(zones.map((zone) => [zone, 0]));
  for (const { zone } of members) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
}
