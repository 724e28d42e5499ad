import { describe, expect, it } from 'vitest';
import { failedLast, remembering } from '../../lib/journal/findings.ts';

const denied = { reason: 'access-denied', outcome: 'failed', sentence: 'AWS denied it.' } as const;
const steady = { reason: 'steady', outcome: 'held', sentence: 'All is well.' } as const;

describe('a failure of the last look', () => {
  it('is remembered, beside what else was found', () => {
    expect(failedLast(remembering({}, [steady, denied]))).toBe(true);
  });

  it('is forgotten when something else was found, and when nothing was', () => {
    const failed = remembering({}, [denied]);

    expect(failedLast(remembering(failed, [steady]))).toBe(false);
    expect(failedLast(remembering(failed, []))).toBe(false);
  });

  it('is none of a subject that was never looked at, or of a policy called "failed"', () => {
    expect(failedLast({})).toBe(false);
    expect(failedLast(remembering({}, [{ ...steady, facts: { policy: 'failed' } }]))).toBe(false);
  });

  it('leaves what was found without a failure as it is when nothing is found', () => {
    const record = remembering({}, [steady]);

    expect(remembering(record, [])).toBe(record);
  });
});
