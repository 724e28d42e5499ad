import { parseArgs } from 'node:util';
import { createClients } from '../lib/aws/clients.ts';
import type { Connect } from './account.ts';
import type { Command, ExitCode, Terminal } from './command.ts';
import { positional, TEXT } from './options.ts';
import { type DrainVerb, drainOrder } from './order/drain.ts';
import { clustersOf, findHost, namedInstance } from './order/instance.ts';
import { EXIT_HELP, OPTIONS, OPTIONS_HELP, optionsOf } from './order/options.ts';
import { runOrder } from './order/run.ts';
import { readPolicy } from './policy-file.ts';

const CLUSTER_HELP = '  --cluster NAME     of the instance; without it every cluster of the policy is asked';

const DRAIN_HELP = `Usage: stevedore drain INSTANCE [OPTIONS]

Drains a container instance, as a drain by choice: within limits.draining and limits.keepActive, and with what the
policy says of standalone tasks and of the deadline. INSTANCE is an EC2 id, or the id or ARN of a container instance.

${CLUSTER_HELP}
${OPTIONS_HELP}

Example:
  npx stevedore drain i-0a1b2c3d4e5f67890 --watch

${EXIT_HELP}`;

const UNDRAIN_HELP = `Usage: stevedore undrain INSTANCE [OPTIONS]

Withdraws all drains of an instance that are by choice, also for maintenance and rebalance advice, and sets it ACTIVE
again if nothing else drains it. What a hook, Spot or a termination drains goes on.

${CLUSTER_HELP}
${OPTIONS_HELP}

Example:
  npx stevedore undrain i-0a1b2c3d4e5f67890

${EXIT_HELP}`;

const DRAIN_OPTIONS = { cluster: TEXT, ...OPTIONS };

export const createDrain = (connect: Connect): Command => ({
  summary: 'drain a container instance',
  help: DRAIN_HELP,
  options: DRAIN_OPTIONS,
  run: (args, terminal) => run('drain', connect, args, terminal),
});

export const createUndrain = (connect: Connect): Command => ({
  summary: 'give back an instance that is drained by choice',
  help: UNDRAIN_HELP,
  options: DRAIN_OPTIONS,
  run: (args, terminal) => run('release', connect, args, terminal),
});

async function run(
  verb: DrainVerb,
  connect: Connect,
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: DRAIN_OPTIONS,
  });
  const [text = ''] = positional(positionals, ['INSTANCE']);
  const named = namedInstance(text);
  const options = optionsOf(values, process.env);
  const { draining } = readPolicy(options.policyFile).runtime;
  const clusters = clustersOf(draining, named, values.cluster, options.policyFile);
  return runOrder(
    connect,
    options,
    async (account, given) => {
      const host = await findHost(createClients(account.clientOptions), named, clusters);
      return drainOrder(account, draining, host, verb, given);
    },
    terminal,
  );
}
