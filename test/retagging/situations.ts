import { type EpochMs, MINUTE } from '../../lib/clock.ts';
import { clusterName, repositoryName, serviceName } from '../../lib/ids.ts';
import { decideTag } from '../../lib/retagging/decide.ts';
import type { TagDecision } from '../../lib/retagging/decision.ts';
import { newTagRecord } from '../../lib/retagging/intake.ts';
import type { Heard, Notice, Order } from '../../lib/retagging/notice.ts';
import type { Gates, PromotionRule, ScanGate, Severity, Triggers } from '../../lib/retagging/policy.ts';
import type { Pointed, TagRecord } from '../../lib/retagging/record.ts';
import type { ImageView, ScanView, TagSnapshot } from '../../lib/retagging/snapshot.ts';
import { destinationsOf } from '../../lib/retagging/tags.ts';
import { expectSaid } from '../sayings.ts';
import { sayings } from './sayings.ts';

/** When the tests begin; all their times are distances from it. */
export const START: EpochMs = Date.UTC(2026, 10, 21, 12, 0);
export const later = (ms: number): EpochMs => START + ms;
export const minutes = (count: number): EpochMs => later(count * MINUTE);

/** A digest that reads as its letter. */
export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const WEB = repositoryName('web');
export const noGates: Gates = { scan: null, minAgeMs: 0, running: null, signature: false, approval: false };
export const onEvents: Triggers = { push: true, scan: true, deployment: true, schedule: null };
export const byHand: Triggers = { push: false, scan: false, deployment: false, schedule: null };
export const staging: NonNullable<Gates['running']> = {
  cluster: clusterName('staging'),
  service: serviceName('web'),
  forMs: 30 * MINUTE,
};

/** No critical finding, any number of others. */
export const scanGate: ScanGate = {
  most: { critical: 0, high: null, medium: null, low: null, informational: null, undefined: null },
  withoutResult: 'refuse',
};

/** `web:stable` follows the newest `v*` of the same repository. */
export function aRule({ gates, triggers, ...changes }: RuleChanges = {}): PromotionRule {
  return {
    id: 'web/stable',
    repository: WEB,
    source: { kind: 'glob', pattern: 'v*' },
    destination: { repository: WEB, region: null, tags: ['stable'] },
    triggers: { ...onEvents, ...triggers },
    gates: { ...noGates, ...gates },
    order: 'pushed-last',
    allowOlder: false,
    deploy: [],
    ...changes,
  };
}
export type RuleChanges = Partial<Omit<PromotionRule, 'gates' | 'triggers'>> & {
  readonly gates?: Partial<Gates>;
  readonly triggers?: Partial<Triggers>;
};

export function aRecord(changes: Partial<TagRecord> = {}): TagRecord {
  const rule = aRule();
  const [first] = destinationsOf(rule);
  if (first === undefined) throw new Error('a rule without a destination');
  return { ...newTagRecord(rule, first), ...changes };
}

/** Image `letter`, pushed so many minutes after the start. */
export function anImage(letter: string, pushed: number, tags: readonly string[] = []): ImageView {
  return {
    digest: digest(letter),
    tags,
    pushedAt: minutes(pushed),
    mediaType: 'application/vnd.oci.image.index.v1+json',
    status: 'ACTIVE',
  };
}

/** What the tag was on: image `letter`, put there by the rule long ago. */
export function pointed(letter: string, pushed: number, changes: Partial<Pointed> = {}): Pointed {
  return {
    digest: digest(letter),
    pushedAt: minutes(pushed),
    at: minutes(pushed),
    by: 'web/stable',
    ...changes,
  };
}

/** All images of the repository; the tag is on the one that has it. */
export function aSnapshot(images: readonly ImageView[], changes: Partial<TagSnapshot> = {}): TagSnapshot {
  return {
    destination: images.find(({ tags }) => tags.includes('stable')) ?? 'absent',
    images,
    complete: true,
    ...changes,
  };
}

export function counts(found: Partial<Record<Severity, number>> = {}): ScanView {
  const none = { critical: 0, high: 0, medium: 0, low: 0, informational: 0, undefined: 0 };
  return { kind: 'counts', counts: { ...none, ...found }, at: START };
}

let events = 0;
const nextEvent = () => {
  events += 1;
  return `event-${events}`;
};

export const heard = (notice: Notice): Heard => ({
  notice,
  cause: { eventId: 'e', detailType: 'ECR Image Action' },
});

export function push(
  letter: string,
  tag: string | null,
  changes: Partial<Extract<Notice, { kind: 'push' }>> = {},
) {
  return heard({
    kind: 'push',
    eventId: nextEvent(),
    repository: 'web',
    tag,
    digest: digest(letter),
    at: START,
    ...changes,
  });
}

export const order = (wanted: Order, at = START) =>
  heard({ kind: 'order', eventId: nextEvent(), order: wanted, by: 'ada', at });

export const reasons = ({ findings }: Pick<TagDecision, 'findings'>): string[] =>
  findings.map(({ reason }) => reason);

interface Asked {
  readonly record?: Partial<TagRecord>;
  readonly rule?: RuleChanges;
  readonly images: readonly ImageView[];
  readonly snapshot?: Partial<TagSnapshot>;
  /** Minutes after the start; an hour. */
  readonly at?: number;
  /** The record does not know yet what the tag is on. */
  readonly firstLook?: boolean;
}

/** Decides on a record whose tag is believed to be where it is, long since. */
export function decided({
  record = {},
  rule = {},
  images,
  snapshot = {},
  at = 60,
  firstLook = false,
}: Asked): TagDecision {
  const read = aSnapshot(images, snapshot);
  const { destination } = read;
  const current: Partial<TagRecord> =
    destination === 'absent' || firstLook
      ? {}
      : {
          current: {
            digest: destination.digest,
            pushedAt: destination.pushedAt,
            at: START,
            by: 'web/stable',
          },
        };
  const decision = decideTag({
    record: aRecord({ ...current, ...record }),
    rule: aRule(rule),
    snapshot: read,
    now: minutes(at),
  });
  expectSaid(decision.findings, sayings);
  return decision;
}
