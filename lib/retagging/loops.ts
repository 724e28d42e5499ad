import type { PromotionRule } from './policy.ts';
import { type Destination, destinationsOf, matches } from './tags.ts';

type Rule = Pick<PromotionRule, 'id' | 'repository' | 'source' | 'destination'>;

/** Rules that cannot stand in one policy. The sentence says why, and what to change. */
export interface RuleConflict {
  readonly kind: 'loop' | 'same-destination';
  /** Ids, for a loop in its order. */
  readonly rules: readonly string[];
  readonly sentence: string;
}

interface Hop {
  readonly from: Rule;
  readonly by: Destination;
  readonly to: Rule;
}

/**
 * What would make rules chase one another: a rule that takes up a tag that it gives, over any number of rules, since a
 * retag is a push and comes with an event of its own (aws-cdk#10901, aws-cdk#13818). And two rules that give the same tag,
 * which would move it to and fro. Pure. `home` is the Region of the deployment, if known: what is given to another one is
 * not seen here. Every rule in a loop is named in one conflict at least.
 */
export function ruleConflicts(rules: readonly Rule[], home: string | null = null): RuleConflict[] {
  return [...sameDestinations(rules, home), ...loops(rules, home)];
}

/** The tag as one name, whether its rule names the Region or leaves it to the deployment. */
const nameOf = ({ repository, tag, region }: Destination, home: string | null) =>
  `${repository}:${tag}${isHome(region, home) ? '' : `@${region}`}`;

const isHome = (region: string | null, home: string | null) => region === null || region === home;

function sameDestinations(rules: readonly Rule[], home: string | null): RuleConflict[] {
  const givers = new Map<string, string>();
  return rules.flatMap((rule) =>
    destinationsOf(rule).flatMap((destination): RuleConflict[] => {
      const name = nameOf(destination, home);
      const first = givers.get(name);
      givers.set(name, first ?? rule.id);
      if (first === undefined) return [];
      const who =
        first === rule.id ? `rule ${first} names it twice` : `rules ${first} and ${rule.id} both give it`;
      const sentence = `${name} belongs to one rule only, and ${who}. Take it out of one.`;
      return [{ kind: 'same-destination', rules: [first, rule.id], sentence }];
    }),
  );
}

function loops(rules: readonly Rule[], home: string | null): RuleConflict[] {
  const hops = rules.flatMap((from) => hopsFrom(from, rules, home));
  const named = new Set<Rule>();
  return rules.flatMap((rule): RuleConflict[] => {
    const way = named.has(rule) ? undefined : wayBack(rule, hops);
    if (way === undefined) return [];
    for (const { from } of way) named.add(from);
    return [{ kind: 'loop', rules: way.map(({ from }) => from.id), sentence: inWords(way, home) }];
  });
}

/** The rules that would look at what a rule gives. Sources are read in the Region of the deployment. */
function hopsFrom(from: Rule, rules: readonly Rule[], home: string | null): Hop[] {
  return destinationsOf(from)
    .filter(({ region }) => isHome(region, home))
    .flatMap((by) =>
      rules
        .filter((to) => to.repository === by.repository && matches(to.source, by.tag))
        .map((to) => ({ from, by, to })),
    );
}

/** The shortest way from a rule back to itself. */
function wayBack(start: Rule, hops: readonly Hop[]): Hop[] | undefined {
  const reached = new Set<Rule>();
  let ways: Hop[][] = [[]];
  while (ways.length > 0) {
    const longer: Hop[][] = [];
    for (const way of ways) {
      const end = way.at(-1)?.to ?? start;
      for (const hop of hops) {
        if (hop.from !== end) continue;
        if (hop.to === start) return [...way, hop];
        if (reached.has(hop.to)) continue;
        reached.add(hop.to);
        longer.push([...way, hop]);
      }
    }
    ways = longer;
  }
  return undefined;
}

function inWords(way: readonly Hop[], home: string | null): string {
  const steps = way.map(
    ({ from, by, to }) =>
      `rule ${from.id} gives ${nameOf(by, home)}, which the source ${sourceText(to)} of rule ${to.id} matches`,
  );
  return `The rules would run in circles: ${steps.join('; ')}. Narrow a source, or give another tag.`;
}

function sourceText({ source }: Rule): string {
  switch (source.kind) {
    case 'exact':
      return `tag ${source.tag}`;
    case 'glob':
      return `pattern ${source.pattern}`;
    case 'semver':
      return `range ${source.range}`;
    default:
      return source satisfies never;
  }
}
