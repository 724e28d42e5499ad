import { type EpochMs, HOUR, utc } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { Heard, Notice } from './notice.ts';
import type { ServicePolicy } from './policy.ts';
import type { HeardSignals, PoolRecord, ServiceRecord } from './record.ts';
import { FARGATE, FARGATE_SPOT } from './strategy.ts';

type NoticeOf<Kind extends Notice['kind']> = Extract<Notice, { readonly kind: Kind }>;

/** A record with its inbox taken in. */
export interface TakenIn {
  readonly record: ServiceRecord;
  /** Whether anything asks for a look now; an event that was taken in before does not. */
  readonly news: boolean;
  readonly findings: readonly Finding[];
}

/** ECS's code for "no Fargate capacity", on Spot and on demand alike (ECS developer guide, service action events). */
const NO_CAPACITY = 'RESOURCE:FARGATE';
const REMEMBERED = 50;

export const newServiceRecord = (service: string): ServiceRecord => ({
  kind: 'service',
  service,
  phase: { name: 'closed' },
  heard: { interruptions: [], seen: [] },
  opened: [],
  rollbacks: { count: 0, retryAt: 0 },
  spent: { day: '', taskHours: 0, asOf: 0 },
});

export const newPoolRecord = (id: string, now: EpochMs): PoolRecord => ({
  kind: 'pool',
  id,
  state: { name: 'closed', since: now },
  trips: 0,
});

/**
 * Takes notices in. Pure. Each counts once, and in whatever order they come the same is known afterwards: a moment that
 * was heard of only moves forward.
 */
export function takeIn(record: ServiceRecord, inbox: readonly Heard[], policy: ServicePolicy): TakenIn {
  let taken: TakenIn = { record, news: false, findings: [] };
  for (const { notice } of inbox) taken = takeInOne(taken, notice, policy);
  return taken;
}

function takeInOne(before: TakenIn, notice: Notice, policy: ServicePolicy): TakenIn {
  switch (notice.kind) {
    case 'tick':
      return { ...before, news: true };
    case 'placement-failure':
      return once(before, notice.eventId, notice.at, () => placementFailure(before, notice));
    case 'interruption':
      return interruption(before, notice, policy);
    case 'alarm':
      return alarm(before, notice, policy);
    case 'deployment':
      return deployment(before, notice);
    case 'steady':
      return steady(before, notice);
    case 'order':
      return once(before, `order ${notice.verb} ${notice.by} ${notice.at}`, notice.at, () =>
        order(before, notice),
      );
    default:
      return notice satisfies never;
  }
}

/** EventBridge delivers at least once, and service actions carry no version: an event is known by its id. */
function once(before: TakenIn, id: string, at: EpochMs, take: () => TakenIn): TakenIn {
  if (before.record.heard.seen.includes(id)) {
    return found(
      before,
      'signal-repeated',
      `what is told of ${utc(at)} was taken in before; it counts once.`,
    );
  }
  const taken = take();
  const seen = [...taken.record.heard.seen, id].slice(-REMEMBERED);
  return hear(taken, { seen });
}

const hear = (taken: TakenIn, heard: Partial<HeardSignals>): TakenIn => ({
  ...taken,
  record: { ...taken.record, heard: { ...taken.record.heard, ...heard } },
});

const found = (
  taken: TakenIn,
  reason: Finding['reason'],
  sentence: string,
  outcome: Finding['outcome'] = 'ignored',
): TakenIn => ({
  ...taken,
  findings: [...taken.findings, { reason, outcome, sentence: `${taken.record.service}: ${sentence}` }],
});

const news = (taken: TakenIn): TakenIn => ({ ...taken, news: true });

/** The later of a moment that may be known and another. */
const later = (known: EpochMs | undefined, at: EpochMs) => Math.max(known ?? at, at);

function placementFailure(before: TakenIn, notice: NoticeOf<'placement-failure'>): TakenIn {
  const { reason, providers, at } = notice;
  if (reason !== NO_CAPACITY) {
    return found(
      before,
      'not-a-capacity-failure',
      `a task could not be placed at ${utc(at)} because of ${reason}. Only ${NO_CAPACITY} is a lack of Fargate capacity; no capacity provider would help.`,
    );
  }
  if (!providers.includes(FARGATE) && !providers.includes(FARGATE_SPOT)) {
    return found(
      before,
      'not-by-capacity-provider',
      `a task could not be placed at ${utc(at)}, and the event names ${providers.join(', ') || 'no capacity provider'}. Only a service with a strategy of FARGATE_SPOT can fail over; give it one in place of its launch type.`,
      'refused',
    );
  }
  const { spotFailureAt, onDemandFailureAt } = before.record.heard;
  let taken = before;
  if (providers.includes(FARGATE)) {
    const sentence = `FARGATE itself had no capacity at ${utc(at)}, so that going there would not help. Add subnets in other availability zones.`;
    taken = found(
      hear(taken, { onDemandFailureAt: later(onDemandFailureAt, at) }),
      'on-demand-short',
      sentence,
      'refused',
    );
  }
  if (!providers.includes(FARGATE_SPOT)) return taken;
  return news(hear(taken, { spotFailureAt: later(spotFailureAt, at) }));
}

/** The warning and the STOPPED event both say that a task is reclaimed: it counts once, by its ARN. */
function interruption(
  before: TakenIn,
  { task, at }: NoticeOf<'interruption'>,
  policy: ServicePolicy,
): TakenIn {
  const { interruptions } = before.record.heard;
  if (interruptions.some((one) => one.task === task)) {
    return found(before, 'signal-repeated', `that Spot reclaims task ${task} is known; it counts once.`);
  }
  const windowMs = Math.max(HOUR, policy.signals.interruptions?.windowMs ?? 0);
  const all = [...interruptions, { task, at }].toSorted((a, b) => a.at - b.at);
  const newest = all.at(-1)?.at ?? at;
  return news(hear(before, { interruptions: all.filter((one) => one.at > newest - windowMs) }));
}

function alarm(before: TakenIn, { name, inAlarm, at }: NoticeOf<'alarm'>, policy: ServicePolicy): TakenIn {
  if (name !== policy.signals.alarm) return before;
  const { alarmSince, alarmOverAt } = before.record.heard;
  return inAlarm
    ? news(hear(before, { alarmSince: later(alarmSince, at) }))
    : hear(before, { alarmOverAt: later(alarmOverAt, at) });
}

/** What a deployment came to is read from ECS; that ours has failed is told only once, and so it is remembered. */
function deployment(before: TakenIn, { deploymentId, state }: NoticeOf<'deployment'>): TakenIn {
  const { phase, written } = before.record;
  if (state === 'in-progress' || phase.name === 'closed') return before;
  const ours = written?.deploymentId === undefined || written.deploymentId === deploymentId;
  return news(state === 'failed' && ours ? hear(before, { failedDeployment: deploymentId }) : before);
}

function steady(before: TakenIn, { at }: NoticeOf<'steady'>): TakenIn {
  switch (before.record.phase.name) {
    case 'flipping':
    case 'open':
    case 'latched':
    case 'paired':
      return found(
        before,
        'steady-is-no-proof',
        `it was steady at ${utc(at)} with tasks on FARGATE, which says nothing of Spot; a probe will.`,
      );
    default:
      return before;
  }
}

function order(before: TakenIn, { verb, by, at }: NoticeOf<'order'>): TakenIn {
  const known = before.record.heard.order;
  if (known !== undefined && known.at > at) return before;
  return news(hear(before, { order: { verb, by, at } }));
}
