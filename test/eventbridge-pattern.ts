// What EventBridge does with an event pattern, as far as our patterns go (EventBridge user guide, "Comparison
// operators"; behaviour on arrays after github.com/aws/event-ruler). An operator that is not here throws, so that no
// test passes by accident.

/**
 * Whether EventBridge would hand `event` to a rule with this pattern.
 *
 * Throws on a pattern that EventBridge would refuse: an empty list, or an operator with a wrong operand.
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) {
    throw new Error(`An event pattern is an object with at least one field, not ${JSON.stringify(pattern)}`);
  }
  // Of a list of objects, one must match as a whole: fields are not gathered from several.
  if (Array.isArray(event)) return event.some((element) => isObject(element) && matches(pattern, element));
  return Object.entries(pattern).every(([field, wanted]) => {
    const found = isObject(event) && Object.hasOwn(event, field) ? event[field] : undefined;
    return Array.isArray(wanted) ? matchesLeaf(field, wanted, found) : matches(wanted, found);
  });
}

function matchesLeaf(field: string, wanted: readonly unknown[], found: unknown): boolean {
  if (wanted.length === 0)
    throw new Error(`Field ${field} of the pattern is an empty list, which EventBridge refuses`);
  // All tests are made before the first is put, so that a malformed one throws even where it decides nothing.
  const tests = wanted.map((matcher) => testOf(field, matcher));
  const values = leavesOf(found);
  return tests.some((test) => test(values));
}

/** A leaf is no object: one, a missing field and an empty list all have nothing to compare. */
function leavesOf(found: unknown): readonly unknown[] {
  const all = Array.isArray(found) ? found.flat(Number.POSITIVE_INFINITY) : [found];
  return all.filter((value) => value !== undefined && !isObject(value));
}

function testOf(field: string, matcher: unknown): (values: readonly unknown[]) => boolean {
  if (!isObject(matcher)) return (values) => values.includes(matcher);
  const [[operator, operand] = ['nothing', undefined], ...more] = Object.entries(matcher);
  if (more.length > 0) throw new Error(`Field ${field} of the pattern has two operators in one matcher`);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw refused(field, operator, operand);
    return (values) => values.length > 0 === operand;
  }
  const holds = comparison(field, operator, operand);
  return (values) => values.some(holds);
}

type Comparison = (value: unknown) => boolean;

function comparison(field: string, operator: string, operand: unknown): Comparison {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      return textTest(field, operator, operand);
    case 'wildcard':
      return wildcardTest(field, operand);
    case 'anything-but':
      // On a list it asks for one element that is not excluded. A missing field has none.
      return anythingBut(field, operand);
    case 'numeric':
      return rangeTest(field, operand);
    default:
      throw new Error(`Field ${field} of the pattern uses ${operator}, which this matcher does not know`);
  }
}

function textTest(field: string, operator: 'prefix' | 'suffix', operand: unknown): Comparison {
  if (typeof operand !== 'string' || operand === '') throw refused(field, operator, operand);
  return (value) =>
    typeof value === 'string' &&
    (operator === 'prefix' ? value.startsWith(operand) : value.endsWith(operand));
}

/** An asterisk stands for any characters, none included; two in a row are refused. */
function wildcardTest(field: string, operand: unknown): Comparison {
  if (typeof operand !== 'string' || !operand.includes('*') || operand.includes('**'))
    throw refused(field, 'wildcard', operand);
  const parts = operand.split('*').map((part) => part.replaceAll(/[^\w]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => typeof value === 'string' && whole.test(value);
}

function anythingBut(field: string, operand: unknown): Comparison {
  if (isObject(operand)) {
    const [[operator, inner] = ['nothing', undefined]] = Object.entries(operand);
    if (operator !== 'prefix' && operator !== 'suffix') throw refused(field, 'anything-but', operand);
    const tests = (Array.isArray(inner) ? inner : [inner]).map((text) => textTest(field, operator, text));
    return (value) => !tests.some((test) => test(value));
  }
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (excluded.length === 0 || excluded.some((one) => !['string', 'number'].includes(typeof one))) {
    throw refused(field, 'anything-but', operand);
  }
  return (value) => !excluded.includes(value);
}

const signs: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** The operand is one comparison or the two ends of a range, e.g. `['>', 0, '<=', 5]`. */
function rangeTest(field: string, operand: unknown): Comparison {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw refused(field, 'numeric', operand);
  }
  const parts: readonly unknown[] = operand;
  const ends = parts.length === 2 ? [parts] : [parts.slice(0, 2), parts.slice(2)];
  const tests = ends.map(([sign, limit]) => {
    const compare = signs[String(sign)];
    if (!compare || typeof limit !== 'number') throw refused(field, 'numeric', operand);
    return (value: number) => compare(value, limit);
  });
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function refused(field: string, operator: string, operand: unknown): Error {
  return new Error(`Field ${field} of the pattern: ${operator} does not take ${JSON.stringify(operand)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
