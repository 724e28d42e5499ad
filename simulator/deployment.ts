import { Logger } from '@aws-lambda-powertools/logger';
import { createDrainHandler } from '../functions/drain-handler.ts';
import { createClients } from '../lib/aws/clients.ts';
import { MINUTE } from '../lib/clock.ts';
import type { Heard } from '../lib/draining/notice.ts';
import type { DrainRecord } from '../lib/draining/record.ts';
import type { Standing } from '../lib/draining/sweep.ts';
import type { Journal, JournalEntry } from '../lib/journal/journal.ts';
import { compilePolicy } from '../lib/policy/compile.ts';
import { formatPolicyError, loadPolicy } from '../lib/policy/load.ts';
import { createMemoryStore } from '../lib/state/memory.ts';
import type { World } from './world.ts';

/** A journal entry and the invocation that wrote it. */
export interface SimulatedEntry extends JournalEntry {
  readonly invocation: string;
}

export interface Deployment {
  readonly journal: readonly SimulatedEntry[];
  readonly store: ReturnType<typeof createMemoryStore<DrainRecord, Heard>>;
  /** The gauges of the last tick, by cluster. */
  readonly standings: ReadonlyMap<string, Standing>;
}

export interface DeploymentOptions {
  /** As serverless.yml has it. */
  readonly timeoutMs?: number;
}

/**
 * Deploys Stevedore into a world as `serverless deploy` would into an account: the rules are compiled from the policy
 * file, the handlers are the ones that run on Lambda. Only the table is kept in memory.
 * @throws with every error of the policy file
 */
export function deployStevedore(
  world: World,
  policyFile: string,
  options: DeploymentOptions = {},
): Deployment {
  const loaded = loadPolicy(policyFile);
  if (!loaded.ok) throw new Error(loaded.errors.map(formatPolicyError).join('\n'));
  const { rules, runtime } = compilePolicy(loaded.policy);
  const entries: SimulatedEntry[] = [];
  const store = createMemoryStore<DrainRecord, Heard>(world.clock);
  const standings = new Map<string, Standing>();
  const logger = new Logger({ logLevel: 'SILENT' });
  world.deploy({
    name: 'drain',
    timeoutMs: options.timeoutMs ?? 60_000,
    // An environment has one invocation at a time, so that what is journalled meanwhile is that one's.
    init: () => {
      let invocation = '';
      const journal: Journal = {
        write: async (more) => {
          for (const entry of more) entries.push({ ...entry, invocation });
        },
      };
      const handler = createDrainHandler({
        policy: runtime.draining,
        clients: createClients(world.clients()),
        store,
        control: store,
        journal,
        clock: world.clock,
        logger,
        report: (standing) => standings.set(standing.cluster, standing),
      });
      return (event, context) => {
        invocation = context.awsRequestId;
        return handler(event, context);
      };
    },
    rules: [...rules.map(({ id, pattern }) => ({ name: id, pattern })), { name: 'schedule', rateMs: MINUTE }],
  });
  return { journal: entries, store, standings };
}
