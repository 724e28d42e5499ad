import { MINUTE } from '../../../lib/clock.ts';
import type { CallRecord } from '../../recording.ts';
import type { World } from '../../world.ts';
import type { Observed } from '../oracle.ts';
import { callName, capabilityOf, clock, isWrite, oracle } from './watching.ts';

/** What an invocation could not write any more is found and told by another one within so long. */
const LATER = 15 * MINUTE;

export const actionsHaveReasons = oracle(
  'actions-have-reasons',
  'Everything that we changed stands in the journal with a reason and a sentence. It needs a full recording.',
  ({ world, deployment }, report) => {
    const writes = new Map<string, CallRecord>();
    world.recording.callListeners.push((call) => {
      if (!call.carriedOut || capabilityOf(call) === undefined || !isWrite(call)) return;
      if (call.operation === 'RunTask' && !hasJustStarted(world)) return;
      writes.set(`${call.invocation} ${callName(call)}`, call);
    });
    const end = () => {
      const entries = Map.groupBy(deployment.journal, ({ invocation }) => invocation);
      const outcomes = new Map(world.recording.invocations.map(({ id, outcome }) => [id, outcome]));
      for (const call of writes.values()) {
        const { invocation = '' } = call;
        const own = entries.get(invocation) ?? [];
        const wasCut = outcomes.get(invocation) !== 'ok';
        if (
          own.some((entry) => tellsOf(entry, call)) ||
          (wasCut && isToldLater(deployment, call, world.now()))
        )
          continue;
        report(
          `${callName(call)} at ${clock(call.at)} by ${call.function} has no journal entry with a reason; one would have been right.`,
        );
      }
    };
    return { end };
  },
);

/** A RunTask for which there is no room succeeds all the same, and changes nothing. */
function hasJustStarted(world: World): boolean {
  return [...world.ecs.clusters.values()].some(({ tasks }) =>
    [...tasks.values()].some(({ createdAt, service }) => createdAt === world.now() && service === undefined),
  );
}

type Entry = Observed['deployment']['journal'][number];

function tellsOf({ capability, outcome, reason, sentence, calls }: Entry, call: CallRecord): boolean {
  const isOfAction = calls?.includes(callName(call)) ?? ['acted', 'done', 'failed'].includes(outcome);
  return capability === capabilityOf(call) && isOfAction && reason !== '' && sentence !== '';
}

function isToldLater({ journal }: Observed['deployment'], call: CallRecord, now: number): boolean {
  if (now < call.at + LATER) return true;
  return journal.some(
    (entry) =>
      entry.at >= call.at &&
      entry.at <= call.at + LATER &&
      entry.capability === capabilityOf(call) &&
      entry.reason !== '' &&
      entry.sentence !== '',
  );
}
