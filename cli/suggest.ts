import { nearest } from '../lib/policy/spelling.ts';

/** ` Did you mean WORD?` where one is near, else nothing: to be put after a sentence. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}
