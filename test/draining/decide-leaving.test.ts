import { describe, it } from 'vitest';
import { expectDecision } from './situation.ts';
import { leaving } from './situations-leaving.ts';

describe('an instance that leaves', () => {
  it.each(leaving)('$name', expectDecision);
});
