import { ApiError } from '../kernel.ts';
import { comparison } from './expression-subjects.ts';
import type { ContainerInstance } from './model.ts';

export type Test = (instance: ContainerInstance) => boolean;

/** Quoted texts, patterns, brackets and operators, and words: whatever is between. */
const TOKEN =
  /\s*("[^"]*"|'[^']*'|(?<=(?:=~|!~|matches)\s*)[^\s"'()&|]+|&&|\|\||[=!]=|=~|!~|[<>]=?|!(?=exists\b|in\b)(?:exists|in)|[!()[\],]|[^\s"'&|=!<>()[\],]+)/y;

/**
 * The cluster query language (Developer Guide, "Create expressions to define container instances"): comparisons joined
 * by and, or and not, in words or in symbols, with parentheses. That `and` binds closer than `or` is assumed.
 * @throws ApiError InvalidParameterException, as ECS refuses a bad expression
 */
export function compileExpression(text: string): Test {
  const tokens = tokensOf(text);
  let at = 0;
  const refuse = (): never => {
    throw new ApiError('InvalidParameterException', `Invalid filter expression: ${text}`);
  };
  const next = () => tokens[at++] ?? refuse();
  const take = (...wanted: readonly string[]) => {
    const found = wanted.includes(tokens[at] ?? '');
    if (found) at += 1;
    return found;
  };
  const either = (): Test => {
    let left = both();
    while (take('or', '||')) left = disjunction(left, both());
    return left;
  };
  const both = (): Test => {
    let left = single();
    while (take('and', '&&')) left = conjunction(left, single());
    return left;
  };
  const single = (): Test => {
    if (take('not', '!')) return negation(single());
    if (!take('(')) return comparison(next(), next(), operand, refuse);
    const inner = either();
    if (!take(')')) refuse();
    return inner;
  };
  const operand = (): string[] => {
    if (!take('[')) return [unquoted(next())];
    const items = [unquoted(next())];
    while (take(',')) items.push(unquoted(next()));
    if (!take(']')) refuse();
    return items;
  };
  const test = either();
  if (at < tokens.length) refuse();
  return test;
}

/** Whether the tasks on an instance change what the expression says of it. */
export function isOfTasks(expression: string): boolean {
  return /\b(runningTasksCount|task:group)\b/.test(expression);
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) {
      throw new ApiError('InvalidParameterException', `Invalid filter expression: ${text}`);
    }
    tokens.push(token);
  }
  return tokens;
}

const unquoted = (token: string) => (/^["']/.test(token) ? token.slice(1, -1) : token);
const conjunction =
  (left: Test, right: Test): Test =>
  (instance) =>
    left(instance) && right(instance);
const disjunction =
  (left: Test, right: Test): Test =>
  (instance) =>
    left(instance) || right(instance);
const negation =
  (test: Test): Test =>
  (instance) =>
    !test(instance);
