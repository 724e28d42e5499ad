import { expect, it } from 'vitest';
import { retaggingReasonMeanings } from '../../lib/retagging/reason-meanings.ts';
import { retaggingReasons } from '../../lib/retagging/reasons.ts';

it('every reason of retagging has a meaning, and no other', () => {
  expect(Object.keys(retaggingReasonMeanings).sort()).toEqual(Object.keys(retaggingReasons).sort());
});
