import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FARGATE_PROVIDERS, knownAfter, providersToPut } from '../../lib/failover/migration/providers.ts';
import { targetStrategy } from '../../lib/failover/migration/target.ts';
import { clusterView, migrationPolicy } from './situation.ts';

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'FARGATE', 'FARGATE_SPOT'));
const defaults = (providers: readonly string[]) =>
  providers.length === 0
    ? fc.constant([])
    : fc.uniqueArray(
        fc.record(
          { capacityProvider: fc.constantFrom(...providers), base: fc.nat(5), weight: fc.nat(5) },
          { requiredKeys: ['capacityProvider'] },
        ),
        { selector: ({ capacityProvider }) => capacityProvider },
      );
const lists = names.chain((providers) =>
  fc.record({ providers: fc.constant(providers), defaultStrategy: defaults(providers) }),
);

describe('the list of capacity providers to write', () => {
  it('failover edge 19: has everything that was there or known, and the default strategy as it was', () => {
    fc.assert(
      fc.property(lists, names, (list, known) => {
        const put = providersToPut(list, known);
        const result = put ?? list;
        expect(result.providers).toEqual(
          expect.arrayContaining([...list.providers, ...known, ...FARGATE_PROVIDERS]),
        );
        expect(result.providers.slice(0, list.providers.length)).toEqual(list.providers);
        expect(result.defaultStrategy).toEqual(list.defaultStrategy);
      }),
    );
  });

  it('names no provider twice, and none that nobody knows', () => {
    fc.assert(
      fc.property(lists, names, (list, known) => {
        const { providers } = providersToPut(list, known) ?? list;
        expect(new Set(providers).size).toBe(providers.length);
        const expected = [...list.providers, ...known, ...FARGATE_PROVIDERS];
        expect(providers.every((name) => expected.includes(name))).toBe(true);
      }),
    );
  });

  it('is not written again once it was', () => {
    fc.assert(
      fc.property(lists, names, (list, known) => {
        expect(providersToPut(providersToPut(list, known) ?? list, known)).toBeUndefined();
      }),
    );
  });

  it('is not written where both are there', () => {
    expect(providersToPut(clusterView(), [])).toBeUndefined();
  });

  it('adds only the one that is missing, last', () => {
    const cluster = clusterView({ providers: ['FARGATE_SPOT', 'hosts'] });

    expect(providersToPut(cluster, [])?.providers).toEqual(['FARGATE_SPOT', 'hosts', 'FARGATE']);
  });
});

describe('what must be there after a write', () => {
  const before = clusterView({ providers: ['hosts'], attached: ['hosts', 'old'] });

  it.each([
    ['what was there before', clusterView({ providers: ['FARGATE'], attached: [] }), ['hosts', 'FARGATE']],
    ['what others have written since', clusterView({ providers: ['hosts', 'gpu'] }), ['hosts', 'gpu']],
    [
      'failover edge 19: what was added in between, by the attachments that it left behind',
      clusterView({ providers: ['hosts'], attached: ['hosts', 'gpu'] }),
      ['hosts', 'gpu'],
    ],
    [
      'not what had been removed before, whose attachments are still going away',
      clusterView({ providers: ['hosts'], attached: ['hosts', 'old'] }),
      ['hosts'],
    ],
  ])('%s', (_, after, expected) => {
    expect([...knownAfter([], before, after)].sort()).toEqual(expected.toSorted());
  });
});

describe('the strategy of the target', () => {
  it.each([
    [2, 1, 3, 'FARGATE 2/1, FARGATE_SPOT 0/3'],
    [2, 0, 3, 'FARGATE 2/0, FARGATE_SPOT 0/3'],
    [0, 0, 3, 'FARGATE_SPOT 0/3'],
    [1, 5, 0, 'FARGATE 1/5'],
    [0, 0, 0, 'FARGATE 0/1'],
    [3, 0, 0, 'FARGATE 3/1'],
  ])(
    'with base %i, on-demand weight %i and Spot weight %i is %s',
    (base, onDemandWeight, spotWeight, text) => {
      const strategy = targetStrategy(migrationPolicy({ base, onDemandWeight, spotWeight }));

      expect(strategy.map((item) => `${item.provider} ${item.base}/${item.weight}`).join(', ')).toBe(text);
    },
  );
});
