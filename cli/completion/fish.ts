import type { OptionWord, VerbWords } from './words.ts';

/** Within single quotes fish knows two escapes: of the quote, and of the backslash. */
const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

export function fishScript(verbs: readonly VerbWords[]): string {
  const lines = verbs.flatMap(({ verb, summary, options, words }) => {
    const seen = `complete -c stevedore -n ${quoted(`__fish_seen_subcommand_from ${verb}`)}`;
    const first = words === 'files' ? [`${seen} -F`] : [];
    const choice = words !== 'files' && words.length > 0 ? [`${seen} -a ${quoted(words.join(' '))}`] : [];
    return [
      `complete -c stevedore -n __fish_use_subcommand -a ${verb} -d ${quoted(summary)}`,
      ...options.map((option) => `${seen} ${flagsOf(option)}`),
      ...first,
      ...choice,
    ];
  });
  return [
    '# fish completion of stevedore. To load it: npx stevedore completion fish | source',
    'complete -c stevedore -f',
    ...lines,
    '',
  ].join('\n');
}

function flagsOf({ name, takes, description }: OptionWord): string {
  const option = `-l ${name} -d ${quoted(description)}`;
  switch (takes) {
    case 'nothing':
      return option;
    case 'value':
      return `${option} -x`;
    case 'file':
      return `${option} -r -F`;
    default:
      return takes satisfies never;
  }
}
