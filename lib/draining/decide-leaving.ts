import { type EpochMs, MINUTE } from '../clock.ts';
import { cancelDrain } from './decide-draining.ts';
import type { Decision, Finding } from './decision.ts';
import { ghostDueAt } from './look.ts';
import type { ClusterPolicy } from './policy.ts';
import type { DrainRecord } from './record.ts';
import type { Snapshot } from './snapshot.ts';
import { openHooks } from './timing.ts';

/**
 * Nothing is left to wait for but that ECS forgets the instance. ECS does so by itself for an instance that was
 * terminated while running with a connected agent, within about 20 minutes; one that was stopped first, or whose
 * agent was lost, stays registered for ever: the ghost (ECS API reference, DeregisterContainerInstance).
 */
export function decideLeaving(
  record: DrainRecord,
  snapshot: Snapshot,
  policy: ClusterPolicy,
  now: EpochMs,
): Decision {
  const { instance } = snapshot;
  const waiting = openHooks(record);
  const state = record.ec2?.state;
  const alive = state === undefined || state === 'pending' || state === 'running';
  if (record.reasons.length === 0 && waiting.length === 0 && alive) return cancelDrain(record);
  const actions = waiting.map((hook) => ({ kind: 'complete', hook, result: 'CONTINUE' }) as const);
  const hold = (...findings: Finding[]): Decision => ({ actions, next: record, findings });
  if (instance === undefined || instance === 'gone') return hold();
  const id = record.instanceId;
  if (alive) {
    if (!record.reasons.some(({ kind }) => kind === 'ghost')) {
      return hold({
        reason: 'instance-leaving',
        outcome: 'held',
        sentence: `Nothing runs on ${id}; it has yet to leave.`,
      });
    }
    const sentence = `EC2 says that ${id} runs, so it is not deregistered; its tasks would run on unseen.`;
    return {
      actions,
      next: { ...record, phase: 'closed', closedAs: 'withdrawn' },
      findings: [{ reason: 'ghost-alive', outcome: 'refused', sentence }],
    };
  }
  if (state === 'stopping' || state === 'shutting-down') return hold();
  const dueAt = ghostDueAt(record, policy);
  if (dueAt === Number.POSITIVE_INFINITY) {
    const sentence = `EC2 says that ${id} is ${state}, ECS still lists it, and the policy's ghosts rule keeps such instances.`;
    return {
      actions,
      next: { ...record, phase: 'closed', closedAs: 'withdrawn' },
      findings: [{ reason: 'ghost-kept-by-policy', outcome: 'refused', sentence }],
    };
  }
  // Deregistering inside a hook can wedge ECS's state (widdix/aws-cf-templates#276), so hooks are ended first; and
  // EC2's word must be of this look, since an event may be old.
  if (dueAt > now || waiting.length > 0 || snapshot.ec2 === undefined) {
    const minutes = Math.max(0, Math.ceil((dueAt - now) / MINUTE));
    const sentence = `EC2 says that ${id} is ${state}, and ECS still lists it; deregistered if that is so in ${minutes} min.`;
    return hold({ reason: 'ghost-in-grace', outcome: 'held', sentence });
  }
  const sentence = `EC2 says that ${id} is ${state} and ECS still listed it ${Math.round((now - (record.ec2?.since ?? now)) / MINUTE)} min later.`;
  return {
    actions: [...actions, { kind: 'deregister', arn: instance.arn }],
    next: { ...record, phase: 'closed', closedAs: 'gone' },
    findings: [{ reason: 'ghost-deregistered', outcome: 'acted', sentence }],
  };
}
