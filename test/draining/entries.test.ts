import { describe, expect, it } from 'vitest';
import type { Action, Finding } from '../../lib/draining/decision.ts';
import { entriesFor, entryWithoutRecord, fingerprint, wouldDo } from '../../lib/draining/entries.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { aHook, aRecord, arn, arnOf, heard, outcomeOf, rebalance, START } from './builders.ts';

const held: Finding = { reason: 'drain-blocked', outcome: 'held', sentence: 'Nothing moves.' };
const acted: Finding = {
  reason: 'drain-begun',
  outcome: 'acted',
  sentence: 'It drains.',
  facts: { tasks: 2 },
};
const begin: Action = { kind: 'begin-drain', arn };
const stored = (state: Partial<DrainRecord> = {}, inbox = heard(rebalance())) => ({
  key: { partition: 'draining#prod', id: 'i-1' },
  revision: 1,
  state: aRecord(state),
  inbox,
});

describe('a journal entry', () => {
  it('names the instance, the cluster, the event that led here, the facts and the calls', () => {
    expect(entriesFor(stored(), [acted], [outcomeOf(begin, 'done')], START)).toEqual([
      {
        at: START,
        capability: 'draining',
        outcome: 'acted',
        reason: 'drain-begun',
        sentence: 'It drains.',
        cluster: 'prod',
        subject: 'i-1',
        weight: 'notable',
        calls: ['Some:Call'],
        cause: { eventId: 'event-1', detailType: 'Some Event' },
        facts: { tasks: 2 },
      },
    ]);
  });

  it('of the schedule has no event', () => {
    expect(entriesFor(stored({}, []), [held], [], START)[0]).not.toHaveProperty('cause');
  });

  it('that says the same as the last one is routine', () => {
    const weightAfter = (lastReason: string) =>
      entriesFor(stored({ lastReason }), [held], [], START).map(({ weight }) => weight);
    expect(weightAfter('settling held')).toEqual(['notable']);
    expect(weightAfter(fingerprint(held))).toEqual(['routine']);
  });

  it('of a change is notable however often it comes', () => {
    const entries = entriesFor(stored({ lastReason: fingerprint(acted) }), [acted], [], START);
    expect(entries[0]?.weight).toBe('notable');
  });

  it('edge 15: a drain that is blocked by something else than before says something new', () => {
    const by = (blocker: string) => fingerprint({ ...held, facts: { blockers: [blocker], seconds: 60 } });
    expect(by('no-capacity:web')).not.toBe(by('daemon-last:logs'));
    expect(fingerprint({ ...held, facts: { seconds: 60 } })).toBe(
      fingerprint({ ...held, facts: { seconds: 90 } }),
    );
  });

  it('edge 30: an event about no record of ours is journalled too', () => {
    const finding: Finding = { reason: 'not-draining', outcome: 'ignored', sentence: 'Not ours.' };
    const cause = { eventId: 'event-2', detailType: 'EC2 Instance State-change Notification' };
    expect(entryWithoutRecord(finding, 'i-9', cause, START)).toMatchObject({
      subject: 'i-9',
      cause,
      weight: 'routine',
    });
  });
});

describe('mode observe', () => {
  it.each([
    [begin, 'drain-begun', /set arn.*c1 DRAINING/],
    [{ kind: 'reactivate', arn }, 'reactivated', /set arn.*c1 ACTIVE/],
    [{ kind: 'heartbeat', hook: aHook() }, 'heartbeat-sent', /extend hook drain of group prod-hosts/],
    [{ kind: 'complete', hook: aHook(), result: 'ABANDON' }, 'hook-completed', /drain .* with ABANDON/],
    [{ kind: 'stop-task', task: arnOf('a'), why: 'deadline' }, 'deadline-stop-tasks', /stop task .*\/a/],
    [{ kind: 'deregister', arn }, 'ghost-deregistered', /deregister arn.*c1/],
  ] as const)('says what it would have done: %o', (action, reason, sentence) => {
    expect(wouldDo([action])).toEqual([
      { reason, outcome: 'observed', sentence: expect.stringMatching(sentence) },
    ]);
  });
});
