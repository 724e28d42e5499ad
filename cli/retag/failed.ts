import { explain } from '../../lib/aws/explain.ts';

/** The sentences of the journal speak of the function's role. */
export const DENIED_HERE =
  'It was the credentials of this terminal that were denied: they need what the role of the function has.';

/** What an error means at a terminal, beyond what it means to a function. By lib/aws/explain.ts's codes. */
const HINTS: Readonly<Record<string, string>> = {
  'aws-access-denied': DENIED_HERE,
  'aws-unavailable': 'Check the network, --aws-region and --endpoint, and give the order again.',
  'aws-throttled': 'Give the order again in a minute.',
  'aws-table-missing': 'Name the table of the deployment with --table, and its Region with --aws-region.',
};

/**
 * Why an order could not be given: each error of AWS once, with what to do about it.
 * @throws the error itself if it is none of AWS's: a bug of ours
 */
export function failureText(verb: string, error: unknown): string {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const sentences = errors.map((one) => {
    const { code, sentence } = explain(one);
    if (code === 'aws-unexpected') throw error;
    const hint = HINTS[code];
    return hint === undefined ? sentence : `${sentence}\n${hint}`;
  });
  return `stevedore ${verb} failed: ${[...new Set(sentences)].join('\n')}\n`;
}
