import { type EpochMs, MINUTE, utc } from '../clock.ts';
import type { Finding, Need } from './decision.ts';
import type { Gates, PromotionRule, ScanGate, Severity } from './policy.ts';
import type { TagRecord } from './record.ts';
import type { ImageView, RunningView, ScanView, TagSnapshot } from './snapshot.ts';
import { short } from './tags.ts';

type Closed = { readonly open: false; readonly finding: Finding; readonly lookAt?: EpochMs };
export type GateResult = { readonly open: true } | Closed | { readonly needs: readonly Need[] };

type About = { readonly name: string; readonly image: ImageView; readonly now: EpochMs };

/** A scan ends with an event, and that may be lost. */
const SCAN_AGAIN = 10 * MINUTE;
/** A signature is pushed right after its image, and without an event that names the image. */
const SIGNED_SOON = 10 * MINUTE;

const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'informational', 'undefined'];

/**
 * Whether all gates of the rule are open for an image, and if not, the first that is closed. What costs no call is looked
 * at first; approval is asked for last, so that nobody approves what would be refused anyway.
 */
export function evaluateGates(
  image: ImageView,
  rule: PromotionRule,
  record: TagRecord,
  snapshot: TagSnapshot,
  now: EpochMs,
): GateResult {
  const about: About = { name: record.id, image, now };
  const { gates } = rule;
  const young = tooYoung(about, gates);
  if (young) return young;
  const scan = snapshot.scans?.get(image.digest);
  const signed = snapshot.signed?.get(image.digest);
  const running = snapshot.running?.runs.has(image.digest) ? snapshot.running : undefined;
  const closed =
    (gates.scan && scan && scanned(about, gates.scan, scan)) ||
    (gates.signature && signed === false && unsigned(about)) ||
    (gates.running && running && notRunning(about, gates.running, running));
  if (closed) return closed;
  const needs: Need[] = [];
  if (gates.scan && !scan) needs.push({ kind: 'scan', digest: image.digest });
  if (gates.signature && signed === undefined) needs.push({ kind: 'signature', digest: image.digest });
  if (gates.running && !running) needs.push({ kind: 'running', digest: image.digest });
  if (needs.length > 0) return { needs };
  const approved = record.approvals.some(({ digest }) => digest === image.digest);
  return gates.approval && !approved ? unapproved(about) : { open: true };
}

function tooYoung({ name, image, now }: About, { minAgeMs }: Gates): Closed | undefined {
  const ripe = image.pushedAt + minAgeMs;
  if (minAgeMs === 0 || ripe <= now) return undefined;
  const sentence = `${name}: ${short(image.digest)} was pushed ${utc(image.pushedAt)} and is old enough at ${utc(ripe)}.`;
  return closed('too-young', 'held', sentence, image, ripe);
}

function scanned(about: About, gate: ScanGate, scan: ScanView): Closed | undefined {
  const { name, image, now } = about;
  const what = `${name}: ${short(image.digest)}`;
  switch (scan.kind) {
    case 'counts': {
      const above = SEVERITIES.flatMap((severity) => {
        const most = gate.most[severity];
        const count = scan.counts[severity];
        return most !== null && count > most ? [`${severity} ${count} (at most ${most})`] : [];
      });
      if (above.length === 0) return undefined;
      const sentence = `${what} has more findings than the rule allows: ${above.join(', ')}. Push a fixed image, or order it with skipGates.`;
      return closed('findings-exceed', 'refused', sentence, image);
    }
    case 'pending':
      return closed('scan-pending', 'held', `${what}: ${scan.why}`, image, now + SCAN_AGAIN);
    case 'no-result': {
      if (gate.withoutResult === 'allow') return undefined;
      const sentence = `${what} has no scan result, which is not taken for no findings: ${scan.why} See that it is scanned, or let the gate allow images without a result.`;
      return closed('scan-without-result', 'refused', sentence, image);
    }
    default:
      return scan satisfies never;
  }
}

function unsigned({ name, image, now }: About): Closed {
  const sentence = `${name}: ${short(image.digest)} has no signature, neither a referrer nor a .sig tag. Sign that digest.`;
  const soon = now < image.pushedAt + SIGNED_SOON ? now + MINUTE : undefined;
  return closed('not-signed', 'refused', sentence, image, soon);
}

function notRunning(
  { name, image, now }: About,
  { cluster, service, forMs }: NonNullable<Gates['running']>,
  running: RunningView,
): Closed | undefined {
  const what = `${name}: ${short(image.digest)} has to run in ${cluster}/${service} for ${forMs / MINUTE} min first`;
  if (!running.runs.get(image.digest)) {
    return closed('not-running-there', 'held', `${what}, and does not run there.`, image);
  }
  if (running.healthySince === null) {
    return closed('not-running-there', 'held', `${what}: ${running.why}`, image, now + 5 * MINUTE);
  }
  const ripe = running.healthySince + forMs;
  if (ripe <= now) return undefined;
  const sentence = `${what}: since ${utc(running.healthySince)}, so until ${utc(ripe)}.`;
  return closed('not-running-there', 'held', sentence, image, ripe);
}

function unapproved({ name, image }: About): Closed {
  const sentence = `${name}: ${image.digest} passes every other gate and waits for somebody to approve it.`;
  return closed('waiting-for-approval', 'held', sentence, image);
}

const closed = (
  reason: Finding['reason'],
  outcome: Finding['outcome'],
  sentence: string,
  { digest }: ImageView,
  lookAt?: EpochMs,
): Closed => ({
  open: false,
  finding: { reason, outcome, sentence, facts: { digest } },
  ...(lookAt === undefined ? {} : { lookAt }),
});
