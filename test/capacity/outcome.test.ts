import { describe, expect, it } from 'vitest';
import type { ActionOutcome } from '../../lib/capacity/act.ts';
import type { Action } from '../../lib/capacity/decision.ts';
import { settleOutcomes, withoutDone } from '../../lib/capacity/outcome.ts';
import { type CapacityRecord, newCapacityRecord } from '../../lib/capacity/record.ts';
import type { Leaving } from '../../lib/capacity/state.ts';
import { HOSTS, NOW } from './views.ts';

const leaving = (phase: Leaving['phase']): Leaving => ({
  phase,
  reason: 'empty',
  group: HOSTS,
  since: NOW,
  sentence: 'i-1 can go (empty).',
});
const record = (phase?: Leaving['phase']): CapacityRecord => ({
  ...newCapacityRecord('prod'),
  leaving: phase === undefined ? {} : { 'i-1': leaving(phase) },
});
const drain: Action = { kind: 'order-drain', host: 'i-1', by: 'capacity: empty' };
const release: Action = { kind: 'order-release', host: 'i-1', by: 'capacity: wanted-again' };
const terminate: Action = { kind: 'terminate', host: 'i-1', group: HOSTS };
const count: Action = { kind: 'set-desired', group: HOSTS, desired: 3 };

const came = (action: Action, result: ActionOutcome['result'], code = 'aws-other'): ActionOutcome => ({
  action,
  call: 'AutoScaling:Some',
  result,
  ...(result !== 'done' && { error: { code, sentence: 'AWS says no.' } }),
});
const phaseAfter = (...of: Parameters<typeof settleOutcomes>) =>
  settleOutcomes(...of).record.leaving['i-1']?.phase;

describe('after the actions', () => {
  it('what was done stands as it was intended', () => {
    const settled = settleOutcomes(record('ordered'), record('terminating'), [came(terminate, 'done')]);

    expect(settled).toEqual({ record: record('terminating'), findings: [] });
  });

  it('a termination that failed leaves the drain as it was, to be decided afresh', () => {
    expect(phaseAfter(record('ordered'), record('terminating'), [came(terminate, 'retry')])).toBe('ordered');
    expect(phaseAfter(record('ordered'), record('terminating'), [came(terminate, 'refused')])).toBe(
      'ordered',
    );
  });

  it('a drain that was not ordered has not begun, and one that was not taken back goes on', () => {
    expect(phaseAfter(record(), record('ordered'), [came(drain, 'refused')])).toBeUndefined();
    expect(phaseAfter(record('ordered'), record(), [came(release, 'retry')])).toBe('ordered');
  });

  it('a drain is followed whose order may have been taken, though the answer was lost', () => {
    expect(phaseAfter(record(), record('ordered'), [came(drain, 'retry')])).toBe('ordered');
  });

  it('what is gone is followed no more', () => {
    expect(phaseAfter(record('ordered'), record('terminating'), [came(terminate, 'gone')])).toBeUndefined();
  });

  it('nobody waits for a replacement that was not ordered', () => {
    expect(phaseAfter(record(), record('launching'), [came(count, 'refused')])).toBeUndefined();
    expect(phaseAfter(record('launching'), record('launching'), [came(count, 'retry')])).toBe('launching');
  });

  it.each([
    ['aws-throttled', 'throttled'],
    ['aws-access-denied', 'access-denied'],
    ['aws-other', 'action-failed'],
  ])('%s is told as %s, of the instance or of the cluster', (code, reason) => {
    const { findings } = settleOutcomes(record(), record(), [
      came(terminate, 'refused', code),
      came(count, 'refused', code),
    ]);

    expect(findings).toMatchObject([
      { host: 'i-1', reason, outcome: 'failed', sentence: expect.stringContaining('AWS says no.') },
      { reason, outcome: 'failed' },
    ]);
    expect(findings[1]).not.toHaveProperty('host');
  });
});

it('mode observe keeps what stands, and forgets what is gone', () => {
  const before = {
    ...record('ordered'),
    leaving: { 'i-1': leaving('ordered'), 'i-2': leaving('terminating') },
  };

  expect(withoutDone(before, record('terminating'), [terminate]).leaving).toEqual({
    'i-1': leaving('ordered'),
  });
});
