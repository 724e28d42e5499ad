import type { EventPattern } from '../../events/envelope.ts';
import { type EventSourceId, sources } from '../../events/index.ts';
import type { ClusterPolicy, DrainingPolicy } from '../draining/policy.ts';
import { clusterName, groupName } from '../ids.ts';
import type { ScalingPolicy } from '../scaling/policy.ts';
import { scalingPolicy } from './compile-scaling.ts';
import { scalingStatements } from './scaling-statements.ts';
import type { Policy } from './schema.ts';
import { type IamStatement, statementsFor } from './statements.ts';

/** One function per capability. */
export type FunctionName = 'drain' | 'scale';

/** An EventBridge rule: which events reach which function. */
export interface Rule {
  readonly id: EventSourceId;
  readonly function: FunctionName;
  readonly pattern: EventPattern;
}

/** What the policy comes to: rules and permissions for CloudFormation, and the JSON that goes into the functions. */
export interface CompiledPolicy {
  /** The functions whose capability the policy has; no other one is called. */
  readonly functions: readonly FunctionName[];
  readonly rules: readonly Rule[];
  /** What the role of each function may do. Empty for one that the policy has no use for. */
  readonly statements: Readonly<Record<FunctionName, readonly IamStatement[]>>;
  readonly runtime: { readonly draining: DrainingPolicy; readonly scaling: ScalingPolicy };
}

/** EventBridge's default quota for one event pattern, in characters (EventBridge user guide, quotas). */
const PATTERN_LIMIT = 2048;
/** IAM's limit for all inline policies of a role, white space not counted (IAM user guide, quotas). */
const ROLE_LIMIT = 10_240;
/** Room in the role for the statements of serverless.yml: table, queue, logs, event bus. */
const ROLE_RESERVE = 1_500;

/** Throws when the result is larger than AWS accepts, since a deployment would fail on it half-way. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  // What a capability that the policy leaves out would do: look at nothing and change nothing.
  const nothing = { mode: 'observe' } as const;
  const draining = policy.draining ? drainingPolicy(policy.draining) : { ...nothing, clusters: [] };
  const scaling = policy.scaling ? scalingPolicy(policy.scaling) : { ...nothing, targets: [] };
  const rules = rulesFor(draining, scaling);
  const statements = {
    drain: policy.draining ? statementsFor(draining) : [],
    scale: scalingStatements(scaling),
  };
  refuseLongPatterns(rules);
  refuseLargeRole('drain', statements.drain);
  refuseLargeRole('scale', statements.scale);
  const functions = (['drain', 'scale'] as const).filter((name) => statements[name].length > 0);
  return { functions, rules, statements, runtime: { draining, scaling } };
}

function drainingPolicy(draining: NonNullable<Policy['draining']>): DrainingPolicy {
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

function rulesFor(draining: DrainingPolicy, scaling: ScalingPolicy): Rule[] {
  const groups = draining.clusters
    .flatMap((cluster) => cluster.groups)
    .filter(({ hooks }) => hooks.length > 0);
  const policies = scaling.targets.flatMap((target) => target.policies);
  const alarms = policies.flatMap((policy) => (policy.kind === 'step' ? [policy.alarm.name] : []));
  const scope = {
    clusters: draining.clusters.map(({ cluster }) => cluster),
    groups: groups.map(({ name }) => name),
    hooks: [...new Set(groups.flatMap(({ hooks }) => hooks))],
    alarms: [...new Set(alarms)],
  };
  return sources
    .filter(({ id }) => (id === 'alarm-state-change' ? alarms.length > 0 : wanted(id, draining)))
    .map(({ id, pattern }) => ({ id, function: functionFor(id), pattern: pattern(scope) }));
}

const functionFor = (id: EventSourceId): FunctionName => (id === 'alarm-state-change' ? 'scale' : 'drain');

type DrainSourceId = Exclude<EventSourceId, 'alarm-state-change'>;

/** Whether any cluster has a use for the events of a source; a rule for nothing would only cost invocations. */
function wanted(id: DrainSourceId, { clusters }: DrainingPolicy): boolean {
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
      return clusters.length > 0;
    default:
      return id satisfies never;
  }
}

const REMEDY = 'Split it over several policy files and deploy each under a name of its own.';

function refuseLongPatterns(rules: readonly Rule[]): void {
  for (const { id, pattern } of rules) {
    const length = JSON.stringify(pattern).length;
    if (length <= PATTERN_LIMIT) continue;
    throw new Error(
      `The event pattern ${id} has ${length} characters; EventBridge accepts ${PATTERN_LIMIT}. ${REMEDY}`,
    );
  }
}

function refuseLargeRole(name: FunctionName, statements: readonly IamStatement[]): void {
  // The pseudo parameters, as long as they get.
  const text = JSON.stringify(statements)
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws-us-gov')
    .replaceAll(/\$\{AWS::\w+\}/g, 'ap-southeast-2')
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1');
  if (text.length <= ROLE_LIMIT - ROLE_RESERVE) return;
  throw new Error(
    `The ${name} role's statements have ${text.length} characters; IAM leaves ${ROLE_LIMIT - ROLE_RESERVE}. ${REMEDY}`,
  );
}
