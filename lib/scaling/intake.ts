import { utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { Heard, Notice } from './notice.ts';
import { withOrder } from './ordered.ts';
import type { TargetPolicy } from './policy.ts';
import type { ScalingRecord } from './record.ts';

type OrderNotice = Extract<Notice, { readonly kind: 'order' }>;
type AlarmNotice = Extract<Notice, { readonly kind: 'alarm' }>;

/** A record with its inbox taken in. */
export interface TakenIn {
  readonly record: ScalingRecord;
  /** Whether anything asks for a look now; a transition that was handled before does not. */
  readonly news: boolean;
  readonly findings: readonly Finding[];
}

/** So many transitions are remembered: days of them, where EventBridge and Lambda repeat within one day. */
const REMEMBERED = 50;

export function newScalingRecord(target: string): ScalingRecord {
  return { target, changes: [], wanted: {}, schedulesSeen: {}, inAlarm: [], seen: [], emptySince: {} };
}

/** Takes notices in, in the order in which they came. Pure. */
export function takeIn(record: ScalingRecord, inbox: readonly Heard[], policy: TargetPolicy): TakenIn {
  let taken: TakenIn = { record, news: false, findings: [] };
  for (const { notice } of inbox) {
    taken = takeInOne(taken, notice, policy);
  }
  return taken;
}

function takeInOne(before: TakenIn, notice: Notice, policy: TargetPolicy): TakenIn {
  switch (notice.kind) {
    case 'tick':
      return { ...before, news: true };
    case 'alarm':
      return takeInAlarm(before, notice, policy);
    case 'order':
      return takeInOrder(before, notice);
    default:
      return notice satisfies never;
  }
}

function takeInOrder(before: TakenIn, notice: OrderNotice): TakenIn {
  const { eventId, desired, by, at } = notice;
  const { seen, target } = before.record;
  if (seen.includes(eventId)) {
    const sentence = `${target}: that ${by} ordered ${desired} at ${utc(at)} was taken in before; nothing is done twice.`;
    const finding: Finding = { reason: 'order-repeated', outcome: 'ignored', sentence };
    return { ...before, findings: [...before.findings, finding] };
  }
  const { record, findings } = withOrder(before.record, notice);
  return {
    record: { ...record, seen: [...seen, eventId].slice(-REMEMBERED) },
    news: true,
    findings: [...before.findings, ...findings],
  };
}

function takeInAlarm(before: TakenIn, notice: AlarmNotice, policy: TargetPolicy): TakenIn {
  const { record, findings } = before;
  const { name, state } = notice;
  const identity = `${notice.arn} ${state} ${notice.timestamp}`;
  // EventBridge delivers at least once, and a rule may fire twice for one event (EventBridge user guide).
  if (record.seen.includes(identity)) return { ...before, findings: [...findings, repeated(notice)] };
  const others = record.inAlarm.filter((one) => one !== name);
  const heard = {
    ...record,
    seen: [...record.seen, identity].slice(-REMEMBERED),
    inAlarm: state === 'ALARM' ? [...others, name] : others,
  };
  const acted = state === 'ALARM' && actedSince(record, notice, policy);
  return {
    record: heard,
    news: before.news || (state === 'ALARM' && !acted),
    findings: [...findings, ...(acted ? [repeated(notice)] : []), ...(notice.test ? [tested(notice)] : [])],
  };
}

/** The schedule has seen the alarm before its event came, and a policy that goes by it has acted. */
function actedSince({ changes }: ScalingRecord, { name, timestamp }: AlarmNotice, policy: TargetPolicy) {
  const listening = policy.policies.flatMap((one) =>
    one.kind === 'step' && one.alarm.name === name ? [one.name] : [],
  );
  return changes.some((change) => change.at >= timestamp && listening.includes(change.policy));
}

const repeated = ({ name, state, timestamp }: AlarmNotice): Finding => ({
  reason: 'alarm-repeated',
  outcome: 'ignored',
  sentence: `That alarm ${name} went to ${state} at ${utc(timestamp)} has been handled before; nothing is done twice.`,
});

const tested = ({ name, state }: AlarmNotice): Finding => ({
  reason: 'alarm-test',
  outcome: 'held',
  sentence:
    `Alarm ${name} was set to ${state} by hand. Its metric is read as it is now, and only that decides; ` +
    'let the metric itself cross the threshold to try the steps.',
});
