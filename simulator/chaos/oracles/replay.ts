import { type EpochMs, MINUTE } from '../../../lib/clock.ts';
import type { InvocationRecord } from '../../recording.ts';
import { callName, isOurs, isWrite, oracle, textOf } from './watching.ts';

interface Write {
  readonly at: EpochMs;
  readonly invocation: string;
  readonly function: string | undefined;
  readonly name: string;
}

/** A function has converged when it wrote nothing for so long and heard nothing new for a while. */
const QUIET = 10 * MINUTE;
const UNHEARD = 2 * MINUTE;

/** Due at a time of its own, which may be that of the replay by chance. */
const TIMED = [
  'AutoScaling:RecordLifecycleActionHeartbeat',
  'ECS:DeregisterContainerInstance',
  'ECS:RunTask',
];

export const replayIsIdle = oracle(
  'replay-is-idle',
  'An event that is delivered once more after the world has converged leads to no write. It needs a full recording.',
  ({ world, faultsEndAt }, report) => {
    const writes: Write[] = [];
    const seen = new Set<string>();
    const fresh: { readonly at: EpochMs; readonly function: string }[] = [];
    const replays: InvocationRecord[] = [];
    let read = 0;
    world.recording.callListeners.push((call) => {
      if (!isOurs(call) || !isWrite(call)) return;
      writes.push({
        at: call.at,
        invocation: call.invocation ?? '',
        function: call.function,
        name: callName(call),
      });
    });
    const step = () => {
      const { invocations } = world.recording;
      for (; read < invocations.length; read++) {
        const one = invocations[read];
        const id = textOf(one?.event, 'id');
        if (one === undefined || one.attempt > 1 || id === '') continue;
        if (textOf(one.event, 'detail-type') === 'Scheduled Event') continue;
        // Several functions may hear of one event.
        const key = `${one.function} ${id}`;
        if (seen.has(key)) replays.push(one);
        else fresh.push({ at: one.startedAt, function: one.function });
        seen.add(key);
      }
    };
    const end = () => {
      for (const { id, startedAt, durationMs, event, function: name } of replays) {
        const endedAt = startedAt + durationMs;
        const wroteLately = writes.some(
          (write) =>
            write.function === name &&
            write.invocation !== id &&
            write.at > startedAt - QUIET &&
            write.at <= endedAt,
        );
        const heardLately = fresh.some(
          (one) => one.function === name && one.at > startedAt - UNHEARD && one.at <= endedAt,
        );
        const isQuiet = startedAt > faultsEndAt + QUIET && !wroteLately && !heardLately;
        const own = writes.filter((write) => write.invocation === id && !TIMED.includes(write.name));
        if (!isQuiet || own.length === 0) continue;
        const names = [...new Set(own.map((write) => write.name))].join(', ');
        report(
          `The event ${textOf(event, 'detail-type')} (${textOf(event, 'id')}) was replayed and led to ${names}; no write would have been right.`,
        );
      }
    };
    return { step, end };
  },
);
