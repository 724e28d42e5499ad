import { detailType } from '../../events/drain-order.ts';
import { toArrivals } from '../../functions/drain-notices.ts';
import { type AwsClients, createClients } from '../../lib/aws/clients.ts';
import { MINUTE, utc } from '../../lib/clock.ts';
import { takeIn } from '../../lib/draining/intake.ts';
import type { Heard } from '../../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../../lib/draining/policy.ts';
import { createDrainer } from '../../lib/draining/reconcile.ts';
import type { DrainRecord } from '../../lib/draining/record.ts';
import { partitionOf } from '../../lib/draining/route.ts';
import { actBy, openHooks } from '../../lib/draining/timing.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import type { RecordKey, StoredRecord } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { copyRecords } from '../dry-run.ts';
import { answerOf } from './answer.ts';
import { isLeft, leftTo } from './inbox.ts';
import type { Host } from './instance.ts';
import type { Given, Order, Outcome, Sight } from './run.ts';

export type DrainVerb = 'drain' | 'release';
type Stored = StoredRecord<DrainRecord, Heard>;

/** An order to drain an instance, or to let go of one that was drained by choice. */
export async function drainOrder(
  account: Account,
  draining: DrainingPolicy,
  { instanceId, cluster }: Host,
  verb: DrainVerb,
  given: Given,
): Promise<Order> {
  const { by, at, orderId, dryRun } = given;
  const { clock } = account;
  const key: RecordKey = { partition: partitionOf(cluster), id: instanceId };
  const deployed = account.store<DrainRecord, Heard>();
  const store = dryRun
    ? await copyRecords<DrainRecord, Heard>(account, { keys: async () => [key] })
    : deployed;
  const policy: DrainingPolicy = dryRun ? { ...draining, mode: 'observe' } : draining;
  const clients: AwsClients = createClients(account.clientOptions);
  const event = { kind: 'drain-order', eventId: orderId, detailType, at, verb, instanceId, by } as const;
  const mapping = toArrivals({ ...event, cluster: cluster.cluster }, policy);
  const stored = async () => (await store.read([key]))[0];
  return {
    asked: { order: verb === 'drain' ? 'drain' : 'undrain', instance: instanceId, cluster: cluster.cluster },
    stays: 'until it is released',
    look: ({ journal, invocation }) => {
      const drainer = createDrainer({ policy, clients, store, control: deployed, journal, clock });
      return drainer.handle('arrivals' in mapping ? mapping.arrivals : [], invocation);
    },
    outcomes: async (entries) => {
      const own = entries.filter(({ subject }) => subject === instanceId);
      return [outcomeOf(await stored(), own, { verb, instanceId, orderId, dryRun })];
    },
    watch: async () => sightOf(await stored(), verb, cluster, clock.now()),
  };
}

interface Asked extends Pick<Given, 'orderId' | 'dryRun'> {
  readonly verb: DrainVerb;
  readonly instanceId: string;
}

/** What became of the order, by the record as the pass has left it. Pure. */
function outcomeOf(
  stored: Stored | undefined,
  entries: readonly JournalEntry[],
  { verb, instanceId: id, orderId, dryRun }: Asked,
): Outcome {
  const answer = answerOf(entries, dryRun);
  if (answer === 'failed') return { id, result: 'failed' };
  if (stored === undefined) return { id, result: 'refused' };
  if (isLeft(stored, orderId)) {
    const isHeld = entries.length > 0;
    return { id, result: 'waiting', ...(!isHeld && { sentence: leftTo(`cluster ${stored.state.cluster}`) }) };
  }
  // In mode observe the record does not go where the instance would.
  if (entries.some(({ outcome }) => outcome === 'observed')) return { id, result: answer ?? 'refused' };
  const { phase, closedAs, reasons } = stored.state;
  if (phase === 'closed') {
    const good = verb === 'drain' ? ['gone'] : ['gone', 'reactivated', 'withdrawn'];
    const isTheirs = entries.some(({ reason }) => reason === 'left-draining-not-ours');
    return {
      id,
      result: closedAs !== undefined && good.includes(closedAs) && !isTheirs ? 'done' : 'refused',
    };
  }
  if (verb === 'release') {
    const why = [...new Set(reasons.map(({ kind }) => kind))].join(', ');
    const sentence = `The drain goes on, since it is not by choice: ${why}. Nothing else was to be withdrawn.`;
    return { id, result: 'refused', sentence };
  }
  if (phase === 'requested') return { id, result: answer === 'refused' ? 'refused' : 'waiting' };
  const left = tasksLeft(stored.state);
  const sentence = `Done: the instance is DRAINING${left === null ? '' : `, with ${left} ${tasks(left)} left`}. stevedore undrain ${id} takes it back.`;
  return { id, result: 'done', sentence };
}

const tasks = (count: number) => (count === 1 ? 'task' : 'tasks');

/** Null before anybody has looked. */
function tasksLeft({ remaining, expectedTasks, stopped }: DrainRecord): number | null {
  if (remaining) return remaining.length;
  return expectedTasks === undefined ? null : Math.max(0, expectedTasks - stopped.length);
}

/** How far a drain is, by its record with all that was heard since. Pure. */
function sightOf(stored: Stored | undefined, verb: DrainVerb, policy: ClusterPolicy, now: number): Sight {
  if (stored === undefined) return { line: 'Nothing is known of the drain any more.', result: 'refused' };
  const record = takeIn(stored.state, stored.inbox, policy);
  const { instanceId: id, phase, closedAs, deadlineActedAt } = record;
  if (verb === 'release') {
    return phase === 'closed'
      ? { line: `${id}: over (${closedAs ?? 'closed'}).`, result: 'done' }
      : { line: `${id} is ${phase}; the release waits.` };
  }
  switch (phase) {
    case 'requested': {
      const [why = 'the next look'] = record.lastReason?.split(' ') ?? [];
      return { line: `${id} waits: ${why}.` };
    }
    case 'draining': {
      if (deadlineActedAt !== undefined) {
        const line = `${id}: the deadline has passed at ${utc(deadlineActedAt)} with ${describe(record, policy, now)}; atDeadline ${policy.atDeadline} was carried out.`;
        return { line, result: 'refused' };
      }
      return { line: `${id} is DRAINING: ${describe(record, policy, now)}.` };
    }
    case 'leaving':
      return { line: `${id} is drained: no task runs on it any more.`, result: 'done' };
    case 'closed': {
      const isGone = closedAs === 'gone';
      const line = isGone ? `${id} is drained and gone.` : `${id} is not drained: ${closedAs ?? 'closed'}.`;
      return { line, result: isGone ? 'done' : 'refused' };
    }
    default:
      return phase satisfies never;
  }
}

/** Tasks left, by service; what blocks; hooks; the deadline. */
function describe(record: DrainRecord, policy: ClusterPolicy, now: number): string {
  const left = tasksLeft(record);
  const services = new Map<string, number>();
  for (const { service = 'standalone' } of record.remaining ?? []) {
    services.set(service, (services.get(service) ?? 0) + 1);
  }
  const shares = [...services].map(([name, count]) => `${name} ${count}`).join(', ');
  const parts = [
    left === null ? 'its tasks are not listed yet' : `${left} ${tasks(left)} left${shares && ` (${shares})`}`,
  ];
  for (const { sentence } of record.blockedBy) parts.push(`blocked: ${sentence.replace(/\.$/, '')}`);
  for (const { hook, group } of openHooks(record)) parts.push(`hook ${hook} of ${group} waits`);
  const deadline = actBy(record, policy);
  if (deadline !== undefined && deadline > now) {
    parts.push(`${policy.atDeadline} in ${Math.ceil((deadline - now) / MINUTE)} min`);
  }
  return parts.join('; ');
}
