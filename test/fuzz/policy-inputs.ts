import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { compilePolicy } from '../../lib/policy/compile.ts';
import { formatPolicyError, parsePolicy } from '../../lib/policy/load.ts';
import type { Random } from '../../simulator/random.ts';
import { copied, type Json, mutated, pick } from './mutate.ts';

/** A Saturday. Schedules are to fire after it. */
const NOW = Date.UTC(2026, 10, 21, 14);

/** With every key of the section, which the files have not. */
const counting = `version: 1
draining: { clusters: { prod: { groups: { prod-ecs: {} } } } }
capacity:
  mode: act
  clusters:
    prod:
      groups: [prod-ecs]
      scaleOut: { after: 30s, maximumStep: 20, launchTimeout: 10m }
      consolidation:
        reasons: [empty, underused, obsolete]
        after: 10m
        minimumAge: 15m
        budgets:
          - { limit: 10% }
          - { limit: 0, reasons: [underused], window: { cron: '0 9 * * MON-FRI', timeZone: Europe/Berlin, duration: 8h } }
        replace: true
        balance: 2
        drainTimeout: 1h
        zoneSkew: 1
      reserve: { cpu: 1024, memory: 2048, percent: 10% }
      besideManagedScaling: false
      prices: { m7g.large: 0.0816 }
    staging: { groups: [staging-ecs], scaleOut: false }
`;

const files = ['stevedore.yml', 'examples/harbour.yml'].map((file) =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'),
);
const texts = [...files, counting];
const trees = texts.map((text) => parse(text) as Json);

/** The text of a policy file: a valid one that was changed by its values or by its letters, or random YAML. */
export function policyInput(random: Random): string {
  const makers = [fromTree, fromTree, fromText, fromTokens] as const;
  return pick(random, makers)(random);
}

function fromTree(random: Random): string {
  const [first = null, ...rest] = trees;
  const tree = copied(pick(random, [first, ...rest]));
  // One section alone is quicker to check, and what is wrong in it is not lost among others.
  const part = random.chance(0.7) ? oneSection(tree, random) : tree;
  const changed = random.chance(0.95) ? mutated(part, random) : part;
  return random.chance(0.2) ? inBlocks(changed) : JSON.stringify(changed, null, random.between(0, 2));
}

/** As people write it. YAML's writer recurses further than it can; JSON is YAML too. */
function inBlocks(tree: Json): string {
  try {
    return stringify(tree);
  } catch {
    return JSON.stringify(tree);
  }
}

function oneSection(tree: Json, random: Random): Json {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return tree;
  const name = pick(random, ['draining', 'scaling', 'failover', 'retagging', 'capacity']);
  const section = tree[name];
  return section === undefined ? tree : { version: 1, [name]: section };
}

// What gives YAML its meaning, and what its authors regret.
const tokens = [
  '\n',
  '\n  ',
  '\n    ',
  '\t',
  ' ',
  ': ',
  '- ',
  '? ',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '#',
  '|',
  '>',
  '|2-\n',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: *a',
  '<<: ',
  '!!binary ',
  '!!set ',
  '!!timestamp ',
  '!!js/function ',
  '!<tag:x> ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '%TAG ! tag:x,2000:\n',
  '\\u0000',
  '\u0000',
  '\ufeff',
  '\ud800',
  '~',
  'null',
  'yes',
  '0x1F',
  '1_000',
  '.inf',
  '.nan',
  '2026-11-21',
  '1:30',
  '__proto__: ',
  'constructor: ',
  'version: 1\n',
  'draining:',
  'scaling:',
  'failover:',
  'retagging:',
  'capacity:',
  'clusters:',
  'services:',
  'groups:',
  'repositories:',
  'promotions:',
  'prod/web',
  'mode: act',
  '30m',
  '100%',
  'never',
  "cron: '* * * * *'",
] as const;

/** A valid file with pieces cut out, doubled, moved, or put in. */
function fromText(random: Random): string {
  const [first = '', ...rest] = texts;
  let text = pick(random, [first, ...rest]);
  for (let left = random.between(1, 4); left > 0; left--) {
    const from = random.between(0, text.length);
    const to = Math.min(text.length, from + random.between(0, 40));
    const piece = text.slice(from, to);
    const put = pick(random, ['', piece + piece, pick(random, tokens), piece.toUpperCase(), `${piece}\r\n`]);
    text = text.slice(0, from) + put + text.slice(to);
  }
  return text;
}

/** Tokens in any order; now and then one of them so often that what recurses or goes back would not come to an end. */
function fromTokens(random: Random): string {
  let text = random.chance(0.5) ? 'version: 1\n' : '';
  for (let left = random.between(1, 60); left > 0; left--) {
    const token = pick(random, tokens);
    text += random.chance(0.002) ? token.repeat(random.between(1, 3_000)) : token;
  }
  return text;
}

/** What checking one file came to. */
export interface PolicyOutcome {
  readonly ok: boolean;
  /** What must not be; empty if all is well. */
  readonly faults: readonly string[];
}

/** Checks the text as packaging does, and compiles it if it is valid. */
export function checkPolicy(text: string, load = parsePolicy): PolicyOutcome {
  const loaded = load(text, 'policy.yml', NOW);
  if (loaded.ok) return { ok: true, faults: compiles(() => compilePolicy(loaded.policy)) };
  const faults: string[] = [];
  if (loaded.errors.length === 0) faults.push('refused without an error');
  for (const error of loaded.errors) {
    const { line, column, found, expected } = error;
    if (!(line >= 1 && column >= 1)) faults.push(`an error at line ${line}, column ${column}`);
    if (found.trim() === '' || expected.trim() === '')
      faults.push(`an error that says nothing: ${formatPolicyError(error)}`);
  }
  return { ok: false, faults };
}

/** A valid policy may still come to more than AWS accepts; that is said with a remedy. */
function compiles(compile: () => unknown): string[] {
  try {
    compile();
    return [];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return /EventBridge accepts|IAM leaves/.test(said) ? [] : [`valid, but not compiled: ${said}`];
  }
}
