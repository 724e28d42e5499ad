import { describe, expect, it } from 'vitest';
import { decideOn, inWords } from './situation.ts';
import { leaving } from './situations-leaving.ts';

describe('an instance that leaves', () => {
  it.each(leaving)('$name', (situation) => {
    const { actions, findings, next } = decideOn(situation);
    expect(actions.map(inWords)).toEqual(situation.does ?? []);
    expect(findings.map(({ reason }) => reason)).toEqual(situation.says ?? []);
    if (situation.sentence)
      expect(findings.map(({ sentence }) => sentence).join()).toMatch(situation.sentence);
    expect(next).toMatchObject(situation.next ?? {});
  });
});
