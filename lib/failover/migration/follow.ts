import { type EpochMs, MINUTE, utc } from '../../clock.ts';
import { serviceName } from '../../ids.ts';
import type { FailoverReason } from '../reasons.ts';
import type { MigrationRecord } from '../record.ts';
import type { MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { isOnFargate, isSteady } from './guards.ts';
import type { MovableView } from './snapshot.ts';
import { stopAt } from './stop.ts';

type Moving = NonNullable<MigrationRecord['moving']>;

/** What becomes of the deployment that moves a service: through and steady for the soak, or stopped at. */
export function follow(
  situation: Situation,
  moving: Moving,
  view: MovableView | 'missing',
): MigrationDecision {
  const { record, snapshot } = situation;
  const { service, since } = moving;
  if (view === 'missing' || view.status !== 'ACTIVE') {
    const sentence = `Service ${service} went away while it was moved. Take it out of the migration.`;
    return stopped(situation, moving, 'service-gone', sentence);
  }
  const [primary] = view.deployments;
  // After a crash between UpdateService and its answer: what is in force is what was intended.
  const ours = moving.deploymentId ?? primary?.id;
  if (isOnFargate(view) && primary?.id === ours) {
    return step(situation, { ...moving, ...(ours !== undefined && { deploymentId: ours }) }, view);
  }
  const { fate } = snapshot;
  if (fate === undefined) {
    return { next: record, findings: [], needs: { kind: 'fate', service: serviceName(service), since } };
  }
  if (fate.kind === 'rolled-back') {
    const sentence = `ECS has rolled the deployment of service ${service} back (${fate.reason}). See why its tasks fail on Fargate, and order reset.`;
    return stopped(situation, moving, 'flip-rolled-back', sentence);
  }
  if (!isOnFargate(view)) {
    const sentence = `Somebody has put service ${service} back to EC2 while it was moved. Take it out of the migration, or order reset.`;
    return stopped(situation, moving, 'changed-by-others', sentence);
  }
  // New code on top of ours: its deployment is the one that has to come through.
  const { completedAt: _, ...rest } = moving;
  return step(situation, { ...rest, ...(primary && { deploymentId: primary.id }) }, view);
}

function step(situation: Situation, moving: Moving, view: MovableView): MigrationDecision {
  const { policy, now } = situation;
  const { service, since } = moving;
  const [primary] = view.deployments;
  if (primary?.rollout === 'FAILED') {
    const sentence = `The deployment of service ${service} (${primary.id}) has failed: ${primary.reason || 'ECS does not say why.'} See why its tasks fail on Fargate, and order reset.`;
    return stopped(situation, moving, 'migration-stopped', sentence);
  }
  if (isSteady(view)) return soak(situation, moving);
  if (now - since > policy.stepTimeoutMs) {
    const sentence = `Service ${service} is not steady on Fargate after ${minutes(policy.stepTimeoutMs)}: ${view.running} of ${view.desired} tasks run. See its service events, and order reset.`;
    return stopped(situation, moving, 'migration-stopped', sentence);
  }
  const { completedAt: _, ...unsteady } = moving;
  const sentence = `Service ${service} rolls out on Fargate: ${primary?.running ?? 0} of ${primary?.desired ?? view.desired} tasks run.`;
  return going(situation, unsteady, { reason: 'rollout-in-progress', outcome: 'held', sentence, service });
}

function soak(situation: Situation, moving: Moving): MigrationDecision {
  const { record, policy, now } = situation;
  const { service, completedAt = now } = moving;
  const until = completedAt + policy.soakMs;
  if (now < until) {
    const sentence = `Service ${service} is steady on Fargate, and must be so until ${utc(until)}.`;
    return going(
      situation,
      { ...moving, completedAt },
      { reason: 'soaking', outcome: 'held', sentence, service },
    );
  }
  const { moving: _, ...rest } = record;
  const finding: MigrationFinding = {
    reason: 'migration-step-completed',
    outcome: 'done',
    sentence: `Service ${service} runs on Fargate, and was steady for ${minutes(policy.soakMs)}.`,
    service,
  };
  return { next: { ...rest, moved: [...record.moved, service] }, findings: [finding] };
}

const going = ({ record }: Situation, moving: Moving, finding: MigrationFinding): MigrationDecision => ({
  next: { ...record, moving },
  findings: [finding],
});

const stopped = (situation: Situation, { service }: Moving, reason: FailoverReason, sentence: string) =>
  stopAt(situation, { service, reason, sentence, kind: 'deployment' }, 'failed');

const minutes = (ms: EpochMs) => `${Math.round(ms / MINUTE)} minutes`;
