// Plans one large cluster in a process of its own and prints what that took: see consolidation.ts.
import { planConsolidation } from '../lib/capacity/consolidation/consolidate.ts';
import { SECOND } from '../lib/clock.ts';
import { aPolicy, NOW, seeded } from './capacity-clusters.ts';
import { isLargeName, large } from './consolidation-clusters.ts';

const MEBI = 1_048_576;

/** What a plan took. */
export interface Planned {
  /** Of processor time, the compiler's and the garbage collector's too. */
  readonly seconds: number;
  /** MiB of resident memory at the highest point, above what there was with the cluster read. */
  readonly growth: number;
  /** Instances that could go, were it not for the time they have to wait. */
  readonly could: number;
}

const name = process.argv[2] ?? '';
if (!isLargeName(name)) throw new Error(`${name} is none of ${Object.keys(large).join(', ')}.`);
const view = large[name]();
// Zones bar nobody, so that every instance is looked into; and every replacement is tried.
const policy = aPolicy({ zoneSkew: view.hosts.length, replace: true });
const before = process.cpuUsage();
const { rss } = process.memoryUsage();
const plan = planConsolidation(view, policy, NOW, { candidates: {}, leaving: {} }, seeded(2));
const { user, system } = process.cpuUsage(before);
const planned: Planned = {
  seconds: (user + system) / 1_000 / SECOND,
  growth: Math.max(0, process.resourceUsage().maxRSS / 1_024 - rss / MEBI),
  could: plan.kept.filter(({ could }) => could !== undefined).length,
};
process.stdout.write(JSON.stringify(planned));
