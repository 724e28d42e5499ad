import { explain } from '../lib/aws/explain.ts';

/** What an error means at a terminal, beyond what it means to a function. By lib/aws/explain.ts's codes. */
const HINTS: Readonly<Record<string, (verb: string) => string>> = {
  'aws-access-denied': (verb) =>
    `It was the credentials of this terminal that were denied: stevedore ${verb} --help says what they need.`,
  'aws-unavailable': () => 'Check the network, --region and --endpoint, and run it again.',
  'aws-throttled': () => 'Run it again in a minute.',
  'aws-table-missing': () => 'Name the table of the deployment with --table, and its Region with --region.',
};

/**
 * Why a verb failed, if it was AWS that refused or could not be reached: each error once, with what to do about it.
 * Undefined for any other error, which is a bug of ours.
 */
export function failureText(verb: string, error: unknown): string | undefined {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const explained = errors.map(explain);
  if (explained.some(({ code }) => code === 'aws-unexpected')) return undefined;
  const sentences = explained.map(({ code, sentence }) => {
    const hint = HINTS[code]?.(verb);
    return hint === undefined ? sentence : `${sentence}\n${hint}`;
  });
  return `stevedore ${verb} failed: ${[...new Set(sentences)].join('\n')}\n`;
}
