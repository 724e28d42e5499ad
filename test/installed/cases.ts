import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deployArguments } from '../../cli/apply/deploy.ts';
import { verbNames } from '../../cli/verbs.ts';
import { type CompiledPolicy, compilePolicy, functionNames } from '../../lib/policy/compile.ts';
import { policyJsonSchemaText } from '../../lib/policy/json-schema.ts';
import { loadPolicy } from '../../lib/policy/load.ts';
import { ROOT } from '../../lib/root.ts';
import manifest from '../../package.json' with { type: 'json' };
import type { Ended, Installed } from './install.ts';

/** One thing that must hold of an installed package: throws if it does not. */
export type Case = (installed: Installed) => void;

const inCheckout = (...path: string[]) => join(ROOT, ...path);
const POLICY = inCheckout('examples', 'harbour.yml');
const PROGRAM = join('node_modules', 'stevedore', 'cli', 'stevedore.mjs');

function stevedore({ run }: Installed, args: readonly string[], code = 0): Ended {
  const ended = run('node', [PROGRAM, ...args]);
  assert.equal(ended.code, code, `exit code ${ended.code}:\n${ended.out}${ended.err}`);
  return ended;
}

/** Nothing of it is loaded from elsewhere, and no asset is missing. */
function assertSelfContained(file: string): void {
  const html = readFileSync(file, 'utf8');
  assert.match(html, /^<!doctype html>/);
  assert.ok(
    html.includes(readFileSync(inCheckout('simulator', 'report', 'report.css'), 'utf8')),
    'its styles',
  );
  assert.ok(html.includes(readFileSync(inCheckout('simulator', 'report', 'hover.js'), 'utf8')), 'its script');
  assert.doesNotMatch(html, /(?:src|href)="(?!#)/);
}

export const cases: Readonly<Record<string, Case>> = {
  'npx finds the command': ({ run }) => {
    assert.equal(run('npx', ['--no-install', 'stevedore', '--version']).out, `${manifest.version}\n`);
  },
  'all verbs are there, and explain themselves': (installed) => {
    const { out } = stevedore(installed, ['--help']);
    for (const verb of verbNames) {
      assert.match(out, new RegExp(`\\n {2}${verb} +\\w`));
      assert.match(stevedore(installed, [verb, '--help']).out, new RegExp(`^Usage: stevedore ${verb}`));
    }
  },
  'a verb that is misspelt is answered with the nearest one': (installed) => {
    assert.match(stevedore(installed, ['simulat'], 2).err, /there is no command "simulat".*simulate/);
  },
  'validate sums a policy up': (installed) => {
    assert.match(stevedore(installed, ['validate', POLICY]).out, /It comes to \d+ functions, \d+ rules/);
  },
  'schema prints the schema of the policy file': (installed) => {
    assert.equal(stevedore(installed, ['schema']).out, policyJsonSchemaText());
  },
  'completion prints a script': (installed) => {
    assert.match(stevedore(installed, ['completion', 'bash']).out, /complete -F _stevedore stevedore/);
  },
  'simulate plays a scenario, and writes a report of one file': (installed) => {
    const args = ['simulate', inCheckout('examples', 'drought.yml'), '--html', 'drought.html'];
    assert.match(stevedore(installed, args).out, /The report is in drought\.html\./);
    assertSelfContained(join(installed.folder, 'drought.html'));
  },
  'backtest plays a metric, and writes its curves': (installed) => {
    const trace = inCheckout('examples', 'traces', 'elb_request_count_8c0756.csv');
    const terms = ['--trace', trace, '--target', 'service/shop/web', '--per-task', '10'];
    stevedore(installed, [
      'backtest',
      inCheckout('examples', 'backtest.yml'),
      ...terms,
      '--html',
      'curves.html',
    ]);
    assertSelfContained(join(installed.folder, 'curves.html'));
  },
  'explain says what an event would lead to': (installed) => {
    const sample = readFileSync(inCheckout('events', 'samples', 'lifecycle-terminate.json'), 'utf8');
    writeFileSync(join(installed.folder, 'event.json'), sample.replaceAll('prod-hosts', 'harbour-ecs'));
    const args = ['explain', 'event.json', '--policy', POLICY, '--offline'];
    assert.match(stevedore(installed, args).out, /lifecycle-terminate/);
  },
  'a call of AWS that fails is told in a sentence': (installed) => {
    const { err } = stevedore(
      installed,
      ['status', '--policy', POLICY, '--endpoint', 'http://127.0.0.1:1'],
      1,
    );
    assert.match(err, /^stevedore status failed: /m);
  },
  'what apply deploys has the functions and the rules of the policy': packagesThePolicy,
  'the sources need no more of the language than Node 20 has': ({ run }) => {
    const tsc = inCheckout('node_modules', 'typescript', 'bin', 'tsc');
    const { code, out } = run(process.execPath, [tsc, '-p', join(import.meta.dirname, 'tsconfig.json')]);
    assert.equal(code, 0, out);
  },
};

/** `apply` runs the framework in dist/ of the package; here it packages in place of deploying. */
function packagesThePolicy({ folder, run }: Installed): void {
  const order = { stack: 'quay', place: { region: 'eu-west-1', endpoint: null }, params: [] };
  const [, ...args] = deployArguments(order, POLICY);
  const dist = join(folder, 'node_modules', 'stevedore', 'dist');
  const framework = join(folder, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const { code, out, err } = run('node', [framework, 'package', ...args], dist);
  assert.equal(code, 0, `${out}${err}`);

  const built = readdirSync(join(dist, '.serverless'));
  const wanted = functionNames.map((name) => `${name}.zip`);
  assert.deepEqual(built.filter((file) => file.endsWith('.zip')).toSorted(), wanted.toSorted());
  const template = readFileSync(
    join(dist, '.serverless', 'cloudformation-template-update-stack.json'),
    'utf8',
  );
  for (const { id } of compiled().rules) assert.ok(template.includes(`"quay-${id}"`), `the rule quay-${id}`);
  const drain = readFileSync(join(dist, '.build', 'drain', 'drain.mjs'), 'utf8');
  assert.ok(drain.includes('harbour-spot'), 'the group harbour-spot in the function drain');
}

function compiled(): CompiledPolicy {
  const loaded = loadPolicy(POLICY);
  assert.ok(loaded.ok, POLICY);
  return compilePolicy(loaded.policy);
}
