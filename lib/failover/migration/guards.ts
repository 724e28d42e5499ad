import type { MigrationPolicy } from '../policy.ts';
import type { ImageCheck } from '../snapshot.ts';
import { canMove, isAllFargate } from '../strategy.ts';
import type { MovableView, TargetCircumstances } from './snapshot.ts';
import type { Obstacle } from './stop.ts';

/** What keeps a service from being moved now: `wait` passes by itself, a `refuse` does not. */
export type Guarded =
  | { readonly kind: 'wait'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly reason: Obstacle['reason']; readonly sentence: string };

const refuse = (reason: Obstacle['reason'], sentence: string): Guarded => ({
  kind: 'refuse',
  reason,
  sentence,
});

export const isOnFargate = ({ launchType, strategy }: MovableView): boolean =>
  strategy.length > 0 ? isAllFargate(strategy) : launchType === 'FARGATE';

export const canMoveNow = ({ desired, minimumHealthyPercent, maximumPercent }: MovableView): boolean =>
  desired === 0 || canMove(desired, minimumHealthyPercent, maximumPercent);

/** Whether the service is as its newest deployment wants it: nothing rolls out, nothing is short. */
export const isSteady = ({ deployments, desired, running, pending }: MovableView): boolean =>
  deployments.length === 1 && deployments[0]?.rollout === 'COMPLETED' && running >= desired && pending === 0;

/** Somebody else's deployment, or one that came to nothing. */
export function deploymentGuard(name: string, { deployments }: MovableView): Guarded | undefined {
  const [primary] = deployments;
  if (primary?.rollout === 'FAILED') {
    const sentence = `The last deployment of service ${name} (${primary.id}) has failed: ${primary.reason || 'ECS does not say why.'} Deploy one that works.`;
    return refuse('migration-stopped', sentence);
  }
  if (primary?.rollout !== 'IN_PROGRESS' && deployments.length <= 1) return undefined;
  const sentence = `Deployment ${primary?.id ?? ''} of service ${name}, which is not ours, is in progress: the service is moved when it is through.`;
  return { kind: 'wait', sentence };
}

/** What the service itself says against it. */
export function serviceGuard(name: string, view: MovableView | 'missing'): Guarded | undefined {
  if (view === 'missing' || view.status !== 'ACTIVE') {
    const how = view === 'missing' ? 'does not exist' : `is ${view.status}`;
    return refuse(
      'service-gone',
      `Service ${name} ${how}. Take it out of the migration, or correct its name.`,
    );
  }
  if (view.controller !== 'ECS' || view.rollout !== 'ROLLING') {
    const how = view.controller === 'ECS' ? view.rollout : view.controller;
    const sentence = `Service ${name} is deployed by ${how}; only rolling deployments of ECS itself are moved. Move it by hand, and take it out of the migration.`;
    return refuse('controller-not-ecs', sentence);
  }
  if (view.scheduling === 'DAEMON') {
    const sentence = `Service ${name} is a DAEMON, of which Fargate has none. Take it out of the migration.`;
    return refuse('daemon-service', sentence);
  }
  if (view.strategy.length === 0 && view.launchType !== 'EC2') {
    const sentence = `Service ${name} has launch type ${view.launchType ?? 'none'}, and not EC2. Take it out of the migration.`;
    return refuse('not-fargate-compatible', sentence);
  }
  if (view.network.subnets.length === 0) {
    const sentence = `Service ${name} lacks networkConfiguration.awsvpcConfiguration with subnets and security groups, without which Fargate runs no task. Update it to a revision with networkMode awsvpc and give it both.`;
    return refuse('not-fargate-compatible', sentence);
  }
  return deploymentGuard(name, view) ?? percentagesGuard(name, view);
}

function percentagesGuard(name: string, view: MovableView): Guarded | undefined {
  if (canMoveNow(view)) return undefined;
  const { minimumHealthyPercent, maximumPercent, desired } = view;
  const sentence = `Service ${name} has minimumHealthyPercent ${minimumHealthyPercent} and maximumPercent ${maximumPercent}: of ${desired} tasks none can be stopped or started, so that a deployment would stand still. Widen either.`;
  return refuse('percentages-block', sentence);
}

/** What its task definition and its images say against it. */
export function circumstancesGuard(
  name: string,
  { taskDefinition, images }: TargetCircumstances,
  policy: MigrationPolicy,
): Guarded | undefined {
  const { networkMode, compatibilities, hasCpu, hasMemory, operatingSystem } = taskDefinition;
  const lacking = [
    networkMode !== 'awsvpc' && `networkMode is ${networkMode} and not awsvpc`,
    !hasCpu && 'cpu of the task is not set',
    !hasMemory && 'memory of the task is not set',
    !compatibilities.includes('FARGATE') && 'requiresCompatibilities lacks FARGATE',
  ].filter((one) => one !== false);
  if (lacking.length > 0) {
    const sentence = `The task definition of service ${name} cannot run on Fargate: ${lacking.join(', ')}. Register a revision that has them, and update the service to it.`;
    return refuse('not-fargate-compatible', sentence);
  }
  if (operatingSystem.startsWith('WINDOWS') && policy.spotWeight > 0) {
    const sentence = `Service ${name} runs on ${operatingSystem}, which FARGATE_SPOT does not have. Give the migration a spotWeight of 0, or take the service out.`;
    return refuse('platform-not-supported', sentence);
  }
  return policy.image === 'ignore' ? undefined : imageGuard(name, images);
}

/** A forced deployment resolves tags afresh: it must not ship, by the way, what nobody has deployed. */
function imageGuard(name: string, images: readonly ImageCheck[]): Guarded | undefined {
  const remedy = 'Deploy it as it shall be, or name images by digest, or let the migration ignore images.';
  for (const check of images) {
    const { container, image } = check;
    if (check.verdict === 'differs') {
      const sentence = `Container ${container} of service ${name} runs ${check.running}, but ${image} is ${check.wouldShip} now: to move it would ship that. ${remedy}`;
      return refuse('image-differs', sentence);
    }
    if (check.verdict === 'unknown') {
      const sentence = `Nobody can tell whether container ${container} of service ${name} would run the same ${image}: ${check.why}. ${remedy}`;
      return refuse('image-unverifiable', sentence);
    }
  }
  return undefined;
}
