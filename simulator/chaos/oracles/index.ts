import type { Oracle } from '../oracle.ts';
import { capacityBudget, healthyMinimum } from './capacity.ts';
import { drainingCap, noLastingGhost } from './draining.ts';
import { strategyRestored } from './failover.ts';
import { hooksEnd, noTaskCutOff } from './hooks.ts';
import { actionsHaveReasons } from './journal.ts';
import { replayIsIdle } from './replay.ts';
import { handsOff } from './restraint.ts';
import { noTagBackwards } from './retagging.ts';
import { noOscillation, noStepTwice, withinBounds } from './scaling.ts';
import { noTaskStranded } from './stranded.ts';

/** All that must always hold, each judged by the world and the calls alone; only the journal is judged by itself. */
export const oracles: readonly Oracle[] = [
  withinBounds,
  noTaskCutOff,
  drainingCap,
  hooksEnd,
  noLastingGhost,
  noStepTwice,
  noOscillation,
  strategyRestored,
  noTagBackwards,
  healthyMinimum,
  capacityBudget,
  noTaskStranded,
  handsOff,
  replayIsIdle,
  actionsHaveReasons,
];
