import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../../cli/deployed.ts';
import { differences } from '../../cli/plan/difference.ts';
import { policyDocument } from '../../lib/policy/document.ts';

const cluster = (rest = '') =>
  policyDocument(`version: 1\ndraining: { clusters: { prod: { groups: { prod-ecs: {} }, ${rest} } } }\n`);

describe('the differences of two policy files', () => {
  it.each<[string, unknown, unknown, readonly object[]]>([
    [
      'a value',
      cluster('deadline: 30m'),
      cluster('deadline: 1h'),
      [{ path: 'draining.clusters.prod.deadline', from: '30m', to: '1h' }],
    ],
    [
      'a default that is changed',
      cluster(),
      cluster('limits: { draining: 30% }'),
      [{ path: 'draining.clusters.prod.limits.draining', from: 'the default', to: '30%' }],
    ],
    [
      'a word in place of a map',
      cluster('standaloneTasks: { stopAfter: 15m }'),
      cluster('standaloneTasks: wait'),
      [{ path: 'draining.clusters.prod.standaloneTasks', from: '{"stopAfter":"15m"}', to: 'wait' }],
    ],
    [
      'something that has a name',
      policyDocument('version: 1\nfailover: { services: { prod/web: {} } }'),
      policyDocument('version: 1\nfailover: { services: { prod/web: {}, prod/api: { grace: 1m } } }'),
      [{ path: 'failover.services.prod/api', from: 'nothing', to: '{"grace":"1m"}' }],
    ],
    [
      'a capability',
      cluster(),
      policyDocument('version: 1\nfailover: { services: { prod/web: {} } }'),
      [
        { path: 'draining', to: 'nothing' },
        { path: 'failover', from: 'nothing' },
      ],
    ],
    [
      'a file of another version, as it was written',
      { version: 0, draining: { old: true } },
      { version: 1, draining: { old: false } },
      [{ path: 'version' }, { path: 'draining.old', from: 'true', to: 'false' }],
    ],
  ])('name %s', (_, before, after, expected) => {
    expect(differences(before, after)).toMatchObject(expected);
    expect(differences(before, after)).toHaveLength(expected.length);
  });

  it.each<[string, unknown, unknown]>([
    [
      'the default, written out',
      cluster(),
      cluster('deadline: 30m, limits: {}, triggers: { rebalance: false }'),
    ],
    ['the same duration', cluster('deadline: 60m'), cluster('deadline: 1h')],
    [
      'the same keys in another order',
      cluster('deadline: 1h, settle: 5s'),
      cluster('settle: 5s, deadline: 1h'),
    ],
  ])('do not name %s', (_, before, after) => {
    expect(differences(before, after)).toEqual([]);
  });

  it('are none of a document and itself, and the same both ways round', () => {
    const documents = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
    fc.assert(
      fc.property(documents, documents, (a, b) => {
        expect(differences(a, structuredClone(a))).toEqual([]);
        const paths = (found: ReturnType<typeof differences>) => found.map(({ path }) => path).toSorted();
        expect(paths(differences(a, b))).toEqual(paths(differences(b, a)));
      }),
    );
  });
});

describe('the template of a stack', () => {
  it.each<[string, string | undefined]>([
    ['has no metadata', '{"Resources":{}}'],
    ['has those of somebody else', '{"Metadata":{"Stevedore":{"policy":"no JSON"}}}'],
    ['is YAML', 'Resources: {}'],
    ['is not there', undefined],
  ])('says nothing of a policy when it %s', (_, template) => {
    expect(policyOf(template)).toEqual({ kind: 'unknown' });
  });

  it('says the policy that was deployed', () => {
    const template = JSON.stringify({
      Metadata: { Stevedore: { policy: '{"version":1,"a":"\\u0024b"}' } },
    });

    expect(policyOf(template)).toEqual({ kind: 'policy', document: { version: 1, a: '$b' } });
  });
});
