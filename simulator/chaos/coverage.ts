import { ignoreReasons } from '../../functions/ignore-reasons.ts';
import { capacityReasons } from '../../lib/capacity/reasons.ts';
import { drainingReasons } from '../../lib/draining/reasons.ts';
import { failoverReasons } from '../../lib/failover/reasons.ts';
import { retaggingReasons } from '../../lib/retagging/reasons.ts';
import { scalingReasons } from '../../lib/scaling/reasons.ts';
import type { CallRecord } from '../recording.ts';
import type { Stage } from './build.ts';
import { callName, isOurs, isWrite } from './oracles/watching.ts';

/** What happened in a run, each once and in order of the alphabet. */
export interface Seen {
  /** `capability reason` of the journal. */
  readonly reasons: readonly string[];
  /** `Service:Operation` of writes of ours that were carried out. */
  readonly writes: readonly string[];
  /** `function outcome` of invocations that did not end well, and where an injected crash hit. */
  readonly ends: readonly string[];
}

const CATALOGUES = {
  draining: drainingReasons,
  scaling: scalingReasons,
  failover: failoverReasons,
  retagging: retaggingReasons,
  capacity: capacityReasons,
} as const;

/** An event that asks nothing is ignored alike by all capabilities. */
const IGNORED = 'ignored';

/** Every reason that the journal can give, as `seenIn` names them. */
export const allReasons: readonly string[] = [
  ...Object.entries(CATALOGUES).flatMap(([capability, reasons]) =>
    Object.keys(reasons).map((reason) => `${capability} ${reason}`),
  ),
  ...Object.keys(ignoreReasons)
    .filter((reason) => !Object.hasOwn(drainingReasons, reason))
    .map((reason) => `${IGNORED} ${reason}`),
];

export function seenIn({ world: { recording }, deployment: { journal } }: Stage): Seen {
  return {
    reasons: sorted(
      journal.map(({ capability, reason }) =>
        Object.hasOwn(CATALOGUES[capability], reason) ? `${capability} ${reason}` : `${IGNORED} ${reason}`,
      ),
    ),
    writes: sorted(recording.calls.filter(isDoneByUs).map(callName)),
    ends: sorted(
      recording.invocations
        .filter(({ outcome }) => outcome !== 'ok')
        .map(({ function: name, outcome, error = '' }) => `${name} ${outcome}${placeOf(error)}`),
    ),
  };
}

const isDoneByUs = (call: CallRecord) => isOurs(call) && isWrite(call) && call.carriedOut;
const placeOf = (error: string) => (/at the table's/.test(error) ? ' at the table' : '');
const sorted = (names: readonly string[]) => [...new Set(names)].toSorted();

/** In how many seeds each was seen, the most frequent first; and which reasons in none. */
export interface Coverage {
  readonly reasons: Readonly<Record<string, number>>;
  readonly writes: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  readonly never: readonly string[];
  /** Of the reasons that the simulator can lead to, how many were seen; in percent. */
  readonly percent: number;
}

export function coverageOf(runs: readonly Seen[]): Coverage {
  const reasons = counted(runs.flatMap((run) => run.reasons));
  const reachable = allReasons.filter((reason) => !outOfReach.has(reason));
  const never = reachable.filter((reason) => reasons[reason] === undefined);
  return {
    reasons,
    writes: counted(runs.flatMap((run) => run.writes)),
    ends: counted(runs.flatMap((run) => run.ends)),
    never,
    percent: Math.round((1 - never.length / reachable.length) * 1000) / 10,
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = Map.groupBy(names, (name) => name);
  return Object.fromEntries(
    [...counts]
      .map(([name, all]) => [name, all.length] as const)
      .toSorted(([left, few], [right, many]) => many - few || (left < right ? -1 : 1)),
  );
}

/** For a person: seeds in which each was seen. */
export function coverageText({ reasons, writes, ends, never, percent }: Coverage): string {
  const table = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, seeds]) => `  ${String(seeds).padStart(6)}  ${name}`);
  return [
    'Seeds in which each reason was given:',
    ...table(reasons),
    'Seeds in which each write was carried out:',
    ...table(writes),
    'Seeds in which invocations ended so:',
    ...table(ends),
    `Out of the simulator's reach:`,
    ...[...outOfReach].map(([reason, why]) => `  ${reason}: ${why}`),
    `Never, though within reach (${percent} % happened): ${never.join(', ') || 'none'}`,
  ].join('\n');
}

/** What no world of the simulator can lead to, and why. */
export const outOfReach: ReadonlyMap<string, string> = new Map([
  ['draining instance-not-active-yet', 'No instance is ever REGISTERING.'],
  ['draining stood-down-managed-instance', 'There are no ECS Managed Instances.'],
  ['draining stood-down-external-instance', 'There are no ECS Anywhere instances.'],
  ['retagging digest-mismatch', 'ECR gives the manifest that was asked for.'],
  ['retagging copy-too-large', 'Images have a few kilobytes.'],
  ['capacity managed-scaling', 'Tasks of these worlds wait for no instances that ECS itself would add.'],
  ['capacity expression-not-judged', 'No placement constraint of these worlds has an expression.'],
  ['ignored external-instance', 'There are no ECS Anywhere instances.'],
]);
