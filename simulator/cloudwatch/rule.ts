import { ApiError } from '../kernel.ts';
import type { StateValue } from './model.ts';
import { Tokens } from './parser.ts';

type StateOf = (alarm: string) => StateValue | undefined;
type Node = (stateOf: StateOf) => boolean;

export interface CompositeRule {
  readonly children: readonly string[];
  readonly holds: Node;
}

/**
 * Compiles a composite alarm's rule: `ALARM(a)`, `OK(a)`, `INSUFFICIENT_DATA(a)`, TRUE, FALSE, NOT, AND, OR and
 * parentheses. Names may be quoted, or be ARNs. Grammar: API reference, PutCompositeAlarm.
 * @throws ApiError ValidationError
 */
export function compileRule(rule: string): CompositeRule {
  const children: string[] = [];
  try {
    const tokens = new Tokens(rule, /"[^"]*"|[()]|[^\s()"]+/g);
    const holds = anyOf(tokens, children);
    if (tokens.peek() !== undefined) tokens.fail(tokens.peek() ?? '');
    return { children, holds };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiError('ValidationError', `AlarmRule '${rule}': ${error.message}`);
  }
}

function anyOf(tokens: Tokens, children: string[]): Node {
  const terms = [allOf(tokens, children)];
  while (tokens.accept('OR') !== undefined) terms.push(allOf(tokens, children));
  return (stateOf) => terms.some((term) => term(stateOf));
}

function allOf(tokens: Tokens, children: string[]): Node {
  const terms = [term(tokens, children)];
  while (tokens.accept('AND') !== undefined) terms.push(term(tokens, children));
  return (stateOf) => terms.every((each) => each(stateOf));
}

function term(tokens: Tokens, children: string[]): Node {
  if (tokens.accept('NOT') !== undefined) {
    const negated = term(tokens, children);
    return (stateOf) => !negated(stateOf);
  }
  if (tokens.accept('(') !== undefined) {
    const inner = anyOf(tokens, children);
    tokens.expect(')');
    return inner;
  }
  if (tokens.accept('TRUE') !== undefined) return () => true;
  if (tokens.accept('FALSE') !== undefined) return () => false;
  const state = tokens.accept('ALARM', 'OK', 'INSUFFICIENT_DATA') ?? tokens.fail(tokens.peek() ?? 'the end');
  tokens.expect('(');
  const name = nameOf(tokens.take());
  tokens.expect(')');
  children.push(name);
  return (stateOf) => stateOf(name) === state;
}

/** Without quotes, and of an ARN what comes after `:alarm:`. */
const nameOf = (token: string) => token.replaceAll('"', '').replace(/^arn:[^:]+:cloudwatch:.*?:alarm:/, '');
