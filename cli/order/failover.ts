import { detailType } from '../../events/failover-order.ts';
import { toArrivals } from '../../functions/failover-notices.ts';
import { createFailoverClients } from '../../lib/aws/failover-clients.ts';
import { keyOf } from '../../lib/failover/dependencies.ts';
import { migrationKey } from '../../lib/failover/migration/migrations.ts';
import type { Arrival, Heard, OrderVerb } from '../../lib/failover/notice.ts';
import type { FailoverPolicy } from '../../lib/failover/policy.ts';
import { createFailover } from '../../lib/failover/reconcile.ts';
import type { FailoverRecord, Phase, ServiceRecord } from '../../lib/failover/record.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { RecordKey, StoredRecord } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { BadInput } from '../command.ts';
import { copyRecords } from '../dry-run.ts';
import { failoverRecords } from '../explain/copies.ts';
import { answerOf } from './answer.ts';
import { isLeft, leftTo } from './inbox.ts';
import type { Given, Order, Outcome, Sight } from './run.ts';

type Stored = StoredRecord<FailoverRecord, Heard>;

/** A service of the policy as `CLUSTER/NAME`, or by its name if that says enough. */
export interface ServiceName {
  readonly cluster: string;
  readonly service: string;
}

/** Throws `BadInput` that names what there is. */
export function serviceOf(
  { services, migrations }: FailoverPolicy,
  named: string,
  policyFile: string,
): ServiceName {
  const migrated = migrations.flatMap((one) =>
    one.services.map((service) => ({ cluster: one.cluster, service })),
  );
  const all = new Map(
    [...services, ...migrated].map(({ cluster, service }) => [`${cluster}/${service}`, { cluster, service }]),
  );
  if (all.size === 0) throw new BadInput(`${policyFile} has no services under failover.`);
  const wanted = named.replace(/^service\//, '');
  const found = [...all].filter(([id]) => id === wanted || id.endsWith(`/${wanted}`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only[1];
  const ids = (found.length > 1 ? found : [...all]).map(([id]) => id).join(', ');
  throw new BadInput(
    found.length > 1
      ? `SERVICE: ${named} may be any of ${ids}; name its cluster too.`
      : `${policyFile} has no service ${named} under failover, only ${ids}.`,
  );
}

/** An order to a service, and to the migration that has it. */
export async function failoverOrder(
  account: Account,
  failover: FailoverPolicy,
  { cluster, service }: ServiceName,
  verb: OrderVerb,
  given: Given & { readonly probeTaskDefinition: string },
): Promise<Order> {
  const { by, at, orderId, dryRun, probeTaskDefinition } = given;
  const { clock, clientOptions } = account;
  const deployed = account.store<FailoverRecord, Heard>();
  const store = dryRun ? await copyRecords(account, failoverRecords(failover)) : deployed;
  const policy: FailoverPolicy = dryRun ? { ...failover, mode: 'observe' } : failover;
  const clients = createFailoverClients(clientOptions);
  const event = {
    kind: 'failover-order',
    eventId: orderId,
    detailType,
    at,
    verb,
    cluster,
    service,
    by,
  } as const;
  const mapping = toArrivals(event, policy);
  const arrivals = 'arrivals' in mapping ? mapping.arrivals : [];
  const keys = arrivals.map((arrival) => keyFor(arrival, cluster));
  const read = async (key: RecordKey) => (await store.read([key]))[0];
  return {
    asked: { order: verb, cluster, service },
    stays: 'until it is carried out or refused',
    look: ({ journal, invocation }) => {
      const { random } = clientOptions;
      const ground = { policy, clients, store, control: deployed, journal, clock, random };
      return createFailover({ ...ground, probeTaskDefinition }).handle(arrivals, invocation);
    },
    outcomes: (entries) =>
      Promise.all(
        keys.map(async (key) => {
          const own = entries.filter(({ subject }) => subject === key.id || subject === service);
          return outcomeOf(key.id, await read(key), own, { ...given, verb });
        }),
      ),
    watch: async () => {
      const all = await Promise.all(keys.map(read));
      const record = all.find((one) => one?.state.kind === 'service')?.state;
      return record?.kind === 'service'
        ? sightOf(record, verb)
        : {
            line: `The migration of ${cluster} takes the order with the next tick of the function.`,
            result: 'waiting',
          };
    },
  };
}

const keyFor = ({ service: id }: Arrival, cluster: string): RecordKey =>
  id.startsWith('migration/') ? migrationKey(cluster) : keyOf(id);

interface Asked extends Given {
  readonly verb: OrderVerb;
}

/** What became of the order, by what is said of it and whether the record has it still. Pure. */
function outcomeOf(
  id: string,
  stored: Stored | undefined,
  entries: readonly JournalEntry[],
  { verb, orderId, dryRun }: Asked,
): Outcome {
  const answer = answerOf(entries, dryRun);
  if (answer === 'failed') return { id, result: 'failed' };
  if (stored === undefined) return { id, result: 'waiting', sentence: leftTo('the services') };
  const { state } = stored;
  if (state.kind === 'migration') {
    const sentence = 'Waiting: the next tick of the function takes the order.';
    return { id, result: 'waiting', ...(!dryRun && { sentence }) };
  }
  if (isLeft(stored, orderId)) return { id, result: 'waiting', sentence: leftTo('the services') };
  if (state.kind !== 'service') return { id, result: 'refused' };
  if (state.heard.order !== undefined) return { id, result: 'waiting' };
  // Whoever had the lease has taken it in before us, and carried it out or not.
  return { id, result: answer ?? (isOn(state.phase, verb) ? 'done' : 'refused') };
}

/** Whether the service is on the way to where the order sends it, or there. */
function isOn({ name }: Phase, verb: OrderVerb): boolean {
  switch (verb) {
    case 'fail-over':
      return name === 'flipping' || name === 'open' || name === 'latched' || name === 'paired';
    case 'fail-back':
      return name === 'closed' || name === 'returning';
    case 'reset':
      return name !== 'latched';
    default:
      return verb satisfies never;
  }
}

/** How far the service is. Pure. */
function sightOf({ service, phase, heard, lastReason }: ServiceRecord, verb: OrderVerb): Sight {
  if (heard.order !== undefined) {
    const [why = 'the next look'] = lastReason?.split(' ') ?? [];
    return { line: `${service}: the order waits: ${why}.` };
  }
  switch (phase.name) {
    case 'closed':
    case 'suspect':
      return verb === 'fail-over'
        ? {
            line: `${service} is on its own strategy: it was not failed over, or is back already.`,
            result: 'refused',
          }
        : { line: `${service} is on its own strategy.`, result: 'done' };
    case 'flipping':
      return { line: `${service} goes to on-demand: its deployment is on the way.` };
    case 'open':
    case 'latched':
    case 'paired':
      return verb === 'fail-back'
        ? { line: `${service} is on demand: it did not come back.`, result: 'refused' }
        : { line: `${service} is on demand.`, result: 'done' };
    case 'probing':
      return { line: `${service} tries Spot with a share of its tasks.` };
    case 'returning': {
      const state = phase.completedAt === undefined ? 'its deployment is on the way' : 'it soaks';
      return { line: `${service} goes back, step ${phase.step + 1}: ${state}.` };
    }
    default:
      return phase satisfies never;
  }
}
