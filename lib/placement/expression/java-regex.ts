import { PatternCost } from './pattern-cost.ts';

/** `at`: the offset within the pattern. */
export type Pattern =
  | { readonly ok: true; readonly whole: RegExp; readonly part: RegExp }
  | { readonly ok: false; readonly at: number; readonly message: string };

/** POSIX classes of java.util.regex.Pattern, which are of ASCII, as what stands between the brackets of a set. */
const POSIX: ReadonlyMap<string, string> = new Map([
  ['Lower', 'a-z'],
  ['Upper', 'A-Z'],
  ['ASCII', '\\x00-\\x7f'],
  ['Alpha', 'a-zA-Z'],
  ['Digit', '0-9'],
  ['Alnum', 'a-zA-Z0-9'],
  ['Punct', '!-/:-@\\[-`{-~'],
  ['Graph', '!-~'],
  ['Print', ' -~'],
  ['Blank', ' \\t'],
  ['Cntrl', '\\x00-\\x1f\\x7f'],
  ['XDigit', '0-9a-fA-F'],
  ['Space', ' \\t\\n\\v\\f\\r'],
]);
const OPENING = /\((?:(?!\?)|\?(?:[:=!]|<[=!]|<[A-Za-z][A-Za-z0-9]*>))/y;
const QUANTIFIER = /[*+?]|\{(\d+)(?:(,)(\d*))?\}/y;
const QUOTATION = /\\Q(.*?)(?:\\E|$)/sy;
const NUMBERED = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\})/y;
const NAMED = /\\([pP])\{(\w+)\}/y;
const CASELESS = /^\(\?i\)/;

class NotJudged extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(
      `the pattern ${problem}, which is not judged here; write it more simply, or list the values with in`,
    );
    this.at = at;
  }
}

/**
 * A pattern of java.util.regex.Pattern as JavaScript's. What means something else there, or nothing, is refused rather
 * than guessed: possessive quantifiers, atomic groups, backreferences, flags other than (?i) at the beginning, sets within
 * sets. Values are taken to be as ECS allows them, letters of ASCII and no line breaks: differences in other text are left.
 */
export function readPattern(text: string): Pattern {
  try {
    const source = new Translation(text).whole();
    const flags = CASELESS.test(text) ? 'iu' : 'u';
    // With a group around it, so that ^ and $ hold for all of its alternatives.
    return { ok: true, whole: new RegExp(`^(?:${source})$`, flags), part: new RegExp(source, flags) };
  } catch (error) {
    if (error instanceof NotJudged) return { ok: false, at: error.at, message: error.message };
    const { message } = new NotJudged(
      0,
      'is no regular expression of the kind that Java and JavaScript share',
    );
    return { ok: false, at: 0, message };
  }
}

class Translation {
  readonly #text: string;
  readonly #cost = new PatternCost();
  readonly #open: number[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#at = CASELESS.exec(text)?.[0].length ?? 0;
  }

  whole(): string {
    const pieces: string[] = [];
    while (this.#at < this.#text.length) pieces.push(this.#piece());
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw new NotJudged(unclosed, 'has a group that does not close');
    this.#cost.end();
    this.#mindCost(0);
    return pieces.join('');
  }

  #piece(): string {
    const at = this.#at;
    switch (this.#text[at]) {
      case '(':
        return this.#opening();
      case ')':
        if (this.#open.pop() === undefined) throw new NotJudged(at, 'closes a group that is not open');
        this.#cost.close();
        return this.#taken(1, ')');
      case '|':
        this.#cost.alternative();
        return this.#taken(1, '|');
      case '*':
      case '+':
      case '?':
      case '{':
        return this.#quantifier();
      case '[':
        this.#cost.atom();
        return this.#set();
      case '.':
      case '^':
      case '$':
        this.#cost.atom();
        return this.#taken(1, this.#text.charAt(at));
      case '\\':
        return this.#text.startsWith('\\Q', at) ? this.#quotation() : this.#escape();
      default:
        return this.#literal();
    }
  }

  #opening(): string {
    const at = this.#at;
    const [opening] = this.#match(OPENING) ?? [];
    if (opening === undefined) throw new NotJudged(at, `has the group ${this.#text.slice(at, at + 4)}`);
    this.#open.push(at);
    this.#cost.open();
    // Nothing refers to a group by its number or name.
    return this.#taken(opening.length, /^\((?:$|\?<[A-Za-z])/.test(opening) ? '(?:' : opening);
  }

  #quantifier(): string {
    const at = this.#at;
    const [quantifier, least, comma, most] = this.#match(QUANTIFIER) ?? [];
    if (quantifier === undefined) throw new NotJudged(at, 'has a brace that is no count');
    if (!this.#cost.repeatable) throw new NotJudged(at, `has ${quantifier} with nothing to repeat`);
    if (this.#text[at + quantifier.length] === '+') throw new NotJudged(at, 'has a possessive quantifier');
    if (least === undefined) this.#cost.repeat(quantifier === '+' ? 1 : 0, quantifier === '?' ? 1 : Infinity);
    else this.#cost.repeat(Number(least), comma === undefined ? Number(least) : Number(most || Infinity));
    this.#mindCost(at);
    const lazy = this.#text[at + quantifier.length] === '?' ? '?' : '';
    return this.#taken(quantifier.length + lazy.length, quantifier + lazy);
  }

  #mindCost(at: number): void {
    if (this.#cost.tooHigh) throw new NotJudged(at, 'can be matched in too many ways');
  }

  #set(): string {
    const at = this.#at;
    const negated = this.#text[at + 1] === '^';
    const pieces = [this.#taken(negated ? 2 : 1, negated ? '[^' : '[')];
    const first = this.#at;
    while (this.#text[this.#at] !== ']' || this.#at === first) {
      if (this.#at >= this.#text.length) throw new NotJudged(at, 'has a set that does not close');
      pieces.push(this.#member(first));
    }
    return `${pieces.join('')}${this.#taken(1, ']')}`;
  }

  #member(first: number): string {
    const at = this.#at;
    const rest = this.#text.slice(at, at + 2);
    // Java has sets within sets and their intersection, and takes a bracket at the beginning literally.
    if (rest[0] === '[' || rest[0] === ']' || rest === '&&')
      throw new NotJudged(at, 'has a set within a set');
    if (rest[0] === '-' && at !== first && rest[1] !== ']') {
      if (/\\[pP]/.test(this.#text.slice(at + 1, at + 3)))
        throw new NotJudged(at, 'has a range up to a class');
      return this.#taken(1, '-');
    }
    return rest[0] === '\\' ? this.#escaped(true) : this.#character();
  }

  #quotation(): string {
    const [all = '', inside = ''] = this.#match(QUOTATION) ?? [];
    const points = Array.from(inside, (one) => {
      this.#cost.atom();
      return plain(one.codePointAt(0) ?? 0);
    });
    return this.#taken(all.length, points.join(''));
  }

  #escape(): string {
    this.#cost.atom();
    return this.#escaped(false);
  }

  #escaped(inSet: boolean): string {
    const at = this.#at;
    const letter = this.#text.charAt(at + 1);
    if (/[dDwWsStnrf]/.test(letter)) return this.#taken(2, `\\${letter}`);
    if (/[bB]/.test(letter) && !inSet) return this.#taken(2, `\\${letter}`);
    // No value has a line break, so that \Z is like \z.
    if (letter === 'A' && !inSet) return this.#taken(2, '^');
    if (/[zZ]/.test(letter) && !inSet) return this.#taken(2, '$');
    const [number, ...digits] = this.#match(NUMBERED) ?? [];
    if (number !== undefined) return this.#taken(number.length, plain(Number.parseInt(digits.join(''), 16)));
    const [named, sign, name = ''] = this.#match(NAMED) ?? [];
    const members = POSIX.get(name);
    if (named !== undefined && members !== undefined && !(inSet && sign === 'P')) {
      return this.#taken(named.length, inSet ? members : `[${sign === 'P' ? '^' : ''}${members}]`);
    }
    if (letter === '' || /[A-Za-z0-9]/.test(letter)) throw new NotJudged(at, `has \\${letter}`);
    this.#at += 1;
    return this.#character();
  }

  #literal(): string {
    this.#cost.atom();
    return this.#character();
  }

  #character(): string {
    const point = this.#text.codePointAt(this.#at) ?? 0;
    return this.#taken(point > 0xffff ? 2 : 1, plain(point));
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #taken(length: number, piece: string): string {
    this.#at += length;
    return piece;
  }
}

/** As a literal in and out of sets. */
function plain(point: number): string {
  const character = String.fromCodePoint(point);
  return /[A-Za-z0-9]/.test(character) ? character : `\\u{${point.toString(16)}}`;
}
