import { sources } from '../../events/index.ts';
import type { FunctionName, FunctionRule } from '../../lib/policy/compile.ts';
import { compilePattern, type EventPattern } from '../../simulator/event-pattern.ts';

/** The rules that let an event through; without any, the one that comes nearest. */
export interface Matching {
  readonly matched: readonly RuleName[];
  readonly nearest: Nearest | null;
  /** Rules that there are for this kind of event, of which the policy has no use for any. */
  readonly unused: readonly string[];
}

export interface RuleName {
  readonly id: string;
  readonly function: FunctionName;
}

/** Why a rule does not let an event through: the first field that differs, in the order of the pattern. */
export interface Nearest extends RuleName {
  /** `detail.AutoScalingGroupName`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

interface Field {
  readonly path: readonly string[];
  readonly matchers: readonly unknown[];
  readonly matches: boolean;
}

/** Finds which rules of a policy match an event, as EventBridge would. Pure. */
export function matchRules(rules: readonly FunctionRule[], event: unknown): Matching {
  const matched = rules.filter(({ pattern }) => compilePattern(pattern)(event)).map(nameOf);
  const ofItsKind = sources.filter(
    ({ source, detailType }) =>
      valueAt(event, ['source']) === source && valueAt(event, ['detail-type']) === detailType,
  );
  const isUsed = ofItsKind.some(({ id }) => rules.some((rule) => rule.id === id));
  const unused = isUsed ? [] : ofItsKind.map(({ id }) => id);
  return { matched, nearest: matched.length > 0 ? null : nearestOf(rules, event), unused };
}

const nameOf = ({ id, function: called }: FunctionRule): RuleName => ({ id, function: called });

function nearestOf(rules: readonly FunctionRule[], event: unknown): Nearest | null {
  const compared = rules.map((rule) => ({ rule, fields: fieldsOf(rule.pattern, event) }));
  const [best] = compared.toSorted((a, b) => closeness(b.fields) - closeness(a.fields));
  const wrong = best?.fields.find(({ matches }) => !matches);
  if (best === undefined || wrong === undefined) return null;
  const found = valueAt(event, wrong.path);
  return {
    ...nameOf(best.rule),
    field: wrong.path.join('.'),
    found: found === undefined ? 'nothing' : shortened(JSON.stringify(found)),
    expected: expectation(wrong.matchers),
  };
}

/** What kind of event it is says more than any of its details. */
const WEIGHTS: Readonly<Record<string, number>> = { 'detail-type': 4, source: 2 };

function closeness(fields: readonly Field[]): number {
  const weights = fields.map(({ path: [name = ''], matches }) =>
    matches ? (WEIGHTS[name] ?? 1 / fields.length) : 0,
  );
  return weights.reduce((sum, weight) => sum + weight, 0);
}

function fieldsOf(pattern: EventPattern, event: unknown, path: readonly string[] = []): Field[] {
  return Object.entries(pattern).flatMap(([name, rule]): Field[] => {
    const here = [...path, name];
    if (!isMatchers(rule)) return fieldsOf(rule, event, here);
    const alone = here.reduceRight<EventPattern | typeof rule>((inner, part) => ({ [part]: inner }), rule);
    const test = isMatchers(alone) ? () => false : compilePattern(alone);
    return [{ path: here, matchers: rule, matches: test(event) }];
  });
}

const isMatchers = <Matchers extends readonly unknown[]>(rule: EventPattern | Matchers): rule is Matchers =>
  Array.isArray(rule);

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => {
    if (Array.isArray(inner)) return inner.map((item) => valueAt(item, [name]));
    return typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined;
  }, value);
}

const MOST_NAMED = 8;
const LONGEST = 200;

function expectation(matchers: readonly unknown[]): string {
  const named = matchers.slice(0, MOST_NAMED).map((matcher) => JSON.stringify(matcher));
  const more = matchers.length > MOST_NAMED ? ` and ${matchers.length - MOST_NAMED} more` : '';
  return `${matchers.length > 1 ? 'one of ' : ''}${named.join(', ')}${more}`;
}

const shortened = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
