import type { Capability } from '../../lib/journal/journal.ts';
import type { CompiledPolicy } from '../../lib/policy/compile.ts';
import { nearest } from '../../lib/policy/spelling.ts';
import { BadInput } from '../command.ts';
import { didYouMean } from '../suggest.ts';

export const CAPABILITIES: readonly Capability[] = [
  'draining',
  'scaling',
  'failover',
  'retagging',
  'capacity',
];
/** More scopes than this are not named to somebody who mistyped one. */
const MOST_NAMED = 20;

/** The parts of a capability that its worker asks the kill switch about, as lib/state/paused.ts reads them. */
function partsOf({ runtime }: CompiledPolicy): Readonly<Record<Capability, readonly string[]>> {
  const { draining, scaling, failover, retagging, capacity } = runtime;
  const { services, migrations } = failover;
  return {
    draining: draining.clusters.map(({ cluster }) => cluster),
    scaling: scaling.targets.map(({ target }) => target.id),
    failover: [
      ...[...services, ...migrations].map(({ cluster }) => cluster),
      ...services.map(({ id }) => id),
    ],
    // A copy is an affair of where it goes.
    retagging: retagging.rules.map(({ destination }) => destination.repository),
    capacity: capacity.clusters.map(({ cluster }) => cluster),
  };
}

/** Every scope that means something to this policy, the widest first. */
export function scopesOf(policy: CompiledPolicy): string[] {
  const parts = partsOf(policy);
  const narrow = CAPABILITIES.flatMap((capability) =>
    parts[capability].map((part) => `${capability}/${part}`),
  );
  return [...new Set(['all', ...CAPABILITIES, ...narrow])];
}

/**
 * The scope that is meant: as it is, or with the `service/` or `group/` that the journal writes before a target.
 * @param known scopes of the policy; when something is to be resumed, also those that are paused
 * @throws BadInput that names those there are
 */
export function scopeOf(text: string, known: readonly string[]): string {
  const [capability = '', ...rest] = text.split('/');
  const part = rest.join('/');
  const candidates = [text, `${capability}/service/${part}`, `${capability}/group/${part}`];
  const found = candidates.find((candidate) => known.includes(candidate));
  if (found !== undefined) return found;
  const named = known.slice(0, MOST_NAMED).join(', ');
  const more = known.length > MOST_NAMED ? ` and ${known.length - MOST_NAMED} more` : '';
  throw new BadInput(`There is no scope ${text}.${suggestion(text, known)} There are: ${named}${more}.`);
}

/** Who misspelt a part means neither the whole nor, by its beginning, any other part of the capability. */
function suggestion(text: string, known: readonly string[]): string {
  // Nobody has to write `service/` or `group/`, so that a word without it may be nearer.
  const all = [...known, ...known.map((scope) => scope.replace(/\/(service|group)\//, '/'))];
  const capability = CAPABILITIES.find((one) => text.startsWith(`${one}/`));
  if (capability === undefined) {
    return didYouMean(
      text,
      all.filter((scope) => scope.includes('/') === text.includes('/')),
    );
  }
  const start = capability.length + 1;
  const parts = all.filter((scope) => scope.startsWith(`${capability}/`)).map((scope) => scope.slice(start));
  const meant = nearest(text.slice(start), parts);
  return meant === undefined ? '' : ` Did you mean ${capability}/${meant}?`;
}

/** Whether pausing `wide` pauses `narrow` as well: the failover of a service is paused with that of its cluster. */
export function covers(wide: string, narrow: string): boolean {
  const [capability] = narrow.split('/');
  const [, cluster] = /^failover\/service\/([^/]+)\//.exec(narrow) ?? [];
  const holding = ['all', capability, narrow, ...(cluster === undefined ? [] : [`failover/${cluster}`])];
  return holding.includes(wide);
}

/** The capabilities that a scope is about, and what of them; null: the whole. */
export function aboutOf(scope: string): { readonly capability: Capability; readonly part: string | null }[] {
  const [first, ...rest] = scope.split('/');
  return CAPABILITIES.filter((capability) => scope === 'all' || capability === first).map((capability) => ({
    capability,
    part: rest.length === 0 ? null : rest.join('/'),
  }));
}

/** Whether a scope keeps drains from going on. */
export const isOfDraining = (scope: string): boolean =>
  aboutOf(scope).some(({ capability }) => capability === 'draining');
