import { type EpochMs, MINUTE, SECOND } from '../../../lib/clock.ts';
import { watchPauses } from './pauses.ts';
import { callName, capabilityOf, clock, isWrite, oracle } from './watching.ts';

/** From an invocation's look at the kill switch to its first call. */
const ON_ITS_WAY = 5 * SECOND;
/** No function runs for longer. */
const LONGEST = 6 * MINUTE;

export const handsOff = oracle(
  'hands-off',
  'Nothing is written by a capability in mode observe, nor by a pass that began while it was paused.',
  (observed, report) => {
    const { world, policy } = observed;
    const pauses = watchPauses(observed);
    const firstCalls = new Map<string, EpochMs>();
    world.recording.callListeners.push((call) => {
      const { at, invocation = '' } = call;
      const capability = capabilityOf(call);
      if (capability === undefined) return;
      const firstAt = firstCalls.get(invocation) ?? at;
      firstCalls.set(invocation, firstAt);
      if (!isWrite(call)) return;
      if (policy[capability]?.mode === 'observe') {
        report(
          `${callName(call)} was called for ${capability}, whose mode is observe; none would have been right.`,
        );
      }
      const since = pauses.since(capability);
      if (since === undefined || (firstAt <= since + ON_ITS_WAY && at <= since + LONGEST)) return;
      report(
        `${callName(call)} was called for ${capability}, which is paused since ${clock(since)}; none would have been right.`,
      );
    });
    return { step: pauses.look };
  },
);
