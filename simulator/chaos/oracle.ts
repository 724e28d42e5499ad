import type { EpochMs } from '../../lib/clock.ts';
import type { Policy } from '../../lib/policy/schema.ts';
import type { Deployment } from '../deployment.ts';
import type { World } from '../world.ts';

/** Something that must never be so, and was. */
export interface Violation {
  readonly oracle: string;
  readonly at: EpochMs;
  /** What was seen of what, and what would have been right. */
  readonly sentence: string;
}

/** What an oracle looks at: the truth of the world, the calls that were made, and the journal. */
export interface Observed {
  readonly world: World;
  readonly deployment: Deployment;
  readonly policy: Policy;
  /** When the last fault has ended: from then on the world must converge. */
  readonly faultsEndAt: EpochMs;
}

/** Knows what must always hold, by other means than the code under test. */
export interface Oracle {
  /** Stable, in kebab case: a failure names it. */
  readonly name: string;
  /** One sentence for a person. */
  readonly promise: string;
  watch(observed: Observed): Watching;
}

export interface Watching {
  /** Called after each simulated second or event step; cheap. */
  step(): readonly Violation[];
  /** Called once, when the world had its time to converge. */
  end(): readonly Violation[];
}
