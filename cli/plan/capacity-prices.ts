import type { Costs } from '../../lib/capacity/consolidation/cost.ts';
import type { ClusterPolicy } from '../../lib/capacity/policy.ts';
import type { ClusterView } from '../../lib/capacity/view.ts';

/** What the prices of a cluster's instances are taken from, and which are not known. */
export function pricesInWords(
  { hosts }: ClusterView,
  { cluster, prices }: ClusterPolicy,
  priceOf: Costs['priceOf'],
): string {
  const types = [...new Set(hosts.map(({ instanceType }) => instanceType))].toSorted();
  const own = types.filter((type) => Object.hasOwn(prices, type));
  const listed = types.filter((type) => !own.includes(type) && priceOf(type) !== undefined);
  const unknown = types.filter((type) => priceOf(type) === undefined);
  const key = `capacity.clusters.${cluster}.prices`;
  const sentences = [
    ...(own.length > 0 ? [`Of ${own.join(', ')} the prices are those of the policy.`] : []),
    ...(listed.length > 0
      ? [
          `Of ${listed.join(', ')} they are list prices of us-east-1, on demand, in US dollars; ${key} is for yours.`,
        ]
      : []),
    ...(unknown.length > 0 ? [`No price is known of ${unknown.join(', ')}: name it in ${key}.`] : []),
    ...(hosts.some(({ lifecycle }) => lifecycle === 'spot')
      ? ['Spot instances count at the price of their type.']
      : []),
  ];
  return sentences.join(' ').replace(/^Of (?<types>[^:]*) they are/, 'Of $<types> the prices are');
}
