import { mayUse } from '../../placement/constraints.ts';
import type { Workload } from '../../placement/model.ts';
import { type Misfits, Scheduler } from '../../placement/place.ts';
import type { GroupView } from '../view.ts';
import { add, nextZone, type Sample, type Source } from './source.ts';

/** Whether a new instance of a group would take such a task. */
export type Verdict =
  /** The first instance that may is the one after so many launches, itself included. */
  | { readonly kind: 'takes'; readonly launches: number; readonly zone: string }
  | { readonly kind: 'other-provider' }
  | { readonly kind: 'no-type-known' }
  /** Only these: the group may launch another type. */
  | { readonly kind: 'some-types'; readonly types: readonly string[] }
  | { readonly kind: 'lacks'; readonly sample: Sample; readonly what: Lack }
  | { readonly kind: 'far-zone'; readonly zone: string };

export type Lack = Misfits extends ReadonlyMap<infer Why, number> ? Why : never;

/** `counted`: the instances of the group by zone, as Auto Scaling counts them. */
export function judge(
  { group, samples }: Source,
  workload: Workload,
  counted: ReadonlyMap<string, number>,
): Verdict {
  if (!mayUse(group.provider, workload)) return { kind: 'other-provider' };
  if (samples.length === 0) return { kind: 'no-type-known' };
  const lacks = samples.map((sample) => ({ sample, what: lackOf(sample, workload) }));
  const able = lacks.flatMap(({ sample, what }) => (what === undefined ? [sample] : []));
  if (able.length === 0) return nearest(lacks);
  // Any type may come, so in a zone that counts all of them must do.
  const zones = group.zones.filter(
    (zone) => able.filter((one) => one.zone === zone).length === group.types.length,
  );
  if (zones.length === 0)
    return { kind: 'some-types', types: [...new Set(able.map(({ type }) => type.name))] };
  return untilOneIn(zones, group, counted);
}

/** What the empty instance lacks for the task; undefined: nothing. */
function lackOf({ packing }: Sample, workload: Workload): Lack | undefined {
  const placement = new Scheduler(packing, () => 0).next(workload);
  if (placement.kind === 'placed') return undefined;
  const [what = 'constraint'] = placement.misfits.keys();
  return what;
}

/** The largest instance, of those that are right in all but room if there are any: more room is what helps there. */
function nearest(lacks: readonly { sample: Sample; what: Lack | undefined }[]): Verdict {
  const isExcluded = (what: Lack | undefined) =>
    what === 'constraint' || what === 'required-attribute' || what === 'provider';
  const [first] = lacks.toSorted(
    (a, b) =>
      Number(isExcluded(a.what)) - Number(isExcluded(b.what)) ||
      b.sample.type.registered.cpu - a.sample.type.registered.cpu ||
      b.sample.type.registered.memory - a.sample.type.registered.memory,
  );
  if (first === undefined) return { kind: 'no-type-known' };
  return { kind: 'lacks', sample: first.sample, what: first.what ?? 'constraint' };
}

/**
 * Auto Scaling cannot be told a zone. It fills the emptiest, so that in a group in balance each zone has its turn within
 * as many launches as there are zones; one that is further off would cost a row of instances that nobody needs.
 */
function untilOneIn(
  zones: readonly string[],
  group: GroupView,
  counted: ReadonlyMap<string, number>,
): Verdict {
  const counts = new Map(counted);
  for (let launches = 1; launches <= group.zones.length; launches++) {
    const zone = nextZone(group, counts);
    if (zone === undefined) break;
    if (zones.includes(zone)) return { kind: 'takes', launches, zone };
    add(counts, zone, 1);
  }
  return { kind: 'far-zone', zone: zones.join(' or ') };
}
