import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../events/index.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { sample } from '../events/samples.ts';
import { checkEvent } from './event-inputs.ts';
import { fuzz } from './fuzz.ts';
import { checkPolicy } from './policy-inputs.ts';

const stopped = () => 0;

describe('two thousand hostile inputs', () => {
  const result = fuzz({ inputs: 2_000, seed: 1, now: stopped });

  it('are neither thrown at, nor let through when invalid, nor refused without a word', () => {
    expect(result.failures).toEqual([]);
  });

  it('are of all sorts: read and rejected, arriving, valid and refused', () => {
    const { events, policies } = result;

    expect(events.inputs + policies.inputs).toBe(2_000);
    expect(events.read).toBeGreaterThan(200);
    expect(events.arrived).toBeGreaterThan(200);
    expect(events.rejected).toBeGreaterThan(500);
    expect(policies.valid).toBeGreaterThan(20);
    expect(policies.refused).toBeGreaterThan(200);
  });

  it('are the same again for the same seed, and others for another', () => {
    const again = fuzz({ inputs: 200, seed: 1, now: stopped });

    expect(fuzz({ inputs: 200, seed: 1, now: stopped })).toEqual(again);
    expect(fuzz({ inputs: 200, seed: 2, now: stopped }).events).not.toEqual(again.events);
  });
});

describe('what holds a reader to account', () => {
  it('notices one that reads an invalid event', () => {
    const careless = () => parseEvent(sample('spot-interruption'));

    expect(checkEvent({ source: 'aws.ec2' }, careless).faults).toEqual([
      'read as 1 events, of which at most 0 can be valid',
      '1 arrivals of an event that is invalid',
    ]);
  });

  it('notices a rejection without a sentence, and silence', () => {
    const mute = () => ({ events: [], rejected: [{ why: 'malformed', sentence: ' ' } as const] });

    expect(checkEvent({}, mute).faults).toEqual(['rejected without a sentence']);
    expect(checkEvent({}, () => ({ events: [], rejected: [] })).faults).toEqual([
      'neither read nor rejected',
    ]);
  });

  it('notices a policy that is refused without an error, or at no place', () => {
    const lost = { file: 'policy.yml', line: 0, column: 1, path: '', found: 'x', expected: 'y' };

    expect(checkPolicy('', () => ({ ok: false, errors: [] })).faults).toEqual(['refused without an error']);
    expect(checkPolicy('', () => ({ ok: false, errors: [lost] })).faults).toEqual([
      'an error at line 0, column 1',
    ]);
    expect(checkPolicy('version: 2', parsePolicy)).toEqual({ ok: false, faults: [] });
  });
});
