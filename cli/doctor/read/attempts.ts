import { areCredentialsInvalid, errorMessage, isAccessDenied } from '../../../lib/aws/errors.ts';
import { explain } from '../../../lib/aws/explain.ts';
import type { Action } from '../reads.ts';

/** Calls that may be denied: what one of them would have told is left out, and the others go on. */
export interface Attempts<Call extends string = Action> {
  /** Why, by call. */
  readonly unread: ReadonlyMap<Call, string>;
  /**
   * What `read` gives, or `otherwise` where AWS does not tell, or where no check needs it.
   * @throws the error if the credentials are no good for anything, or if it is a bug of ours
   */
  attempt<T>(action: Call, otherwise: T, read: () => Promise<T>): Promise<T>;
}

/** What a doctor can do about a call that is denied. */
const NARROW = 'allow it, or leave the checks out that need it with --only';

/**
 * @param wanted the calls that some check needs; others are not made
 * @param remedy what to do about one that is denied
 */
export function createAttempts<Call extends string = Action>(
  wanted: ReadonlySet<Call>,
  remedy = NARROW,
): Attempts<Call> {
  const unread = new Map<Call, string>();
  return {
    unread,
    async attempt(action, otherwise, read) {
      if (!wanted.has(action)) return otherwise;
      try {
        return await read();
      } catch (error) {
        if (areCredentialsInvalid(error) || !isOfAws(error)) throw error;
        unread.set(action, isAccessDenied(error) ? denied(action, remedy, error) : explain(error).sentence);
        return otherwise;
      }
    },
  };
}

/** Errors of the SDK's clients have metadata; those of the network have a code of their own in lib/aws/explain.ts. */
const isOfAws = (error: unknown) =>
  (typeof error === 'object' && error !== null && '$metadata' in error) ||
  isAccessDenied(error) ||
  explain(error).code !== 'aws-unexpected';

const denied = (action: string, remedy: string, error: unknown) =>
  `AWS denied ${action} to the credentials of this terminal: ${remedy}. (${errorMessage(error)})`;
