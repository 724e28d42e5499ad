import type { Failure } from '@aws-sdk/client-ecs';
import { readFailures } from '../../aws/failures.ts';

/**
 * ECS answers 200 also where it could not describe some of what it was asked for. What is gone meanwhile is no loss;
 * with anything else missing an instance would look emptier than it is, so nothing is decided.
 * @throws Error that names what could not be read
 */
export function throwUnlessGone(what: string, failures: readonly Failure[] | undefined): void {
  const failed = readFailures(failures).find(({ kind }) => kind === 'other');
  if (failed === undefined) return;
  throw new Error(
    `ECS could not describe ${what} ${failed.arn}: ${failed.reason}. Nothing is decided on half a cluster; it is read again at the next tick.`,
  );
}
