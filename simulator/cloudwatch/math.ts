import { ApiError } from '../kernel.ts';
import { Tokens } from './parser.ts';

/** Values by the start of their period. */
export type Series = ReadonlyMap<number, number>;
type Value = number | Series;
export type Expression = (seriesOf: (id: string) => Series) => Series;

/**
 * Compiles metric math of `+ - * /`, parentheses, numbers and the ids of other queries. Other functions are refused.
 * A period in which one operand has no datapoint, or where zero divides, has none in the result (CloudWatch user
 * guide, "Using math expressions").
 * @throws ApiError ValidationError
 */
export function compileMath(text: string): Expression {
  const tokens = tokensOf(text);
  const value = sum(tokens);
  if (tokens.peek() !== undefined) tokens.fail(tokens.peek() ?? '');
  return (seriesOf) => {
    const result = value(seriesOf);
    if (typeof result !== 'number') return result;
    throw new ApiError('ValidationError', `Error in expression '${text}': it must yield a time series.`);
  };
}

type Node = (seriesOf: (id: string) => Series) => Value;

function tokensOf(text: string): Tokens {
  try {
    return new Tokens(text, /[\d.]+|[a-z]\w*|[-+*/()]/g);
  } catch {
    throw new ApiError(
      'ValidationError',
      `Error in expression '${text}': the simulator knows + - * / and parentheses; add more to simulator/cloudwatch/math.ts.`,
    );
  }
}

function sum(tokens: Tokens): Node {
  let left = product(tokens);
  for (let sign = tokens.accept('+', '-'); sign !== undefined; sign = tokens.accept('+', '-')) {
    left = combined(left, product(tokens), sign === '+' ? (a, b) => a + b : (a, b) => a - b);
  }
  return left;
}

function product(tokens: Tokens): Node {
  let left = factor(tokens);
  for (let sign = tokens.accept('*', '/'); sign !== undefined; sign = tokens.accept('*', '/')) {
    left = combined(left, factor(tokens), sign === '*' ? (a, b) => a * b : (a, b) => a / b);
  }
  return left;
}

function factor(tokens: Tokens): Node {
  if (tokens.accept('-') !== undefined)
    return combined(
      () => 0,
      factor(tokens),
      (a, b) => a - b,
    );
  if (tokens.accept('(') !== undefined) {
    const inner = sum(tokens);
    tokens.expect(')');
    return inner;
  }
  const token = tokens.take();
  const number = Number(token);
  return Number.isNaN(number) ? (seriesOf) => seriesOf(token) : () => number;
}

function combined(left: Node, right: Node, apply: (a: number, b: number) => number): Node {
  return (seriesOf) => {
    const [a, b] = [left(seriesOf), right(seriesOf)];
    if (typeof a === 'number' && typeof b === 'number') return apply(a, b);
    const times = typeof a === 'number' ? b : a;
    const result = new Map<number, number>();
    for (const at of typeof times === 'number' ? [] : times.keys()) {
      const [x, y] = [valueAt(a, at), valueAt(b, at)];
      const value = x === undefined || y === undefined ? Number.NaN : apply(x, y);
      if (Number.isFinite(value)) result.set(at, value);
    }
    return result;
  };
}

const valueAt = (value: Value, at: number) => (typeof value === 'number' ? value : value.get(at));
