import type { Invocation } from '../state/lead.ts';
import { createWatch } from '../state/watch.ts';
import type { KnownChildren } from './alarms.ts';
import { newScalingRecord } from './intake.ts';
import type { Arrival, Heard } from './notice.ts';
import type { ScalingRecord } from './record.ts';
import { type ScalingDependencies, work } from './worker.ts';

export interface Scaler {
  /** Takes alarms in and looks at the targets whose policies go by them. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look at every target: breaches that last, metrics that are tracked, schedules, lost events. */
  tick(invocation: Invocation): Promise<void>;
}

/** All targets together: their alarms and metrics are then read in the fewest calls. */
export const PARTITION = 'scaling';
const BATCH = 1_000;

/** The scaling capability. One lease for all targets, whose holder looks for all; nobody waits for it. */
export function createScaler(ground: Omit<ScalingDependencies, 'known'>): Scaler {
  const known: KnownChildren = new Map();
  const deps = { ...ground, known };
  const watch = createWatch<ScalingRecord, Heard>({
    store: deps.store,
    clock: deps.clock,
    partition: PARTITION,
    batch: BATCH,
    create: newScalingRecord,
    tickNote: (at) => ({ notice: { kind: 'tick', at }, cause: TICK }),
    look: (keys, ticked) => work(deps, keys, ticked),
  });

  return {
    handle: (arrivals, invocation) =>
      watch.deliver(
        arrivals.map(({ notice, cause, targets }) => ({ ids: targets, notice: { notice, cause } })),
        invocation,
      ),
    tick: (invocation) =>
      watch.tick(
        deps.policy.targets.map(({ target }) => target.id),
        invocation,
      ),
  };
}

const TICK = { eventId: 'tick', detailType: 'Scheduled Event' };
