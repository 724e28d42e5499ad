import type { EpochMs } from '../../lib/clock.ts';
import type { StateValue } from '../cloudwatch/model.ts';

// What was seen of a world while it played. Series are kept where they change.

export type Series<Value> = readonly (readonly [at: EpochMs, value: Value])[];

export interface Step {
  readonly at: EpochMs;
  readonly what: string;
}

/** `pending`: not yet registered. `unreachable`: the agent is disconnected, as of what EC2 has ended. */
export type InstanceState = 'pending' | 'active' | 'draining' | 'unreachable' | 'gone';

export interface InstanceTrack {
  readonly id: string;
  readonly group: string;
  readonly spot: boolean;
  readonly state: Series<InstanceState>;
  /** Not yet STOPPED. */
  readonly tasks: Series<number>;
}

export interface GroupTrack {
  readonly name: string;
  readonly desired: Series<number>;
  /** Registered, ACTIVE and connected. */
  readonly active: Series<number>;
}

/** Where a task runs: on a container instance, or by a provider of Fargate. */
export const PLACES = ['EC2', 'FARGATE', 'FARGATE_SPOT'] as const;
export type Place = (typeof PLACES)[number];

export interface ServiceTrack {
  /** `CLUSTER/NAME`. */
  readonly id: string;
  readonly daemon: boolean;
  readonly desired: Series<number>;
  /** RUNNING and to stay so. */
  readonly running: Readonly<Record<Place, Series<number>>>;
  readonly pending: Series<number>;
  /** Task-minutes that it ran below its desired count. */
  readonly belowMinutes: number;
  readonly load: LoadTrack | null;
}

/** A second, in requests or messages. */
export interface LoadTrack {
  readonly arrivals: Series<number>;
  /** What the tasks can serve. */
  readonly capacity: Series<number>;
}

export interface MetricTrack {
  /** `CPUUtilization of shop/web`. */
  readonly title: string;
  /** One value a minute, by its beginning. */
  readonly values: Series<number>;
  readonly alarms: readonly AlarmTrack[];
}

export interface AlarmTrack {
  readonly name: string;
  readonly sign: '>' | '≥' | '<' | '≤';
  readonly threshold: number;
  readonly state: Series<StateValue>;
}

export interface Observation {
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly instances: readonly InstanceTrack[];
  readonly groups: readonly GroupTrack[];
  readonly services: readonly ServiceTrack[];
  readonly metrics: readonly MetricTrack[];
  /** Tasks that ended with their host, and tasks that Fargate Spot took back. */
  readonly lost: number;
  readonly interrupted: number;
}
