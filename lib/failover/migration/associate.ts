import type { MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { FARGATE_PROVIDERS, providersToPut, union } from './providers.ts';
import type { ClusterView } from './snapshot.ts';
import { stopAt } from './stop.ts';

/** Somebody who writes the list again and again is a tool that owns it, and wins. */
const MOST_WRITES = 3;

/** `through`: the cluster has what the services need, so that the decision goes on from its record and findings. */
export interface Associated {
  readonly through: boolean;
  readonly decision: MigrationDecision;
}

/**
 * Whether the Fargate providers are to be associated with the cluster, beside all that are there: the call replaces
 * the whole list and the default strategy, and what it leaves out is detached (PutClusterCapacityProviders).
 */
export function associate(situation: Situation): Associated {
  const { record, policy, snapshot } = situation;
  const { cluster } = snapshot;
  const { associating, ...rest } = record;
  const halt = (decision: MigrationDecision): Associated => ({ through: false, decision });
  if (cluster === undefined) return halt({ next: record, findings: [] });
  if (cluster === 'missing') {
    const sentence = `ECS has no active cluster ${policy.cluster}. Correct its name in the policy file, or take its migration out.`;
    return halt(stopAt(situation, { service: null, reason: 'migration-stopped', sentence, kind: 'guard' }));
  }
  if (!providersToPut(cluster, associating?.known ?? [])) {
    return {
      through: true,
      decision: { next: rest, findings: associating ? [associated(cluster, policy.cluster)] : [] },
    };
  }
  return halt(write(situation, cluster));
}

function write(situation: Situation, cluster: ClusterView): MigrationDecision {
  const { record, policy, now } = situation;
  const { since = now, known = [], writes = 0 } = record.associating ?? {};
  const missing = union(known, FARGATE_PROVIDERS).filter((name) => !cluster.providers.includes(name));
  if (cluster.managedInstances.length > 0) {
    const sentence =
      `Cluster ${policy.cluster} lacks ${missing.join(' and ')} and has capacity providers of Managed Instances ` +
      `(${cluster.managedInstances.join(', ')}), which PutClusterCapacityProviders does not support. Associate what is missing by hand.`;
    return stopAt(situation, { service: null, reason: 'provider-not-associated', sentence, kind: 'guard' });
  }
  if (writes >= MOST_WRITES) return stopAt(situation, overwritten(policy.cluster, missing, writes));
  if (!cluster.settled) {
    const sentence = `Cluster ${policy.cluster} is being updated by AWS: ${missing.join(' and ')} will be associated when that is over.`;
    return { next: record, findings: [{ reason: 'rollout-in-progress', outcome: 'held', sentence }] };
  }
  const finding: MigrationFinding = {
    reason: 'providers-associated',
    outcome: 'acted',
    sentence: `Cluster ${policy.cluster} gets ${missing.join(' and ')} beside ${listed(cluster.providers)}; its default strategy stays as it is.`,
    facts: { added: missing, kept: cluster.providers },
  };
  const all = union(known, cluster.providers);
  return {
    next: { ...record, associating: { since, known: all, writes } },
    action: { kind: 'associate', known: all, writes: MOST_WRITES - writes },
    findings: [finding],
  };
}

const listed = (names: readonly string[]) => (names.length > 0 ? names.join(', ') : 'none');

/** That the list is as it shall be, as read after it was written. */
export const associated = (
  { providers }: Pick<ClusterView, 'providers'>,
  cluster: string,
): MigrationFinding => ({
  reason: 'providers-associated',
  outcome: 'done',
  sentence: `Cluster ${cluster} has ${listed(providers)}: the Fargate providers, and all that were there before.`,
});

const overwritten = (cluster: string, missing: readonly string[], writes: number) => ({
  service: null,
  reason: 'changed-by-others' as const,
  sentence:
    `The capacity providers of cluster ${cluster} were written ${writes} times, and each time somebody else's write ` +
    `came in between: ${missing.join(' and ')} is missing again. Add it where that list is kept (a stack, a pipeline), then order reset.`,
  kind: 'guard' as const,
});
