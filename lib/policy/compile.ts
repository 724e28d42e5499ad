import type { CapacityPolicy } from '../capacity/policy.ts';
import type { ClusterPolicy, DrainingPolicy } from '../draining/policy.ts';
import type { FailoverPolicy } from '../failover/policy.ts';
import { clusterName, groupName } from '../ids.ts';
import type { RetaggingPolicy } from '../retagging/policy.ts';
import type { ScalingPolicy } from '../scaling/policy.ts';
import { capacityStatements } from './capacity-statements.ts';
import { capacityPolicy, noCapacity } from './compile-capacity.ts';
import { failoverPolicy, noFailover } from './compile-failover.ts';
import { noRetagging, retaggingPolicy } from './compile-retagging.ts';
import { scalingPolicy } from './compile-scaling.ts';
import { failoverStatements } from './failover-statements.ts';
import { retaggingStatements } from './retagging-statements.ts';
import { capacityRules, drainRules, failoverRules, type Rule, retagRules, scaleRules } from './rules.ts';
import { scalingStatements } from './scaling-statements.ts';
import type { capabilities, Policy } from './schema.ts';
import { type IamStatement, statementsFor } from './statements.ts';

export const functionNames = ['drain', 'scale', 'failover', 'retag', 'capacity'] as const;
/** One function per capability. */
export type FunctionName = (typeof functionNames)[number];

/** An EventBridge rule: which events reach which function. */
export interface FunctionRule extends Rule {
  readonly function: FunctionName;
}

/** What the policy comes to: rules and permissions for CloudFormation, and the JSON that goes into the functions. */
export interface CompiledPolicy {
  /** The functions whose capability the policy has; no other one is called. */
  readonly functions: readonly FunctionName[];
  readonly rules: readonly FunctionRule[];
  /** What the role of each function may do. Empty for one that the policy has no use for. */
  readonly statements: Readonly<Record<FunctionName, readonly IamStatement[]>>;
  readonly runtime: {
    readonly draining: DrainingPolicy;
    readonly scaling: ScalingPolicy;
    readonly failover: FailoverPolicy;
    readonly retagging: RetaggingPolicy;
    readonly capacity: CapacityPolicy;
  };
}

/** What a section of the policy comes to, where that is more than AWS accepts. */
export interface Refusal {
  readonly section: (typeof capabilities)[number];
  /** `The event pattern scale-alarms has 3000 characters; EventBridge accepts 2048.`, and the remedy. */
  readonly sentence: string;
}

export class PolicyTooLargeError extends Error {
  override readonly name = 'PolicyTooLargeError';
  readonly refusals: readonly Refusal[];
  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ sentence }) => sentence).join('\n'));
    this.refusals = refusals;
  }
}

const SECTIONS: Readonly<Record<FunctionName, Refusal['section']>> = {
  drain: 'draining',
  scale: 'scaling',
  failover: 'failover',
  retag: 'retagging',
  capacity: 'capacity',
};

/** EventBridge's default quota for one event pattern, in characters (EventBridge user guide, quotas). */
const PATTERN_LIMIT = 2048;
/** IAM's limit for all inline policies of a role, white space not counted (IAM user guide, quotas). */
const ROLE_LIMIT = 10_240;
/** Room in the role for the statements of serverless.yml: table, queue, logs, event bus. */
const ROLE_RESERVE = 1_500;

/** @throws PolicyTooLargeError when the result is more than AWS accepts: a deployment would fail on it half-way */
export function compilePolicy(policy: Policy): CompiledPolicy {
  // What a capability that the policy leaves out would do: look at nothing and change nothing.
  const nothing = { mode: 'observe' } as const;
  const draining = policy.draining ? drainingPolicy(policy.draining) : { ...nothing, clusters: [] };
  const scaling = policy.scaling ? scalingPolicy(policy.scaling) : { ...nothing, targets: [] };
  const failover = policy.failover ? failoverPolicy(policy.failover) : noFailover;
  const retagging = policy.retagging ? retaggingPolicy(policy.retagging) : noRetagging;
  const capacity = policy.capacity ? capacityPolicy(policy.capacity) : noCapacity;
  const scope = policy.failover?.scope ?? 'services';
  const images = policy.retagging?.scope ?? 'repositories';
  const statements = {
    drain: policy.draining ? statementsFor(draining) : [],
    scale: scalingStatements(scaling),
    failover: failoverStatements(failover, scope),
    retag: retaggingStatements(retagging, images),
    capacity: capacityStatements(capacity),
  };
  const rules = [
    ...drainRules(draining).map(calling('drain')),
    ...scaleRules(scaling).map(calling('scale')),
    ...failoverRules(failover, scope).map(calling('failover')),
    ...retagRules(retagging, images).map(calling('retag')),
    ...capacityRules(capacity).map(calling('capacity')),
  ];
  const refusals = [
    ...rules.flatMap(tooLongPattern),
    ...functionNames.flatMap((name) => tooLargeRole(name, statements[name])),
  ];
  if (refusals.length > 0) throw new PolicyTooLargeError(refusals);
  const functions = functionNames.filter((name) => statements[name].length > 0);
  return { functions, rules, statements, runtime: { draining, scaling, failover, retagging, capacity } };
}

const calling = (name: FunctionName) => (rule: Rule) => ({ ...rule, function: name });

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

const REMEDY =
  'Split it over several policy files and deploy each under a name of its own; for failover, `scope: clusters` names fewer, and so does `scope: registry` for retagging.';

function tooLongPattern({ id, pattern, function: name }: FunctionRule): Refusal[] {
  const length = JSON.stringify(pattern).length;
  if (length <= PATTERN_LIMIT) return [];
  const sentence = `The event pattern ${id} has ${length} characters; EventBridge accepts ${PATTERN_LIMIT}. ${REMEDY}`;
  return [{ section: SECTIONS[name], sentence }];
}

function tooLargeRole(name: FunctionName, statements: readonly IamStatement[]): Refusal[] {
  // The pseudo parameters, as long as they get.
  const { length } = JSON.stringify(statements)
    .replaceAll(/\$\{AWS::Partition\}/g, 'aws-us-gov')
    .replaceAll(/\$\{AWS::\w+\}/g, 'ap-southeast-2')
    .replaceAll(/\{"Fn::Sub":("[^"]*")\}/g, '$1');
  if (length <= ROLE_LIMIT - ROLE_RESERVE) return [];
  const sentence = `The ${name} role's statements have ${length} characters; IAM leaves ${ROLE_LIMIT - ROLE_RESERVE}. ${REMEDY}`;
  return [{ section: SECTIONS[name], sentence }];
}
