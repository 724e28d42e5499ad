import type { Connect } from './account.ts';
import type { Command } from './command.ts';

type Load = (connect: Connect) => Promise<Command>;

/** Each is loaded when it is asked for: a verb that reads the journal need not wait for the simulator. */
const VERBS: Readonly<Record<string, Load>> = {
  init: async (connect) => (await import('./init.ts')).createInit(connect),
  validate: async () => (await import('./validate.ts')).validate,
  schema: async () => (await import('./schema.ts')).schema,
  plan: async (connect) => (await import('./plan.ts')).createPlan(connect),
  apply: async (connect) => (await import('./apply.ts')).createApply({ connect }),
  explain: async (connect) => (await import('./explain.ts')).createExplain(connect),
  backtest: async () => (await import('./backtest.ts')).backtest,
  simulate: async () => (await import('./simulate.ts')).simulate,
  doctor: async (connect) => (await import('./doctor.ts')).createDoctor(connect),
  status: async (connect) => (await import('./status.ts')).createStatus(connect),
  history: async (connect) => (await import('./history.ts')).createHistory(connect),
  pause: async (connect) => (await import('./pause.ts')).createPause(connect),
  resume: async (connect) => (await import('./resume.ts')).createResume(connect),
  drain: async (connect) => (await import('./drain.ts')).createDrain(connect),
  undrain: async (connect) => (await import('./drain.ts')).createUndrain(connect),
  scale: async (connect) => (await import('./scale.ts')).createScale(connect),
  failover: async (connect) => (await import('./failover.ts')).createFailoverVerb(connect),
  failback: async (connect) => (await import('./failover.ts')).createFailback(connect),
  promote: async (connect) => (await import('./retag/promote.ts')).promote(connect),
  rollback: async (connect) => (await import('./retag/rollback.ts')).rollback(connect),
  approve: async (connect) => (await import('./retag/approve.ts')).approve(connect),
  release: async (connect) => (await import('./retag/release.ts')).release(connect),
  completion: async (connect) =>
    (await import('./completion.ts')).createCompletion(() => createVerbs(connect)),
};

export const verbNames = Object.keys(VERBS);

/** The verbs of these names, in the order of the list of commands, given how they reach an account; all unless said. */
export async function createVerbs(
  connect: Connect,
  names: readonly string[] = verbNames,
): Promise<Readonly<Record<string, Command>>> {
  const loaded = Object.entries(VERBS)
    .filter(([name]) => names.includes(name))
    .map(async ([name, load]) => [name, await load(connect)] as const);
  return Object.fromEntries(await Promise.all(loaded));
}
