import type { Capability } from '../../lib/journal/journal.ts';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { aimsOf } from '../../lib/retagging/dependencies.ts';

/** What the policy has to say about one capability. */
export interface Coverage {
  readonly capability: Capability;
  readonly mode: 'act' | 'observe';
  /** What it is about, by kind: `clusters`, `services` and so on. Kinds without any are left out. */
  readonly covers: Readonly<Record<string, readonly string[]>>;
}

/** What a policy covers, capability by capability; those that it leaves out are left out. Pure. */
export function coverageOf({ runtime }: CompiledPolicy): Coverage[] {
  const { draining, scaling, failover, retagging, capacity } = runtime;
  const targets = (kind: 'service' | 'group') =>
    scaling.targets.flatMap(({ target }) => (target.kind === kind ? [nameOf(target.id)] : []));
  const all: Coverage[] = [
    {
      capability: 'draining',
      mode: draining.mode,
      covers: {
        clusters: draining.clusters.map(({ cluster }) => cluster),
        groups: draining.clusters.flatMap(({ groups }) => groups.map(({ name }) => name)),
      },
    },
    {
      capability: 'scaling',
      mode: scaling.mode,
      covers: { services: targets('service'), groups: targets('group') },
    },
    {
      capability: 'failover',
      mode: failover.mode,
      covers: {
        services: failover.services.map(({ id }) => nameOf(id)),
        migrations: failover.migrations.map(({ cluster }) => cluster),
      },
    },
    { capability: 'retagging', mode: retagging.mode, covers: { tags: [...aimsOf(retagging).keys()] } },
    {
      capability: 'capacity',
      mode: capacity.mode,
      covers: {
        clusters: capacity.clusters.map(({ cluster }) => cluster),
        groups: capacity.clusters.flatMap(({ groups }) => groups),
      },
    },
  ];
  return all
    .map((one) => ({ ...one, covers: withoutEmpty(one.covers) }))
    .filter(({ covers }) => Object.keys(covers).length > 0);
}

/** `service/prod/web` as the policy file has it: `prod/web`. */
const nameOf = (id: string): string => id.slice(id.indexOf('/') + 1);

const withoutEmpty = (covers: Coverage['covers']): Coverage['covers'] =>
  Object.fromEntries(Object.entries(covers).filter(([, names]) => names.length > 0));

/** More names than this are counted only. */
const MOST_NAMES = 6;

/** `2 clusters (prod, stage), 3 groups (a, b, c)`. */
export function inWords(covers: Coverage['covers']): string {
  const parts = Object.entries(covers).map(([kind, names]) => {
    const shown = names.slice(0, MOST_NAMES).join(', ');
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    return `${names.length} ${names.length === 1 ? kind.slice(0, -1) : kind} (${shown}${more})`;
  });
  return parts.join(', ');
}
