import { readFileSync } from 'node:fs';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { parsePolicy } from '../../lib/policy/load.ts';
import { runChaos } from '../../simulator/chaos/run.ts';
import { deployPolicy } from '../../simulator/deployment.ts';
import { playDrought } from '../../simulator/scenarios/drought.ts';
import { harbour } from '../../simulator/scenarios/harbour.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { stages } from './stages.ts';

/** Something that is played in a simulated world, in which Stevedore is deployed. */
export interface Play {
  readonly name: string;
  readonly play: () => Promise<unknown>;
}

export interface Stage {
  readonly name: string;
  readonly policy: string;
  /** Before Stevedore is deployed. */
  readonly build: (world: World) => void;
  /** With Stevedore there. */
  readonly play: (world: World) => Promise<unknown>;
}

const CHAOS_SEEDS = 10;

export const harbourPolicy = (): string => readFileSync('examples/harbour.yml', 'utf8');

/** The afternoon of `npm start`. */
async function playHarbour(): Promise<void> {
  const { world, endsAt } = harbour();
  await world.runUntil(endsAt);
}

/** Three hours without Fargate Spot, and the way back; `scope: clusters`. */
const playShortage = () =>
  playDrought({ services: 9, tasksEach: 4, droughtMs: 3 * HOUR, afterMs: 90 * MINUTE }, 'stevedore');

/** Worlds and faults that nobody chose. What they do to the promises of Stevedore is for `npm run chaos` to say. */
const chaos = Array.from({ length: CHAOS_SEEDS }, (_, index): Play => {
  const seed = index + 1;
  return {
    name: `chaos ${seed}`,
    async play() {
      const { violations } = await runChaos({ seed, oracles: [] });
      const [broken] = violations;
      if (broken !== undefined)
        throw new Error(`chaos seed ${seed} did not play to its end: ${broken.sentence}`);
    },
  };
});

/** Builds a world, deploys the policy into it and plays. */
async function playStage({ name, policy, build, play }: Stage): Promise<void> {
  const world = createWorld();
  build(world);
  const loaded = parsePolicy(policy, `${name}.yml`);
  if (!loaded.ok) throw new Error(`${name}: ${JSON.stringify(loaded.errors)}`);
  deployPolicy(world, loaded.policy);
  await play(world);
}

export const plays: readonly Play[] = [
  { name: 'harbour', play: playHarbour },
  { name: 'drought', play: playShortage },
  ...stages.map((stage): Play => ({ name: stage.name, play: () => playStage(stage) })),
  ...chaos,
];
