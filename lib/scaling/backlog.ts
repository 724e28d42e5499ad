import { SECOND } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { BacklogPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';
import { type Evaluation, type Situation, shown, withinBounds } from './situation.ts';
import type { MetricView } from './snapshot.ts';
import { unreadable, wholeCount } from './tracking.ts';

/**
 * Workers for a queue: each may have as many messages before it as it works off within the acceptable latency
 * (EC2 Auto Scaling user guide, scaling based on Amazon SQS).
 */
export const workersFor = (
  messages: number,
  policy: Pick<BacklogPolicy, 'acceptableLatencyMs' | 'timePerMessageMs'>,
) => wholeCount((messages * policy.timePerMessageMs) / policy.acceptableLatencyMs);

/** What a backlog policy asks for. It needs no count to start from, so it also leaves zero, and with exactly one. */
export function evaluateBacklog(
  policy: BacklogPolicy,
  metric: MetricView | undefined,
  situation: Situation,
): Evaluation {
  if (metric?.kind !== 'value') {
    const findings = [unreadable(policy.name, metric, situation)];
    return { record: situation.record, findings, forbidsIn: true };
  }
  const { desired } = situation.capacity;
  const record = withEmptiness(situation, policy.name, metric.value);
  const wanted = wantedFor(metric.value, policy, record, situation);
  const bounded = withinBounds(wanted, desired, situation.bounds);
  const why = `${shown(metric.value)} messages wait, and a task works off ${shown(policy.acceptableLatencyMs / policy.timePerMessageMs)} within ${shown(policy.acceptableLatencyMs / SECOND)} s`;
  const finding = (reason: Finding['reason'], rest: string): Finding => ({
    reason,
    outcome: 'held',
    sentence: `${situation.policy.target.id}, policy ${policy.name}: ${why}; ${rest}.`,
    facts: { policy: policy.name, messages: metric.value, wanted },
  });
  const findings: Finding[] = [];
  if (bounded.reason)
    findings.push(finding(bounded.reason, `${wanted} would be beyond its bounds, so ${desired} stay`));
  else if (wanted === desired)
    findings.push(finding('already-at-desired', `the ${desired} there are suffice`));
  return {
    record,
    proposal: { policy: policy.name, desired: bounded.desired, cooldownMs: policy.inCooldownMs, why },
    findings,
    forbidsIn: false,
  };
}

function wantedFor(
  messages: number,
  policy: BacklogPolicy,
  record: ScalingRecord,
  { capacity, now }: Situation,
): number {
  if (capacity.desired === 0) return messages > policy.activation ? 1 : 0;
  const since = record.emptySince[policy.name];
  const mayBeZero = policy.zeroAfterMs !== null && since !== undefined && now - since >= policy.zeroAfterMs;
  return Math.max(workersFor(messages, policy), mayBeZero ? 0 : 1);
}

function withEmptiness({ record, now }: Situation, name: string, messages: number): ScalingRecord {
  const { [name]: since, ...others } = record.emptySince;
  return { ...record, emptySince: messages > 0 ? others : { ...others, [name]: since ?? now } };
}
