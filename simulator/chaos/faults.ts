import { MINUTE } from '../../lib/clock.ts';
import type { FunctionName } from '../../lib/policy/compile.ts';
import type { ServiceName } from '../kernel.ts';

/** So long after the start of the world the last fault has ended. */
export const FAULTS_MS = 45 * MINUTE;

type Applied = 'applied' | 'not-applied';

/** What goes wrong with what carries the news, with AWS, and with the functions. */
export type TechnicalFault =
  | { readonly kind: 'drop'; readonly of: string; readonly times: number }
  | {
      readonly kind: 'duplicate' | 'delay' | 'reorder';
      readonly of: string;
      readonly times: number;
      readonly byMs: number;
    }
  | { readonly kind: 'throttle'; readonly service: ServiceName; readonly times: number }
  | { readonly kind: 'fail'; readonly service: ServiceName; readonly times: number; readonly effect: boolean }
  | { readonly kind: 'deny'; readonly service: ServiceName; readonly forMs: number }
  | {
      readonly kind: 'stale';
      readonly service: ServiceName;
      readonly times: number;
      readonly maxAgeMs: number;
    }
  | { readonly kind: 'partial'; readonly times: number }
  | { readonly kind: 'crash'; readonly function: FunctionName; readonly nth: number; readonly call: Applied }
  | {
      readonly kind: 'crash-at-store';
      readonly function: FunctionName;
      readonly nth: number;
      readonly write: Applied;
    }
  | { readonly kind: 'slow'; readonly function: FunctionName; readonly nth: number; readonly byMs: number }
  | { readonly kind: 'invoke'; readonly function: FunctionName; readonly times: number }
  | {
      readonly kind: 'stray';
      readonly function: FunctionName;
      readonly sample: number;
      readonly times: number;
    }
  | { readonly kind: 'skew'; readonly function: FunctionName; readonly byMs: number; readonly forMs: number };

/** What the fleet goes through for a while, and is then as before. */
export type Spell =
  | { readonly kind: 'disconnect'; readonly host: number; readonly forMs: number }
  | {
      readonly kind: 'drought';
      readonly tasks: number;
      readonly zone: string | undefined;
      readonly withinMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'shortage'; readonly forMs: number }
  | { readonly kind: 'quota'; readonly vcpus: number; readonly forMs: number }
  | { readonly kind: 'load'; readonly cluster: number; readonly factor: number; readonly forMs: number }
  | { readonly kind: 'pause'; readonly scope: string; readonly forMs: number }
  | {
      readonly kind: 'suspend';
      readonly group: number;
      readonly process: 'Launch' | 'Terminate';
      readonly forMs: number;
    }
  | { readonly kind: 'idle' | 'bad-deploy'; readonly service: number; readonly forMs: number };

/** What the fleet and other people do to a service in one moment, that no time takes back. */
export type ServiceDeed =
  | { readonly kind: 'deploy' | 'strategy' | 'interrupt' | 'delete-service'; readonly service: number }
  | { readonly kind: 'resize'; readonly service: number; readonly by: number };

export type HostDeed =
  | {
      readonly kind: 'terminate' | 'stop' | 'start' | 'reclaim' | 'rebalance' | 'standalone' | 'ghost';
      readonly host: number;
    }
  | { readonly kind: 'by-hand'; readonly host: number; readonly status: 'DRAINING' | 'ACTIVE' }
  | {
      readonly kind: 'maintenance';
      readonly host: number;
      readonly inMs: number;
      readonly status: 'upcoming' | 'closed';
    }
  | { readonly kind: 'order-drain'; readonly host: number; readonly verb: 'drain' | 'release' };

export type RepositoryDeed =
  | {
      readonly kind: 'push';
      readonly repository: number;
      readonly build: number;
      readonly as: 'build' | 'version' | 'index';
      readonly scan: 'clean' | 'critical' | 'failed' | 'slow';
    }
  | { readonly kind: 'move-tag'; readonly repository: number; readonly tag: string; readonly build: number }
  | {
      readonly kind: 'untag' | 'archive' | 'sign' | 'expire';
      readonly repository: number;
      readonly tag: string;
    }
  | {
      readonly kind: 'order-retag';
      readonly repository: number;
      readonly verb: 'promote' | 'rollback' | 'release' | 'approve';
      readonly tag: string;
      readonly image: string;
      readonly skipGates: boolean;
    };

type OtherDeed =
  | { readonly kind: 'scale-group'; readonly group: number; readonly by: number }
  | { readonly kind: 'hook-gone'; readonly group: number }
  | {
      readonly kind: 'alarm';
      readonly cluster: number;
      readonly which: string;
      readonly value: 'ALARM' | 'OK';
    }
  | { readonly kind: 'order-failover'; readonly service: number; readonly verb: string };

export type Deed = ServiceDeed | HostDeed | RepositoryDeed | OtherDeed;

/**
 * Something that goes wrong, or that somebody does. Hosts, services and the like are numbers that are counted round, so
 * that each fault means something in every world and without the others.
 */
export type FaultKind = TechnicalFault | Spell | Deed;

export interface Fault {
  /** Its number in the seed's schedule: what a replay names it by. */
  readonly id: number;
  /** After the start of the world. */
  readonly afterMs: number;
  readonly what: FaultKind;
}

/** A fault as a line of a timeline tells it. */
export function faultText({ kind, ...rest }: FaultKind): string {
  const terms = Object.entries(rest).filter(([, value]) => value !== undefined);
  return `${kind} ${terms.map(([name, value]) => `${name}=${value}`).join(' ')}`;
}
