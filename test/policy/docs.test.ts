import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyJsonSchema } from '../../lib/policy/json-schema.ts';
import { policyOf } from './policies.ts';

const page = readFileSync('docs/policy.md', 'utf8');
const policies = [...page.matchAll(/```yaml\n(version: 1\n[^`]*)```/g)].map(([, text]) =>
  policyOf(text ?? ''),
);

/** The keys of every map in the schema. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

describe('docs/policy.md', () => {
  it('speaks of every key of the policy', () => {
    const keys = keysOf(policyJsonSchema());

    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !page.includes(key))).toEqual([]);
  });

  it('shows all defaults as they are: the whole policy is the smallest one', () => {
    const [smallest, whole, , smallestFailover, wholeFailover, , smallestRetagging, wholeRetagging] =
      policies;

    expect(policies).toHaveLength(9);
    expect(whole).toEqual(smallest);
    expect(wholeFailover).toEqual(smallestFailover);
    expect(wholeFailover?.failover?.services).toHaveProperty('prod/web');
    expect(wholeRetagging).toEqual(smallestRetagging);
    expect(wholeRetagging?.retagging?.repositories).toHaveProperty('shop/api');
  });
});
