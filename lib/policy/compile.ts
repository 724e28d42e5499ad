import type { EventPattern } from '../../events/envelope.ts';
import { type EventSourceId, sources } from '../../events/index.ts';
import type { ClusterPolicy, DrainingPolicy } from '../draining/policy.ts';
import { clusterName, groupName } from '../ids.ts';
import type { Policy } from './schema.ts';
import { type IamStatement, statementsFor } from './statements.ts';

/** An EventBridge rule: which events reach the function. */
export interface Rule {
  readonly id: EventSourceId;
  readonly pattern: EventPattern;
}

/** What the policy comes to: rules and permissions for CloudFormation, and the JSON that goes into the functions. */
export interface CompiledPolicy {
  readonly rules: readonly Rule[];
  readonly statements: readonly IamStatement[];
  readonly runtime: { readonly draining: DrainingPolicy };
}

/** EventBridge's default quota for one event pattern, in characters (EventBridge user guide, quotas). */
const PATTERN_LIMIT = 2048;
/** IAM's limit for all inline policies of a role, white space not counted (IAM user guide, quotas). */
const ROLE_LIMIT = 10_240;
/** Room in the role for the statements of serverless.yml: table, queue, logs, event bus. */
const ROLE_RESERVE = 1_500;

/** Throws when the result is larger than AWS accepts, since a deployment would fail on it half-way. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const draining = drainingPolicy(policy);
  const rules = rulesFor(draining);
  const statements = statementsFor(draining);
  refuseTooLarge(rules, statements);
  return { rules, statements, runtime: { draining } };
}

function drainingPolicy({ draining }: Policy): DrainingPolicy {
  const clusters = Object.entries(draining.clusters).map(([name, cluster]): ClusterPolicy => {
    const { maintenance, ...triggers } = cluster.triggers;
    const standalone = cluster.standaloneTasks;
    return {
      cluster: clusterName(name),
      groups: Object.entries(cluster.groups).map(([group, { hooks }]) => ({ name: groupName(group), hooks })),
      triggers: { ...triggers, maintenanceLeadMs: maintenance === false ? null : maintenance.leadTime },
      deadlineMs: cluster.deadline,
      atDeadline: cluster.atDeadline,
      stopGraceMs: cluster.stopGrace,
      standaloneTasks:
        typeof standalone === 'string'
          ? { kind: standalone }
          : { kind: 'stop', afterMs: standalone.stopAfter },
      spotStopLeadMs: cluster.spot.stopTasksBefore,
      limits: cluster.limits,
      settleMs: cluster.settle,
      ghosts: {
        terminatedAfterMs: cluster.ghosts.terminatedAfter,
        stoppedAfterMs: cluster.ghosts.stoppedAfter,
      },
    };
  });
  return { mode: draining.mode, clusters };
}

function rulesFor(policy: DrainingPolicy): Rule[] {
  const groups = policy.clusters.flatMap((cluster) => cluster.groups).filter(({ hooks }) => hooks.length > 0);
  const scope = {
    clusters: policy.clusters.map(({ cluster }) => cluster),
    groups: groups.map(({ name }) => name),
    hooks: [...new Set(groups.flatMap(({ hooks }) => hooks))],
  };
  return sources
    .filter(({ id }) => wanted(id, policy))
    .map(({ id, pattern }) => ({ id, pattern: pattern(scope) }));
}

/** Whether any cluster has a use for the events of a source; a rule for nothing would only cost invocations. */
function wanted(id: EventSourceId, { clusters }: DrainingPolicy): boolean {
  switch (id) {
    case 'lifecycle-terminate':
      return clusters.some(({ groups }) => groups.some(({ hooks }) => hooks.length > 0));
    case 'spot-interruption':
      return clusters.some(({ triggers }) => triggers.spotInterruption);
    case 'rebalance-recommendation':
      return clusters.some(({ triggers }) => triggers.rebalance);
    case 'health-scheduled-change':
      return clusters.some(({ triggers }) => triggers.maintenanceLeadMs !== null);
    // These also tell how a drain under way goes on and ends, whatever began it.
    case 'instance-state-change':
    case 'container-instance-state-change':
    case 'task-state-change':
    case 'drain-order':
      return true;
    default:
      return id satisfies never;
  }
}

function refuseTooLarge(rules: readonly Rule[], statements: readonly IamStatement[]): void {
  const remedy = 'Split the clusters over several policy files and deploy each under a name of its own.';
  for (const { id, pattern } of rules) {
    const length = JSON.stringify(pattern).length;
    if (length <= PATTERN_LIMIT) continue;
    throw new Error(
      `The event pattern ${id} has ${length} characters; EventBridge accepts ${PATTERN_LIMIT}. ${remedy}`,
    );
  }
  // The pseudo parameters, as long as they get.
  const text = JSON.stringify(statements)
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws-us-gov')
    .replaceAll(/\$\{AWS::\w+\}/g, 'ap-southeast-2')
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1');
  if (text.length > ROLE_LIMIT - ROLE_RESERVE) {
    throw new Error(
      `The role's statements have ${text.length} characters; IAM leaves ${ROLE_LIMIT - ROLE_RESERVE}. ${remedy}`,
    );
  }
}
