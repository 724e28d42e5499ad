import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock.ts';
import { decide } from '../../lib/failover/migration/decide.ts';
import type { MovableView } from '../../lib/failover/migration/snapshot.ts';
import type { MigrationRecord } from '../../lib/failover/record.ts';
import type { DeploymentFate } from '../../lib/failover/snapshot.ts';
import { deployment, movable, moved, NOON, situation } from './situation.ts';

type Moving = NonNullable<MigrationRecord['moving']>;

interface Given {
  readonly web?: MovableView | 'missing';
  readonly moving?: Partial<Moving>;
  readonly fate?: DeploymentFate;
  readonly after?: number;
}

/** Web is being moved, since noon, by deployment ecs-svc/2, which is through unless told otherwise. */
function following({ web = moved(), moving = {}, fate, after = 0 }: Given = {}) {
  return decide(
    situation({
      record: { moving: { service: 'web', since: NOON, deploymentId: 'ecs-svc/2', ...moving } },
      services: { web },
      snapshot: fate ? { fate } : {},
      now: NOON + after,
    }),
  );
}

const ours = (rollout: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED', reason = '') =>
  deployment({ id: 'ecs-svc/2', rollout, reason });

describe('a service on its way', () => {
  it('is waited for while it rolls out', () => {
    const web = moved({ deployments: [ours('IN_PROGRESS'), deployment()] });

    expect(following({ web, after: 29 * MINUTE })).toMatchObject({
      findings: [{ reason: 'rollout-in-progress', outcome: 'held' }],
    });
  });

  it('soaks from when it is first seen steady', () => {
    expect(following({ after: 5 * MINUTE })).toMatchObject({
      next: { moving: { completedAt: NOON + 5 * MINUTE } },
      findings: [{ reason: 'soaking', sentence: expect.stringContaining('2026-11-21T12:15:00Z') }],
    });
  });

  it.each([
    ['a task is short', moved({ running: 3 })],
    ['a task is pending', moved({ pending: 1 })],
    ['the old tasks are not gone', moved({ deployments: [ours('COMPLETED'), deployment()] })],
  ])('is not steady while %s, and soaks anew', (_, web) => {
    const { next } = following({ web, moving: { completedAt: NOON }, after: 12 * MINUTE });

    expect(next.moving).toEqual({ service: 'web', since: NOON, deploymentId: 'ecs-svc/2' });
  });

  it('is through after the soak, and not before', () => {
    const moving = { completedAt: NOON };

    expect(following({ moving, after: 10 * MINUTE - 1 }).next.moved).toEqual([]);
    const { next, findings } = following({ moving, after: 10 * MINUTE });
    expect(next).toMatchObject({ moved: ['web'] });
    expect(next.moving).toBeUndefined();
    expect(findings).toMatchObject([{ reason: 'migration-step-completed', outcome: 'done' }]);
  });

  it('may soak beyond the time-out of its deployment', () => {
    expect(
      following({ moving: { completedAt: NOON + 29 * MINUTE }, after: 35 * MINUTE }).next.stopped,
    ).toBeUndefined();
  });
});

describe('a service stops the migration where it is', () => {
  it.each<readonly [string, Given, string, RegExp]>([
    [
      'its deployment failed',
      { web: moved({ deployments: [ours('FAILED', 'tasks failed to start')] }) },
      'migration-stopped',
      /tasks failed to start/,
    ],
    [
      'its deployment takes too long',
      { web: moved({ deployments: [ours('IN_PROGRESS')] }), after: 30 * MINUTE + 1 },
      'migration-stopped',
      /not steady on Fargate after 30 minutes/,
    ],
    [
      'failover edge 11: the deployment circuit breaker put it back to EC2',
      {
        web: movable({ deployments: [deployment({ id: 'ecs-svc/3' })] }),
        fate: { kind: 'rolled-back', reason: 'ROLLBACK_SUCCESSFUL' },
      },
      'flip-rolled-back',
      /ROLLBACK_SUCCESSFUL/,
    ],
    [
      'failover edge 11: the roll-back kept the strategy',
      {
        web: moved({ deployments: [deployment({ id: 'ecs-svc/3' })] }),
        fate: { kind: 'rolled-back', reason: 'alarm high' },
      },
      'flip-rolled-back',
      /alarm high/,
    ],
    [
      'failover edge 18: somebody put it back to EC2',
      { web: movable({ deployments: [deployment({ id: 'ecs-svc/3' })] }), fate: { kind: 'replaced' } },
      'changed-by-others',
      /Somebody has put service web back to EC2/,
    ],
    [
      'failover edge 23: it was deleted',
      { web: movable({ status: 'INACTIVE' }) },
      'service-gone',
      /went away/,
    ],
    ['failover edge 23: it is missing', { web: 'missing' }, 'service-gone', /went away/],
  ])('%s', (_, given, reason, words) => {
    const { next, action, findings } = following(given);

    expect(action).toBeUndefined();
    expect(next).toMatchObject({ moved: [], stopped: { service: 'web', reason } });
    expect(next.moving).toBeUndefined();
    expect(findings.at(-1)).toMatchObject({
      reason: 'migration-stopped',
      sentence: expect.stringMatching(words),
    });
  });

  it('and stays there although ECS rolls back by a new deployment', () => {
    const { next } = following({ web: moved({ deployments: [ours('FAILED')] }) });
    const back = situation({
      record: next,
      services: { web: movable({ deployments: [deployment({ id: 'ecs-svc/3' })] }) },
    });

    expect(decide({ ...back, now: NOON + HOUR }).next.stopped).toEqual(next.stopped);
  });
});

describe('a newer deployment on top of ours', () => {
  const web = moved({ deployments: [deployment({ id: 'ecs-svc/3', rollout: 'IN_PROGRESS' })] });

  it('is asked what became of ours', () => {
    expect(following({ web })).toMatchObject({
      needs: { kind: 'fate', service: 'web', since: NOON },
      findings: [],
    });
  });

  it('that ships new code on Fargate is the one that has to come through', () => {
    const { next } = following({ web, moving: { completedAt: NOON }, fate: { kind: 'replaced' } });

    expect(next.moving).toEqual({ service: 'web', since: NOON, deploymentId: 'ecs-svc/3' });
  });
});

describe('after a crash between the intention and the answer', () => {
  const lost = (web: MovableView) =>
    decide(
      situation({
        record: { moving: { service: 'web', since: NOON } },
        services: { web },
        now: NOON + MINUTE,
      }),
    );

  it('the deployment that is found is taken for ours', () => {
    const { next, action } = lost(moved({ deployments: [ours('IN_PROGRESS')] }));

    expect(action).toBeUndefined();
    expect(next.moving).toMatchObject({ deploymentId: 'ecs-svc/2', since: NOON });
  });

  it('what was not carried out is decided afresh, by every guard', () => {
    expect(lost(movable())).toMatchObject({
      action: { kind: 'move' },
      next: { moving: { since: NOON + MINUTE } },
    });
    expect(lost(movable({ rollout: 'CANARY' })).next.stopped).toMatchObject({ reason: 'controller-not-ecs' });
  });
});
