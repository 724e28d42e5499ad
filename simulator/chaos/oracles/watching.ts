import type { Capability } from '../../../lib/journal/journal.ts';
import type { CallRecord } from '../../recording.ts';
import { isRead } from '../../stale.ts';
import type { Observed, Oracle, Violation } from '../oracle.ts';

/** Tells of something that must never be so: what was seen of what, and what would have been right. */
export type Report = (sentence: string) => void;

export interface Looks {
  readonly step?: () => void;
  readonly end?: () => void;
}

/** An oracle that reports when it sees something, be it between two steps. */
export function oracle(
  name: string,
  promise: string,
  begin: (observed: Observed, report: Report) => Looks,
): Oracle {
  return {
    name,
    promise,
    watch(observed) {
      let seen: Violation[] = [];
      const looks = begin(observed, (sentence) =>
        seen.push({ oracle: name, at: observed.world.now(), sentence }),
      );
      const take = () => {
        const violations = seen;
        seen = [];
        return violations;
      };
      return {
        step: () => {
          looks.step?.();
          return take();
        },
        end: () => {
          looks.step?.();
          looks.end?.();
          return take();
        },
      };
    },
  };
}

/** Every function of such a world is Stevedore's; everybody else calls from outside. */
export const isOurs = (call: CallRecord) => call.function !== undefined;

/**
 * Changes nothing of the repository: "Starts a preview of a lifecycle policy ... This allows you to see the results
 * before associating the lifecycle policy with the repository" (ECR API reference). It is how that is read, in two calls.
 */
const PREVIEW = 'StartLifecyclePolicyPreview';

/**
 * Whether the call may change something of somebody's. What goes to the event bus is an order to draining: the journal
 * does not go over it here.
 */
export const isWrite = (call: Pick<CallRecord, 'service' | 'operation'>) =>
  !isRead(call) && call.operation !== PREVIEW;

const CAPABILITIES = new Map<string | undefined, Capability>([
  ['drain', 'draining'],
  ['scale', 'scaling'],
  ['failover', 'failover'],
  ['retag', 'retagging'],
  ['capacity', 'capacity'],
]);

export const capabilityOf = (call: CallRecord) => CAPABILITIES.get(call.function);

export const callName = ({ service, operation }: CallRecord) => `${service}:${operation}`;

/** A member of a request or of an event's detail, whose types depend on what it is. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** The same where it is a text; `''` where it is not. */
export function textOf(value: unknown, name: string): string {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : '';
}

/** A moment for a person. */
export const clock = (at: number) => new Date(at).toISOString().slice(11, 19);
