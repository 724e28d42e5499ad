import type { Arrival, Notice } from '../lib/failover/notice.ts';
import type { FailoverPolicy, ServicePolicy } from '../lib/failover/policy.ts';
import type { Mapping as AnyMapping, CapabilityEvent } from './handler.ts';
import type { IgnoreReason } from './ignore-reasons.ts';

type Of<Kind extends CapabilityEvent['kind']> = Extract<CapabilityEvent, { readonly kind: Kind }>;
type Mapping = AnyMapping<Arrival>;

/** Turns an event into what the failover capability shall hear, by the policy alone: pure, no call to AWS. */
export function toArrivals(event: CapabilityEvent, policy: FailoverPolicy): Mapping {
  switch (event.kind) {
    case 'service-action':
      return fromServiceAction(event, policy);
    case 'deployment-state-change':
      return fromDeployment(event, policy);
    case 'task-state-change':
      return fromTask(event, policy);
    case 'alarm-state-change':
      return fromAlarm(event, policy);
    case 'failover-order':
      return fromOrder(event, policy);
    case 'lifecycle-terminate':
    case 'lifecycle-test':
    case 'spot-interruption':
    case 'rebalance-recommendation':
    case 'instance-state-change':
    case 'health-scheduled-change':
    case 'container-instance-state-change':
    case 'drain-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about hosts, not about services`,
      );
    case 'scale-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about a count, not about where tasks run`,
      );
    case 'ecr-image-action':
    case 'ecr-image-scan':
    case 'retag-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about images, not about services`,
      );
    default:
      return event satisfies never;
  }
}

function fromServiceAction(event: Of<'service-action'>, policy: FailoverPolicy): Mapping {
  const { eventId, eventName, providers, reason = 'no reason given', at } = event;
  switch (eventName) {
    case 'SERVICE_TASK_PLACEMENT_FAILURE':
      return about(event, named(policy, event), {
        kind: 'placement-failure',
        eventId,
        reason,
        providers,
        at,
      });
    case 'SERVICE_STEADY_STATE':
    case 'CAPACITY_PROVIDER_STEADY_STATE':
      return about(event, named(policy, event), { kind: 'steady', at });
    default:
      return ignore(
        'service-action-not-of-interest',
        `ECS says ${eventName} of service ${event.service}, which says nothing of capacity`,
      );
  }
}

const STATES = {
  SERVICE_DEPLOYMENT_IN_PROGRESS: 'in-progress',
  SERVICE_DEPLOYMENT_COMPLETED: 'completed',
  SERVICE_DEPLOYMENT_FAILED: 'failed',
} as const;

/** An ARN of the short format names no cluster: then all services of the name hear of it, and know whose it is. */
function fromDeployment(event: Of<'deployment-state-change'>, policy: FailoverPolicy): Mapping {
  const { deploymentId, eventName, reason, at } = event;
  const notice: Notice = { kind: 'deployment', deploymentId, state: STATES[eventName], reason, at };
  return about(event, named(policy, event), notice);
}

function fromTask(event: Of<'task-state-change'>, policy: FailoverPolicy): Mapping {
  const { task, cluster, service, lastStatus, at } = event;
  if (!event.interrupted) {
    return ignore('task-not-interrupted', `${task} is ${lastStatus}, and Spot does not take it back`);
  }
  const services = service === undefined ? [] : named(policy, { cluster, service });
  return about(event, services, { kind: 'interruption', task, at });
}

function fromAlarm(event: Of<'alarm-state-change'>, policy: FailoverPolicy): Mapping {
  const { alarmName: name, state, timestamp: at } = event;
  const listening = policy.services.filter(({ signals }) => signals.alarm === name);
  if (listening.length === 0) {
    return ignore('alarm-not-in-policy', `Alarm ${name} is ${state}, but no service fails over by it`);
  }
  return about(event, listening, { kind: 'alarm', name, inAlarm: state === 'ALARM', at });
}

/** An order may also be about the migration that has the service. */
function fromOrder(event: Of<'failover-order'>, policy: FailoverPolicy): Mapping {
  const { verb, by, at, cluster, service } = event;
  const migrations = policy.migrations.filter(
    (one) => one.cluster === cluster && one.services.some((name) => name === service),
  );
  const ids = migrations.map((one) => ({ id: `migration/${one.cluster}` }));
  return about(event, [...named(policy, event), ...ids], { kind: 'order', verb, by, at });
}

const named = (
  { services }: FailoverPolicy,
  { cluster, service }: { readonly cluster?: string; readonly service: string },
): readonly ServicePolicy[] =>
  services.filter((one) => one.service === service && (cluster === undefined || one.cluster === cluster));

function about(
  event: CapabilityEvent & { readonly service?: string },
  services: readonly Pick<ServicePolicy, 'id'>[],
  notice: Notice,
): Mapping {
  if (services.length === 0) {
    const sentence = `${event.detailType} ${event.eventId} is about service ${event.service ?? 'of no name'}, which the policy does not name`;
    return ignore('service-not-in-policy', sentence);
  }
  const { eventId, detailType } = event;
  return {
    arrivals: services.map(({ id }) => ({ service: id, notice, cause: { eventId, detailType } })),
  };
}

const ignore = (reason: IgnoreReason, sentence: string): Mapping => ({ ignored: { reason, sentence } });
