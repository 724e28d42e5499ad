/** An EventBridge pattern: every named field must match one of its list; objects nest. */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly Matcher[];
}

type Scalar = string | number | boolean | null;
type Matcher = Scalar | { readonly [operator: string]: unknown };
type Test = (value: unknown) => boolean;

/**
 * Compiles a pattern to a test. Knows exact values, prefix, suffix, wildcard, equals-ignore-case, exists, anything-but
 * and nesting; throws on other operators rather than match too much. Rules: EventBridge user guide, "Event patterns".
 * With `unknown`, a field that is absent may be anything: the test then says whether an event may match of which only
 * a part is known.
 */
export function compilePattern(pattern: EventPattern, absent: 'no-match' | 'unknown' = 'no-match'): Test {
  const fields = Object.entries(pattern).map(([field, rule]): readonly [string, Test] => [
    field,
    isMatchers(rule) ? anyOf(rule) : within(compilePattern(rule, absent)),
  ]);
  return (value) => {
    const object: Record<string, unknown> = isObject(value) ? value : {};
    return fields.every(([field, test]) => {
      const found = object[field];
      return (found === undefined && absent === 'unknown') || test(found);
    });
  };
}

/** The strings that a top-level field is matched with, if it is matched with exact strings only: for an index. */
export function exactStrings(pattern: EventPattern, field: string): readonly string[] | undefined {
  const rule = pattern[field];
  if (rule === undefined || !isMatchers(rule)) return undefined;
  const strings = rule.filter((matcher) => typeof matcher === 'string');
  return strings.length === rule.length ? strings : undefined;
}

function anyOf(matchers: readonly Matcher[]): Test {
  const tests = matchers.map(testOf);
  return (value) => {
    // A field that is a list matches if one of its items does; an empty list counts as absent.
    const values = Array.isArray(value) ? (value.length === 0 ? [undefined] : value) : [value];
    return tests.some((test) => values.some(test));
  };
}

function within(test: Test): Test {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

function testOf(matcher: Matcher): Test {
  if (typeof matcher !== 'object' || matcher === null) return (value) => value === matcher;
  const [operator, operand] = Object.entries(matcher)[0] ?? ['', undefined];
  switch (operator) {
    case 'prefix':
      return text((value) => value.startsWith(String(operand)));
    case 'suffix':
      return text((value) => value.endsWith(String(operand)));
    case 'wildcard': {
      const parts = String(operand).split('*');
      return text((value) => matchesWildcard(value, parts));
    }
    case 'equals-ignore-case':
      return text((value) => value.toLowerCase() === String(operand).toLowerCase());
    case 'exists':
      return (value) => (value !== undefined) === operand;
    case 'anything-but': {
      const refused = (Array.isArray(operand) ? operand : [operand]).map((item) => testOf(item as Matcher));
      return (value) => value !== undefined && !refused.some((test) => test(value));
    }
    default:
      throw new Error(
        `Event pattern operator "${operator}" is not simulated: add it to simulator/event-pattern.ts.`,
      );
  }
}

/** `parts`: what stands between the asterisks, each of which stands for any characters. */
function matchesWildcard(value: string, [first = '', ...rest]: readonly string[]): boolean {
  if (!value.startsWith(first)) return false;
  const last = rest.at(-1);
  if (last === undefined) return value === first;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = value.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

function text(test: (value: string) => boolean): Test {
  return (value) => typeof value === 'string' && test(value);
}

function isMatchers(rule: EventPattern | readonly Matcher[]): rule is readonly Matcher[] {
  return Array.isArray(rule);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
