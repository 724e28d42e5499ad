import type { GroupName } from '../ids.ts';
import type { DisruptionReason } from './policy.ts';

/** What consolidation would do now, and why it leaves every other instance alone. */
export interface ConsolidationPlan {
  readonly steps: readonly Removal[];
  readonly kept: readonly Kept[];
  /** Sums of an hour before and after, as far as prices are known; undefined when one of a type is missing. */
  readonly hourly: { readonly before: number | undefined; readonly after: number | undefined };
}

/** Instances that go together: `replaceBy` first, and only when that is ACTIVE, the drains. */
export interface Removal {
  readonly hosts: readonly string[];
  readonly reason: DisruptionReason;
  readonly group: GroupName;
  readonly replaceBy: { readonly group: GroupName; readonly type: string } | undefined;
  /**
   * Where the tasks that move would go, by task id, as ECS would probably place them; a task moves once in a plan. The
   * instance that a step launches is called GROUP/new-NUMBER/ZONE.
   */
  readonly moves: readonly {
    readonly task: string;
    readonly group: string;
    readonly from: string;
    readonly to: string;
  }[];
  /** Of an hour; undefined: price not known. */
  readonly saves: number | undefined;
  readonly score: number | undefined;
}

/** A candidate that is not taken. */
export interface Kept {
  readonly host: string;
  readonly why: KeptReason;
  /** For a person: what stands in the way, by name, and what would change it. */
  readonly sentence: string;
  /** What it could go for now, were it not for time or a budget. */
  readonly could?: DisruptionReason;
}

export type KeptReason =
  | 'not-in-a-group'
  | 'not-active'
  | 'leaving-already'
  | 'too-young'
  | 'protected-from-scale-in'
  | 'protected-task'
  | 'standalone-task'
  | 'service-cannot-move'
  | 'service-deploying'
  | 'tasks-pending'
  | 'does-not-fit'
  | 'zone-balance'
  | 'group-at-minimum'
  | 'reserve'
  | 'budget'
  | 'not-worth-it'
  | 'waiting'
  | 'managed-scaling'
  | 'managed-draining'
  | 'reason-not-allowed';

/** How many instances pending tasks really need. */
export interface NeedPlan {
  readonly launches: readonly Launch[];
  /** Pending tasks that no instance which the groups may launch would take, with the reason. */
  readonly unplaceable: readonly {
    readonly group: string;
    readonly count: number;
    readonly sentence: string;
  }[];
  /** Pending tasks that present or launching instances will take. */
  readonly expected: number;
  readonly findings: readonly NeedFinding[];
}

export interface Launch {
  readonly group: GroupName;
  readonly count: number;
  /** The group's desired count that comes of it: absolute, so that a replay changes nothing. */
  readonly desired: number;
  readonly byZone: ReadonlyMap<string, number>;
  readonly forTasks: number;
  /** Why there are more than the tasks have room on: Auto Scaling launches into other zones first. */
  readonly detour?: string;
}

export interface NeedFinding {
  readonly why: 'managed-scaling' | 'group-at-maximum' | 'launch-suspended' | 'not-yet' | 'maximum-step';
  readonly group: GroupName | undefined;
  readonly sentence: string;
}
