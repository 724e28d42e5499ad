// The policy file that is being written, as a tree of lines. What is not taken stands in it too, commented out.

/**
 * Whether a line is written so that it counts, or commented out.
 * - `follows`: it counts if any line below it does.
 * - `with`: it counts if the line above it does, and is no reason for that one to count.
 */
export type State = 'live' | 'dead' | 'follows' | 'with';

export interface Line {
  /** YAML without indentation; null: a comment alone. */
  readonly yaml: string | null;
  readonly state: State;
  /** What is to be said above it, in sentences. */
  readonly notes: readonly string[];
  /** What is to be said behind it. */
  readonly aside: string | null;
  /** Whether it can be taken or left as a whole: a cluster, a service, a repository. */
  readonly unit: boolean;
  readonly below: readonly Line[];
}

const line = (yaml: string | null, state: State, more: Partial<Line>): Line => ({
  yaml,
  state,
  notes: [],
  aside: null,
  unit: false,
  below: [],
  ...more,
});

export const live = (yaml: string, more: Partial<Line> = {}) => line(yaml, 'live', more);
export const dead = (yaml: string, more: Partial<Line> = {}) => line(yaml, 'dead', more);
export const beside = (yaml: string, more: Partial<Line> = {}) => line(yaml, 'with', more);
export const branch = (yaml: string, below: readonly Line[], more: Partial<Line> = {}) =>
  line(yaml, 'follows', { ...more, below });
export const remark = (...notes: readonly string[]) => line(null, 'with', { notes });

/** Whether anything of it counts. */
export const counts = ({ state, below }: Line): boolean =>
  state === 'live' || (state === 'follows' && below.some(counts));

const WIDTH = 118;

/** The text. A comment begins with `# `; what can be uncommented begins with `#` and no space. */
export const textOf = (lines: readonly Line[]): string =>
  `${lines.flatMap((one) => written(one, '', true)).join('\n')}\n`;

function written(one: Line, indent: string, above: boolean): string[] {
  const { yaml, notes, aside, below } = one;
  const taken = above && (one.state === 'with' || counts(one));
  const behind = aside === null ? '' : ` # ${oneLine(aside)}`;
  return [
    ...notes
      .flatMap((note) => wrapped(oneLine(note), WIDTH - indent.length - 2))
      .map((text) => `${indent}# ${text}`),
    ...(yaml === null ? [] : [`${indent}${taken ? '' : '#'}${yaml}${behind}`]),
    ...below.flatMap((inner) => written(inner, `${indent}  `, taken)),
  ];
}

/** Names may have line breaks in them (those of Auto Scaling groups), and a comment ends with its line. */
const oneLine = (text: string) =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A command stays on one line, to be copied. */
function wrapped(text: string, width: number): string[] {
  if (text.startsWith('aws ')) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/;
/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const RESERVED = /^(true|false|yes|no|on|off|y|n|null)$/i;

/** A name as YAML, for a key or a value, in a block or in braces. */
export const name = (text: string): string =>
  PLAIN.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);

/** A name for a POSIX shell. */
export const shell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
