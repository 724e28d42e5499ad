import { explain } from '../../lib/aws/explain.ts';
import type { Capability } from '../../lib/journal/journal.ts';

/** What a check is about, as the policy file has it; `deployed`: the file itself, against what is deployed. */
export const SECTIONS = [
  'deployed',
  'draining.now',
  'draining.limits',
  'draining.triggers',
  'draining.never',
  'scaling.now',
  'scaling.policies',
  'scaling.schedules',
  'failover.services',
  'failover.migrations',
  'retagging.now',
  'retagging.never',
  'capacity.now',
  'capacity.triggers',
  'capacity.outlook',
  'capacity.kept',
  'capacity.never',
] as const;
export type Section = (typeof SECTIONS)[number];

/** What was found out about one thing that the policy file names. The same for every capability. */
export interface Check {
  readonly section: Section;
  /** As the policy file names it: `prod/web`; `prod` for a cluster as a whole. */
  readonly subject: string;
  readonly verdict: Verdict;
  /** A reason code of the journal, or one of reasons.ts; of what is unread, a code of lib/aws/explain.ts. */
  readonly reason: string;
  /** What would be done, or why not and what to do about it. */
  readonly sentence: string;
  /** What there is before and after, where something would be changed. */
  readonly change: { readonly from: string; readonly to: string } | null;
  /** What else is to be known of it. */
  readonly remarks: readonly string[];
}

/**
 * - `pending`: would be done now.  - `waits`: would be done by itself, once what it waits for has come.
 * - `ready`: would be done at its trigger, and nothing stands against it.  - `idle`: there is nothing to do for it as
 * things are.  - `untouched`: will never be touched.  - `refused`: would not be done, and somebody should know.
 * - `unread`: AWS did not tell.
 */
export type Verdict = 'pending' | 'waits' | 'ready' | 'idle' | 'untouched' | 'refused' | 'unread';

/** The worst first: what a subject of which several things are to be said comes to. */
export const WORST_FIRST: readonly Verdict[] = [
  'unread',
  'refused',
  'pending',
  'waits',
  'ready',
  'idle',
  'untouched',
];

/** Whether something would change, or would not though it should. */
export const isOpen = ({ verdict }: Pick<Check, 'verdict'>): boolean =>
  verdict === 'pending' || verdict === 'waits' || verdict === 'refused';

/** What AWS did not tell, with its words and the remedy. */
export function unread(section: Section, subject: string, error: unknown): Check {
  const { code, sentence } = explain(error);
  return { section, subject, verdict: 'unread', reason: code, sentence, change: null, remarks: [] };
}

/** In mode observe nothing is done: what would be, is only journalled. */
export function underMode(
  { mode }: { readonly mode: 'act' | 'observe' },
  capability: Capability,
  checks: readonly Check[],
): Check[] {
  if (mode === 'act') return [...checks];
  const remark = `${capability}.mode is observe: this is only journalled.`;
  return checks.map((check) =>
    check.verdict === 'pending' || check.verdict === 'waits'
      ? { ...check, verdict: 'idle', remarks: [...check.remarks, remark] }
      : check,
  );
}
