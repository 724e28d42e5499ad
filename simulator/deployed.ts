import type { CompiledPolicy, FunctionName } from '../lib/policy/compile.ts';
import type { World } from './world.ts';

/** Stevedore in a world, for who watches what its functions do there. */
export interface Deployed {
  readonly world: World;
  readonly statements: CompiledPolicy['statements'];
  /** Whose invocation it is; undefined for one of a function that this deployment did not bring, by whatever name. */
  readonly functionOf: (invocation: string) => FunctionName | undefined;
}

/** Told of each deployment before any function runs. Whoever wants to hear of them adds itself. */
export const deploymentListeners: ((deployed: Deployed) => void)[] = [];
