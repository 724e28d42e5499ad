/** What stands in code in a step of the README, in its order. */
export type Code =
  /** A line of a shell, or a name within a sentence. */
  | { readonly kind: 'words'; readonly text: string }
  /** The policy to put into stevedore.yml. */
  | { readonly kind: 'policy'; readonly text: string };

export interface ReadmeStep {
  readonly number: number;
  readonly code: readonly Code[];
}

const SECTION = /^## Deploy in five minutes\n([\s\S]*?)^## /m;
/** A numbered line, and the lines below it that are indented or empty. */
const STEP = /^(\d+)\. (.*\n(?:(?: {3}.*)?\n)*)/gm;
const CODE = /^ *```(\w+)\n([\s\S]*?)^ *```|`([^`\n]+)`/gm;

/** The numbered steps of "Deploy in five minutes". @throws if the page has none */
export function readmeSteps(page: string): ReadmeStep[] {
  const [, section = ''] = SECTION.exec(page) ?? [];
  const steps = [...section.matchAll(STEP)].map(([, number, text = '']) => ({
    number: Number(number),
    code: [...text.matchAll(CODE)].flatMap(([, language, block = '', span = '']) =>
      codeOf(language, block, span),
    ),
  }));
  if (steps.length > 0) return steps;
  throw new Error(
    'README.md has no numbered steps below "## Deploy in five minutes": the tour follows these.',
  );
}

function codeOf(language: string | undefined, block: string, span: string): Code[] {
  if (language === undefined) return [{ kind: 'words', text: span }];
  const text = block.replaceAll(/^ {3}/gm, '');
  if (language === 'yaml') return [{ kind: 'policy', text }];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => ({ kind: 'words', text: line }));
}
