/** Of a node of babel's tree what matters here. */
interface Node {
  readonly type: string;
  /** Of a string literal. */
  readonly value?: unknown;
  /** Of a template literal: its text between the expressions. */
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  /** Of a case, and of an expression with `satisfies`. */
  readonly consequent?: readonly Node[];
  readonly argument?: Node | null;
  readonly typeAnnotation?: Node;
}

interface Path {
  readonly node: Node;
}

/** Words with a space between them. A reason code, a key and a unit have none. */
const SENTENCE = /\p{Letter}.*\s|\s.*\p{Letter}/su;

/** The journal's sentences, with what is inserted into them: they tell the decision and are not it. */
const prose = {
  shouldIgnore: ({ node }: Path): string | undefined =>
    SENTENCE.test(textOf(node)) ? 'a sentence of the journal' : undefined,
};

/** `default: return value satisfies never;`, which the compiler has proved not to be reached. */
const unreachable = {
  shouldIgnore: ({ node: { type, consequent } }: Path): string | undefined =>
    type === 'SwitchCase' && consequent?.some(isNever) ? 'ruled out by the types' : undefined,
};

function textOf({ type, value, quasis = [] }: Node): string {
  switch (type) {
    case 'StringLiteral':
      return String(value);
    case 'TemplateLiteral':
      return quasis.map((quasi) => quasi.value.raw).join('');
    default:
      return '';
  }
}

const isNever = ({ argument }: Node): boolean =>
  argument?.type === 'TSSatisfiesExpression' && argument.typeAnnotation?.type === 'TSNeverKeyword';

/** What Stryker is to leave alone; the name is the one that it looks for in a plug-in. */
export const strykerPlugins = [
  { kind: 'Ignore', name: 'prose', value: prose },
  { kind: 'Ignore', name: 'unreachable', value: unreachable },
];
