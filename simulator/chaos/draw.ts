import type { Random } from '../random.ts';

/** One of several, all as likely. @throws if there are none */
export function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[random.between(0, from.length - 1)];
  if (found === undefined) throw new Error('There is nothing to pick from: the list is empty.');
  return found;
}

/** So many, each drawn by itself. */
export function several<T>(
  random: Random,
  [least, most]: readonly [number, number],
  make: (index: number) => T,
): T[] {
  return Array.from({ length: random.between(least, most) }, (_, index) => make(index));
}

/** The one at this index, counted round and round; undefined if there are none. */
export function around<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

/** A map of a policy. */
export const mapOf = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries);

/** Of a capability. */
export const modeOf = (random: Random): 'act' | 'observe' => (random.chance(0.1) ? 'observe' : 'act');
