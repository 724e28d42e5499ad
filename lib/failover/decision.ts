import type { Finding as AnyFinding } from '../journal/journal.ts';
import type { FailoverReason } from './reasons.ts';
import type { PoolRecord, ServiceRecord, Strategy } from './record.ts';

export type Finding = AnyFinding<FailoverReason>;

/** What to do about one service. */
export interface ServiceDecision {
  readonly next: ServiceRecord;
  /** What to change. The `next` record says so already and is to be stored before AWS is asked. */
  readonly action?: ServiceAction;
  readonly findings: readonly Finding[];
  /** More has to be read first; then it is to be decided again. `next` is then the record as it was. */
  readonly needs?: 'circumstances' | 'fate';
}

export type ServiceAction =
  /** UpdateService with forceNewDeployment. `pin`: running digests by container, for a new task definition revision. */
  | {
      readonly kind: 'set-strategy';
      readonly strategy: Strategy;
      readonly pin?: Readonly<Record<string, string>>;
    }
  /** Desired count of the paired service. */
  | { readonly kind: 'set-paired-count'; readonly desired: number };

/** What to do about a shared breaker. */
export interface PoolDecision {
  readonly next: PoolRecord;
  readonly action?: PoolAction;
  readonly findings: readonly Finding[];
}

export type PoolAction =
  /** RunTask of the probe in the network of the service `prober`. */
  | { readonly kind: 'start-probe'; readonly prober: string }
  | { readonly kind: 'stop-probe'; readonly prober: string; readonly task: string };

/** What the limits over all services leave for one more change. */
export interface Room {
  /** Tasks that may be launched in this minute. */
  readonly tasks: number;
  /** On-demand vCPUs; null: no limit. */
  readonly vcpus: number | null;
  /** On-demand task-hours of this UTC day over all services; null: no limit. */
  readonly taskHours: number | null;
}
