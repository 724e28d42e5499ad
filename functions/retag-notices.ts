import type { DeploymentStateChange } from '../events/deployment-state-change.ts';
import type { EcrImageAction } from '../events/ecr-image-action.ts';
import type { EcrImageScan } from '../events/ecr-image-scan.ts';
import type { EventBase } from '../events/envelope.ts';
import type { RetagOrder } from '../events/retag-order.ts';
import { type Aim, aimsOf } from '../lib/retagging/dependencies.ts';
import type { Arrival, Notice, Order } from '../lib/retagging/notice.ts';
import type { PromotionRule, RetaggingPolicy } from '../lib/retagging/policy.ts';
import { matches } from '../lib/retagging/tags.ts';
import type { Mapping as AnyMapping, CapabilityEvent } from './handler.ts';
import type { IgnoreReason } from './ignore-reasons.ts';

type Mapping = AnyMapping<Arrival>;

/** Turns an event into what retagging shall hear, by the policy alone: pure, no call to AWS. */
export function createMapping(policy: RetaggingPolicy): (event: CapabilityEvent) => Mapping {
  const aims = [...aimsOf(policy).values()];
  return (event) => {
    switch (event.kind) {
      case 'ecr-image-action':
        return fromAction(event, aims);
      case 'ecr-image-scan':
        return fromScan(event, aims);
      case 'deployment-state-change':
        return fromDeployment(event, aims);
      case 'retag-order':
        return fromOrder(event, aims);
      default:
        return ignore(
          'other-capability',
          `${event.detailType} ${event.eventId} is about hosts, services or alarms, not about images`,
        );
    }
  };
}

function fromAction(event: EcrImageAction, aims: readonly Aim[]): Mapping {
  const { eventId, repository, tag, digest, action, result, at } = event;
  const what = `${action} of ${repository}${tag === null ? `@${digest}` : `:${tag}`}`;
  if (result !== 'SUCCESS') {
    return ignore('image-action-failed', `${what} was no success but ${result}, so that nothing has changed`);
  }
  const concerned = aims.filter(
    (aim) => isDestination(aim, event) || (action === 'PUSH' && isSource(aim, event)),
  );
  if (concerned.length === 0) {
    return aims.some(({ rule, destination }) =>
      [rule.repository, destination.repository].includes(repository),
    )
      ? ignore('tag-not-in-policy', `${what}: no rule of that repository takes it`)
      : ignore('repository-not-in-policy', `${what}: no rule names the repository`);
  }
  const notice: Notice =
    action === 'PUSH'
      ? { kind: 'push', eventId, repository, tag, digest, at }
      : { kind: 'removed', digest, tag, at };
  return arriving(event, concerned, notice);
}

/** Of another Region no events come. */
const isDestination = ({ destination }: Aim, { repository, tag }: EcrImageAction): boolean =>
  destination.region === null && destination.repository === repository && destination.tag === tag;

/** Also a signature, which is pushed by digest or under a tag that names the digest that it is of. */
function isSource({ rule }: Aim, { repository, tag }: EcrImageAction): boolean {
  if (rule.repository !== repository) return false;
  if (tag !== null && matches(rule.source, tag)) return true;
  return rule.gates.signature && (tag === null || tag.startsWith('sha256-'));
}

function fromScan(event: EcrImageScan, aims: readonly Aim[]): Mapping {
  const { repository, digest, status, at } = event;
  const scanned = ({ rule }: Aim) => rule.triggers.scan || rule.gates.scan !== null;
  const concerned = aims.filter((aim) => aim.rule.repository === repository && scanned(aim));
  if (concerned.length === 0) {
    const sentence = `The scan of ${digest} in ${repository} is ${status}: no rule of that repository goes by scans`;
    return ignore('repository-not-in-policy', sentence);
  }
  return arriving(event, concerned, { kind: 'scan', repository, digest, at });
}

function fromDeployment(event: DeploymentStateChange, aims: readonly Aim[]): Mapping {
  const { service, cluster, eventName, at } = event;
  const concerned = aims.filter(({ rule }) => waitsFor(rule, service, cluster));
  if (concerned.length === 0 || eventName !== 'SERVICE_DEPLOYMENT_COMPLETED') {
    const sentence = `${eventName} of service ${service}: no rule waits for it`;
    return ignore('deployment-not-in-policy', sentence);
  }
  return arriving(event, concerned, { kind: 'deployment', at });
}

/** An ARN of the short format names no cluster: then all rules that wait for a service of the name hear of it. */
const waitsFor = (
  { gates: { running } }: PromotionRule,
  service: string,
  cluster: string | undefined,
): boolean =>
  running !== null && running.service === service && (cluster === undefined || running.cluster === cluster);

function fromOrder(event: RetagOrder, aims: readonly Aim[]): Mapping {
  const { eventId, verb, repository, tag, by, at } = event;
  const what = `The order to ${verb} ${repository}:${tag} by ${by}`;
  const named = aims.filter(
    ({ destination }) => destination.repository === repository && destination.tag === tag,
  );
  const there = named.filter(({ destination }) => destination.region === (event.region ?? null));
  // Without a Region, the tag of the deployment's is meant, if there is one.
  const concerned = there.length === 0 && event.region === undefined ? named : there;
  if (concerned.length === 0)
    return ignore('tag-not-in-policy', `${what}: no rule of the policy gives that tag`);
  const order = orderOf(event);
  if (order === undefined) {
    return ignore(
      'order-incomplete',
      `${what} does not say ${verb === 'approve' ? 'which digest' : 'which image'}`,
    );
  }
  return arriving(event, concerned, { kind: 'order', eventId, order, by, at });
}

/** Undefined: what it needs is missing. */
function orderOf({ verb, image, to, digest, skipGates = false }: RetagOrder): Order | undefined {
  switch (verb) {
    case 'promote':
      return image === undefined ? undefined : { verb, image, skipGates };
    case 'rollback':
      return { verb, to: to ?? null };
    case 'approve':
      return digest === undefined ? undefined : { verb, digest };
    case 'release':
      return { verb };
    default:
      return verb satisfies never;
  }
}

const arriving = ({ eventId, detailType }: EventBase, aims: readonly Aim[], notice: Notice): Mapping => ({
  arrivals: [
    { records: aims.map(({ destination }) => destination.id), notice, cause: { eventId, detailType } },
  ],
});

const ignore = (reason: IgnoreReason, sentence: string): Mapping => ({ ignored: { reason, sentence } });
