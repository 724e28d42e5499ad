import { describe, expect, it } from 'vitest';
import { connect } from '../../cli/account.ts';
import { createVerbs } from '../../cli/verbs.ts';
import { policyJsonSchema } from '../../lib/policy/json-schema.ts';
import { runWith } from './account.ts';
import { policyFile } from './planning.ts';

const verbs = await createVerbs(connect);
const run = (...args: readonly string[]) => runWith(verbs, args);

/** More Auto Scaling groups than one event pattern takes, and more tags than one role does. */
const large = () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `a-rather-long-name-${index}`);
  const groups = names(120).map((name) => `${name}: {}`);
  const tags = names(60).map((name) => `${name}: { promotions: { p: { from: a, to: [b] } } }`);
  return policyFile(
    `version: 1\ndraining: { clusters: { a: { groups: { ${groups.join(', ')} } } } }\n\nretagging:\n  repositories: { ${tags.join(', ')} }\n`,
  );
};

describe('stevedore validate', () => {
  it('says what a good file covers', async () => {
    const { code, out, err } = await run('validate', 'examples/harbour.yml');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^examples\/harbour\.yml is valid\.\n\n/);
    expect(out).toContain(
      '\n  draining   act      1 cluster (harbour), 2 groups (harbour-ecs, harbour-spot)\n',
    );
    expect(out).toContain('\n  failover   act      2 services (harbour/manifests, harbour/photos)\n');
    expect(out).toMatch(/\n\nIt comes to 4 functions, \d+ rules of EventBridge and \d+ IAM statements\.\n$/);
  });

  it('leaves out what the file does not have, and counts what is too many to name', async () => {
    const groups = Array.from({ length: 8 }, (_, index) => `g${index}: {}`).join(', ');
    const file = policyFile(`version: 1\ndraining: { clusters: { a: { groups: { ${groups} } } } }\n`);

    const { out } = await run('validate', file);

    expect(out).toContain('8 groups (g0, g1, g2, g3, g4, g5 and 2 more)');
    expect(out).not.toMatch(/scaling|failover|retagging/);
  });

  it('takes stevedore.yml for the file that is not named', async () => {
    expect((await run('validate')).out).toMatch(/^stevedore\.yml is valid\./);
  });

  it('reports every error with line and column', async () => {
    const file = policyFile(
      'version: 1\ndraining: { clusters: { a: { groups: { g: {} }, deadlin: 1h, settle: 5 } } }\n',
    );

    const { code, out, err } = await run('validate', file);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.split('\n')).toEqual([
      expect.stringMatching(
        /policy-\d+\.yml:2:49: draining\.clusters\.a\.deadlin: .* did you mean deadline\?/,
      ),
      expect.stringMatching(/policy-\d+\.yml:2:70: draining\.clusters\.a\.settle: found number 5/),
      '',
      `2 problems in ${file}.`,
      '',
    ]);
  });

  it('reports each section that is more than AWS takes, where it begins', async () => {
    const file = large();

    const { code, err } = await run('validate', file);

    expect(code).toBe(2);
    expect(err).toContain(`${file}:2:1: draining: The event pattern `);
    expect(err).toContain(`${file}:4:1: retagging: The `);
    expect(err).toContain('Split it over several policy files');
  });

  it('tells machines as JSON what is wrong, or what there is', async () => {
    const wrong = await run('validate', policyFile('version: 2\n'), '--json');
    const good = await run('validate', 'examples/harbour.yml', '--json');

    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.out)).toMatchObject({
      valid: false,
      problems: expect.arrayContaining([
        { line: 1, column: 10, path: 'version', message: expect.any(String) },
      ]),
    });
    expect(JSON.parse(good.out)).toMatchObject({
      file: 'examples/harbour.yml',
      valid: true,
      capabilities: expect.arrayContaining([
        { capability: 'scaling', mode: 'act', covers: { services: ['harbour/web'] } },
      ]),
      functions: ['drain', 'scale', 'failover', 'retag'],
    });
  });

  it.each([
    [['nowhere.yml'], /nowhere\.yml:1:1: .*no such file/],
    [['a.yml', 'b.yml'], /Found b\.yml after a\.yml; one file is enough\./],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run('validate', ...args);

    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('stevedore schema', () => {
  it('prints the JSON Schema, and nothing else', async () => {
    const { code, out, err } = await run('schema');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(policyJsonSchema());
  });

  it('takes no argument', async () => {
    expect(await run('schema', 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Expected no argument, found x.'),
    });
  });
});
