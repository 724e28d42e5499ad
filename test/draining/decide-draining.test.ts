import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock.ts';
import { anOrderedDrain, arnOf, aStandaloneTask, aTask, later } from './builders.ts';
import { decideOn, expectDecision } from './situation.ts';
import { draining } from './situations-draining.ts';
import { undone } from './situations-undone.ts';

describe('an instance whose tasks leave', () => {
  it.each([...draining, ...undone])('$name', expectDecision);

  it('a standalone task is listed without a service', () => {
    const { next } = decideOn({
      name: '',
      record: anOrderedDrain(),
      snapshot: { tasks: [aStandaloneTask('job')] },
    });

    expect(next.remaining).toStrictEqual([
      { task: arnOf('job'), lastStatus: 'RUNNING', desiredStatus: 'RUNNING' },
    ]);
  });

  it('what blocks it is named to the last', () => {
    const blockers = ['web', 'api'].map((name) => ({
      kind: 'no-capacity' as const,
      name,
      sentence: `${name} waits.`,
    }));
    const record = anOrderedDrain({ remaining: [aTask('a')], blockedBy: blockers });
    const { findings } = decideOn({
      name: '',
      record,
      snapshot: { tasks: [aTask('a')] },
      now: later(30 * MINUTE),
    });

    expect(findings[0]?.sentence).toMatch(/stays DRAINING\. web waits\. api waits\.$/);
  });
});
