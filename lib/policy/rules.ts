import type { EventPattern, PatternScope } from '../../events/envelope.ts';
import { type EventSourceId, sources } from '../../events/index.ts';
import type { DrainingPolicy } from '../draining/policy.ts';
import type { FailoverPolicy } from '../failover/policy.ts';
import type { ScalingPolicy } from '../scaling/policy.ts';

/** Which events of one source a function hears of. */
export interface Rule {
  readonly id: EventSourceId;
  readonly pattern: EventPattern;
}

const nothing: PatternScope = { clusters: [], groups: [], hooks: [], alarms: [], services: [] };

/** The rule of a source, or none where it is not wanted: a rule for nothing would only cost invocations. */
function rule(id: EventSourceId, wanted: boolean, scope: Partial<PatternScope> = {}): Rule[] {
  const source = sources.find((one) => one.id === id);
  return wanted && source ? [{ id, pattern: source.pattern({ ...nothing, ...scope }) }] : [];
}

export function drainRules({ clusters }: DrainingPolicy): Rule[] {
  const groups = clusters.flatMap((cluster) => cluster.groups).filter(({ hooks }) => hooks.length > 0);
  const named = { clusters: clusters.map(({ cluster }) => cluster) };
  const hooked = {
    groups: groups.map(({ name }) => name),
    hooks: [...new Set(groups.flatMap(({ hooks }) => hooks))],
  };
  const triggered = (wants: (triggers: DrainingPolicy['clusters'][number]['triggers']) => boolean) =>
    clusters.some(({ triggers }) => wants(triggers));
  const any = clusters.length > 0;
  return [
    ...rule('lifecycle-terminate', groups.length > 0, hooked),
    ...rule(
      'spot-interruption',
      triggered(({ spotInterruption }) => spotInterruption),
    ),
    ...rule(
      'rebalance-recommendation',
      triggered(({ rebalance }) => rebalance),
    ),
    ...rule('instance-state-change', any),
    ...rule(
      'health-scheduled-change',
      triggered(({ maintenanceLeadMs }) => maintenanceLeadMs !== null),
    ),
    // These also tell how a drain under way goes on and ends, whatever began it.
    ...rule('container-instance-state-change', any, named),
    ...rule('task-state-change', any, named),
    ...rule('drain-order', any),
  ];
}

export function scaleRules({ targets }: ScalingPolicy): Rule[] {
  const policies = targets.flatMap((target) => target.policies);
  const alarms = policies.flatMap((policy) => (policy.kind === 'step' ? [policy.alarm.name] : []));
  return rule('alarm-state-change', alarms.length > 0, { alarms: [...new Set(alarms)] });
}

/** Whether rules and permissions name every service, or whole clusters. */
export type FailoverScope = 'services' | 'clusters';

/** A migration has no rules but orders: the tick sees how its deployments go on. */
export function failoverRules({ services, migrations }: FailoverPolicy, scope: FailoverScope): Rule[] {
  const idOf = ({ cluster, service }: FailoverPolicy['services'][number]) =>
    scope === 'clusters' ? `${cluster}/*` : `${cluster}/${service}`;
  const named = { services: [...new Set(services.map(idOf))] };
  const watching = services.filter(({ signals }) => signals.interruptions !== null);
  const alarms = services.flatMap(({ signals }) => signals.alarm ?? []);
  return [
    ...rule('service-action', services.length > 0, named),
    ...rule('deployment-state-change', services.length > 0, named),
    ...rule('task-interruption', watching.length > 0, {
      clusters: [...new Set(watching.map(({ cluster }) => cluster))],
      services: [...new Set(watching.map(idOf))],
    }),
    ...rule('failover-alarm', alarms.length > 0, { alarms: [...new Set(alarms)] }),
    ...rule('failover-order', services.length + migrations.length > 0),
  ];
}
