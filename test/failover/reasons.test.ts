import { expect, it } from 'vitest';
import { failoverReasonMeanings } from '../../lib/failover/reason-meanings.ts';
import { failoverReasons } from '../../lib/failover/reasons.ts';

it('every reason of failover has a meaning, and no other', () => {
  expect(Object.keys(failoverReasonMeanings).sort()).toEqual(Object.keys(failoverReasons).sort());
});
