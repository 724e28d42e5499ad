import { HOUR } from '../clock.ts';
import { containerInstanceArn, type InstanceId } from '../ids.ts';
import type { RecordKey } from '../state/store.ts';
import { entryWithoutRecord } from './entries.ts';
import { newRecord } from './intake.ts';
import { isWorthWorking } from './look.ts';
import type { Arrival, Notice } from './notice.ts';
import { findContainerInstances } from './observe.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainDependencies } from './worker.ts';

/** A record that an arrival has been added to and that is worth a pass now. */
export interface Routed {
  readonly key: RecordKey;
  readonly policy: ClusterPolicy;
  /** EC2 gives two minutes: not to be left to whoever holds the cluster's lease. */
  readonly urgent: boolean;
}

/** AWS Health announces maintenance about two weeks ahead, and its withdrawal must find the same record. */
const POINTER_LIFE = 30 * 24 * HOUR;

export const partitionOf = ({ cluster }: Pick<ClusterPolicy, 'cluster'>) => `draining#${cluster}`;

/**
 * Finds the record that an arrival is about, opens it if the news is a reason to drain, and adds the notice.
 * Undefined when there is nothing to do now, which is journalled where it says something.
 */
export async function route(deps: DrainDependencies, arrival: Arrival): Promise<Routed | undefined> {
  const { notice, cause } = arrival;
  const found = await locate(deps, arrival);
  if (!found) {
    const why = opensRecord(notice) ? NOT_OURS : NOT_DRAINING;
    await deps.journal.write([entryWithoutRecord(why, subjectOf(arrival), cause, deps.clock.now())]);
    return undefined;
  }
  const { key, policy, arn } = found;
  if (!isWanted(notice, policy)) {
    const off = {
      ...TRIGGER_OFF,
      sentence: `The policy of cluster ${policy.cluster} does not act on ${notice.kind}.`,
    };
    await deps.journal.write([entryWithoutRecord(off, subjectOf(arrival), cause, deps.clock.now())]);
    return undefined;
  }
  const now = deps.clock.now();
  const opens = opensRecord(notice) && arrival.subject.by === 'instance';
  const fresh =
    opens && arrival.subject.by === 'instance'
      ? newRecord(arrival.subject.instanceId, policy.cluster, now, arn)
      : undefined;
  const stored = await deps.store.append(
    key,
    [{ notice, cause }],
    fresh ? { create: fresh, dueAt: now } : {},
  );
  if (!stored) {
    await deps.journal.write([entryWithoutRecord(NOT_DRAINING, subjectOf(arrival), cause, now)]);
    return undefined;
  }
  const isNew = stored.revision === 0 && stored.inbox.length === 1;
  if (isNew) await deps.store.point(aliasOf(key.id), key, now + POINTER_LIFE);
  if (!isWorthWorking(stored.state, stored.inbox, policy)) return undefined;
  return { key, policy, urgent: notice.kind === 'spot-interruption' };
}

const NOT_OURS = {
  reason: 'not-a-container-instance',
  outcome: 'ignored',
  sentence: 'No cluster of the policy knows the instance.',
} as const;
const NOT_DRAINING = {
  reason: 'not-draining',
  outcome: 'ignored',
  sentence: 'Nothing of this instance is being drained.',
} as const;
const TRIGGER_OFF = { reason: 'trigger-off', outcome: 'ignored' } as const;

const aliasOf = (instanceId: string) => `instance/${instanceId}`;
const subjectOf = ({ subject }: Arrival) => (subject.by === 'instance' ? subject.instanceId : subject.arn);

interface Located {
  readonly key: RecordKey;
  readonly policy: ClusterPolicy;
  readonly arn?: ReturnType<typeof containerInstanceArn>;
}

async function locate(deps: DrainDependencies, { subject, notice }: Arrival): Promise<Located | undefined> {
  const { clusters } = deps.policy;
  if (subject.cluster !== undefined) {
    const policy = clusters.find(({ cluster }) => cluster === subject.cluster);
    if (!policy) return undefined;
    if (subject.by === 'instance') {
      return { policy, key: { partition: partitionOf(policy), id: subject.instanceId } };
    }
  }
  const key = await deps.store.resolve(subject.by === 'instance' ? aliasOf(subject.instanceId) : subject.arn);
  const known = key && clusters.find((policy) => partitionOf(policy) === key.partition);
  if (key && known) return { key, policy: known };
  if (subject.by !== 'instance' || !opensRecord(notice)) return undefined;
  return search(deps, notice, subject.instanceId);
}

/**
 * EC2's events name no cluster, and user data is no register: each cluster of the policy is asked by its filter.
 * @throws what kept a cluster from answering, unless another one has the instance
 */
async function search(
  { policy: { clusters }, clients }: DrainDependencies,
  notice: Notice,
  id: InstanceId,
): Promise<Located | undefined> {
  const failures: unknown[] = [];
  for (const policy of clusters.filter((policy) => isWanted(notice, policy))) {
    try {
      const [arn] = await findContainerInstances(clients, policy.cluster, [id]);
      if (arn === undefined) continue;
      return { policy, key: { partition: partitionOf(policy), id }, arn: containerInstanceArn(arn) };
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return undefined;
}

/** Whether the notice is a reason of its own; the others only bring news of a drain that is under way. */
function opensRecord(notice: Notice): boolean {
  switch (notice.kind) {
    case 'hook':
    case 'spot-interruption':
    case 'rebalance':
    case 'ec2-state':
      return true;
    case 'maintenance':
      return notice.status === 'scheduled';
    case 'order':
      return notice.verb === 'drain';
    case 'unlisted':
    case 'task-stopped':
      return false;
    default:
      return notice satisfies never;
  }
}

/** Whether the policy of the cluster acts on such news. */
export function isWanted(notice: Notice, { triggers, ghosts }: ClusterPolicy): boolean {
  switch (notice.kind) {
    case 'spot-interruption':
      return triggers.spotInterruption;
    case 'rebalance':
      return triggers.rebalance;
    case 'maintenance':
      return triggers.maintenanceLeadMs !== null;
    case 'ec2-state':
      return (
        triggers.directTermination || ghosts.terminatedAfterMs !== null || ghosts.stoppedAfterMs !== null
      );
    case 'hook':
    case 'order':
    case 'unlisted':
    case 'task-stopped':
      return true;
    default:
      return notice satisfies never;
  }
}
