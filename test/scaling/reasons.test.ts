import { expect, it } from 'vitest';
import { scalingReasonMeanings } from '../../lib/scaling/reason-meanings.ts';
import { scalingReasons } from '../../lib/scaling/reasons.ts';

it('every reason of scaling has a meaning, and no other', () => {
  expect(Object.keys(scalingReasonMeanings).sort()).toEqual(Object.keys(scalingReasons).sort());
});
