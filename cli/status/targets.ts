import type { EpochMs } from '../../lib/clock.ts';
import { endOf, inCooldown, outCooldown } from '../../lib/scaling/cooldown.ts';
import { frozenBy } from '../../lib/scaling/freeze.ts';
import { newScalingRecord } from '../../lib/scaling/intake.ts';
import type { Heard } from '../../lib/scaling/notice.ts';
import type { ScalingPolicy, TargetPolicy } from '../../lib/scaling/policy.ts';
import { PARTITION } from '../../lib/scaling/reconcile.ts';
import type { Change, ScalingRecord } from '../../lib/scaling/record.ts';
import { scheduledBounds } from '../../lib/scaling/situation.ts';
import type { RecordStore } from '../../lib/state/store.ts';

/** A scaling target that something is going on with. */
export interface TargetStatus {
  readonly target: string;
  /** As it was last seen or set. */
  readonly desired: number | null;
  readonly min: number;
  readonly max: number;
  /** Cooldowns that run: until then nothing more goes that way, but for larger steps out. */
  readonly cooldowns: readonly {
    readonly direction: 'out' | 'in';
    readonly policy: string;
    readonly from: number;
    readonly to: number;
    readonly until: EpochMs;
  }[];
  readonly freezes: readonly {
    readonly direction: 'out' | 'in';
    readonly name: string;
    readonly until: EpochMs;
  }[];
  /** Alarms of its policies that are in ALARM. */
  readonly inAlarm: readonly string[];
}

/** The targets with a cooldown, a freeze or an alarm; the others are left out. */
export async function readTargets(
  store: RecordStore<ScalingRecord, Heard>,
  policy: ScalingPolicy,
  now: EpochMs,
): Promise<TargetStatus[]> {
  const stored = await store.read(policy.targets.map(({ target: { id } }) => ({ partition: PARTITION, id })));
  const records = new Map(stored.map(({ key, state }) => [key.id, state]));
  // A freeze holds also for a target that the function has not looked at yet.
  const recordOf = (id: string) => records.get(id) ?? newScalingRecord(id);
  return policy.targets
    .map((one) => statusOf(one, recordOf(one.target.id), now))
    .filter(({ cooldowns, freezes, inAlarm }) => cooldowns.length + freezes.length + inAlarm.length > 0);
}

function statusOf(policy: TargetPolicy, record: ScalingRecord, now: EpochMs): TargetStatus {
  const cooldowns = [
    ...cooldown('out', outCooldown(record, now)),
    ...cooldown('in', inCooldown(record, now)),
  ];
  const freezes = (['out', 'in'] as const).flatMap((direction) => {
    const freeze = frozenBy(policy.freezes, direction, now);
    return freeze ? [{ direction, ...freeze }] : [];
  });
  const { lastDesired: desired = null, inAlarm } = record;
  return {
    target: policy.target.id,
    desired,
    ...scheduledBounds(record, policy),
    cooldowns,
    freezes,
    inAlarm,
  };
}

function cooldown(direction: 'out' | 'in', change: Change | undefined): TargetStatus['cooldowns'] {
  if (change === undefined) return [];
  const { policy, from, to } = change;
  return [{ direction, policy, from, to, until: endOf(change) }];
}
