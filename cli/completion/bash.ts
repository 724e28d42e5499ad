import { type OptionWord, quoted, type VerbWords } from './words.ts';

/** For bash from 3.2 on, which is what macOS has: no mapfile, and compopt only where there is one. */
export function bashScript(verbs: readonly VerbWords[]): string {
  const cases = verbs.map(({ verb, options, words }) => {
    const named = (some: readonly OptionWord[]) => quoted(some.map(({ name }) => `--${name}`).join(' '));
    return [
      `    ${verb})`,
      `      options=${named(options)}`,
      `      files=${named(options.filter(({ takes }) => takes === 'file'))}`,
      `      values=${named(options.filter(({ takes }) => takes === 'value'))}`,
      `      words=${quoted(words === 'files' ? '' : words.join(' '))} first=${words === 'files' ? 'file' : 'word'}`,
      '      ;;',
    ].join('\n');
  });
  return `# bash completion of stevedore. To load it: source <(npx stevedore completion bash)
_stevedore_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$1"))
  compopt -o filenames 2>/dev/null
}

_stevedore() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local options='' files='' values='' words='' first=word
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(verbs.map(({ verb }) => verb).join(' '))} -- "$cur"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  case " $files " in *" $prev "*) _stevedore_files "$cur"; return ;; esac
  case " $values " in *" $prev "*) return ;; esac
  case $cur in -*) COMPREPLY=($(compgen -W "$options" -- "$cur")); return ;; esac
  [ "$COMP_CWORD" -eq 2 ] || return
  if [ "$first" = file ]; then _stevedore_files "$cur"; else COMPREPLY=($(compgen -W "$words" -- "$cur")); fi
}
complete -F _stevedore stevedore
`;
}
