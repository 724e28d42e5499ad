import { type EpochMs, HOUR, MINUTE } from '../../lib/clock.ts';
import type { Notice } from '../../lib/failover/notice.ts';
import type { Strategy } from '../../lib/failover/record.ts';
import type { DeploymentFate, DeploymentView, ServiceView } from '../../lib/failover/snapshot.ts';
import { onDemandCount } from '../../lib/failover/strategy.ts';
import { aView, REVISION } from './situations.ts';

/** ECS says a thing again only after so long while it holds (ECS developer guide, service event messages). */
const REPEATS_AFTER = 6 * HOUR;

export interface TinyServicePlan {
  readonly original: Strategy;
  readonly desired: number;
  /** After so many minutes without success a deployment is rolled back; null: it goes on for ever. */
  readonly rollsBackAfterMinutes: number | null;
}

interface Deployment {
  readonly id: string;
  readonly strategy: Strategy;
  readonly createdAt: EpochMs;
  readonly isRollback: boolean;
  rollout: DeploymentView['rollout'];
}

/** One service as ECS runs it: no more of ECS than a failover depends on. Tasks start within a minute if there is capacity. */
export function createTinyEcs(name: string, plan: TinyServicePlan, begin: EpochMs) {
  let ids = 0;
  const deploy = (strategy: Strategy, createdAt: EpochMs, isRollback = false): Deployment => {
    ids += 1;
    return { id: `${name}/${ids}`, strategy, createdAt, isRollback, rollout: 'IN_PROGRESS' };
  };
  let primary: Deployment = { ...deploy(plan.original, begin - HOUR), rollout: 'COMPLETED' };
  let lastCompleted = primary;
  let { desired } = plan;
  /** Of the primary deployment; `old` is what deployments before it still run. */
  let onDemand = onDemandCount(plan.original, desired);
  let spot = desired - onDemand;
  let old = 0;
  let messages: ServiceView['messages'] = { steadyAt: begin - HOUR };
  let saidAt = Number.NEGATIVE_INFINITY;

  const running = () => Math.min(desired, onDemand + spot) + old;

  function update(strategy: Strategy, now: EpochMs, isRollback = false): string {
    old = Math.min(desired, running());
    [onDemand, spot] = [0, 0];
    primary = deploy(strategy, now, isRollback);
    return primary.id;
  }

  /** What Spot takes back when its capacity goes: tasks of old deployments, too. */
  function reclaim(now: EpochMs, isStart: boolean): Notice[] {
    if (!isStart) return [];
    const taken = spot;
    spot = 0;
    if (onDemandCount(lastCompleted.strategy, 1) === 0) old = 0;
    return Array.from({ length: taken }, (_, index) => ({
      kind: 'interruption' as const,
      task: `${name}-${now}-${index}`,
      at: now,
    }));
  }

  function place(hasSpot: boolean): void {
    onDemand = onDemandCount(primary.strategy, desired);
    const wanted = desired - onDemand;
    spot = hasSpot ? wanted : Math.min(spot, wanted);
    old = Math.max(0, Math.min(old, desired - onDemand - spot));
  }

  /** A minute passes. What EventBridge would announce comes back. */
  function pass(now: EpochMs, hasSpot: boolean, isLoss: boolean): Notice[] {
    const notices = reclaim(now, isLoss);
    place(hasSpot);
    if (onDemand + spot >= desired) {
      if (primary.rollout === 'IN_PROGRESS') {
        primary.rollout = 'COMPLETED';
        notices.push({
          kind: 'deployment',
          deploymentId: primary.id,
          state: 'completed',
          reason: '',
          at: now,
        });
      }
      lastCompleted = primary;
      messages = { ...messages, steadyAt: now };
      saidAt = Number.NEGATIVE_INFINITY;
      return [...notices, { kind: 'steady', at: now }];
    }
    if (now - saidAt >= REPEATS_AFTER) {
      saidAt = now;
      messages = { ...messages, capacityUnavailableAt: now };
      const eventId = `${name}-${now}`;
      const [reason, providers] = ['RESOURCE:FARGATE', ['FARGATE_SPOT']];
      notices.push({ kind: 'placement-failure', eventId, reason, providers, at: now });
    }
    const { rollsBackAfterMinutes: limit } = plan;
    const isLate = limit !== null && now - primary.createdAt >= limit * MINUTE;
    if (isLate && primary.rollout === 'IN_PROGRESS' && !primary.isRollback) {
      notices.push({
        kind: 'deployment',
        deploymentId: primary.id,
        state: 'failed',
        reason: '',
        at: now,
      });
      update(lastCompleted.strategy, now, true);
    }
    return notices;
  }

  return {
    pass,
    update: (strategy: Strategy, now: EpochMs) => update(strategy, now),
    scale(count: number) {
      desired = count;
      [onDemand, spot, old] = [Math.min(onDemand, count), Math.min(spot, count), Math.min(old, count)];
    },
    strategy: () => primary.strategy,
    view: (): ServiceView =>
      aView({
        strategy: primary.strategy,
        desired,
        running: Math.min(desired, running()),
        taskDefinition: REVISION,
        messages,
        deployments: [
          {
            id: primary.id,
            rollout: primary.rollout,
            reason: '',
            createdAt: primary.createdAt,
            desired,
            running: onDemand + spot,
            failed: 0,
          },
        ],
      }),
    fate: (): DeploymentFate =>
      primary.isRollback ? { kind: 'rolled-back', reason: 'ROLLBACK_SUCCESSFUL' } : { kind: 'replaced' },
  };
}

export type TinyEcs = ReturnType<typeof createTinyEcs>;
