import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['lib/policy/check.ts', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.yml');
  writeFileSync(file, text);
  return file;
}

describe('node lib/policy/check.ts', () => {
  it('says that the policy is valid, and what it comes to', () => {
    expect(check()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^stevedore\.yml: valid \(\d+ rules, \d+ IAM statements\)\n$/),
    });
  });

  it('prints one line per error, and exits with 2', () => {
    const file = written(
      'version: 1\ndraining: { clusters: { a: { groups: { g: {} }, deadlin: 1h, settle: 5 } } }\n',
    );

    const { status, stdout, stderr } = check(file);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/policy\.yml:2:49: draining\.clusters\.a\.deadlin: .* did you mean deadline\?/),
      expect.stringMatching(/policy\.yml:2:70: draining\.clusters\.a\.settle: found number 5/),
      '',
    ]);
  });

  it('also when the policy is right but more than AWS accepts', () => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `a-long-name-of-an-auto-scaling-group-${index}: {}`,
    );
    const file = written(`version: 1\ndraining: { clusters: { a: { groups: { ${names.join(', ')} } } } }\n`);

    expect(check(file)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/policy\.yml: The event pattern/),
    });
  });
});
