import { explain } from '../lib/aws/explain.ts';

/** What an error means at a terminal, beyond what it means to a function. By lib/aws/explain.ts's codes. */
const HINTS: Readonly<Record<string, (verb: string) => string>> = {
  'aws-access-denied': (verb) =>
    `It was the credentials of this terminal that were denied: stevedore ${verb} --help says what they need.`,
  'aws-unavailable': () => 'Check the network, --region and --endpoint, and run it again.',
  'aws-throttled': () => 'Run it again in a minute.',
  'aws-table-missing': () => 'Name the table of the deployment with --table, and its Region with --region.',
};

const LOG_IN_AGAIN =
  'Log in again in another terminal (aws sso login, aws login): the next look takes what is new there. Keys that come ' +
  'from environment variables or from a file were read once: for those end this, and start it with new ones.';

/** What to say of a failure that a later look may not meet any more; undefined for one that no waiting mends. */
export function passingText(error: unknown): string | undefined {
  const explained = errorsOf(error).map(explain);
  const lost = explained.some(({ code }) => code === 'aws-credentials-invalid');
  if (!explained.every(({ code, retryable }) => retryable || code === 'aws-credentials-invalid'))
    return undefined;
  const sentences = new Set(explained.map(({ sentence }) => sentence));
  return [...sentences, ...(lost ? [LOG_IN_AGAIN] : [])].join(' ');
}

const errorsOf = (error: unknown): readonly unknown[] =>
  error instanceof AggregateError ? error.errors : [error];

/**
 * Why a verb failed, if it was AWS that refused or could not be reached: each error once, with what to do about it.
 * Undefined for any other error, which is a bug of ours.
 */
export function failureText(verb: string, error: unknown): string | undefined {
  const explained = errorsOf(error).map(explain);
  if (explained.some(({ code }) => code === 'aws-unexpected')) return undefined;
  const sentences = explained.map(({ code, sentence }) => {
    const hint = HINTS[code]?.(verb);
    return hint === undefined ? sentence : `${sentence}\n${hint}`;
  });
  return `stevedore ${verb} failed: ${[...new Set(sentences)].join('\n')}\n`;
}
