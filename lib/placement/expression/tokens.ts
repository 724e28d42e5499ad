/** What is wrong with a text, and where. Thrown within the parser only. */
export class Refusal extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const SPACE = /\s*/y;
const WORD_CHARACTER = /\w/;
const NEAR = /[\w./\\:@-]{1,30}/y;

/** A place in a text that moves on as tokens are taken. */
export class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Where the next token begins, as an offset from 0; the length of the text at its end. */
  get at(): number {
    this.#at += this.#length(SPACE);
    return this.#at;
  }

  get ended(): boolean {
    return this.at === this.#text.length;
  }

  /** Takes the token if it is there; a word only as a whole. */
  take(token: string): boolean {
    const { at } = this;
    if (!this.#text.startsWith(token, at)) return false;
    const end = at + token.length;
    const goesOn = WORD_CHARACTER.test(this.#text.charAt(end));
    if (goesOn && WORD_CHARACTER.test(token.charAt(token.length - 1))) return false;
    this.#at = end;
    return true;
  }

  /** Takes what a sticky pattern matches; the empty text when nothing. */
  run(pattern: RegExp): string {
    const { at } = this;
    this.#at += this.#length(pattern);
    return this.#text.slice(at, this.#at);
  }

  /** Refuses what comes next. */
  refuse(expected: string, at = this.at): never {
    throw new Refusal(at, `found ${this.#near(at)}, expected ${expected}`);
  }

  #near(at: number): string {
    if (at === this.#text.length) return 'the end';
    NEAR.lastIndex = at;
    return `"${NEAR.exec(this.#text)?.[0] ?? String.fromCodePoint(this.#text.codePointAt(at) ?? 0)}"`;
  }

  #length(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0].length ?? 0;
  }
}
