import { failureReason } from '../journal/findings.ts';
import type { ActionOutcome } from './act.ts';
import type { Action, Finding } from './decision.ts';
import type { CapacityRecord } from './record.ts';
import type { Leaving } from './state.ts';

/**
 * The record after its actions were carried out, or were not. Pure. `before` is the record as it was decided on: what
 * failed is as it was then, and is decided afresh at the next look.
 */
export function settleOutcomes(
  before: CapacityRecord,
  intended: CapacityRecord,
  outcomes: readonly ActionOutcome[],
): { record: CapacityRecord; findings: Finding[] } {
  const failed = outcomes.filter(({ result }) => result !== 'done');
  const { leaving, ...rest } = withoutDone(
    before,
    intended,
    failed.filter(isUndone).map(({ action }) => action),
  );
  const gone = failed.flatMap(({ action, result }) =>
    result === 'gone' && 'host' in action ? action.host : [],
  );
  const record = {
    ...rest,
    leaving: Object.fromEntries(Object.entries(leaving).filter(([host]) => !gone.includes(host))),
  };
  const findings = failed.map(({ action, error }): Finding => {
    const sentence = `${inWords(action)}: ${error?.sentence ?? 'AWS refused the change.'} It is decided afresh at the next look.`;
    const about = action.kind === 'set-desired' ? {} : { host: action.host };
    return { ...about, reason: failureReason(error?.code ?? ''), outcome: 'failed', sentence };
  });
  return { record, findings };
}

/**
 * Whether it certainly has not come about. An order of a drain may have been taken though the answer was lost: it is
 * followed, and taken back when nothing came of it.
 */
const isUndone = ({ action, result }: ActionOutcome) => action.kind !== 'order-drain' || result !== 'retry';

/** The record that was intended, but for what these actions would have brought about. Pure. */
export function withoutDone(
  before: CapacityRecord,
  intended: CapacityRecord,
  actions: readonly Action[],
): CapacityRecord {
  const notLaunched = new Set(
    actions.flatMap((action) => (action.kind === 'set-desired' ? action.group : [])),
  );
  const notTold = new Set(actions.flatMap((action) => ('host' in action ? action.host : [])));
  const hosts = new Set([...Object.keys(intended.leaving), ...notTold]);
  const leaving = [...hosts].flatMap((host): [string, Leaving][] => {
    const [was, is] = [before.leaving[host], intended.leaving[host]];
    const isUndone = notTold.has(host) || (is?.phase === 'launching' && notLaunched.has(is.group));
    const one = isUndone ? was : is;
    return one === undefined ? [] : [[host, one]];
  });
  return { ...intended, leaving: Object.fromEntries(leaving) };
}

function inWords(action: Action): string {
  switch (action.kind) {
    case 'set-desired':
      return `The desired count of ${action.group} to ${action.desired}`;
    case 'order-drain':
      return `The order to drain ${action.host}`;
    case 'order-release':
      return `The order to let ${action.host} go on`;
    case 'terminate':
      return `The termination of ${action.host}`;
    default:
      return action satisfies never;
  }
}
