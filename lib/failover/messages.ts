import type { EpochMs } from '../clock.ts';
import type { ServiceView } from './snapshot.ts';

type Messages = ServiceView['messages'];

/**
 * What ECS says in a service's events, told apart by its words, since an event has nothing else (ECS developer guide,
 * "Amazon ECS service event messages"). Patterns are kept wide: AWS changes the texts.
 */
const KINDS: readonly (readonly [keyof Messages, RegExp])[] = [
  // Before the next one: a limit is told in the same sentence as a placement that failed.
  ['quotaAt', /reached the limit on the number of (vcpus|tasks)/i],
  ['capacityUnavailableAt', /capacity is unavailable/i],
  ['impairedAt', /unable to consistently start tasks/i],
  ['steadyAt', /has reached a steady state/i],
];

/** ECS's words, in events, in failures of RunTask and in reasons why a task stopped, for: no capacity just now. */
const NO_CAPACITY =
  /capacity is (currently )?(unavailable|not available)|RESOURCE:FARGATE|insufficient capacity/i;

export const saysNoCapacity = (text: string): boolean => NO_CAPACITY.test(text);

/** When each kind of message came last. */
export function readMessages(
  events: readonly { readonly message?: string | undefined; readonly createdAt?: Date | undefined }[],
): Messages {
  const newest = new Map<keyof Messages, EpochMs>();
  for (const { message = '', createdAt } of events) {
    const kind = KINDS.find(([, pattern]) => pattern.test(message))?.[0];
    if (!kind || !createdAt) continue;
    newest.set(kind, Math.max(newest.get(kind) ?? 0, createdAt.getTime()));
  }
  return Object.fromEntries(newest);
}

/**
 * Whether Spot took a task back: documented as TerminationNotice until 2023 and as SpotInterruption since, and in
 * words all the time (ECS developer guide, "Fargate Spot").
 */
export const isSpotInterruption = (
  stopCode: string | undefined,
  stoppedReason: string | undefined,
): boolean =>
  stopCode === 'SpotInterruption' ||
  stopCode === 'TerminationNotice' ||
  /spot task was interrupted/i.test(stoppedReason ?? '');
