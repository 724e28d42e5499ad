import { explain } from '../../lib/aws/explain.ts';

/** What was found out about one thing that the policy file names. The same for every capability. */
export interface Check {
  /** Where in the policy file it stands. */
  readonly section: 'failover.services' | 'failover.migrations';
  /** As the policy file names it: `prod/web`; `prod` for a cluster as a whole. */
  readonly subject: string;
  /** `idle`: there is nothing to do for it as things are. `unread`: AWS did not tell. */
  readonly verdict: 'ready' | 'idle' | 'refused' | 'unread';
  /** A reason code of the journal; of what is unread, a code of lib/aws/explain.ts. */
  readonly reason: string;
  /** What would be done, or why not and what to do about it. */
  readonly sentence: string;
  /** Strategies before and after, where one would be changed. */
  readonly change: { readonly from: string; readonly to: string } | null;
  /** What else is to be known of it. */
  readonly remarks: readonly string[];
}

export type Verdict = Check['verdict'];

/** What AWS did not tell, with its words and the remedy. */
export function unread(section: Check['section'], subject: string, error: unknown): Check {
  const { code, sentence } = explain(error);
  return { section, subject, verdict: 'unread', reason: code, sentence, change: null, remarks: [] };
}
