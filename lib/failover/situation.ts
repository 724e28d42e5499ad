import type { EpochMs } from '../clock.ts';
import type { Finding, Room, ServiceDecision } from './decision.ts';
import type { FailoverPolicy, ServicePolicy } from './policy.ts';
import type { PoolRecord, ServiceRecord, Strategy } from './record.ts';
import type { DeploymentView, ServiceSnapshot, ServiceView } from './snapshot.ts';

/** Everything that a decision about one service goes by. */
export interface Question {
  readonly record: ServiceRecord;
  readonly snapshot: ServiceSnapshot;
  readonly policy: ServicePolicy;
  readonly whole: FailoverPolicy;
  /** The breaker that the record names; undefined while it names none, or none was stored yet. */
  readonly pool: PoolRecord | undefined;
  readonly room: Room;
  readonly now: EpochMs;
}

/** A question about a service that exists. */
export interface Situation extends Question {
  readonly view: ServiceView;
}

/** A service that has failed over, and has an original to go back to. */
export interface OpenSituation extends Situation {
  readonly original: NonNullable<ServiceRecord['original']>;
  readonly written: NonNullable<ServiceRecord['written']>;
}

export const asOpen = (situation: Situation): OpenSituation | undefined => {
  const { original, written } = situation.record;
  return original && written ? { ...situation, original, written } : undefined;
};

export const withRecord = <One extends Question>(one: One, record: ServiceRecord): One => ({
  ...one,
  record,
});

/** A finding about the service of a record; `sentence` goes on from its name. */
export const finding = (
  { record }: Pick<Question, 'record'>,
  reason: Finding['reason'],
  outcome: Finding['outcome'],
  sentence: string,
  facts?: Finding['facts'],
): Finding => ({ reason, outcome, sentence: `${record.service} ${sentence}`, ...(facts ? { facts } : {}) });

/** Nothing is changed in AWS. */
export const stay = (record: ServiceRecord, ...findings: readonly Finding[]): ServiceDecision => ({
  next: record,
  findings,
});

/** A guard has stopped a change. What waits keeps its order; what is refused has answered it. */
export const stopped = ({ record }: Situation, why: Finding): ServiceDecision =>
  stay(why.outcome === 'held' ? record : withoutOrder(record), why);

export const withoutOrder = (record: ServiceRecord): ServiceRecord => {
  const { order: _, ...heard } = record.heard;
  return { ...record, heard };
};

export const notApplicable = (situation: Question, why: string): ServiceDecision => {
  const { order } = situation.record.heard;
  const sentence = `${why}, so that the order ${order?.verb ?? ''} of ${order?.by ?? 'nobody'} changes nothing.`;
  return stay(
    withoutOrder(situation.record),
    finding(situation, 'order-not-applicable', 'refused', sentence),
  );
};

/** The record of a service that is on its own strategy: what was heard until now is judged. */
export function closedRecord(record: ServiceRecord, now: EpochMs): ServiceRecord {
  const { original: _original, written: _written, before: _before, verdict: _verdict, ...kept } = record;
  return { ...kept, phase: { name: 'closed' }, heard: { ...record.heard, judgedAt: now } };
}

/** The strategy that the service has while nothing is wrong. */
export const ownStrategy = ({ record, view }: Situation): Strategy =>
  record.original?.strategy ?? view.strategy;

export const primaryOf = ({ view }: Situation): DeploymentView | undefined => view.deployments[0];

/** A deployment of somebody else that is on its way. */
export function othersDeployment(situation: Situation): DeploymentView | undefined {
  const primary = primaryOf(situation);
  if (primary?.rollout !== 'IN_PROGRESS') return undefined;
  const { written } = situation.record;
  const isOurs = primary.id === written?.deploymentId && written.byOthers === undefined;
  return isOurs ? undefined : primary;
}

/** Where the deployment of what was written last stands. */
export function rolloutOf(situation: OpenSituation): DeploymentView['rollout'] {
  const primary = primaryOf(situation);
  const { deploymentId, byOthers } = situation.written;
  const isIt = deploymentId !== undefined && primary?.id === deploymentId;
  const toldFailed = deploymentId !== undefined && situation.record.heard.failedDeployment === deploymentId;
  const rollout = isIt ? primary.rollout : 'IN_PROGRESS';
  // Code of others that does not start says nothing of capacity.
  if (byOthers) return rollout === 'FAILED' ? 'IN_PROGRESS' : rollout;
  return toldFailed ? 'FAILED' : rollout;
}
