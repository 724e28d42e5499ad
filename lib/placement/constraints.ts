import type { Subjects } from './expression/evaluate.ts';
import { evaluate, isStatic } from './expression/evaluate.ts';
import type { Expression } from './expression/syntax.ts';
import type { Host, Workload } from './model.ts';
import { type Bin, hasRequired, type Packing } from './packing.ts';

const NO_GROUPS: ReadonlySet<string> = new Set();

/** Whether tasks of a workload may run on instances of this capacity provider; undefined: on those of none. */
export function mayUse(provider: string | undefined, { providers }: Workload): boolean {
  return providers === undefined || (provider !== undefined && providers.includes(provider));
}

/** Why a host can never take tasks of a workload, whatever else is on it; undefined: it can. */
export function excluded(
  host: Host,
  workload: Workload,
): 'provider' | 'required-attribute' | 'constraint' | undefined {
  const { needs, constraints } = workload;
  if (!mayUse(host.provider, workload)) return 'provider';
  if (!hasRequired(host, needs)) return 'required-attribute';
  const member = constraints.every(
    (constraint) =>
      constraint.type !== 'memberOf' ||
      !isStatic(constraint.expression) ||
      evaluate(constraint.expression, subjectsOf(host, 0, NO_GROUPS)),
  );
  return member ? undefined : 'constraint';
}

/** The constraints of a workload that depend on what else is on the host; undefined: it has none. */
export function changingConstraints(
  packing: Packing,
  workload: Workload,
): ((bin: Bin) => boolean) | undefined {
  const distinct = workload.constraints.some(({ type }) => type === 'distinctInstance');
  const expressions = workload.constraints.flatMap((constraint) =>
    constraint.type === 'memberOf' && !isStatic(constraint.expression) ? [constraint.expression] : [],
  );
  if (!distinct && expressions.length === 0) return undefined;
  const ofGroup = packing.countsBy('instanceId').of(workload.group);
  return (bin) =>
    !(distinct && ofGroup(bin) > 0) && expressions.every((expression) => holdsNow(expression, bin));
}

function holdsNow(expression: Expression, { host, tasks, groups }: Bin): boolean {
  // ECS counts RUNNING tasks; here those that start or stop are among them.
  return evaluate(expression, subjectsOf(host, tasks.size, new Set(groups.keys())));
}

function subjectsOf(host: Host, runningTasksCount: number, taskGroups: ReadonlySet<string>): Subjects {
  const { attributes, agentConnected, agentVersion, id, registeredAt } = host;
  return {
    attributes,
    agentConnected,
    agentVersion,
    ec2InstanceId: id,
    registeredAt,
    runningTasksCount,
    taskGroups,
  };
}
