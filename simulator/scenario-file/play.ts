import type { Policy } from '../../lib/policy/schema.ts';
import type { Observation, Step } from '../report/observation.ts';
import { observeWorld } from '../report/observe.ts';
import { buildStage, type Stage } from './build.ts';
import { happen } from './happen.ts';
import type { ScenarioSpec } from './model.ts';

export interface PlayedScenario {
  readonly stage: Stage;
  /** What happened to the world, for the timeline. */
  readonly steps: readonly Step[];
  readonly observation: Observation;
}

/** Plays a scenario from start to end. The same scenario, policy and seed always play the same. */
export async function playScenario(
  spec: ScenarioSpec,
  policy: Policy,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<PlayedScenario> {
  const stage = buildStage(spec, policy);
  const steps: Step[] = [];
  for (const { at, what, happening } of spec.events) {
    stage.world.at(spec.startsAt + at, () => {
      const own = happen(stage, happening);
      steps.push({ at: stage.world.now(), what: what ?? own });
      if (happening.kind !== 'drought') return;
      stage.world.after(happening.for, () =>
        steps.push({
          at: stage.world.now(),
          what: 'Fargate Spot has capacity again, and nobody announces it',
        }),
      );
    });
  }
  const observation = await observeWorld(stage, spec.startsAt + spec.lengthMs, onProgress);
  return { stage, steps, observation };
}
