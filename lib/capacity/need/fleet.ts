import type { EpochMs } from '../../clock.ts';
import type { Host, Workload } from '../../placement/model.ts';
import type { Bin, Packing } from '../../placement/packing.ts';
import type { Waiting } from '../pending.ts';
import type { NeedFinding } from '../plan.ts';
import type { ClusterPolicy } from '../policy.ts';
import { add, newHost, nextZone, packWithDaemons, type Source } from './source.ts';
import { judge, type Verdict } from './verdict.ts';
import { placeOn } from './waiting.ts';

export type Obstacle = Exclude<NeedFinding['why'], 'not-yet'>;

/** Instances of a group that the plan launches, by zone. */
type Planned = ReadonlyMap<string, number>;

/** The instances that are on the way, and those that a plan adds to them one by one. */
export class Fleet {
  readonly sources: readonly Source[];
  readonly daemons: readonly Workload[];
  readonly now: EpochMs;
  readonly #policy: ClusterPolicy;
  readonly #planned = new Map<Source, Map<string, number>>();
  #size = 0;

  constructor(sources: readonly Source[], daemons: readonly Workload[], policy: ClusterPolicy, now: EpochMs) {
    this.sources = sources;
    this.daemons = daemons;
    this.now = now;
    this.#policy = policy;
  }

  planned(source: Source): Planned {
    return this.#planned.get(source) ?? new Map();
  }

  /** One more, in the zone where Auto Scaling would launch it. */
  launch(source: Source): void {
    const zone = nextZone(source.group, this.counted(source));
    if (zone === undefined) return;
    const planned = this.#planned.get(source) ?? new Map<string, number>();
    add(planned, zone, 1);
    this.#planned.set(source, planned);
    this.#size += 1;
  }

  /** As Auto Scaling will count them by zone. */
  counted(source: Source): ReadonlyMap<string, number> {
    const counts = new Map(source.counted);
    for (const [zone, count] of this.planned(source)) add(counts, zone, count);
    return counts;
  }

  judge(source: Source, workload: Workload): Verdict {
    return judge(source, workload, this.counted(source));
  }

  /** What stands in the way of so many more launches of the group; undefined: nothing. */
  obstacle(source: Source, launches = 1): Obstacle | undefined {
    const { group } = source;
    if (group.managedScaling && !this.#policy.besideManagedScaling) return 'managed-scaling';
    if (group.suspended.includes('Launch')) return 'launch-suspended';
    if (group.desired + sum(this.planned(source)) + launches > group.max) return 'group-at-maximum';
    return this.#size >= (this.#policy.scaleOut?.maximumStep ?? 0) ? 'maximum-step' : undefined;
  }

  /**
   * Where the tasks would go on all of these instances. The order is by group and zone and says nothing of who launched
   * an instance: once the plan is carried out its instances are on the way, and the next plan sees the same ones.
   */
  place(waiting: readonly Waiting[]): Placement {
    const hosts: Host[] = [];
    const planned = new Map<string, Source>();
    for (const source of this.sources) {
      const { group, least, coming } = source;
      if (least === undefined) continue;
      for (const zone of new Set([...group.zones, ...coming.keys()])) {
        const already = coming.get(zone) ?? 0;
        const all = already + (this.planned(source).get(zone) ?? 0);
        for (let number = 1; number <= all; number++) {
          const id = `${group.name} ${zone} ${number}`;
          hosts.push(newHost(source, least, zone, id, this.now));
          if (number > already) planned.set(id, source);
        }
      }
    }
    const packing = packWithDaemons(hosts, this.daemons);
    const left = placeOn(packing, waiting);
    return { packing, left, plannedFor: ({ host }) => planned.get(host.id) };
  }
}

interface Placement {
  readonly packing: Packing;
  readonly left: readonly Waiting[];
  /** The group of an instance that the plan adds; undefined: it is on the way already. */
  readonly plannedFor: (bin: Bin) => Source | undefined;
}

export const sum = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
