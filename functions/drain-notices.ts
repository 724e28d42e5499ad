import type { Arrival, Notice } from '../lib/draining/notice.ts';
import type { ClusterPolicy, DrainingPolicy } from '../lib/draining/policy.ts';
import * as ids from '../lib/ids.ts';
import type { Mapping as AnyMapping, CapabilityEvent, Remark } from './handler.ts';
import type { IgnoreReason } from './ignore-reasons.ts';

type Mapping = AnyMapping<Arrival>;
type Of<Kind extends CapabilityEvent['kind']> = Extract<CapabilityEvent, { readonly kind: Kind }>;

/**
 * Turns an event into what the draining capability shall hear, by the policy alone: pure, no call to AWS. Events of
 * EC2 and Health name no cluster, so that their arrivals have none; which one it is, and whether its triggers want
 * the event, is found out when the instance is looked up.
 */
export function toArrivals(event: CapabilityEvent, policy: DrainingPolicy): Mapping {
  switch (event.kind) {
    case 'lifecycle-terminate':
      return fromLifecycle(event, policy);
    case 'lifecycle-test':
      return ignore(
        'test-notification',
        `Auto Scaling group ${event.group} sent its one-off test notification`,
      );
    case 'spot-interruption':
      return anyCluster(policy, ({ triggers }) => triggers.spotInterruption)
        ? aboutInstance(event, { kind: 'spot-interruption', action: event.action, at: event.at })
        : triggerOff(event, 'a Spot interruption', 'spotInterruption');
    case 'rebalance-recommendation':
      return anyCluster(policy, ({ triggers }) => triggers.rebalance)
        ? aboutInstance(event, { kind: 'rebalance', at: event.at })
        : triggerOff(event, 'a rebalance recommendation', 'rebalance');
    case 'instance-state-change':
      return fromInstanceState(event);
    case 'health-scheduled-change':
      return fromHealth(event, policy);
    case 'container-instance-state-change':
      return fromContainerInstance(event, policy);
    case 'task-state-change':
      return fromTask(event, policy);
    case 'drain-order':
      return fromOrder(event, policy);
    case 'alarm-state-change':
      return ignore(
        'other-capability',
        `Alarm ${event.alarmName} is ${event.state}; no drain begins with that`,
      );
    case 'scale-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about ${event.target}; no drain begins with that`,
      );
    case 'service-action':
    case 'deployment-state-change':
    case 'failover-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about service ${event.service}; no drain begins with that`,
      );
    case 'ecr-image-action':
    case 'ecr-image-scan':
    case 'retag-order':
      return ignore(
        'other-capability',
        `${event.detailType} ${event.eventId} is about repository ${event.repository}; no drain begins with that`,
      );
    default:
      return event satisfies never;
  }
}

/**
 * Only hooks that the policy names are ours to complete: ECS and others have hooks of their own on the same groups.
 * The cluster is the policy's, whatever the hook's metadata says, since the policy is what was reviewed.
 */
function fromLifecycle(event: Of<'lifecycle-terminate'>, policy: DrainingPolicy): Mapping {
  const owners = policy.clusters.flatMap(({ cluster, groups }) =>
    groups.filter(({ name }) => name === event.group).map(({ hooks }) => ({ cluster, hooks })),
  );
  const owner = owners.find(({ hooks }) => hooks.includes(event.hook));
  if (owners.length === 0) {
    const sentence = `Auto Scaling group ${event.group} waits with ${event.instanceId}, but the policy has no such group`;
    return ignore('group-not-in-policy', sentence);
  }
  if (!owner) {
    const sentence = `Hook ${event.hook} of group ${event.group} holds ${event.instanceId}, but is not ours to complete`;
    return ignore('hook-not-in-policy', sentence);
  }
  const group = ids.groupName(event.group);
  const notice: Notice = { kind: 'hook', group, hook: event.hook, token: event.token, at: event.at };
  return aboutInstance(event, notice, owner.cluster, lifecycleRemarks(event, owner.cluster));
}

function lifecycleRemarks(event: Of<'lifecycle-terminate'>, cluster: string): Remark[] {
  const remarks: Remark[] = [];
  if (event.destination === 'WarmPool') {
    // A host must not come back from a warm pool with its old registration: the developer guide of ECS says not to
    // allow reuse on scale-in. So it is drained like one that will never return.
    const sentence = `${event.instanceId} goes back to the warm pool of ${event.group}; it is drained as if it ended`;
    remarks.push({ reason: 'warm-pool-return', sentence });
  }
  if (event.cluster !== undefined && event.cluster !== cluster) {
    const sentence = `Hook ${event.hook} says cluster ${event.cluster}, the policy says ${cluster}; the policy holds`;
    remarks.push({ reason: 'metadata-disagrees', sentence });
  }
  return remarks;
}

/**
 * Delivered whatever the triggers say: that a host has stopped or is gone also ends a drain that is under way, and
 * is how ghosts are known.
 */
function fromInstanceState(event: Of<'instance-state-change'>): Mapping {
  if (event.state === 'pending' || event.state === 'running') {
    return ignore(
      'state-not-of-interest',
      `${event.instanceId} is ${event.state} in EC2, so nothing has to leave it`,
    );
  }
  return aboutInstance(event, { kind: 'ec2-state', state: event.state, at: event.at });
}

/**
 * The instances live in `eventRegion`. Health delivers a copy to a backup Region, where a deployment of Stevedore
 * has other hosts; so an event counts only where it was delivered to the Region that it is about, be it marked
 * as a backup or not.
 */
function fromHealth(event: Of<'health-scheduled-change'>, policy: DrainingPolicy): Mapping {
  if (!event.takesHost) {
    return ignore(
      'maintenance-keeps-host',
      `${event.code} gives the host back, so that nothing has to leave it`,
    );
  }
  if (event.eventRegion !== event.region) {
    const copy = event.backup ? 'backup copy' : 'copy';
    const sentence = `${event.code} is about ${event.eventRegion}; this ${copy} came to ${event.region}`;
    return ignore('not-our-region', sentence);
  }
  if (event.affectedAccount !== event.account) {
    const sentence = `${event.code} is about account ${event.affectedAccount}; it came to ${event.account}`;
    return ignore('not-our-account', sentence);
  }
  if (!anyCluster(policy, ({ triggers }) => triggers.maintenanceLeadMs !== null)) {
    return ignore(
      'trigger-off',
      `${event.code} was announced, but no cluster has maintenance among its triggers`,
    );
  }
  if (event.instances.length === 0) {
    return ignore('maintenance-without-instance', `${event.code} (${event.eventArn}) names no EC2 instance`);
  }
  return maintenance(event);
}

function maintenance(event: Of<'health-scheduled-change'>): Mapping {
  const arrivals: Arrival[] = [];
  for (const { instanceId, resolved } of event.instances) {
    const withdrawn = event.status === 'closed' || resolved;
    // When it would have begun no longer matters to what is withdrawn.
    const startAt = event.startAt ?? (withdrawn ? event.at : undefined);
    if (startAt === undefined) continue;
    const notice: Notice = {
      kind: 'maintenance',
      eventArn: event.eventArn,
      code: event.code,
      startAt,
      status: withdrawn ? 'withdrawn' : 'scheduled',
      at: event.at,
    };
    arrivals.push(arrival(event, notice, { by: 'instance', instanceId: ids.instanceId(instanceId) }));
  }
  if (arrivals.length > 0) return { arrivals };
  return ignore('maintenance-without-start', `${event.code} (${event.eventArn}) has no startTime`);
}

function fromContainerInstance(
  event: Of<'container-instance-state-change'>,
  policy: DrainingPolicy,
): Mapping {
  const cluster = clusterInPolicy(event.cluster, policy);
  if (!cluster) return notInPolicy(event.cluster, event.containerInstance);
  if (event.instanceId?.startsWith('mi-')) return external(event.instanceId);
  if (event.status !== 'INACTIVE') {
    return ignore('state-not-of-interest', `${event.containerInstance} is ${event.status}; ECS still has it`);
  }
  const notice: Notice = { kind: 'unlisted', at: event.at };
  const subject: Arrival['subject'] = {
    by: 'container-instance',
    arn: ids.containerInstanceArn(event.containerInstance),
    cluster,
    ...(event.instanceId !== undefined && { instanceId: ids.instanceId(event.instanceId) }),
  };
  return { arrivals: [arrival(event, notice, subject)] };
}

function fromTask(event: Of<'task-state-change'>, policy: DrainingPolicy): Mapping {
  const cluster = clusterInPolicy(event.cluster, policy);
  if (!cluster) return notInPolicy(event.cluster, event.task);
  if (event.containerInstance === undefined || (event.launchType ?? 'EC2') !== 'EC2') {
    return ignore(
      'task-not-on-host',
      `${event.task} (${event.launchType ?? 'not placed'}) is on no EC2 host`,
    );
  }
  // The desired status is STOPPED long before: containers then still run, and targets are still being drained.
  if (event.lastStatus !== 'STOPPED') {
    return ignore(
      'task-not-stopped',
      `${event.task} is ${event.lastStatus}; it has left its host only when STOPPED`,
    );
  }
  const notice: Notice = { kind: 'task-stopped', task: ids.taskArn(event.task), at: event.at };
  const arn = ids.containerInstanceArn(event.containerInstance);
  return { arrivals: [arrival(event, notice, { by: 'container-instance', arn, cluster })] };
}

function fromOrder(event: Of<'drain-order'>, policy: DrainingPolicy): Mapping {
  const notice: Notice = { kind: 'order', verb: event.verb, by: event.by, at: event.at };
  if (event.cluster === undefined) return aboutInstance(event, notice);
  const cluster = clusterInPolicy(event.cluster, policy);
  return cluster ? aboutInstance(event, notice, cluster) : notInPolicy(event.cluster, event.instanceId);
}

function aboutInstance(
  event: CapabilityEvent & { readonly instanceId: string },
  notice: Notice,
  cluster?: ids.ClusterName,
  remarks: readonly Remark[] = [],
): Mapping {
  if (event.instanceId.startsWith('mi-')) return external(event.instanceId);
  const instanceId = ids.instanceId(event.instanceId);
  const subject: Arrival['subject'] = {
    by: 'instance',
    instanceId,
    ...(cluster !== undefined && { cluster }),
  };
  return { arrivals: [arrival(event, notice, subject)], remarks };
}

function arrival(event: CapabilityEvent, notice: Notice, subject: Arrival['subject']): Arrival {
  return { notice, subject, cause: { eventId: event.eventId, detailType: event.detailType } };
}

function anyCluster(policy: DrainingPolicy, wants: (cluster: ClusterPolicy) => boolean): boolean {
  return policy.clusters.some(wants);
}

function clusterInPolicy(name: string, policy: DrainingPolicy): ids.ClusterName | undefined {
  return policy.clusters.find(({ cluster }) => cluster === name)?.cluster;
}

function ignore(reason: IgnoreReason, sentence: string): Mapping {
  return { ignored: { reason, sentence } };
}

function triggerOff(event: { readonly instanceId: string }, what: string, trigger: string): Mapping {
  return ignore(
    'trigger-off',
    `${event.instanceId} has ${what}, but no cluster has ${trigger} among its triggers`,
  );
}

function notInPolicy(cluster: string, what: string): Mapping {
  return ignore('cluster-not-in-policy', `${what} is in cluster ${cluster}, which the policy does not name`);
}

function external(instanceId: string): Mapping {
  return ignore(
    'external-instance',
    `${instanceId} is an ECS Anywhere machine, which Stevedore leaves alone`,
  );
}
