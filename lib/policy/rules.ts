import type { EventPattern, PatternScope } from '../../events/envelope.ts';
import { type EventSourceId, sources } from '../../events/index.ts';
import type { CapacityPolicy } from '../capacity/policy.ts';
import type { DrainingPolicy } from '../draining/policy.ts';
import type { FailoverPolicy } from '../failover/policy.ts';
import type { PromotionRule, RetaggingPolicy } from '../retagging/policy.ts';
import type { ScalingPolicy } from '../scaling/policy.ts';

/** Which events of one source a function hears of. */
export interface Rule {
  readonly id: EventSourceId;
  readonly pattern: EventPattern;
}

const nothing: PatternScope = {
  clusters: [],
  groups: [],
  hooks: [],
  alarms: [],
  services: [],
  repositories: [],
  tags: [],
};

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
  return [
    ...rule('alarm-state-change', alarms.length > 0, { alarms: [...new Set(alarms)] }),
    ...rule('scale-order', targets.length > 0),
  ];
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

/** Noted only: the next tick takes it that the task has waited since then. */
export function capacityRules({ clusters }: CapacityPolicy): Rule[] {
  const growing = clusters.filter(({ scaleOut }) => scaleOut !== null);
  return rule('placement-failure', growing.length > 0, {
    services: growing.map(({ cluster }) => `${cluster}/*`),
  });
}

/** Of another Region no events come: the tick sees what becomes of the tags there. */
/** Whether rules and permissions name every repository, or the registry as a whole. */
export type RetaggingScope = 'repositories' | 'registry';

export function retagRules({ rules }: RetaggingPolicy, scope: RetaggingScope): Rule[] {
  const isNamed = scope === 'repositories';
  const local = rules.filter(({ destination }) => destination.region === null);
  const named = [
    ...rules.map(({ repository }) => repository),
    ...local.map((rule) => rule.destination.repository),
  ];
  const scanned = rules.filter(({ triggers, gates }) => triggers.scan || gates.scan !== null);
  const inScope = (names: readonly string[]) => (isNamed ? [...new Set(names)] : ['*']);
  const scans = { repositories: inScope(scanned.map(({ repository }) => repository)) };
  const running = rules.flatMap(({ gates }) => gates.running ?? []);
  const services = new Set(running.map(({ cluster, service }) => `${cluster}/${service}`));
  return [
    ...rule('ecr-image-action', rules.length > 0, {
      repositories: inScope(named),
      tags: isNamed ? tagsOf(rules, local) : [],
    }),
    ...rule('ecr-image-scan', scanned.length > 0, scans),
    // Which of the two scans a repository is a setting of the registry, and may change.
    ...rule('inspector-scan', scanned.length > 0, scans),
    ...rule('gate-deployment', services.size > 0, { services: [...services] }),
    ...rule('retag-order', rules.length > 0),
  ];
}

/** Whether a tag is within a range of versions is more than a pattern can say: then all tags are of interest. */
function tagsOf(rules: readonly PromotionRule[], local: readonly PromotionRule[]): PatternScope['tags'] {
  const sources: string[] = [];
  for (const { source } of rules) {
    switch (source.kind) {
      case 'exact':
        sources.push(source.tag);
        break;
      case 'glob':
        sources.push(source.pattern);
        break;
      case 'semver':
        return [];
      default:
        source satisfies never;
    }
  }
  const destinations = local.flatMap(({ destination }) => destination.tags);
  // A signature is pushed by its digest, or under a tag that begins with that of its image.
  const signatures = rules.some(({ gates }) => gates.signature) ? [null, 'sha256-*'] : [];
  return [...new Set([...sources, ...destinations, ...signatures])];
}
