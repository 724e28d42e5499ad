import type { ServiceName } from '../../ids.ts';
import { inWords } from '../strategy.ts';
import { associate } from './associate.ts';
import type { MigrationDecision, MigrationFinding, Situation } from './decision.ts';
import { follow } from './follow.ts';
import { circumstancesGuard, deploymentGuard, type Guarded, isOnFargate, serviceGuard } from './guards.ts';
import type { MovableView } from './snapshot.ts';
import { standingFinding, stopAt, withoutOutdatedStop } from './stop.ts';
import { targetStrategy } from './target.ts';

/**
 * Decides what to do about one cluster's migration. Pure: the snapshot is what was read, `now` is in epoch
 * milliseconds. An action's intention is in `next`, which is to be stored before AWS is asked; its finding (`acted`)
 * holds once AWS has agreed. `needs` asks for what is read only when it matters.
 */
export function decide(situation: Situation): MigrationDecision {
  const record = withoutOutdatedStop(situation);
  // What is needed to go on was not read for one that stands still: that is for the next look.
  if (record !== situation.record) return { next: record, findings: [] };
  const { stopped, moving } = record;
  if (stopped) return { next: record, findings: [standingFinding(stopped, situation.policy)] };
  if (!moving) return goOn(situation);
  const view = situation.snapshot.services.get(moving.service);
  if (view === undefined) return { next: record, findings: [] };
  const isOurs = moving.deploymentId !== undefined || (view !== 'missing' && isOnFargate(view));
  if (isOurs) return follow(situation, moving, view);
  // Nobody knows of the call that was intended, so that it was not made: the service is as it was before.
  const { moving: _, ...rest } = record;
  return goOn({ ...situation, record: rest });
}

/** Services in the policy's order: those that are there already are through, the first other one is next. */
function goOn(situation: Situation): MigrationDecision {
  const { policy, snapshot } = situation;
  let { record } = situation;
  const findings: MigrationFinding[] = [];
  for (const name of policy.services.filter((one) => !situation.record.moved.includes(one))) {
    const view = snapshot.services.get(name);
    const at = { ...situation, record };
    if (view === undefined) return { next: record, findings };
    if (view === 'missing' || !isOnFargate(view)) return after(findings, begin(at, name, view));
    const guarded = deploymentGuard(name, view);
    if (guarded) return after(findings, heldBack(at, name, guarded));
    record = { ...record, moved: [...record.moved, name] };
    const sentence = `Service ${name} is on ${onWhat(view)} already and counts as moved.`;
    findings.push({ reason: 'migration-step-completed', outcome: 'done', sentence, service: name });
  }
  return after(findings, finish({ ...situation, record }));
}

const after = (before: readonly MigrationFinding[], decision: MigrationDecision): MigrationDecision => ({
  ...decision,
  findings: [...before, ...decision.findings],
});

function finish({ record, policy, now }: Situation): MigrationDecision {
  const { associating: _, ...rest } = record;
  if (record.done !== undefined) return { next: rest, findings: [] };
  const sentence = `All ${policy.services.length} services of the migration of cluster ${policy.cluster} are on Fargate.`;
  return {
    next: { ...rest, done: now },
    findings: [{ reason: 'migration-done', outcome: 'done', sentence }],
  };
}

/** The cluster first, then the guards, then what takes more calls to find out, then the move. */
function begin(situation: Situation, name: ServiceName, view: MovableView | 'missing'): MigrationDecision {
  const cluster = associate(situation);
  if (!cluster.through) return cluster.decision;
  const { done: _, ...record } = cluster.decision.next;
  const at = { ...situation, record };
  const guarded = serviceGuard(name, view);
  if (guarded || view === 'missing') {
    return after(
      cluster.decision.findings,
      guarded ? heldBack(at, name, guarded) : { next: record, findings: [] },
    );
  }
  return after(cluster.decision.findings, move(at, name, view));
}

function move(situation: Situation, name: ServiceName, view: MovableView): MigrationDecision {
  const { record, policy, snapshot, now } = situation;
  if (snapshot.target?.service !== name) {
    return { next: record, findings: [], needs: { kind: 'circumstances', service: name } };
  }
  const guarded = circumstancesGuard(name, snapshot.target.circumstances, policy);
  if (guarded) return heldBack(situation, name, guarded);
  const strategy = targetStrategy(policy);
  const clearConstraints = view.placementConstraints > 0;
  const clearStrategies = view.placementStrategies > 0;
  const cleared = [
    clearConstraints && 'placement constraints',
    clearStrategies && 'placement strategy',
  ].filter((one) => one !== false);
  const without = cleared.length > 0 ? `, and loses its ${cleared.join(' and ')}, which Fargate has not` : '';
  const finding: MigrationFinding = {
    reason: 'migration-step',
    outcome: 'acted',
    sentence: `Service ${name} goes from ${onWhat(view)} to ${inWords(strategy)}${without}.`,
    service: name,
    facts: { from: onWhat(view), to: inWords(strategy), removed: cleared },
  };
  return {
    next: { ...record, moving: { service: name, since: now } },
    action: { kind: 'move', service: name, strategy, clearConstraints, clearStrategies },
    findings: [finding],
  };
}

function heldBack(situation: Situation, service: string, guarded: Guarded): MigrationDecision {
  const { sentence } = guarded;
  switch (guarded.kind) {
    case 'wait': {
      const finding: MigrationFinding = {
        reason: 'deployment-in-progress',
        outcome: 'held',
        sentence,
        service,
      };
      return { next: situation.record, findings: [finding] };
    }
    case 'refuse':
      return stopAt(situation, { service, reason: guarded.reason, sentence, kind: 'guard' });
    default:
      return guarded satisfies never;
  }
}

const onWhat = ({ strategy, launchType }: MovableView): string =>
  strategy.length > 0 ? inWords(strategy) : `launch type ${launchType}`;
