import { Logger } from '@aws-lambda-powertools/logger';
import { createScaleHandler } from '../../functions/scale-handler.ts';
import { MINUTE, SECOND } from '../../lib/clock.ts';
import { createMemoryJournal } from '../../lib/journal/memory.ts';
import type { Heard } from '../../lib/scaling/notice.ts';
import type { ScalingPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import type { ScalingRecord } from '../../lib/scaling/record.ts';
import { createMemoryStore } from '../../lib/state/memory.ts';
import { edited } from '../events/samples.ts';
import { contextOf, type Sending } from '../functions/rig.ts';
import { testClock } from '../state/clock.ts';
import { outByTwo, targetPolicy, webTarget } from './policies.ts';
import { cpuAlarm, createScalingWorld, service } from './world.ts';

/** The moment of the alarm samples. */
const NOON = Date.UTC(2026, 10, 21, 14);

export interface ScalingRigOptions {
  readonly mode?: 'act' | 'observe';
  /** Default: service web, two more while its CPU is at 70 or above. */
  readonly targets?: readonly TargetPolicy[];
}

/** The handler of scaling with everything around it: AWS mocked, store and journal in memory, time by hand. */
export function createScalingRig({ mode = 'act', targets }: ScalingRigOptions = {}) {
  const clock = testClock(NOON);
  const world = createScalingWorld(clock);
  const store = createMemoryStore<ScalingRecord, Heard>(clock);
  const journal = createMemoryJournal();
  const policy: ScalingPolicy = { mode, targets: targets ?? [targetPolicy(webTarget, [outByTwo])] };
  const deps = { policy, clients: world.clients, store, control: store, journal, clock };
  const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
  const another = () => createScaleHandler({ ...deps, logger });
  let handler = another();
  let invocations = 0;

  const send = async (event: unknown, { id, remainingMs = 60_000 }: Sending = {}): Promise<void> => {
    invocations += 1;
    await handler(event, contextOf(id ?? `invocation-${invocations}`, remainingMs));
  };
  return {
    ...deps,
    world,
    send,
    /** Lambda starts a new environment: nothing is remembered but what is stored. */
    coldStart(): void {
      handler = another();
    },
    async tick(ms: number = MINUTE): Promise<void> {
      clock.advance(ms);
      await send(edited('schedule-tick', { time: new Date(clock.now()).toISOString() }));
    },
    async record(id: string = webTarget.id): Promise<ScalingRecord | undefined> {
      const [stored] = await store.read([{ partition: 'scaling', id }]);
      return stored?.state;
    },
    reasons: () => journal.entries.map(({ reason }) => reason),
    notable: () => journal.entries.filter(({ weight }) => weight === 'notable').map(({ reason }) => reason),
    entry: (reason: string) => journal.entries.find((entry) => entry.reason === reason),
  };
}

export type ScalingRig = ReturnType<typeof createScalingRig>;

/** A rig in which a tick has been, and then the CPU of web rose to `value`: the alarm is on, its event under way. */
export async function breached(options: ScalingRigOptions = {}, value = 80) {
  const rig = createScalingRig(options);
  rig.world.state.services.set('web', service('web', 4));
  rig.world.state.alarms.set('web-cpu-high', cpuAlarm('web-cpu-high', 0, { StateValue: 'OK' }));
  await rig.send(edited('schedule-tick', {}));
  rig.clock.advance(10 * SECOND);
  breach(rig, value);
  return rig;
}

export function breach({ world, clock }: ScalingRig, value: number): void {
  world.state.alarms.set('web-cpu-high', cpuAlarm('web-cpu-high', clock.now()));
  world.state.values.set('CPUUtilization', value);
}

export function alarmEvent({ clock }: ScalingRig, changes: Readonly<Record<string, unknown>> = {}): unknown {
  return edited('alarm-state-change', {
    time: new Date(clock.now()).toISOString(),
    'detail.state.timestamp': new Date(clock.now()).toISOString(),
    ...changes,
  });
}
