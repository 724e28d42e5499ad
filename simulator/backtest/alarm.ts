import type { EpochMs } from '../../lib/clock.ts';
import type { Comparison } from '../../lib/scaling/policy.ts';
import { isBreach } from '../cloudwatch/breach.ts';

/** An alarm over one-minute points, all of the last `datapoints` of which must breach. */
export interface Alarm {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly since: EpochMs;
}

export interface AlarmWatch extends Alarm {
  /** Takes in the newest point; null: there is none, and the count starts anew (treatMissingData: missing). */
  see(value: number | null, now: EpochMs): void;
}

export function createAlarm(threshold: number, comparison: Comparison, datapoints: number): AlarmWatch {
  let state: Alarm['state'] = 'INSUFFICIENT_DATA';
  let since = 0;
  let breaching = 0;
  return {
    get state() {
      return state;
    },
    get since() {
      return since;
    },
    see(value, now) {
      breaching = value !== null && isBreach(value, threshold, comparison) ? breaching + 1 : 0;
      const next = value === null ? 'INSUFFICIENT_DATA' : breaching >= datapoints ? 'ALARM' : 'OK';
      if (next === state) return;
      state = next;
      since = now;
    },
  };
}

export const isAbove = (comparison: Comparison) => comparison.startsWith('Greater');
