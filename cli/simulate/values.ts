import * as z from 'zod';
import { HOUR } from '../../lib/clock.ts';
import { DAY } from '../../lib/policy/duration.ts';
import { count, duration, groupNames, repositoryNames, serviceIds, tags } from '../../lib/policy/values.ts';

// What values of a scenario file are made of. Every message completes the sentence "expected ...".

export const LONGEST = 2 * DAY;
export const times = duration(0, LONGEST, 'no scenario is longer');
export const paces = duration(0, HOUR);

const aPace = 'a duration such as 20s, or the shortest and the longest, such as [20s, 40s]';
/** A duration, or a range to draw one from. */
export const span = z.union(
  [paces, z.tuple([paces, paces], aPace).refine(([low, high]) => low <= high, aPace)],
  aPace,
);

const aHost =
  'an Auto Scaling group and which of its instances, such as shop-ecs/1 for the first that it launched';
export const host = z
  .string(aHost)
  .regex(/^.+\/[1-9]\d{0,3}$/, aHost)
  .transform((text) => {
    const slash = text.lastIndexOf('/');
    return { group: text.slice(0, slash), nth: Number(text.slice(slash + 1)) };
  });

const aTag = 'a repository and a tag, such as shop/api:production';
export const taggedImages = z
  .string(aTag)
  .refine(
    (text) =>
      repositoryNames.safeParse(text.slice(0, text.lastIndexOf(':'))).success &&
      tags.safeParse(text.slice(text.lastIndexOf(':') + 1)).success,
    aTag,
  );

export const share = (most: number) => count(0, `a whole number of percent from 0 to ${most}`).max(most);
export const units = (expected: string) => count(1, expected);
const aRate = 'a number from 0 up, in requests or messages a second';
export const rate = z.number(aRate).min(0, aRate);
export { groupNames, repositoryNames, serviceIds, tags };
