// What shells source. Each hands the words up to the cursor to `dlis complete`, which answers with
// a candidate a line and what it is about behind a tab.
#pragma once

namespace dlis::app {

struct CompletionScript {
  const char *shell, *script;
};

// bash cuts words at : = @ as well and replaces the last piece alone: words are put together again
// where the line has no blank between, and what the line has already is left off the answers.
inline constexpr CompletionScript kCompletionScripts[] = {
    {"bash", R"SCRIPT(# bash completion of dlis, made by `dlis completion bash`
_dlis() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() piece= ahead i text about
  for ((i = 0; i <= COMP_CWORD; i++)); do
    ahead=${rest%%[![:blank:]]*}
    rest=${rest#"$ahead"}
    piece=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || piece=$rest
    if ((i == 0)) || [[ -n $ahead ]]; then words+=("$piece"); else words[-1]+=$piece; fi
    rest=${rest#"$piece"}
  done
  [[ $piece != *[!:=@]* ]] && piece=
  local typed=${words[-1]} program=${words[0]/#\~/$HOME}
  local cut=${typed:0:${#typed}-${#piece}}
  words=("${words[@]//[\"\'\\]/}")
  COMPREPLY=()
  while IFS=$'\t' read -r text about; do
    text=${text#"$cut"}
    COMPREPLY+=("${text// /\\ }")
  done < <("$program" complete "${words[@]:1}" 2>/dev/null)
  if ((${#COMPREPLY[@]} == 1)) && [[ ${COMPREPLY[0]} == *[/:=+,] ]]; then
    compopt -o nospace 2>/dev/null
  fi
}
complete -F _dlis dlis
)SCRIPT"},
    {"zsh", R"SCRIPT(#compdef dlis
# zsh completion of dlis, made by `dlis completion zsh`
_dlis() {
  local text about program=${~words[1]}
  local -a open open_shown closed closed_shown
  while IFS=$'\t' read -r text about; do
    if [[ $text == *[/:=+,] ]]; then
      open+=("$text") open_shown+=("$text${about:+  -- $about}")
    else
      closed+=("$text") closed_shown+=("$text${about:+  -- $about}")
    fi
  done < <($program complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
  (( $#open )) && compadd -l -d open_shown -S '' -a open
  (( $#closed )) && compadd -l -d closed_shown -a closed
}
if [[ $funcstack[1] == _dlis ]]; then _dlis "$@"; else compdef _dlis dlis; fi
)SCRIPT"},
    {"fish", R"SCRIPT(# fish completion of dlis, made by `dlis completion fish`
function __dlis_candidates
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    $program complete $words "$current" 2>/dev/null
end
complete -c dlis -f -a '(__dlis_candidates)'
)SCRIPT"},
};

}  // namespace dlis::app
