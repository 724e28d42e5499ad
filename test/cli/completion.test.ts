import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../cli/account.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { runWith } from './account.ts';

const verbs = await createVerbs(connect);
const directory = mkdtempSync(join(tmpdir(), 'stevedore-completion-'));
afterAll(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'our policy.yml'), '');

const installed = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const scriptOf = async (shell: string) => (await runWith(verbs, ['completion', shell])).out;

/** What a real bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const file = join(directory, 'completion.bash');
  writeFileSync(file, await scriptOf('bash'));
  const line = ['stevedore', ...words].map((word) => `'${word}'`).join(' ');
  const asks = `source '${file}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _stevedore; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', asks], {
    cwd: directory,
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((word) => word !== '');
}

describe.skipIf(!installed('bash'))('the completion of bash', () => {
  it('offers the verbs', async () => {
    expect(await offered('')).toEqual(Object.keys(verbs));
    expect(await offered('ro')).toEqual(['rollback']);
  });

  it('offers the options of the verb', async () => {
    expect(await offered('rollback', 'shop/api', '--')).toEqual([
      ...Object.keys(verbs.rollback?.options ?? {}).map((name) => `--${name}`),
      '--help',
    ]);
    expect(await offered('plan', '--js')).toEqual(['--json']);
  });

  it('offers files after an option that takes one, also with a blank in the name', async () => {
    expect(await offered('plan', '--policy', 'our')).toEqual(['our policy.yml']);
  });

  it('offers nothing after an option whose value nobody can know', async () => {
    expect(await offered('plan', '--region', '')).toEqual([]);
  });

  it('offers what the first argument may be, and only there', async () => {
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('completion', 'bash', '')).toEqual([]);
    expect(await offered('backtest', 'o')).toEqual(['our policy.yml']);
  });

  it('offers nothing for a verb that there is not', async () => {
    expect(await offered('sail', '--')).toEqual([]);
  });
});

describe.each(['zsh', 'fish'])('the completion of %s', (shell) => {
  it.skipIf(!installed(shell))('is valid', async () => {
    const file = join(directory, `completion.${shell}`);
    writeFileSync(file, await scriptOf(shell));

    const { stderr, status } = spawnSync(shell, ['--no-execute', file], { encoding: 'utf8' });

    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('names every verb and every option', async () => {
    const script = await scriptOf(shell);
    const options = Object.values(verbs).flatMap((verb) => Object.keys(verb.options));

    expect(Object.keys(verbs).filter((verb) => !script.includes(` ${verb}`))).toEqual([]);
    const named = shell === 'zsh' ? (name: string) => `--${name}[` : (name: string) => `-l ${name} `;
    expect(options.filter((name) => !script.includes(named(name)))).toEqual([]);
  });
});

describe('every verb', () => {
  it.each(Object.entries(verbs))(
    '%s says in its help what each of its options takes',
    (_, { help, options }) => {
      const wrong = Object.entries(options).filter(([name, { type }]) => {
        const line = type === 'string' ? ' [A-Z]\\S*( +|\\n)' : '( {2,}|\\n)';
        return !new RegExp(`^ {2}--${name}${line}`, 'm').test(help);
      });

      expect(wrong).toEqual([]);
    },
  );

  it.each(Object.entries(verbs))('%s has an example and says its exit codes', (verb, { help }) => {
    expect(help).toMatch(new RegExp(`^Usage: stevedore ${verb}`));
    expect(help).toMatch(new RegExp(`\\n {2}.*npx stevedore ${verb}`));
    expect(help).toContain('\nExit codes: 0 ');
  });
});

describe('stevedore', () => {
  it.each([
    [['rolback'], 'there is no command "rolback". Did you mean rollback?'],
    [['plan', '--regoin', 'x'], 'There is no option --regoin. Did you mean --region?'],
    [['completion', 'bsh'], 'There is no completion for bsh, only for bash, zsh, fish. Did you mean bash?'],
  ])('suggests the nearest: %j', async (args, sentence) => {
    const { code, err } = await runWith(verbs, args);

    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it('suggests nothing that is far off', async () => {
    const { err } = await runWith(verbs, ['plan', '--frobnicate']);

    expect(err).toBe('There is no option --frobnicate.\nSee: stevedore plan --help\n');
  });
});
