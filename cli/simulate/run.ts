import { durationText } from '../../lib/policy/duration.ts';
import { runFigures } from '../../simulator/report/run/figures.ts';
import { RUN_REMARKS, type Run } from '../../simulator/report/run/run.ts';
import type { ScenarioSpec } from '../../simulator/scenario-file/model.ts';
import type { PlayedScenario } from '../../simulator/scenario-file/play.ts';

const SEED_REMARK =
  'The same scenario, policy and seed always play the same. Another seed plays another course: try several before you trust one.';

/** What was played, as its report tells it. `file`: the name of the scenario file. */
export function runOf({ stage, steps, observation }: PlayedScenario, spec: ScenarioSpec, file: string): Run {
  const { world, deployment } = stage;
  const start = new Date(spec.startsAt).toISOString().slice(0, 16).replace('T', ' ');
  return {
    title: spec.title,
    subtitle: `${file} with the policy ${spec.policy}, seed ${spec.seed}; ${durationText(spec.lengthMs)} from ${start} UTC`,
    observation,
    steps,
    journal: deployment.journal,
    figures: runFigures(observation, world.recording, deployment.journal),
    remarks: [...RUN_REMARKS, SEED_REMARK],
  };
}
