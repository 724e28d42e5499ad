import type { JournalEntry } from '../../lib/journal/journal.ts';

export const AT = Date.UTC(2026, 10, 21, 12, 0, 0, 7);

export const entry = (changes: Partial<JournalEntry> = {}): JournalEntry => ({
  at: AT,
  capability: 'draining',
  outcome: 'acted',
  reason: 'drain-started',
  sentence: 'i-1 is now DRAINING: its group wants to terminate it.',
  cluster: 'prod',
  subject: 'i-1',
  weight: 'notable',
  ...changes,
});
