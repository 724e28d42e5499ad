import type { Connect } from './account.ts';
import { createApply } from './apply.ts';
import { backtest } from './backtest.ts';
import type { Command } from './command.ts';
import { createCompletion } from './completion.ts';
import { createDoctor } from './doctor.ts';
import { createDrain, createUndrain } from './drain.ts';
import { createExplain } from './explain.ts';
import { createFailback, createFailoverVerb } from './failover.ts';
import { createHistory } from './history.ts';
import { createInit } from './init.ts';
import { createPause } from './pause.ts';
import { createPlan } from './plan.ts';
import { createResume } from './resume.ts';
import { createRetagCommands } from './retag/commands.ts';
import { createScale } from './scale.ts';
import { schema } from './schema.ts';
import { simulate } from './simulate.ts';
import { createStatus } from './status.ts';
import { validate } from './validate.ts';

/** Every verb, given how they reach an account. */
export function createVerbs(connect: Connect): Readonly<Record<string, Command>> {
  const verbs: Readonly<Record<string, Command>> = {
    init: createInit(connect),
    validate,
    schema,
    plan: createPlan(connect),
    apply: createApply({ connect }),
    explain: createExplain(connect),
    backtest,
    simulate,
    doctor: createDoctor(connect),
    status: createStatus(connect),
    history: createHistory(connect),
    pause: createPause(connect),
    resume: createResume(connect),
    drain: createDrain(connect),
    undrain: createUndrain(connect),
    scale: createScale(connect),
    failover: createFailoverVerb(connect),
    failback: createFailback(connect),
    ...createRetagCommands(connect),
    completion: createCompletion(() => verbs),
  };
  return verbs;
}
