import { describe, expect, it } from 'vitest';
import { exitCodeOf, worstOf } from '../../cli/order/answer.ts';
import { type Given, resultOf } from '../../cli/retag/answer.ts';
import type { JournalEntry, Outcome } from '../../lib/journal/journal.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';

const AT = 1_000;

const record = (changes: Partial<TagRecord> = {}): TagRecord => ({
  id: 'web:stable',
  rule: 'web/stable',
  repository: 'web',
  tag: 'stable',
  history: [],
  candidates: [],
  rejected: [],
  approvals: [],
  seen: ['order-1'],
  warned: {},
  ...changes,
});

const entry = (outcome: Outcome, reason: string, orderedBy?: string): JournalEntry => ({
  at: AT,
  capability: 'retagging',
  outcome,
  reason,
  sentence: '',
  weight: 'notable',
  facts: { digest: 'sha256:a', ...(orderedBy !== undefined && { orderedBy }) },
});

const given = (changes: Partial<Given> = {}): Given => ({
  id: 'web:stable',
  order: { verb: 'rollback', to: null },
  orderId: 'order-1',
  by: 'ada',
  at: AT,
  dryRun: false,
  entries: [],
  record: record(),
  ...changes,
});

const pointedBy = (by: string, at: number) =>
  record({ current: { digest: 'sha256:a', pushedAt: 0, at, by } });

describe('what became of an order', () => {
  it.each<[string, Partial<Given>, string]>([
    ['acted on', { entries: [entry('acted', 'rolled-back', 'ada')] }, 'done'],
    [
      'that failed in part',
      { entries: [entry('acted', 'rolled-back', 'ada'), entry('failed', 'access-denied')] },
      'failed',
    ],
    [
      'refused, and the rule acted',
      { entries: [entry('refused', 'archived', 'ada'), entry('acted', 'promoted')] },
      'refused',
    ],
    [
      'in place of an older one',
      { entries: [entry('refused', 'order-not-applicable'), entry('acted', 'rolled-back', 'ada')] },
      'done',
    ],
    ['that somebody else has just carried out', { entries: [entry('done', 'already-there')] }, 'done'],
    ['whose source tag went away', { entries: [entry('held', 'source-tag-moved')] }, 'refused'],
    ['observed in a dry run', { dryRun: true, entries: [entry('observed', 'rolled-back', 'ada')] }, 'done'],
    ['observed otherwise', { entries: [entry('observed', 'rolled-back', 'ada')] }, 'refused'],
    ['still in the inbox', { record: record({ seen: [] }) }, 'waiting'],
    ['without a record', { record: undefined }, 'waiting'],
    [
      'kept in the record',
      { record: record({ order: { order: { verb: 'rollback', to: null }, by: 'ada', at: AT } }) },
      'waiting',
    ],
    ['carried out by who had the lease', { record: pointedBy('order by ada', AT) }, 'done'],
    [
      'refused by who had the lease, after another of the same person',
      { record: pointedBy('order by ada', AT - 1) },
      'refused',
    ],
    ['that asks for no more than to be heard', { order: { verb: 'release' } }, 'done'],
  ])('%s', (_, changes, result) => {
    expect(resultOf(given(changes))).toBe(result);
  });

  it('is for several tags the worst', () => {
    expect(worstOf(['done', 'waiting'])).toBe('waiting');
    expect(worstOf(['waiting', 'refused'])).toBe('refused');
    expect(worstOf(['refused', 'failed', 'done'])).toBe('failed');
  });

  it('is an exit code', () => {
    expect((['done', 'failed', 'waiting', 'refused'] as const).map(exitCodeOf)).toEqual([0, 1, 3, 3]);
  });
});
