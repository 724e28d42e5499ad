// `node cli/reason-codes.ts` writes docs/reason-codes.md from the catalogues in the code. With `--check` it writes
// nothing, and exits with 1 if the page is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RejectionCause } from '../events/rejection.ts';
import type { Remark } from '../functions/handler.ts';
import { ignoreReasons } from '../functions/ignore-reasons.ts';
import { capacityReasonMeanings } from '../lib/capacity/reason-meanings.ts';
import { capacityReasons } from '../lib/capacity/reasons.ts';
import { drainingReasonMeanings } from '../lib/draining/reason-meanings.ts';
import { drainingReasons } from '../lib/draining/reasons.ts';
import { failoverReasonMeanings } from '../lib/failover/reason-meanings.ts';
import { failoverReasons } from '../lib/failover/reasons.ts';
import { retaggingReasonMeanings } from '../lib/retagging/reason-meanings.ts';
import { retaggingReasons } from '../lib/retagging/reasons.ts';
import { scalingReasonMeanings } from '../lib/scaling/reason-meanings.ts';
import { scalingReasons } from '../lib/scaling/reasons.ts';
import { pauseReasonMeanings } from '../lib/state/pause-reasons.ts';
import { planReasonMeanings } from './plan/reasons.ts';

const file = join(import.meta.dirname, '..', 'docs', 'reason-codes.md');

// These two are types in the code, without a list to read; the compiler misses what is missing here.
const rejections: Readonly<Record<RejectionCause, string>> = {
  malformed:
    'It claims to be an event that we know and is not. The sentence names the field and what was expected.',
  unknown: 'It comes from a source that we listen to, but is of a type that says nothing to us.',
  'foreign-service': 'It comes from a source that we do not listen to. See who invokes the function with it.',
};
const remarks: Readonly<Record<Remark['reason'], string>> = {
  'warm-pool-return': 'The instance goes back to a warm pool; it is drained as if it ended.',
  'metadata-disagrees':
    "The hook's notification metadata names another cluster than the policy. The policy holds.",
};

/** The text of docs/reason-codes.md. */
export function reasonCodesPage(): string {
  const ignored = Object.entries(ignoreReasons).map(([code, { meaning, remedy }]) => [
    `\`${code}\``,
    meaning,
    remedy,
  ]);
  return `<!-- Written by \`npm run docs\` from the catalogues in the code; do not edit. -->

# Reason codes

Every decision in the journal, acted on or not, has one of these codes and a sentence that names the thing, the value
and, where there is one, the remedy. The codes are stable: filter and alarm on them. How to read the journal:
[draining](draining.md#reading-the-journal), [scaling](scaling.md#reading-the-journal),
[failover](failover.md#reading-the-journal), [retagging](retagging.md#reading-the-journal),
[capacity](capacity.md#reading-the-journal).

\`notable\` entries go to the log, the metrics, the event bus and the table; \`routine\` ones to the log and the metrics
only. What is held, refused, observed or failed again for the same reason is \`notable\` once, and then \`routine\`.

## Draining: decisions about an instance

${table(['code', 'weight', 'meaning'], weighted(drainingReasonMeanings, drainingReasons))}

## Scaling: decisions about a service or a group

${table(['code', 'weight', 'meaning'], weighted(scalingReasonMeanings, scalingReasons))}

## Failover: decisions about a service, a breaker or a migration

${table(['code', 'weight', 'meaning'], weighted(failoverReasonMeanings, failoverReasons))}

## Retagging: decisions about a tag

${table(['code', 'weight', 'meaning'], weighted(retaggingReasonMeanings, retaggingReasons))}

## Capacity: decisions about a cluster or an instance

${table(['code', 'weight', 'meaning'], weighted(capacityReasonMeanings, capacityReasons))}

## The kill switch

Said of a whole capability, or of what the scope names. Their outcome is \`done\`, their weight \`notable\`.

${table(['code', 'meaning'], codes(pauseReasonMeanings))}

## What only a plan says

\`npx stevedore plan\` gives the reasons of the journal, and these, which no entry of the journal has. What AWS did not tell
(\`not read\`) has a code that begins with \`aws-\`, such as \`aws-access-denied\`, \`aws-throttled\` or \`aws-unavailable\`; its
sentence has AWS's words and the remedy.

${table(['code', 'meaning'], codes(planReasonMeanings))}

## Events that ask nothing

Their outcome is \`ignored\`, their weight \`routine\`.

${table(['code', 'meaning', 'what to do'], ignored)}

## Events that could not be read

Their outcome is \`ignored\`, their weight \`routine\`. Such an event is never retried: it would be no more readable.

${table(['code', 'meaning'], codes(rejections))}

## Remarks

Said beside the decision about the same event. Their outcome is \`held\`, their weight \`routine\`.

${table(['code', 'meaning'], codes(remarks))}
`;
}

const weighted = <Reason extends string>(
  meanings: Readonly<Record<Reason, string>>,
  weights: Readonly<Record<NoInfer<Reason>, string>>,
) =>
  Object.entries<string>(meanings).map(([code, meaning]) => [
    `\`${code}\``,
    weights[code as Reason],
    meaning,
  ]);

const codes = (catalogue: Readonly<Record<string, string>>) =>
  Object.entries(catalogue).map(([code, meaning]) => [`\`${code}\``, meaning]);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

if (import.meta.main) {
  const page = reasonCodesPage();
  if (!process.argv.includes('--check')) {
    writeFileSync(file, page);
  } else if (readFileSync(file, 'utf8') !== page) {
    process.stderr.write('docs/reason-codes.md is out of date. Write it anew: npm run docs\n');
    process.exitCode = 1;
  }
}
