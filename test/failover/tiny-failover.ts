import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { decideService } from '../../lib/failover/decide.ts';
import type { PoolAction, ServiceDecision } from '../../lib/failover/decision.ts';
import { newPoolRecord, newServiceRecord, takeIn } from '../../lib/failover/intake.ts';
import { roomOf } from '../../lib/failover/limits.ts';
import type { Heard, Notice } from '../../lib/failover/notice.ts';
import { type ActionOutcome, settlePool, settleService } from '../../lib/failover/outcome.ts';
import type { FailoverPolicy, ServicePolicy } from '../../lib/failover/policy.ts';
import { decidePool } from '../../lib/failover/pool.ts';
import type { PoolRecord, ServiceRecord } from '../../lib/failover/record.ts';
import type { ProbeView } from '../../lib/failover/snapshot.ts';
import { circumstances, heard } from './situations.ts';
import type { TinyEcs } from './tiny-ecs.ts';

/** What goes wrong with a call: `lost` and `unanswered` are crashes before and after ECS has heard it. */
export type Mishap = 'none' | 'throttled' | 'refused' | 'lost' | 'unanswered';

/** The worker without AWS: it takes in, decides, acts, settles, for the services of one breaker. */
export function createTinyFailover(
  policy: FailoverPolicy,
  worlds: ReadonlyMap<string, TinyEcs>,
  random: () => number,
) {
  const records = new Map(policy.services.map(({ id }) => [id, newServiceRecord(id)]));
  const inboxes = new Map<string, Heard[]>();
  let pool: PoolRecord | undefined;
  let probe: ProbeView | undefined;
  const probes: EpochMs[] = [];

  function decideOn(service: ServicePolicy, world: TinyEcs, now: EpochMs): ServiceDecision {
    const record = records.get(service.id) ?? newServiceRecord(service.id);
    const taken = takeIn(record, inboxes.get(service.id) ?? [], service);
    inboxes.set(service.id, []);
    const room = roomOf([...records.values()], policy, now);
    const question = { record: taken.record, policy: service, whole: policy, pool, room, now };
    let snapshot: Parameters<typeof decideService>[0]['snapshot'] = { service: world.view() };
    for (let round = 0; round < 3; round += 1) {
      const decision = decideService({ ...question, snapshot });
      if (decision.needs === undefined) return decision;
      snapshot =
        decision.needs === 'fate'
          ? { ...snapshot, fate: world.fate() }
          : { ...snapshot, circumstances: circumstances() };
    }
    throw new Error(`${service.id} needs what it has been given`);
  }

  function carryOut(decision: ServiceDecision, world: TinyEcs, mishap: Mishap, now: EpochMs) {
    const { next, action } = decision;
    if (action?.kind !== 'set-strategy') return next;
    const call = 'ECS:UpdateService';
    const error = { code: 'aws-throttled', sentence: 'Rate exceeded.' };
    const answered = (outcome: ActionOutcome) => settleService(next, outcome).record;
    switch (mishap) {
      case 'throttled':
        return answered({ result: 'retry', call, error });
      case 'refused':
        return answered({ result: 'refused', call, error: { ...error, code: 'aws-other' } });
      case 'lost':
        return next;
      case 'unanswered':
        world.update(action.strategy, now);
        return next;
      case 'none':
        return answered({ result: 'done', call, deploymentId: world.update(action.strategy, now) });
      default:
        return mishap satisfies never;
    }
  }

  function tendPool(now: EpochMs, hasSpot: boolean): void {
    const members = [...records.values()].filter((record) => record.pool !== undefined);
    const id = members[0]?.pool?.id;
    if (id === undefined) return;
    pool ??= newPoolRecord(id, 0);
    if (probe?.kind === 'starting' && hasSpot) probe = { kind: 'running', since: now };
    if (probe && !hasSpot) probe = { kind: 'stopped', capacity: true, why: 'reclaimed' };
    const { next, action } = decidePool({ pool, members, probe, breaker: policy.breaker, now, random });
    if (next.state.name === 'half-open' && pool.state.name !== 'half-open') probes.push(now);
    pool = next;
    if (action) pool = settlePool(next, onProbe(action, hasSpot)).record;
  }

  function onProbe(action: PoolAction, hasSpot: boolean): ActionOutcome {
    if (action.kind === 'stop-probe') {
      probe = undefined;
      return { result: 'done', call: 'ECS:StopTask' };
    }
    if (hasSpot) {
      probe = { kind: 'starting' };
      return { result: 'done', call: 'ECS:RunTask', task: `probe-${probes.length}` };
    }
    const error = { code: 'aws-other', sentence: 'Capacity is unavailable at this time.' };
    return { result: 'refused', call: 'ECS:RunTask', error, capacity: true };
  }

  return {
    tell(id: string, notices: readonly Notice[]) {
      inboxes.set(id, [...(inboxes.get(id) ?? []), ...notices.map(heard)]);
    },
    /** One pass of the schedule over all services and then their breaker. */
    pass(now: EpochMs, hasSpot: boolean, mishaps: () => Mishap) {
      for (const service of policy.services) {
        const world = worlds.get(service.id);
        if (world === undefined) continue;
        const decision = decideOn(service, world, now);
        records.set(service.id, carryOut(decision, world, mishaps(), now));
      }
      tendPool(now + 1, hasSpot);
    },
    record: (id: string): ServiceRecord => records.get(id) ?? newServiceRecord(id),
    pool: () => pool,
    probes: (): readonly EpochMs[] => probes,
    runsProbe: () => probe !== undefined && probe.kind !== 'stopped',
  };
}

export const STEP = MINUTE;
