import { mapConcurrent } from '../../lib/aws/batch.ts';
import type { FailoverClients } from '../../lib/aws/failover-clients.ts';
import type { EpochMs } from '../../lib/clock.ts';
import { associate } from '../../lib/failover/migration/associate.ts';
import { decide } from '../../lib/failover/migration/decide.ts';
import type { MigrationDecision, Situation } from '../../lib/failover/migration/decision.ts';
import { isOnFargate } from '../../lib/failover/migration/guards.ts';
import { newMigrationRecord } from '../../lib/failover/migration/intake.ts';
import { observe, readTarget } from '../../lib/failover/migration/observe.ts';
import { FARGATE_PROVIDERS, union } from '../../lib/failover/migration/providers.ts';
import type { ClusterView, MigrationSnapshot, MovableView } from '../../lib/failover/migration/snapshot.ts';
import type { MigrationPolicy } from '../../lib/failover/policy.ts';
import type { ServiceName } from '../../lib/ids.ts';
import { type Check, unread } from './check.ts';
import { deployed, onItsWay } from './failover.ts';

const SECTION = 'failover.migrations';
const CONCURRENT_READS = 4;

/**
 * What a migration would do: to the cluster's list of capacity providers, and to each service as if its turn had come.
 * By the decisions of the function itself. Reads only, and never throws.
 */
export async function checkMigration(
  clients: FailoverClients,
  policy: MigrationPolicy,
  now: EpochMs,
): Promise<Check[]> {
  let snapshot: MigrationSnapshot;
  try {
    snapshot = await observe(clients, newMigrationRecord(policy.cluster), policy);
  } catch (error) {
    return [unread(SECTION, policy.cluster, error)];
  }
  const { cluster } = snapshot;
  const ofCluster = checkCluster({ record: newMigrationRecord(policy.cluster), policy, snapshot, now });
  // Without its cluster there is no service.
  if (cluster === undefined || cluster === 'missing') return ofCluster;
  const ofServices = await mapConcurrent(policy.services, CONCURRENT_READS, (name) =>
    checkService(clients, policy, { name, view: snapshot.services.get(name) ?? 'missing', cluster, now }),
  );
  return [...ofCluster, ...ofServices];
}

/** Nothing, if the cluster may stay as it is. */
function checkCluster(situation: Situation): Check[] {
  const { policy, snapshot } = situation;
  const isMoved = (name: ServiceName) => {
    const view = snapshot.services.get(name);
    return view !== undefined && view !== 'missing' && isOnFargate(view);
  };
  if (policy.services.every(isMoved)) return [];
  const { through, decision } = associate(situation);
  return through ? [] : [checkOf(policy.cluster, decision)];
}

interface Candidate {
  readonly name: ServiceName;
  readonly view: MovableView | 'missing';
  readonly cluster: ClusterView;
  readonly now: EpochMs;
}

/** As if it were the only one: the cluster has what it needs, and what is being deployed now is through. */
async function checkService(
  clients: FailoverClients,
  policy: MigrationPolicy,
  { name, view, cluster, now }: Candidate,
): Promise<Check> {
  const subject = `${policy.cluster}/${name}`;
  const services = new Map([[name, view === 'missing' ? view : deployed(view)]]);
  const providers = union(cluster.providers, FARGATE_PROVIDERS);
  const situation: Situation = {
    record: newMigrationRecord(policy.cluster),
    policy: { ...policy, services: [name] },
    snapshot: { cluster: { ...cluster, providers }, services },
    now,
  };
  const decision = decide(situation);
  if (view === 'missing' || decision.needs === undefined) return checkOf(subject, decision);
  try {
    const target = { service: name, circumstances: await readTarget(clients, policy, name, view) };
    const check = checkOf(subject, decide({ ...situation, snapshot: { ...situation.snapshot, target } }));
    const deployment = onItsWay(view);
    const remark = `Deployment ${deployment} is on its way now and would be waited for.`;
    return check.verdict === 'pending' && deployment !== undefined ? { ...check, remarks: [remark] } : check;
  } catch (error) {
    return unread(SECTION, subject, error);
  }
}

function checkOf(subject: string, { action, findings: [first], next }: MigrationDecision): Check {
  const base = { section: SECTION, subject, change: null, remarks: [] } as const;
  if (next.stopped) {
    const { reason, sentence } = next.stopped;
    return { ...base, verdict: 'refused', reason, sentence };
  }
  if (first === undefined) {
    return unread(SECTION, subject, new Error(`Nothing was decided about ${subject}.`));
  }
  const { reason, sentence, facts = {}, outcome } = first;
  // A migration begins as soon as the policy has it.
  const verdict = outcome === 'done' ? 'idle' : 'pending';
  const { from, to } = facts;
  const change = action?.kind === 'move' ? { from: String(from), to: String(to) } : null;
  return { ...base, verdict, reason, sentence, change };
}
