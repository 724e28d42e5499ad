import type { EpochMs } from '../clock.ts';
import type { Finding } from './decision.ts';
import type { TargetPolicy } from './policy.ts';
import type { ScalingReason } from './reasons.ts';
import type { ScalingRecord } from './record.ts';
import type { CapacityView } from './snapshot.ts';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** What every policy is evaluated against. */
export interface Situation {
  readonly record: ScalingRecord;
  readonly policy: TargetPolicy;
  readonly capacity: CapacityView;
  readonly bounds: Bounds;
  readonly now: EpochMs;
}

/** The count that one policy asks for; the present one when it wants no change. */
export interface Proposal {
  readonly policy: string;
  readonly desired: number;
  readonly cooldownMs: number;
  /** What it goes by, to follow "service/prod/web goes from 10 to 12: ". */
  readonly why: string;
}

/** What one policy makes of its metric. */
export interface Evaluation {
  readonly record: ScalingRecord;
  readonly proposal?: Proposal;
  readonly findings: readonly Finding[];
  /** Something this policy goes by could not be read, so that nothing may be scaled in. */
  readonly forbidsIn: boolean;
}

/** What schedules have set, each bound by itself, and else what the policy says. */
export function scheduledBounds({ bounds }: ScalingRecord, policy: TargetPolicy): Bounds {
  const max = bounds?.max ?? policy.max;
  return { min: Math.min(bounds?.min ?? policy.min, max), max };
}

/** The bounds that hold now: what a schedule has set, or else the policy's; and never beyond the group's own. */
export function boundsOf(record: ScalingRecord, policy: TargetPolicy, capacity: CapacityView): Bounds {
  const { min, max } = scheduledBounds(record, policy);
  const own = capacity.bounds;
  if (own === null) return { min, max };
  const most = Math.min(max, own.max);
  return { min: Math.min(Math.max(min, own.min), most), max: most };
}

/**
 * Brings what is wanted into the bounds. When the count is outside already: below min nothing is scaled in, above
 * max nothing is scaled out, and the other direction first goes to the bound (ECS developer guide, service auto
 * scaling).
 */
export function withinBounds(
  wanted: number,
  desired: number,
  { min, max }: Bounds,
): { desired: number; reason?: ScalingReason } {
  if (wanted > desired) {
    if (desired >= max) return { desired, reason: 'already-at-max' };
    return { desired: Math.min(Math.max(wanted, min), max) };
  }
  if (wanted < desired) {
    if (desired <= min) return { desired, reason: 'already-at-min' };
    return { desired: Math.max(Math.min(wanted, max), min) };
  }
  return { desired };
}

export const unitsOf = ({ target }: TargetPolicy) => (target.kind === 'service' ? 'tasks' : 'instances');

/** A number for a person: at most four significant digits after all that matters. */
export const shown = (value: number) =>
  Math.abs(value) >= 1_000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
