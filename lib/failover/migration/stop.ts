import type { Outcome } from '../../journal/journal.ts';
import type { MigrationPolicy } from '../policy.ts';
import type { FailoverReason } from '../reasons.ts';
import type { MigrationRecord, MigrationStop } from '../record.ts';
import type { MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { canMoveNow } from './guards.ts';
import { lacksFargate } from './providers.ts';
import type { MigrationSnapshot, MovableView } from './snapshot.ts';

/** Why it stands still, and where. */
export interface Obstacle {
  /** Null: the cluster. */
  readonly service: string | null;
  readonly reason: FailoverReason;
  readonly sentence: string;
  /** `guard`: it was not begun, so that a new deployment by somebody is a new state of things. */
  readonly kind: 'guard' | 'deployment';
}

/** Ends what is under way and stands still, with the reason in the journal. Nothing is undone. */
export function stopAt(
  situation: Situation,
  obstacle: Obstacle,
  outcome: Outcome = 'refused',
): MigrationDecision {
  const { associating: _, moving: __, ...rest } = situation.record;
  const stopped = stopOf(situation, obstacle);
  const about = obstacle.service === null ? {} : { service: obstacle.service };
  const cause: MigrationFinding = { reason: obstacle.reason, outcome, sentence: obstacle.sentence, ...about };
  const standing = standingFinding(stopped, situation.policy);
  return {
    next: { ...rest, stopped },
    findings: obstacle.reason === 'migration-stopped' ? [standing] : [cause, standing],
  };
}

function stopOf(
  { policy, snapshot, now }: Situation,
  { service, reason, sentence, kind }: Obstacle,
): MigrationStop {
  const seen = `${kind} ${seenAt(service, kind, snapshot) ?? ''}`;
  return { at: now, service, reason, sentence, policy: JSON.stringify(policy), seen };
}

export function standingFinding(stopped: MigrationStop, policy: MigrationPolicy): MigrationFinding {
  const where = stopped.service ?? `cluster ${policy.cluster}`;
  return {
    reason: 'migration-stopped',
    outcome: 'refused',
    sentence:
      `The migration of cluster ${policy.cluster} stands still at ${where}: ${stopped.sentence} ` +
      'It goes on when that has changed, when its part of the policy changes, or by order reset.',
    ...(stopped.service === null ? {} : { service: stopped.service }),
    facts: { cause: stopped.reason },
  };
}

/** The record without its stop, if the policy or what it stopped at has changed; and what was journalled, is news again. */
export function withoutOutdatedStop({ record, policy, snapshot }: Situation): MigrationRecord {
  const { stopped, ...rest } = record;
  if (stopped === undefined) return record;
  const kind = stopped.seen.startsWith('guard ') ? 'guard' : 'deployment';
  const seen = seenAt(stopped.service, kind, snapshot);
  const holds =
    stopped.policy === JSON.stringify(policy) && (seen === undefined || stopped.seen === `${kind} ${seen}`);
  if (holds) return record;
  const { lastReason: _, ...fresh } = rest;
  return fresh;
}

/** What it stopped at, in so far as a change of it is a reason to try again; undefined if it was not read. */
function seenAt(
  service: string | null,
  kind: Obstacle['kind'],
  { cluster, services }: MigrationSnapshot,
): string | undefined {
  if (service === null) {
    if (cluster === undefined) return undefined;
    // Not the list itself: who writes it against us would start the contest again by every write.
    return cluster === 'missing' ? 'missing' : `lacks Fargate: ${lacksFargate(cluster)}`;
  }
  const view = services.get(service);
  if (view === undefined) return undefined;
  return view === 'missing' ? 'missing' : fingerprint(view, kind);
}

/** Of a deployment that failed: ECS's roll-back is a deployment too, but no reason to try the same again. */
function fingerprint(view: MovableView, kind: Obstacle['kind']): string {
  if (kind === 'deployment') return view.taskDefinition;
  return JSON.stringify([
    view.taskDefinition,
    view.status,
    view.controller,
    view.rollout,
    view.scheduling,
    view.network.subnets.length > 0,
    canMoveNow(view),
    view.deployments[0]?.id,
  ]);
}
