import fc from 'fast-check';
import { afterAll, afterEach } from 'vitest';
import { createWitness } from './iam/witness.ts';

/**
 * Property tests draw the same cases in each run, so that a red build is never a matter of luck. To look for more:
 * FAST_CHECK_SEED=random, or a number.
 */
const seed = process.env.FAST_CHECK_SEED ?? '20261121';

if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

/**
 * Whatever the functions call in a simulated world, their roles must allow: a test in which one does not fails, whatever
 * else it is about. The evaluator is loaded by the tests that need it.
 */
const witness = createWitness();

async function authorised(): Promise<void> {
  const asked = witness.take();
  if (asked.length === 0) return;
  const { denial, judge } = await import('./iam/authorise.ts');
  const denied = (await judge(asked)).filter(({ verdict }) => verdict.kind !== 'allowed');
  if (denied.length > 0) throw new Error(denied.map(denial).join('\n\n'));
}

afterEach(authorised);
// What hooks play after the last test.
afterAll(authorised);
