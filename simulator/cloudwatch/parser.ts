/** Reads tokens one after the other: for metric math and for the rules of composite alarms. */
export class Tokens {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string, token: RegExp) {
    this.#tokens = text.match(token) ?? [];
    const blank = /\s/g;
    if (this.#tokens.join('').replaceAll(blank, '') !== text.replaceAll(blank, '')) this.fail(text);
  }

  peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  take(): string {
    return this.#tokens[this.#next++] ?? this.fail('the end');
  }

  /** Whether the next token is one of these; then it is taken. */
  accept(...wanted: readonly string[]): string | undefined {
    const token = this.peek();
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#next += 1;
    return token;
  }

  expect(wanted: string): void {
    if (this.accept(wanted) === undefined) this.fail(this.peek() ?? 'the end');
  }

  /** @throws SyntaxError always */
  fail(at: string): never {
    throw new SyntaxError(`unexpected "${at}"`);
  }
}
