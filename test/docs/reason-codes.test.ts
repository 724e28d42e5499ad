import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reasonCodesPage } from '../../cli/reason-codes.ts';
import { ignoreReasons } from '../../functions/ignore-reasons.ts';
import { drainingReasons } from '../../lib/draining/reasons.ts';
import { failoverReasons } from '../../lib/failover/reasons.ts';
import { retaggingReasons } from '../../lib/retagging/reasons.ts';
import { scalingReasons } from '../../lib/scaling/reasons.ts';

describe('docs/reason-codes.md', () => {
  const page = readFileSync('docs/reason-codes.md', 'utf8');

  it('is up to date; `npm run docs` writes it anew', () => {
    expect(page).toBe(reasonCodesPage());
  });

  it('has a line for every code', () => {
    const codes = [
      ...Object.keys(drainingReasons),
      ...Object.keys(scalingReasons),
      ...Object.keys(failoverReasons),
      ...Object.keys(retaggingReasons),
      ...Object.keys(ignoreReasons),
      'malformed',
      'warm-pool-return',
    ];

    expect(codes.filter((code) => !page.includes(`\n| \`${code}\` | `))).toEqual([]);
  });

  it('has a line for every code that the sources of plan name', () => {
    const sources = readdirSync('cli/plan').map((name) => readFileSync(`cli/plan/${name}`, 'utf8'));
    const codes = sources.flatMap((text) =>
      [...text.matchAll(/\breason: (?:.*\?\? )?'([a-z-]+)'/g)].map(([, code]) => code),
    );

    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !page.includes(`\n| \`${code}\` | `))).toEqual([]);
  });
});
