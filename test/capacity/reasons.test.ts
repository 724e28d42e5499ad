import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { capacityReasonMeanings } from '../../lib/capacity/reason-meanings.ts';
import { capacityReasons } from '../../lib/capacity/reasons.ts';

it('every reason of capacity has a meaning, and no other', () => {
  expect(Object.keys(capacityReasonMeanings).sort()).toEqual(Object.keys(capacityReasons).sort());
});

it('every reason of capacity is given somewhere', () => {
  const catalogues = /reasons\.ts$|reason-meanings\.ts$|plan\.ts$/;
  const files = globSync('lib/{capacity,journal}/**/*.ts').filter((path) => !catalogues.test(path));
  const code = files.map((path) => readFileSync(path, 'utf8')).join('\n');

  const unused = Object.keys(capacityReasons).filter((reason) => !code.includes(`'${reason}'`));

  expect(unused).toEqual([]);
});
