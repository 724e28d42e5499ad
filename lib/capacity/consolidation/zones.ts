/** Instances of a group by zone. */
export type ZoneCounts = ReadonlyMap<string, number>;

/** By how many instances the fullest and the emptiest zone differ. */
export function skewOf(counts: ZoneCounts): number {
  return counts.size === 0 ? 0 : Math.max(...counts.values()) - Math.min(...counts.values());
}

/** The counts once instances of these zones are gone, and others have come. */
export function changed(
  counts: ZoneCounts,
  { gone, come = [] }: { readonly gone: readonly string[]; readonly come?: readonly string[] },
): ZoneCounts {
  const after = new Map(counts);
  for (const zone of gone) after.set(zone, (after.get(zone) ?? 0) - 1);
  for (const zone of come) after.set(zone, (after.get(zone) ?? 0) + 1);
  return after;
}

/** Where Auto Scaling may launch the next one: into a zone with the fewest (EC2 Auto Scaling guide, "Availability Zones"). */
export function emptiest(counts: ZoneCounts): readonly string[] {
  const fewest = Math.min(...counts.values());
  return [...counts].filter(([, count]) => count === fewest).map(([zone]) => zone);
}
