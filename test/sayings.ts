import { expect } from 'vitest';
import type { Finding } from '../lib/journal/journal.ts';

/**
 * What the journal's readers filter by: for each reason the forms that its findings may take, each the outcome and the
 * names of its facts, such as `acted: from, to`.
 */
export type Sayings<Reason extends string> = Partial<Record<Reason, readonly string[]>>;

/** Every finding has a form that its reason is known for, and a sentence. */
export function expectSaid<Reason extends string>(
  findings: readonly Finding<Reason>[],
  sayings: Sayings<Reason>,
): void {
  for (const { reason, outcome, sentence, facts = {} } of findings) {
    const form = [outcome, Object.keys(facts).join(', ')].filter(Boolean).join(': ');
    expect(sayings[reason] ?? [], `the forms of ${reason}`).toContain(form);
    expect(sentence, `the sentence of ${reason}`).toMatch(/\w/);
  }
}
