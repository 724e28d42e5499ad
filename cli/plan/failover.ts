import type { FailoverClients } from '../../lib/aws/failover-clients.ts';
import type { EpochMs } from '../../lib/clock.ts';
import type { Finding, ServiceDecision } from '../../lib/failover/decision.ts';
import { deliberate, type Matter, type Whole } from '../../lib/failover/deliberate.ts';
import { newServiceRecord } from '../../lib/failover/intake.ts';
import { isUnreadable, type Observed, observe, type Unreadable } from '../../lib/failover/observe.ts';
import type { FailoverPolicy, ServicePolicy } from '../../lib/failover/policy.ts';
import type { ServiceRecord } from '../../lib/failover/record.ts';
import type { ServiceView } from '../../lib/failover/snapshot.ts';
import { inWords } from '../../lib/failover/strategy.ts';
import { type Check, unread, type Verdict } from './check.ts';

const SECTION = 'failover.services';

/**
 * What a shortage of Spot would lead to for each service, if it took all tasks of all of them at once: by the decisions
 * of the function itself, so that the limits over all are divided as they would be. Reads only, and never throws.
 */
export async function checkServices(
  clients: FailoverClients,
  policy: FailoverPolicy,
  now: EpochMs,
): Promise<Check[]> {
  const seen = await observe(clients, policy.services);
  const matters = policy.services.flatMap((one): Matter[] => {
    const observed = seen.get(one.id);
    return observed === undefined || isUnreadable(observed) ? [] : [inShortage(one, observed, now)];
  });
  const whole: Whole = {
    // What the rate limit holds goes a minute later: a plan has no minutes.
    policy: { ...policy, limits: { ...policy.limits, tasksPerMinute: Number.POSITIVE_INFINITY } },
    records: new Map(matters.map((matter) => [matter.policy.id, matter.record])),
    pools: new Map(),
  };
  const decisions = await deliberate(clients, whole, matters, now);
  return policy.services.flatMap((one) => {
    const observed = seen.get(one.id);
    if (observed === undefined) return [];
    return checkOf(one, observed, decisions.get(one.id));
  });
}

/** The service as a shortage leaves it: none of its tasks runs, and what is being deployed now is through. */
function inShortage(policy: ServicePolicy, observed: Observed, now: EpochMs): Matter {
  const service = activeOf(observed);
  const record: ServiceRecord = {
    ...newServiceRecord(policy.service),
    phase: { name: 'suspect', since: now, why: 'there is no Fargate Spot' },
  };
  // That it does not exist is told as such, whether it has a pair or not.
  if (service === undefined) return { policy: { ...policy, paired: null }, record, observed };
  return { policy, record, observed: { ...observed, service: { ...deployed(service), running: 0 } } };
}

const activeOf = ({ service }: Observed): ServiceView | undefined =>
  service === 'missing' || service.status !== 'ACTIVE' ? undefined : service;

/** The service when the deployment is through that is on its way now: every change waits for that. */
export function deployed<View extends ServiceView>(view: View): View {
  const deployments = view.deployments
    .slice(0, 1)
    .map((one) => (one.rollout === 'IN_PROGRESS' ? { ...one, rollout: 'COMPLETED' as const } : one));
  return { ...view, deployments };
}

/** The deployment that every change waits for now. */
export const onItsWay = ({ deployments: [primary] }: ServiceView): string | undefined =>
  primary?.rollout === 'IN_PROGRESS' ? primary.id : undefined;

function checkOf(
  policy: ServicePolicy,
  observed: Observed | Unreadable,
  decision: ServiceDecision | Unreadable | undefined,
): Check {
  const subject = `${policy.cluster}/${policy.service}`;
  if (isUnreadable(observed)) return unread(SECTION, subject, observed.error);
  if (isUnreadable(decision)) return unread(SECTION, subject, decision.error);
  const [first, ...others] = decision?.findings ?? [];
  if (decision === undefined || first === undefined) {
    return unread(SECTION, subject, new Error(`Nothing was decided about ${subject}.`));
  }
  const { reason } = first;
  const base = { section: SECTION, subject, reason, change: null, remarks: [] } as const;
  const { service } = observed;
  if (decision.action === undefined || service === 'missing') {
    return { ...base, verdict: verdictOf(first), sentence: first.sentence };
  }
  const ready = { ...base, verdict: 'ready' as const };
  switch (decision.action.kind) {
    case 'set-strategy': {
      const change = { from: inWords(service.strategy), to: inWords(decision.action.strategy) };
      const remarks = [...others.map(({ sentence }) => sentence), ...waiting(policy, service)];
      const sentence = `${policy.service} goes from ${change.from} to ${change.to}.`;
      return { ...ready, change, remarks, sentence };
    }
    case 'set-paired-count': {
      const { desired } = decision.action;
      const sentence = `${policy.service} stays as it is, and ${policy.paired} gets as many tasks as are missing, up to ${desired}.`;
      const short = `limits.onDemandVcpus leaves room for ${desired} of its ${service.desired} tasks. Raise it if the account's quota allows.`;
      return { ...ready, sentence, remarks: desired < service.desired ? [short] : [] };
    }
    default:
      return decision.action satisfies never;
  }
}

function waiting({ duringDeployment }: ServicePolicy, service: ServiceView): string[] {
  const deployment = onItsWay(service);
  if (deployment === undefined) return [];
  const unless =
    duringDeployment === 'wait' ? '' : ', unless fewer tasks run than the minimum healthy percent asks for';
  return [`Deployment ${deployment} is on its way now and would be waited for${unless}.`];
}

/** Of a decision that changes nothing. */
function verdictOf({ outcome }: Finding): Verdict {
  switch (outcome) {
    case 'refused':
    case 'ignored':
      return 'refused';
    case 'done':
      return 'idle';
    default:
      // Something of it is there already, or comes by itself.
      return 'ready';
  }
}
