import { type OptionWord, quoted, type VerbWords } from './words.ts';

/** For `_arguments` and `_describe`, to which colons and brackets mean something (zshcompsys). */
const plain = (text: string) => text.replaceAll(/[\\[\]:]/g, '\\$&');

export function zshScript(verbs: readonly VerbWords[]): string {
  const list = verbs.map(({ verb, summary }) => `    ${quoted(`${verb}:${plain(summary)}`)}`);
  const cases = verbs.map(({ verb, options, words }) => {
    const first = words === 'files' ? ['1:file:_files'] : [];
    const choice = words !== 'files' && words.length > 0 ? [`1:word:(${words.join(' ')})`] : [];
    const specs = [...options.map(specOf), ...first, ...choice].map((spec) => `        ${quoted(spec)}`);
    return [`    ${verb})`, '      _arguments \\', `${specs.join(' \\\n')}`, '      ;;'].join('\n');
  });
  return `#compdef stevedore
# zsh completion of stevedore. To load it: source <(npx stevedore completion zsh), after compinit
_stevedore() {
  local -a verbs
  verbs=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command verbs
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
compdef _stevedore stevedore
`;
}

function specOf({ name, takes, description }: OptionWord): string {
  const option = `--${name}[${plain(description)}]`;
  switch (takes) {
    case 'nothing':
      return option;
    case 'value':
      return `${option}:value: `;
    case 'file':
      return `${option}:file:_files`;
    default:
      return takes satisfies never;
  }
}
