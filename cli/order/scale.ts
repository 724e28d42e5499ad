import { detailType } from '../../events/scale-order.ts';
import { toArrivals } from '../../functions/scale-notices.ts';
import { createScalingClients, type ScalingClients } from '../../lib/aws/scaling-clients.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { readCapacities } from '../../lib/scaling/capacity.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import type { Heard } from '../../lib/scaling/notice.ts';
import type { ScalingPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { createScaler, PARTITION } from '../../lib/scaling/reconcile.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { unitsOf } from '../../lib/scaling/situation.ts';
import type { RecordKey, StoredRecord } from '../../lib/state/store.ts';
import type { Account } from '../account.ts';
import { BadInput } from '../command.ts';
import { copyRecords } from '../dry-run.ts';
import { scalingRecords } from '../plan/scaling.ts';
import { answerOf } from './answer.ts';
import { isLeft, leftTo } from './inbox.ts';
import type { Given, Order, Outcome, Sight } from './run.ts';

/** A target by its id in the policy, or without the word before it. Throws `BadInput` that names what there is. */
export function targetOf({ targets }: ScalingPolicy, named: string, policyFile: string): TargetPolicy {
  if (targets.length === 0)
    throw new BadInput(`${policyFile} scales nothing: it has no targets under scaling.`);
  const found = targets.filter(({ target: { id } }) => id === named || id.endsWith(`/${named}`));
  const exact =
    found.find(({ target: { id } }) => id === named) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact;
  const ids = (found.length > 1 ? found : targets).map(({ target }) => target.id).join(', ');
  throw new BadInput(
    found.length > 1
      ? `TARGET: ${named} may be any of ${ids}; name one in full.`
      : `${policyFile} scales no ${named}, only ${ids}.`,
  );
}

/** A whole number. Throws `BadInput`. */
export function countOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new BadInput(
    `COUNT: found ${JSON.stringify(text)}, expected a whole number, zero or more: how many there shall be.`,
  );
}

/** An order that sets the count of a target. */
export async function scaleOrder(
  account: Account,
  scaling: ScalingPolicy,
  one: TargetPolicy,
  count: number,
  given: Given,
): Promise<Order> {
  const { by, at, orderId, dryRun } = given;
  const { id } = one.target;
  const { clock } = account;
  const key: RecordKey = { partition: PARTITION, id };
  const deployed = account.store<ScalingRecord, Heard>();
  const store = dryRun ? await copyRecords(account, scalingRecords(scaling)) : deployed;
  const policy: ScalingPolicy = dryRun ? { ...scaling, mode: 'observe' } : scaling;
  const clients = createScalingClients(account.clientOptions);
  const event = { kind: 'scale-order', eventId: orderId, detailType, at, target: id, count, by } as const;
  const mapping = toArrivals(event, policy);
  const stored = async () => (await store.read([key]))[0];
  return {
    asked: { order: 'scale', target: id, count },
    stays: 'for an hour at most',
    look: ({ journal, invocation }) => {
      const scaler = createScaler({ policy, clients, store, control: deployed, journal, clock });
      return scaler.handle('arrivals' in mapping ? mapping.arrivals : [], invocation);
    },
    outcomes: async (entries) => {
      const own = entries.filter(({ subject }) => subject === id);
      return [outcomeOf(await stored(), own, { ...given, id, count })];
    },
    watch: async () => sightOf(clients, one, count, (await stored())?.state, clock.now()),
  };
}

interface Asked extends Given {
  readonly id: string;
  readonly count: number;
}

/** What became of the order, by what is said of it and whether the record has it still. Pure. */
function outcomeOf(
  stored: StoredRecord<ScalingRecord, Heard> | undefined,
  entries: readonly JournalEntry[],
  { id, count, by, at, orderId, dryRun }: Asked,
): Outcome {
  if (entries.some(({ outcome }) => outcome === 'failed')) {
    const stays = stored?.state.order !== undefined;
    const sentence = 'Failed. The order stays for an hour, and the function tries it again every minute.';
    return { id, result: 'failed', ...(stays && !dryRun && { sentence }) };
  }
  if (stored === undefined || isLeft(stored, orderId)) {
    return { id, result: 'waiting', sentence: leftTo('the targets of scaling') };
  }
  const { order, lastDesired } = stored.state;
  if (order?.at === at && order.by === by && order.desired === count) return { id, result: 'waiting' };
  const about = entries.filter(
    ({ facts, reason }) => facts?.orderedBy === by && reason !== 'order-superseded',
  );
  const answer = answerOf(about, dryRun);
  // Whoever had the lease has taken it in before us, and carried it out or not.
  return { id, result: answer ?? (lastDesired === count ? 'done' : 'refused') };
}

async function sightOf(
  clients: ScalingClients,
  one: TargetPolicy,
  count: number,
  record: ScalingRecord | undefined,
  now: number,
): Promise<Sight> {
  const { target } = one;
  const request = { target, record: record ?? newScalingRecord(target.id) };
  const capacity = (await readCapacities(clients, [request], now)).get(target.id) ?? 'missing';
  if (capacity === 'missing') return { line: `${target.id} does not exist any more.`, result: 'refused' };
  const { desired, running } = capacity;
  const units = unitsOf(one);
  const standing = `${running} of ${desired} ${units} run`;
  if (record?.order !== undefined) {
    const [why = 'the next look'] = record.lastReason?.split(' ') ?? [];
    return { line: `${target.id}: ${standing}; the order for ${count} waits: ${why}.` };
  }
  if (desired !== count) {
    return {
      line: `${target.id} is at ${desired} ${units}, not at ${count}: something else has set it since.`,
      result: 'refused',
    };
  }
  return running === count
    ? { line: `${target.id} has its ${count} ${units}.`, result: 'done' }
    : { line: `${target.id}: ${standing}.` };
}
