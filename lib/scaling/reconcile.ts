import { createAttempts, type Invocation, lead } from '../state/lead.ts';
import type { RecordKey } from '../state/store.ts';
import type { KnownChildren } from './alarms.ts';
import { newScalingRecord } from './intake.ts';
import type { Arrival, Heard } from './notice.ts';
import { type ScalingDependencies, work } from './worker.ts';

export interface Scaler {
  /** Takes alarms in and looks at the targets whose policies go by them. */
  handle(arrivals: readonly Arrival[], invocation: Invocation): Promise<void>;
  /** The one-minute look at every target: breaches that last, metrics that are tracked, schedules, lost events. */
  tick(invocation: Invocation): Promise<void>;
}

/** All targets together: their alarms and metrics are then read in the fewest calls. */
const PARTITION = 'scaling';
const BATCH = 1_000;

/** The scaling capability. One lease for all targets, whose holder looks for all; nobody waits for it. */
export function createScaler(ground: Omit<ScalingDependencies, 'known'>): Scaler {
  const known: KnownChildren = new Map();
  const deps = { ...ground, known };
  const { store, clock, policy } = deps;

  const run = (keys: readonly RecordKey[], ticked: boolean, invocation: Invocation): Promise<void> => {
    const note: readonly Heard[] = ticked ? [{ notice: { kind: 'tick', at: clock.now() }, cause: TICK }] : [];
    // A tick is for every target once; what comes back for another pass has news of its own.
    const looked = new Set<string>();
    const pass = async (batch: readonly RecordKey[]) => {
      const isFirst = ticked && batch.some(({ id }) => !looked.has(id));
      for (const { id } of batch) looked.add(id);
      return work(deps, batch, isFirst);
    };
    return lead({ store, clock, partition: PARTITION, batch: BATCH, note, pass }, keys, invocation);
  };

  return {
    async handle(arrivals, invocation) {
      const { attempt, throwFailures } = createAttempts();
      const keys: RecordKey[] = [];
      for (const { notice, cause, targets } of arrivals) {
        for (const id of targets) {
          await attempt(async () => {
            const key = { partition: PARTITION, id };
            await store.append(key, [{ notice, cause }], { create: newScalingRecord(id) });
            keys.push(key);
          });
        }
      }
      await attempt(() => run(keys, false, invocation));
      throwFailures();
    },

    async tick(invocation) {
      const keys = policy.targets.map(({ target }): RecordKey => ({ partition: PARTITION, id: target.id }));
      const stored = new Set((await store.read(keys)).map(({ key }) => key.id));
      for (const key of keys.filter(({ id }) => !stored.has(id))) {
        await store.append(key, [], { create: newScalingRecord(key.id) });
      }
      await run(keys, true, invocation);
    },
  };
}

const TICK = { eventId: 'tick', detailType: 'Scheduled Event' };
