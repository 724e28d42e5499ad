import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/draining/decide.ts';
import type { Snapshot } from '../../lib/draining/snapshot.ts';
import { aDrain, anInstance, aPolicy, aRecord, START } from './builders.ts';
import { decideOn, expectDecision } from './situation.ts';
import { requested } from './situations-requested.ts';

describe('an instance that is to be drained', () => {
  it.each(requested)('$name', expectDecision);

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

  it('edge 36: without a word on room there is none', () => {
    expect(decide(aRecord(), { instance: anInstance() }, aPolicy(), START)).toMatchObject({
      actions: [],
      wantsRoom: true,
    });
  });

  it('what was not read is not kept: nobody has looked', () => {
    const read = (snapshot: Snapshot) =>
      decideOn({ name: '', record: aDrain(), snapshot, now: 7 }).next.lastLookAt;

    expect(read({})).toBeUndefined();
    expect(read({ tasks: [] })).toBe(7);
  });

  it('an instance that is gone keeps the ARN by which it was known', () => {
    const { next } = decideOn({ name: '', record: aDrain(), snapshot: { instance: 'gone' } });
    expect(next.containerInstance).toBe(anInstance().arn);
  });

  it('what was read is kept: the ARN and the time of the look', () => {
    const { next } = decideOn({ name: '', record: aRecord(), snapshot: { instance: anInstance() }, now: 7 });
    expect(next).toMatchObject({ containerInstance: anInstance().arn, lastLookAt: 7 });
  });
});
