import { readPattern } from './java-regex.ts';
import { type Operator, operatorsOf, SPELLINGS } from './operators.ts';
import type { Comparison, Expression, Subject } from './syntax.ts';
import { Reader, Refusal } from './tokens.ts';
import { wantedValue } from './values.ts';

export type Parsed =
  | { readonly ok: true; readonly expression: Expression }
  /** `at`: the offset from 0 of what is wrong; the length of the text when something is missing at its end. */
  | { readonly ok: false; readonly at: number; readonly message: string };

/** No expression of 2,000 characters, ECS's limit, needs more; deeper trees could overflow the stack of who walks them. */
const MOST_NESTED = 100;
const MOST_COMPARISONS = 1_000;

const SUBJECT = /[A-Za-z0-9]+(?::[\w./\\-]*)?/y;
// An attribute's value has letters, digits and -_.@/\: and spaces (Attribute of the API reference): what has more, or
// spaces, is written in quotes.
const BARE_VALUE = /[^\s'"()[\],&|=<>!~]+/y;
// A pattern may have more. Parentheses are no part of a single expression, the guide says, so they need quotes.
const BARE_PATTERN = /(?:[^\s'"()&|]|&(?!&)|\|(?!\|))+/y;
const QUOTED = /'[^']*'|"[^"]*"/y;
const JOINING = new Set(['and', 'or', 'not']);

/** Reads an expression of the cluster query language. Keywords are in lower case, as in the guide. Never throws. */
export function parseExpression(text: string): Parsed {
  try {
    return { ok: true, expression: new Parser(text).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, at: error.at, message: error.message };
    throw error;
  }
}

/**
 * Recursive descent. The guide does not say whether `and` binds closer than `or`; as nearly everywhere, `not` binds
 * closest here, then `and`, then `or`, and equals are read from the left.
 */
class Parser {
  readonly #reader: Reader;
  #comparisons = 0;

  constructor(text: string) {
    this.#reader = new Reader(text);
  }

  whole(): Expression {
    const expression = this.#either(0);
    if (!this.#reader.ended)
      this.#reader.refuse('and, or, or the end; write a value with other characters in quotes');
    return expression;
  }

  #either(depth: number): Expression {
    let left = this.#both(depth);
    while (this.#take('||', 'or')) left = { kind: 'or', left, right: this.#both(depth) };
    return left;
  }

  #both(depth: number): Expression {
    let left = this.#single(depth);
    while (this.#take('&&', 'and')) left = { kind: 'and', left, right: this.#single(depth) };
    return left;
  }

  #single(depth: number): Expression {
    const reader = this.#reader;
    const { at } = reader;
    if (depth > MOST_NESTED) {
      throw new Refusal(
        at,
        `is nested more than ${MOST_NESTED} deep; write it with fewer parentheses and negations`,
      );
    }
    if (this.#take('!', 'not')) return { kind: 'not', operand: this.#single(depth + 1) };
    if (!reader.take('(')) return this.#comparison();
    const inner = this.#either(depth + 1);
    if (!reader.take(')')) reader.refuse('and, or, or a parenthesis that closes the one before');
    return inner;
  }

  #take(symbol: string, word: string): boolean {
    return this.#reader.take(symbol) || this.#reader.take(word);
  }

  #comparison(): Comparison {
    this.#comparisons += 1;
    if (this.#comparisons > MOST_COMPARISONS) {
      throw new Refusal(
        this.#reader.at,
        `has more than ${MOST_COMPARISONS} comparisons; write fewer, with in`,
      );
    }
    const subject = this.#subject();
    const operator = this.#operator(subject);
    switch (operator) {
      case '==':
      case '!=':
        return { kind: 'equality', subject, operator, value: this.#value(subject) };
      case '>':
      case '>=':
      case '<':
      case '<=':
        return { kind: 'order', subject, operator, value: this.#value(subject) };
      case 'exists':
      case '!exists':
        return { kind: 'existence', subject, negated: operator === '!exists' };
      case 'in':
      case '!in':
        return { kind: 'membership', subject, negated: operator === '!in', values: this.#list(subject) };
      case '=~':
      case '!~':
        return { kind: 'match', subject, negated: operator === '!~', pattern: this.#pattern() };
      default:
        return operator satisfies never;
    }
  }

  #subject(): Subject {
    const { at } = this.#reader;
    const name = this.#reader.run(SUBJECT);
    switch (name) {
      case 'task:group':
        return { kind: 'task-group' };
      case 'agentConnected':
      case 'agentVersion':
      case 'ec2InstanceId':
      case 'registeredAt':
      case 'runningTasksCount':
        return { kind: 'property', name };
      default:
        if (/^attribute:./.test(name)) return { kind: 'attribute', name: name.slice('attribute:'.length) };
        return this.#reader.refuse(
          'attribute:NAME, task:group, agentConnected, agentVersion, ec2InstanceId, registeredAt or runningTasksCount',
          at,
        );
    }
  }

  #operator(subject: Subject): Operator {
    const { at } = this.#reader;
    const operators = operatorsOf(subject);
    const [, operator] = SPELLINGS.find(([spelling]) => this.#reader.take(spelling)) ?? [];
    if (operator !== undefined && operators.includes(operator)) return operator;
    const name = subject.kind === 'property' ? subject.name : subject.kind;
    return this.#reader.refuse(`an operator for ${name}: ${operators.join(' ')}`, at);
  }

  #value(subject: Subject): string {
    const { at } = this.#reader;
    const { text } = this.#literal(BARE_VALUE, 'a value; write one with other characters in quotes');
    const wanted = wantedValue(subject, text);
    return wanted === undefined ? text : this.#reader.refuse(wanted, at);
  }

  #list(subject: Subject): string[] {
    const reader = this.#reader;
    if (!reader.take('[')) reader.refuse('a list in brackets, as [a, b]');
    const values = [this.#value(subject)];
    while (reader.take(',')) values.push(this.#value(subject));
    if (!reader.take(']')) reader.refuse('a comma, or the bracket that closes the list');
    return values;
  }

  #pattern(): string {
    const expected = 'a pattern; write one with parentheses in quotes';
    const { at, text } = this.#literal(BARE_PATTERN, expected);
    const pattern = readPattern(text);
    if (!pattern.ok) throw new Refusal(at + pattern.at, pattern.message);
    return text;
  }

  /** Without its quotes. The guide has no escapes, so a value in one sort of quote has none of it inside. */
  #literal(bare: RegExp, expected: string): { readonly at: number; readonly text: string } {
    const { at } = this.#reader;
    const quoted = this.#reader.run(QUOTED);
    if (quoted !== '') return { at: at + 1, text: quoted.slice(1, -1) };
    const text = this.#reader.run(bare);
    if (text === '' || JOINING.has(text)) this.#reader.refuse(expected, at);
    return { at, text };
  }
}
