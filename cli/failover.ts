import { parseArgs } from 'node:util';
import type { OrderVerb } from '../lib/failover/notice.ts';
import type { Connect } from './account.ts';
import { BadInput, type Command, type ExitCode, type Terminal } from './command.ts';
import { FLAG, positional } from './options.ts';
import { failoverOrder, serviceOf } from './order/failover.ts';
import { EXIT_HELP, OPTIONS, OPTIONS_HELP, optionsOf } from './order/options.ts';
import { runOrder } from './order/run.ts';
import { readPolicy } from './policy-file.ts';

const FAILOVER_HELP = `Usage: stevedore failover SERVICE [OPTIONS]

Sends a service to on-demand capacity now, without a signal and without grace, past three roll-backs too; every other
guard and all limits hold. It comes back as after any failover. SERVICE is CLUSTER/NAME as the policy has it, or the name
alone where that is enough.

${OPTIONS_HELP}

Example:
  npx stevedore failover prod/web --watch

${EXIT_HELP}`;

const FAILBACK_HELP = `Usage: stevedore failback SERVICE [OPTIONS]

Sends a service back to its own strategy now, in the policy's steps and without a probe, also out of the latch.

  --reset            instead, forget openings, latch and roll-backs, and have the breaker that it shares probe at
                     once; a migration that stands still goes on
${OPTIONS_HELP}

Example:
  npx stevedore failback prod/web

${EXIT_HELP}`;

const FAILBACK_OPTIONS = { reset: FLAG, ...OPTIONS };

export const createFailoverVerb = (connect: Connect): Command => ({
  summary: 'send a service to on-demand capacity',
  help: FAILOVER_HELP,
  options: OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    return give('fail-over', connect, positionals, values, terminal);
  },
});

export const createFailback = (connect: Connect): Command => ({
  summary: 'send a service back to its own strategy, or reset its breaker',
  help: FAILBACK_HELP,
  options: FAILBACK_OPTIONS,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: FAILBACK_OPTIONS,
    });
    if (values.reset && values.watch) {
      throw new BadInput('--reset is over at once, so that there is nothing to --watch.');
    }
    return give(values.reset ? 'reset' : 'fail-back', connect, positionals, values, terminal);
  },
});

async function give(
  verb: OrderVerb,
  connect: Connect,
  positionals: readonly string[],
  values: Parameters<typeof optionsOf>[0],
  terminal: Terminal,
): Promise<ExitCode> {
  const [named = ''] = positional(positionals, ['SERVICE']);
  const options = optionsOf(values, process.env);
  const { failover } = readPolicy(options.policyFile).runtime;
  const service = serviceOf(failover, named, options.policyFile);
  // The stack's task definition for probes is named as its table is: see serverless.yml.
  const probeTaskDefinition = `${options.table}-probe`;
  return runOrder(
    connect,
    options,
    (account, given) => failoverOrder(account, failover, service, verb, { ...given, probeTaskDefinition }),
    terminal,
  );
}
