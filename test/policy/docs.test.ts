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
  it('names every key of the policy', () => {
    const keys = keysOf(policyJsonSchema());

    expect(keys.length).toBeGreaterThan(140);
    expect(keys.filter((key) => !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(page))).toEqual([]);
  });

  it('has no row and no heading for a key that is none', () => {
    const keys = new Set(keysOf(policyJsonSchema()));
    const tables = [...page.matchAll(/^\| key .*\n\|[ :|-]+\n((?:\|.*\n)+)/gm)];
    const cells = tables.flatMap(([, rows = '']) => rows.split('\n').map((row) => row.split('|')[1] ?? ''));
    // What follows a colon in a heading are values.
    const headings = [...page.matchAll(/^### ([^:\n(]*`[^:\n(]*)/gm)].map(([, heading = '']) => heading);
    const named = [...cells, ...headings].flatMap((text) =>
      [...text.matchAll(/`([\w.]+)`/g)].flatMap(([, key = '']) => key.split('.')),
    );

    expect(tables.length).toBeGreaterThan(10);
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((key) => !keys.has(key))).toEqual([]);
  });

  it('shows all defaults as they are: the whole policy is the smallest one', () => {
    const [smallest, whole, , smallestFailover, wholeFailover, , smallestRetagging, wholeRetagging] =
      policies;
    const [smallestCapacity, wholeCapacity] = policies.slice(9);

    expect(policies).toHaveLength(11);
    expect(whole).toEqual(smallest);
    expect(wholeFailover).toEqual(smallestFailover);
    expect(wholeFailover?.failover?.services).toHaveProperty('prod/web');
    expect(wholeRetagging).toEqual(smallestRetagging);
    expect(wholeRetagging?.retagging?.repositories).toHaveProperty('shop/api');
    expect(wholeCapacity).toEqual(smallestCapacity);
    expect(wholeCapacity?.capacity?.clusters).toHaveProperty('prod');
  });
});
