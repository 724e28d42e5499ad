/** What ECS's cluster query language says of the instances of a cluster, as far as we read it. */
export type Judgement =
  | { readonly kind: 'matches'; readonly count: number }
  /** It has more than one attribute and one of ==, !=, in and exists (and their names and negations). */
  | { readonly kind: 'not-judged' };

type Attributes = ReadonlyMap<string, string>;

const SIMPLE = /^attribute:([\w./-]+)\s*(==|!=|!?exists\b|!?in\b|(?:not_)?(?:equals|exists|in)\b)\s*(.*)$/s;
const COMPOUND = /&&|\|\||\b(?:and|or|not)\b|[()]/;

/** Counts the instances that an expression of a memberOf constraint matches. */
export function judge(expression: string, instances: readonly Attributes[]): Judgement {
  const [, name = '', operator = '', argument = ''] = SIMPLE.exec(expression.trim()) ?? [];
  const test = COMPOUND.test(unquoted(argument)) ? undefined : testFor(operator, argument);
  if (test === undefined) return { kind: 'not-judged' };
  return { kind: 'matches', count: instances.filter((one) => test(one.get(name))).length };
}

type Test = (value: string | undefined) => boolean;

function testFor(operator: string, argument: string): Test | undefined {
  const literal = literalOf(argument);
  const list = listOf(argument);
  switch (operator) {
    case 'exists':
      return argument === '' ? (value) => value !== undefined : undefined;
    case '!exists':
    case 'not_exists':
      return argument === '' ? (value) => value === undefined : undefined;
    case '==':
    case 'equals':
      return literal === undefined ? undefined : (value) => value === literal;
    // AWS does not say what an instance without the attribute is to these two; it is no finding of ours.
    case '!=':
    case 'not_equals':
      return literal === undefined ? undefined : (value) => value !== literal;
    case '!in':
    case 'not_in':
      return list === undefined ? undefined : (value) => value === undefined || !list.includes(value);
    case 'in':
      return list === undefined ? undefined : (value) => value !== undefined && list.includes(value);
    default:
      return undefined;
  }
}

const unquoted = (text: string) => text.replaceAll(/'[^']*'|"[^"]*"/g, '');

function literalOf(text: string): string | undefined {
  const [, quote, quoted, bare] = /^(?:(['"])(.*)\1|([^\s'"[\],]+))$/s.exec(text.trim()) ?? [];
  return quote === undefined ? bare : quoted;
}

function listOf(text: string): string[] | undefined {
  const [, inside] = /^\[(.*)\]$/s.exec(text.trim()) ?? [];
  const values = inside?.split(',').map(literalOf);
  return values?.every((value) => value !== undefined) ? values : undefined;
}
