import { describe, expect, it } from 'vitest';
import { stevedore } from '../../cli/stevedore.ts';
import manifest from '../../package.json' with { type: 'json' };
import { inChild } from './child.ts';

async function printed(...args: string[]) {
  const out: string[] = [];
  const code = await stevedore(args, { out: (text) => out.push(text), err: () => {}, columns: undefined });
  return { code, out: out.join('') };
}

describe('stevedore --version', () => {
  it('says the version of the package, and nothing else', async () => {
    expect(await printed('--version')).toEqual({ code: 0, out: `${manifest.version}\n` });
  });

  it('says so as a program', async () => {
    const said = { code: 0, out: `${manifest.version}\n`, err: '' };

    expect(await inChild(['--version'], process.env)).toEqual(said);
  });

  it('is named where the verbs are listed', async () => {
    const { out } = await printed('--help');

    expect(out).toContain('stevedore --version');
  });
});
