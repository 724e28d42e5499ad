import { type EpochMs, MINUTE, utc } from '../clock.ts';
import { type Choice, choose, eligible, isPassedOver } from './choose.ts';
import type { Finding, TagDecision } from './decision.ts';
import { hindrance, intending, isCopied, isNewer, type Situation } from './intent.ts';
import { type Ranked, rankImages } from './order.ts';
import type { Candidate, Pointed, TagRecord } from './record.ts';
import { short } from './tags.ts';
import { isRunDue, nextRun } from './timing.ts';

const MOST_CANDIDATES = 20;
const REMEMBERED = 20;

/** What the rule does of itself: promote, put back a tag that was deleted, or say why not. `resumed`: it had begun to. */
export function decideRule(situation: Situation, resumed: boolean): TagDecision {
  const lost = situation.on === null ? situation.record.current : undefined;
  if (lost === undefined) return promote(situation, situation.on, undefined, resumed);
  const { kept, images } = situation.snapshot;
  if (kept === undefined) {
    return { next: situation.record, findings: [], needs: [{ kind: 'kept' }] };
  }
  const image =
    kept.find(({ digest }) => digest === lost.digest) ?? images.find(({ digest }) => digest === lost.digest);
  if (image?.status === 'ACTIVE') return promote(situation, lost, lost, resumed);
  const what = `${situation.record.id} is deleted, and ${short(lost.digest)}, which it was on,`;
  if (image?.status === 'ACTIVATING') {
    const sentence = `${what} is being restored from the archive: the tag is put back when that is done.`;
    const finding: Finding = { reason: 'activating', outcome: 'held', sentence };
    return { next: situation.record, findings: [finding], lookAt: situation.now + MINUTE };
  }
  const sentence = image
    ? `${what} is archived. The newest other image that passes is taken.`
    : `${what} does not exist any more: with its last tag an image is deleted (BatchDeleteImage). The newest other image that passes is taken.`;
  const finding: Finding = { reason: image ? 'archived' : 'image-gone', outcome: 'refused', sentence };
  const decision = promote(
    { ...situation, record: forgetting(situation.record, lost) },
    null,
    undefined,
    resumed,
  );
  return decision.needs ? decision : { ...decision, findings: [finding, ...decision.findings] };
}

/** There is nothing to put back; an order may still ask for it if the image comes again. */
function forgetting({ current: _, ...record }: TagRecord, lost: Pointed): TagRecord {
  const others = record.history.filter(({ digest }) => digest !== lost.digest);
  return { ...record, history: [...others, lost].slice(-REMEMBERED) };
}

/** `base`: what a promotion has to be newer than. `lost`: what the tag is put back to if there is nothing newer. */
function promote(
  situation: Situation,
  base: Pointed | null,
  lost: Pointed | undefined,
  resumed: boolean,
): TagDecision {
  const { record, rule, now } = situation;
  const { push, scan, deployment, schedule } = rule.triggers;
  const due = isRunDue(record, rule.triggers, now);
  const run = nextRun(rule.triggers, now);
  const watched =
    schedule === null || (record.scheduleSeen !== undefined && !due)
      ? record
      : { ...record, scheduleSeen: now };
  const here = { ...situation, record: watched };
  if (!(push || scan || deployment || due || resumed)) {
    const decision = lost ? heal(here, lost) : { next: watched, findings: unscheduled(here, base, run) };
    return lookingAt(decision, [run]);
  }
  const choice = choose(here, base);
  if (choice.needs.length > 0) return { next: record, findings: [], needs: choice.needs };
  const { candidates, findings } = sortOut(here, base, choice);
  const next = candidates.length + record.candidates.length === 0 ? watched : { ...watched, candidates };
  const then = { ...here, record: next };
  const said = [...findings, ...choice.findings];
  const decision = choice.chosen
    ? take(then, choice.chosen, base)
    : lost
      ? heal(then, lost)
      : { next, findings: said.length > 0 ? [] : nothingNew(then, base, choice) };
  return lookingAt({ ...decision, findings: [...said, ...decision.findings] }, [run, ...choice.lookAt]);
}

function take(situation: Situation, chosen: Ranked, base: Pointed | null): TagDecision {
  const { record, rule } = situation;
  const { digest, pushedAt, tag } = chosen;
  const from = base ? short(base.digest) : 'nothing';
  // ECS goes by the digest that it found when the deployment began (API_ContainerImage, ECS API reference).
  const running =
    rule.deploy.length > 0 ? '' : ' ECS services keep what they run until their next deployment.';
  const sentence = `${record.id}: from ${from} to ${short(digest)} (${tag}, pushed ${utc(pushedAt)}), by rule ${rule.id}.${running}`;
  const facts = { digest, ...(base ? { previous: base.digest } : {}) };
  return intending(
    situation,
    {
      kind: 'promotion',
      digest,
      pushedAt,
      sourceTag: tag,
      copy: isCopied(rule),
      rejects: false,
      by: rule.id,
    },
    { reason: 'promoted', outcome: 'acted', sentence, facts },
  );
}

function heal(situation: Situation, { digest, pushedAt, by }: Pointed): TagDecision {
  const { record, rule, snapshot } = situation;
  const there = snapshot.kept?.find((image) => image.digest === digest);
  const hindered = there && hindrance(situation, there, false);
  if (hindered) return { next: record, findings: [hindered] };
  const sentence = `${record.id} was deleted and is given to ${short(digest)} again. To be rid of it, take it out of the policy first.`;
  return intending(
    situation,
    {
      kind: 'healing',
      digest,
      pushedAt,
      sourceTag: null,
      copy: isCopied(rule) && there === undefined,
      rejects: false,
      by,
    },
    { reason: 'healed', outcome: 'acted', sentence, facts: { digest } },
  );
}

/** What becomes of the images that events named: those that still wait are kept, of the others it is said why not. */
function sortOut(
  situation: Situation,
  base: Pointed | null,
  { ranked, chosen, waiting }: Choice,
): { readonly candidates: readonly Candidate[]; readonly findings: readonly Finding[] } {
  const { record, now } = situation;
  const live = chosen ? [...waiting, chosen] : waiting;
  const isLive = (digest: string) => live.some((one) => one.digest === digest);
  const kept = record.candidates.filter(({ digest }) => isLive(digest));
  const fresh = live
    .filter(({ digest }) => !kept.some((one) => one.digest === digest))
    .map(({ digest, tag }): Candidate => ({ digest, tag, at: now }));
  const findings = record.candidates.flatMap((candidate): Finding[] => {
    if (isLive(candidate.digest) || candidate.digest === base?.digest) return [];
    const one = ranked.find(({ digest }) => digest === candidate.digest);
    const finding = one ? passedBy(situation, base, one) : unmatched(situation, candidate);
    return finding ? [finding] : [];
  });
  return { candidates: [...kept, ...fresh].slice(-MOST_CANDIDATES), findings };
}

/** Undefined: something newer was chosen in its place. */
function passedBy(situation: Situation, base: Pointed | null, one: Ranked): Finding | undefined {
  const { record, rule } = situation;
  const what = `${record.id}: ${short(one.digest)} (${one.tag}, pushed ${utc(one.pushedAt)})`;
  const facts = { digest: one.digest };
  const older = base !== null && !rule.allowOlder && !isNewer(one, base, situation);
  if (older) {
    const sentence = `${what} comes before ${short(base.digest)}, which the tag is on. To go back, order \`rollback\`.`;
    return { reason: 'older-than-current', outcome: 'refused', sentence, facts };
  }
  const left = record.rejected.includes(one.digest);
  if (!left && !(base !== null && !rule.allowOlder && isPassedOver(one, situation))) return undefined;
  const why = left ? 'was rolled back from' : 'was pushed before what was rolled back from';
  const sentence = `${what} ${why}. Order \`release\` to let the rule promote it again.`;
  return { reason: 'rejected-before', outcome: 'refused', sentence, facts };
}

function unmatched({ record, snapshot }: Situation, { digest, tag }: Candidate): Finding | undefined {
  // A scan names the children of an index too, and they have no tags.
  if (tag === null) return undefined;
  const exists = snapshot.complete || snapshot.images.some((image) => image.digest === digest);
  if (exists) {
    const sentence = `${record.id}: the source tag ${tag} is not on ${short(digest)} any more; only what it is on now counts.`;
    return { reason: 'source-tag-moved', outcome: 'ignored', sentence, facts: { digest } };
  }
  const sentence = `${record.id}: ${short(digest)}, pushed as ${tag}, does not exist any more.`;
  return { reason: 'image-gone', outcome: 'refused', sentence, facts: { digest } };
}

function nothingNew(situation: Situation, base: Pointed | null, { ranked }: Choice): Finding[] {
  const { record, rule } = situation;
  const [best] = ranked;
  if (best && best.digest === base?.digest) {
    const sentence = `${record.id} is on ${short(best.digest)} already, the newest that rule ${rule.id} takes.`;
    return [{ reason: 'already-there', outcome: 'done', sentence }];
  }
  if (best === undefined) {
    const sentence = `${record.id}: no image of ${rule.repository} that was looked at has a tag of the source of rule ${rule.id}.`;
    return [{ reason: 'no-matching-image', outcome: 'ignored', sentence }];
  }
  const finding = passedBy(situation, base, best);
  return finding ? [finding] : [];
}

/** Only a schedule makes the rule act, and it is not time: that is worth saying when something waits. */
function unscheduled(situation: Situation, base: Pointed | null, run: EpochMs | undefined): Finding[] {
  const { record } = situation;
  const [next] = eligible(situation, rankImages(situation.snapshot.images, situation.rule), base);
  if (run === undefined || next === undefined) return [];
  const sentence = `${record.id}: ${short(next.digest)} (${next.tag}) is looked at when the schedule runs, ${utc(run)}.`;
  return [{ reason: 'not-yet-scheduled', outcome: 'held', sentence, facts: { digest: next.digest } }];
}

function lookingAt(decision: TagDecision, moments: readonly (EpochMs | undefined)[]): TagDecision {
  const known = moments.filter((at) => at !== undefined);
  return known.length === 0 ? decision : { ...decision, lookAt: Math.min(...known) };
}
