import fc from 'fast-check';

/**
 * Property tests draw the same cases in each run, so that a red build is never a matter of luck. To look for more:
 * FAST_CHECK_SEED=random, or a number.
 */
const seed = process.env.FAST_CHECK_SEED ?? '20261121';

if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
