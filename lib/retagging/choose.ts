import { type EpochMs, MINUTE } from '../clock.ts';
import type { Finding, Need } from './decision.ts';
import { evaluateGates, type GateResult } from './gates.ts';
import { hindrance, isNewer, type Situation } from './intent.ts';
import { type Ranked, rankImages } from './order.ts';
import type { Pointed } from './record.ts';
import { short } from './tags.ts';

/** Which image of the source the rule wants, of those that come after the one that the tag is on. */
export interface Choice {
  /** All that match the source, the best first. */
  readonly ranked: readonly Ranked[];
  readonly chosen?: Ranked;
  /** Better than the chosen one, but for a gate that is closed. */
  readonly waiting: readonly Ranked[];
  readonly findings: readonly Finding[];
  readonly needs: readonly Need[];
  readonly lookAt: readonly EpochMs[];
}

/** So many images at most have their gates read in one pass. */
const MOST_READ = 20;
const MOST_FINDINGS = 5;

/**
 * Goes from the best image downwards until one passes all gates, or the rest is older than `base`, what the tag is on. A
 * closed gate thus does not hide an older image that is still an advance.
 */
export function choose(situation: Situation, base: Pointed | null): Choice {
  const { rule, snapshot } = situation;
  const ranked = rankImages(snapshot.images, rule);
  const readBefore = [snapshot.scans, snapshot.signed, snapshot.running].some((facts) => facts !== undefined);
  const waiting: Ranked[] = [];
  const findings: Finding[] = [];
  const needs: Need[] = [];
  const lookAt: EpochMs[] = [];
  let chosen: Ranked | undefined;
  let read = 0;
  for (const one of eligible(situation, ranked, base)) {
    const passes = evaluate(one, situation);
    if ('needs' in passes) {
      needs.push(...passes.needs);
      read += 1;
      // The newest one alone will do nearly always; when it did not, all others are asked for at once.
      if (!readBefore || read >= MOST_READ) break;
    } else if (passes.open) {
      chosen = one;
      break;
    } else {
      waiting.push(one);
      if (findings.length < MOST_FINDINGS) findings.push(passes.finding);
      if (passes.lookAt !== undefined) lookAt.push(passes.lookAt);
      if (passes.finding.reason !== 'too-young') read += 1;
      if (read >= MOST_READ || passes.finding.reason === 'tag-immutable') break;
    }
  }
  return { ranked, ...(chosen ? { chosen } : {}), waiting, findings, needs, lookAt };
}

/** The gates of the rule, and what stands before them. */
function evaluate({ image }: Ranked, situation: Situation): GateResult {
  const { record, rule, snapshot, now } = situation;
  const { digest, status } = image;
  const what = `${record.id}: ${short(digest)}`;
  const shut = (reason: Finding['reason'], outcome: Finding['outcome'], sentence: string) => ({
    open: false as const,
    finding: { reason, outcome, sentence, facts: { digest } },
  });
  if (status === 'ARCHIVED') {
    const sentence = `${what} is archived, so that it cannot be pulled, and is not promoted. Restore it with UpdateImageStorageClass.`;
    return shut('archived', 'refused', sentence);
  }
  if (status === 'ACTIVATING') {
    const sentence = `${what} is being restored from the archive, and is promoted when that is done.`;
    return { ...shut('activating', 'held', sentence), lookAt: now + MINUTE };
  }
  const hindered = hindrance(situation, image, false);
  return hindered ? { open: false, finding: hindered } : evaluateGates(image, rule, record, snapshot, now);
}

/** Those that the rule may promote now, gates apart. */
export function eligible(
  situation: Situation,
  ranked: readonly Ranked[],
  base: Pointed | null,
): readonly Ranked[] {
  const { record, rule } = situation;
  const at = base === null ? -1 : ranked.findIndex(({ digest }) => digest === base.digest);
  const better = at === -1 ? ranked : ranked.slice(0, at);
  return better.filter((one) => {
    if (record.rejected.includes(one.digest)) return false;
    if (base === null || rule.allowOlder) return true;
    return isNewer(one, base, situation) && !isPassedOver(one, situation);
  });
}

/** Whether it lies between what was rolled back to and what was left. */
export const isPassedOver = ({ pushedAt }: Ranked, { record }: Situation): boolean =>
  record.newerThan !== undefined && pushedAt <= record.newerThan;
