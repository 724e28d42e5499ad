import { describe, expect, it } from 'vitest';
import { anInstance, aRecord } from './builders.ts';
import { decideOn, inWords } from './situation.ts';
import { requested } from './situations-requested.ts';

describe('an instance that is to be drained', () => {
  it.each(requested)('$name', (situation) => {
    const { actions, findings, next } = decideOn(situation);
    expect(actions.map(inWords)).toEqual(situation.does ?? []);
    expect(findings.map(({ reason }) => reason)).toEqual(situation.says ?? []);
    if (situation.sentence)
      expect(findings.map(({ sentence }) => sentence).join()).toMatch(situation.sentence);
    expect(next).toMatchObject(situation.next ?? {});
  });

  it('edge 36: only a drain of choice that could begin asks for room', () => {
    const wants = requested.filter((situation) => decideOn(situation).wantsRoom).map(({ name }) => name);
    expect(wants).toEqual([
      'an order without room: it waits for the caps',
      'edge 19: an advice to rebalance is a drain of choice and waits for the caps',
    ]);
  });

  it('nothing is decided on an instance that was not looked at', () => {
    expect(decideOn({ name: '', record: aRecord(), room: true })).toMatchObject({
      actions: [],
      findings: [],
    });
  });

  it('what was read is kept: the ARN and the time of the look', () => {
    const { next } = decideOn({ name: '', record: aRecord(), snapshot: { instance: anInstance() }, now: 7 });
    expect(next).toMatchObject({ containerInstance: anInstance().arn, lastLookAt: 7 });
  });
});
