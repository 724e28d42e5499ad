import { errorMessage, errorName } from '../aws/errors.ts';
import { explain } from '../aws/explain.ts';
import { KINDS } from './failure-kinds.ts';
import type { ActionOutcome } from './outcome.ts';

/** Which call failed, and what it was about. */
export interface Attempt {
  /** An operation of ECR, or `download` of a layer from where ECR keeps it. */
  readonly operation: string;
  readonly repository: string;
  /** The digest or tag; missing: the repository as a whole. */
  readonly what?: string;
}

/**
 * What ECR did not do. ECR says it in two ways, by an exception or by a failure code in an answer of 200; both are told
 * apart by `name`. What we find wrong ourselves, as a hash that does not match, is a third.
 */
export class EcrFailure extends Error {
  override readonly name: string;
  readonly attempt: Attempt;
  constructor(attempt: Attempt, name: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = name;
    this.attempt = attempt;
  }
}

/** Waits for a call of ECR; what it throws becomes an EcrFailure that knows the call. */
export async function attempted<T>(attempt: Attempt, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new EcrFailure(attempt, errorName(error), errorMessage(error), error);
  }
}

export type Failed = Exclude<ActionOutcome, { readonly result: 'done' | 'already' }>;

/**
 * The outcome of whatever went wrong: what is in no table of ours is retried only where lib/aws/explain.ts says that it may
 * pass, as throttling beyond the SDK's retries.
 * @throws what is none of ECR's failures: a bug of ours
 */
export function failureOf(error: unknown): Failed {
  if (!(error instanceof EcrFailure)) throw error;
  const { operation, repository, what = 'it' } = error.attempt;
  const call = `ECR:${operation}`;
  const kind = KINDS.get(`${operation}:${error.name}`) ?? KINDS.get(error.name);
  if (kind === undefined) {
    const { code, sentence, retryable } = explain(error.cause ?? error);
    if (retryable) return { result: 'retry', call, error: { code, sentence } };
    const reason = code === 'aws-access-denied' ? 'access-denied' : 'action-refused';
    return { result: 'refused', call, reason, error: { code, sentence } };
  }
  const words = [error.name, error.message].filter(Boolean).join(': ');
  const explained = { code: kind.code, sentence: `${kind.sentence(what, repository)} (${words})` };
  if (kind.result !== 'refused') return { result: kind.result, call, error: explained };
  return { result: 'refused', call, reason: kind.reason ?? 'action-refused', error: explained };
}
