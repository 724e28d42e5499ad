import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { licences } from '../../cli/pack/licences.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stevedore-licences-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

describe('the licences in the package', () => {
  it('are told once for all packages of the same text, and not for our own files', () => {
    write('node_modules/rope/LICENSE', 'Take it.\n');
    write('node_modules/@dock/crane/LICENCE.md', 'Take it.');
    write('node_modules/rope/node_modules/hemp/LICENSE', 'Ask first.');

    const text = licences(root, [
      'cli/stevedore.ts',
      'node_modules/rope/index.js',
      'node_modules/rope/lib/knot.js',
      'node_modules/@dock/crane/index.js',
      'node_modules/rope/node_modules/hemp/index.js',
    ]);

    const line = '-'.repeat(80);
    expect(text).toBe(`@dock/crane\nrope\n\nTake it.\n\n${line}\n\nhemp\n\nAsk first.\n`);
  });

  it('are those that package.json names where there is no text', () => {
    write('node_modules/rope/package.json', '{ "license": "MIT" }');

    expect(licences(root, ['node_modules/rope/index.js'])).toBe('rope\n\nLicence: MIT\n');
  });

  it('must be there', () => {
    write('node_modules/rope/package.json', '{}');

    expect(() => licences(root, ['node_modules/rope/index.js'])).toThrow(/rope has no licence/);
  });
});
