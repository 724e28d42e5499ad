import { MINUTE } from '../../lib/clock.ts';
import { decideTag } from '../../lib/retagging/decide.ts';
import type { Need, TagAction, TagDecision } from '../../lib/retagging/decision.ts';
import { takeIn } from '../../lib/retagging/intake.ts';
import type { Heard } from '../../lib/retagging/notice.ts';
import { rankImages } from '../../lib/retagging/order.ts';
import { type ActionOutcome, settleTag } from '../../lib/retagging/outcome.ts';
import type { PromotionRule } from '../../lib/retagging/policy.ts';
import type { TagRecord } from '../../lib/retagging/record.ts';
import type { ImageView, ScanView, TagSnapshot } from '../../lib/retagging/snapshot.ts';
import { matches } from '../../lib/retagging/tags.ts';
import { aRecord, counts, heard, order, START } from './situations.ts';

interface Stored {
  readonly digest: string;
  readonly tags: Set<string>;
  readonly pushedAt: number;
  readonly passes: boolean;
}

export type Crash = 'before the write' | 'after the write' | null;

/** A repository, the record of its tag `stable`, and the events that are under way: as little as shows a wrong decision. */
export class TinyRegistry {
  readonly images = new Map<string, Stored>();
  readonly rule: PromotionRule;
  /** Delivered in any order, twice or never. */
  events: Heard[] = [];
  record: TagRecord = aRecord();
  now = START;
  /** From and to, of what the rule did by itself while the tag was on an image. */
  readonly promotions: { readonly from: Stored; readonly to: Stored }[] = [];
  private count = 0;

  constructor(rule: PromotionRule) {
    this.rule = rule;
  }

  get stable(): Stored | undefined {
    return this.tagged('stable');
  }

  push(passes: boolean): void {
    this.now += MINUTE;
    this.count += 1;
    const digest = `sha256:${String(this.count).padStart(64, '0')}`;
    this.images.set(digest, { digest, tags: new Set(), pushedAt: this.now, passes });
    const { source } = this.rule;
    this.give(source.kind === 'exact' ? source.tag : `v1.${this.count}.0`, digest);
  }

  /** Takes the tag from where it is, as PutImage does, and tells of it. */
  give(tag: string, digest: string): void {
    this.tagged(tag)?.tags.delete(tag);
    this.images.get(digest)?.tags.add(tag);
    const eventId = `${tag} ${digest} ${this.now} ${this.events.length}`;
    this.events.push(heard({ kind: 'push', eventId, repository: 'web', tag, digest, at: this.now }));
  }

  othersGive(which: number): void {
    this.now += MINUTE;
    const image = [...this.images.values()].at(which % Math.max(this.images.size, 1));
    if (image && image !== this.stable) this.give('stable', image.digest);
  }

  /** With its last tag the image goes too (BatchDeleteImage). */
  untag(): void {
    this.now += MINUTE;
    const image = this.stable;
    if (image === undefined) return;
    image.tags.delete('stable');
    if (image.tags.size === 0) this.images.delete(image.digest);
    this.events.push(heard({ kind: 'removed', digest: image.digest, tag: 'stable', at: this.now }));
  }

  remove(which: number): void {
    this.now += MINUTE;
    const image = [...this.images.values()].at(which % Math.max(this.images.size, 1));
    if (image) this.images.delete(image.digest);
  }

  rollBack(): void {
    this.now += MINUTE;
    this.pass([order({ verb: 'rollback', to: null }, this.now)], false);
  }

  /** One pass of the worker. Resolves to what was decided. */
  pass(inbox: readonly Heard[], complete: boolean, crash: Crash = null): TagDecision {
    const { record } = takeIn(this.record, inbox, this.rule);
    const decision = this.decide(record, complete);
    this.record = decision.next;
    if (decision.action === undefined || crash === 'before the write') return decision;
    const outcome = this.carryOut(decision.action);
    if (crash === null) this.record = settleTag(this.record, this.rule, outcome, this.now).record;
    return decision;
  }

  private decide(record: TagRecord, complete: boolean): TagDecision {
    const asked: Need[] = [];
    for (let rounds = 0; rounds < 5; rounds += 1) {
      const snapshot = this.read(record, complete, asked);
      const decision = decideTag({ record, rule: this.rule, snapshot, now: this.now });
      if (!decision.needs) return decision;
      asked.push(...decision.needs);
    }
    throw new Error('more than four rounds of needs');
  }

  private carryOut({ digest, sourceTag }: TagAction): ActionOutcome {
    const call = 'ECR:PutImage';
    const error = { code: 'aws-unexpected', sentence: 'No.' };
    const image = this.images.get(digest);
    if (image === undefined) return { result: 'gone', call, error };
    if (sourceTag !== null && !image.tags.has(sourceTag)) return { result: 'moved', call, error };
    const from = this.stable;
    if (from === image) return { result: 'already', call };
    if (from && this.record.intent?.kind === 'promotion') this.promotions.push({ from, to: image });
    this.give('stable', digest);
    return { result: 'done', call, digest };
  }

  private read(record: TagRecord, complete: boolean, asked: readonly Need[]): TagSnapshot {
    const views = [...this.images.values()].map(viewOf);
    const { source } = this.rule;
    const named = new Set(
      [...record.candidates, ...(record.current ? [record.current] : [])].map((one) => one.digest),
    );
    const isExact = ({ tags }: ImageView) => source.kind === 'exact' && tags.includes(source.tag);
    const past = new Set(
      [...record.history, ...(record.current ? [record.current] : [])].map((one) => one.digest),
    );
    const scans = new Map<string, ScanView>();
    for (const need of asked) {
      if (need.kind !== 'scan') continue;
      scans.set(need.digest, counts({ critical: this.images.get(need.digest)?.passes ? 0 : 1 }));
    }
    return {
      destination: views.find(({ tags }) => tags.includes('stable')) ?? 'absent',
      images: complete ? views : views.filter((view) => named.has(view.digest) || isExact(view)),
      complete,
      ...(scans.size > 0 ? { scans } : {}),
      ...(asked.some(({ kind }) => kind === 'kept')
        ? { kept: views.filter(({ digest }) => past.has(digest)) }
        : {}),
    };
  }

  /** Passes of the schedule until nothing is left to do; resolves to how many decided to act. */
  settle(): number {
    // Long enough for an answer from before our own write to be impossible.
    this.now += 2 * MINUTE;
    for (let passes = 0; passes < 5; passes += 1) {
      if (this.pass([], true).action === undefined) return passes;
      this.now += MINUTE;
    }
    return 5;
  }

  /** Those that the rule takes and whose gates are open, newest first. */
  promotable(): readonly Stored[] {
    const images = [...this.images.values()].filter(
      ({ passes, tags }) => passes && [...tags].some((tag) => matches(this.rule.source, tag)),
    );
    const order = rankImages(images.map(viewOf), this.rule).map(({ digest }) => digest);
    return images.toSorted((a, b) => order.indexOf(a.digest) - order.indexOf(b.digest));
  }

  private tagged(tag: string): Stored | undefined {
    return [...this.images.values()].find(({ tags }) => tags.has(tag));
  }
}

const viewOf = ({ digest, tags, pushedAt }: Stored): ImageView => ({
  digest,
  tags: [...tags],
  pushedAt,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  status: 'ACTIVE',
});
