import { createScalingClients, type ScalingClients } from '../../lib/aws/scaling-clients.ts';
import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import type { JournalEntry } from '../../lib/journal/journal.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import { readCapacities } from '../../lib/scaling/capacity.ts';
import { decide } from '../../lib/scaling/decide.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import type { Heard } from '../../lib/scaling/notice.ts';
import { observe } from '../../lib/scaling/observe.ts';
import { readOwners } from '../../lib/scaling/owners.ts';
import type { ScalingPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { createScaler, PARTITION } from '../../lib/scaling/reconcile.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { scheduledBounds, unitsOf } from '../../lib/scaling/situation.ts';
import type { CapacityView, ScalingSnapshot } from '../../lib/scaling/snapshot.ts';
import type { Account } from '../account.ts';
import { type Copied, copyRecords } from '../dry-run.ts';
import { type Check, underMode, unread } from './check.ts';
import { checksOf } from './entries.ts';
import { checkPolicies, checkSchedules, type TargetView } from './scaling-policies.ts';

const NOW = 'scaling.now';

/** What scaling would do now, and what each policy and schedule would lead to. Never throws. */
export async function checkScaling(account: Account, policy: ScalingPolicy): Promise<Check[]> {
  if (policy.targets.length === 0) return [];
  const clients = createScalingClients(account.clientOptions);
  try {
    const { entries, failure } = await tick(account, clients, policy);
    const views = await readTargets(clients, policy, account);
    const ofNow = checksOf(entries, {
      section: NOW,
      subjectOf: ({ subject = PARTITION }) => subject,
      changeOf: ({ facts }) => countsOf(facts),
    });
    const now = account.clock.now();
    const rest = policy.targets.flatMap((target): Check[] => {
      const view = views.get(target.target.id);
      const own = ofNow.find(({ subject }) => subject === target.target.id);
      if (view === undefined) return own ? [] : [unread(NOW, target.target.id, failure ?? UNSAID)];
      if (view === 'missing') return own ? [] : [missing(target, now)];
      const quiet = own ? [] : [nothing(view)];
      return [...quiet, ...checkPolicies(view, now), ...checkSchedules(view, now)];
    });
    return underMode(policy, 'scaling', [...ofNow, ...rest]);
  } catch (error) {
    return [unread(NOW, PARTITION, error)];
  }
}

const UNSAID = new Error('Nothing was decided about it.');

/** The records of these targets. */
export const scalingRecords = ({ targets }: ScalingPolicy): Copied<ScalingRecord, Heard> => ({
  keys: async () => targets.map(({ target }) => ({ partition: PARTITION, id: target.id })),
});

/** One tick of the function itself, in mode observe and over copies of the records. */
async function tick(
  account: Account,
  clients: ScalingClients,
  policy: ScalingPolicy,
): Promise<{ readonly entries: readonly JournalEntry[]; readonly failure?: unknown }> {
  const { clock } = account;
  const store = await copyRecords(account, scalingRecords(policy));
  const journal = createMemoryJournal();
  const observing = { ...policy, mode: 'observe' } as const;
  const scaler = createScaler({ policy: observing, clients, store, control: store, journal, clock });
  try {
    await scaler.tick({ id: 'plan', remainingMs: () => MINUTE });
  } catch (failure) {
    // Most of what fails is journalled.
    return { entries: journal.entries, failure };
  }
  return { entries: journal.entries };
}

/** As a fresh record sees them. */
async function readTargets(
  clients: ScalingClients,
  { targets }: ScalingPolicy,
  { clock }: Account,
): Promise<ReadonlyMap<string, TargetView | 'missing'>> {
  const now = clock.now();
  const fresh = targets.map((policy) => ({ policy, record: newScalingRecord(policy.target.id), told: [] }));
  const watched = targets.filter(({ otherOwner }) => otherOwner === 'refuse').map(({ target }) => target);
  const [capacities, owners, observed] = await Promise.all([
    readCapacities(
      clients,
      fresh.map(({ policy, record }) => ({ target: policy.target, record })),
      now,
    ),
    readOwners(clients, watched),
    // The metrics of all step policies would cost a call and are made up in any case.
    observe(clients, new Map(), fresh, now),
  ]);
  return new Map(
    targets.flatMap((policy): [string, TargetView | 'missing'][] => {
      const { id } = policy.target;
      const capacity = capacities.get(id);
      if (capacity === undefined) return [];
      if (capacity === 'missing') return [[id, capacity]];
      const otherOwner = owners.get(id);
      const { snapshot = NOTHING } = observed.get(id) ?? {};
      return [[id, { policy, capacity, snapshot: { ...snapshot, ...(otherOwner && { otherOwner }) } }]];
    }),
  );
}

const NOTHING: ScalingSnapshot = { alarms: new Map(), metrics: new Map() };

/** The function asks for the count, and so learns that there is none, only once something calls for a change. */
function missing(policy: TargetPolicy, now: EpochMs): Check {
  const { id } = policy.target;
  const snapshot = { ...NOTHING, capacity: 'missing' } as const;
  const [finding] = decide(newScalingRecord(id), snapshot, policy, now).findings;
  if (finding === undefined) return unread(NOW, id, UNSAID);
  const { reason, sentence } = finding;
  return { section: NOW, subject: id, verdict: 'refused', reason, sentence, change: null, remarks: [] };
}

function nothing({ policy, capacity }: TargetView): Check {
  const base = { section: NOW, subject: policy.target.id, change: null, remarks: [] } as const;
  const sentence = `${countInWords(policy, capacity)}; nothing calls for a change.`;
  return { ...base, verdict: 'idle', reason: 'nothing-to-do', sentence };
}

function countInWords(policy: TargetPolicy, { desired, running }: CapacityView): string {
  const { min, max } = scheduledBounds(newScalingRecord(policy.target.id), policy);
  return `${desired} ${unitsOf(policy)} (${running} of them running), within ${min} to ${max}`;
}

function countsOf(facts: JournalEntry['facts']): Check['change'] {
  const { from, to } = facts ?? {};
  return from === undefined || to === undefined ? null : { from: String(from), to: String(to) };
}
