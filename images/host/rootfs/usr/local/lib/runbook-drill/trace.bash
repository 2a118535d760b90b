# Traces the bash that sources it: one line on DRILL_TRACE for each command, failure, return and end.
# It is run beside other people's shell code, so it uses nothing that such code may have changed: no function of theirs
# (`builtin`), no splitting (IFS), no unset variable (`set -u`), no status that `set -e` would act on; and it hands `$?`,
# PIPESTATUS and `$_` through. 250 is the trace, 251 is /dev/null for what `set -x` would print of the traps.
#
# A line: kind, pid, BASH_SUBSHELL, first, depth, LINENO, DRILL_AT, time, status, PIPESTATUS, $!, trap, source, cwd, command;
# fields end with 0x1f, a newline in a command is 0x1e. Under 4096 bytes, so that writes of many processes do not mix.

if [[ ! /dev/fd/250 -ef $DRILL_TRACE ]]; then
  builtin exec 250>"$DRILL_TRACE"
fi
builtin exec 251>/dev/null

__drill_pid=$BASHPID __drill_first=1 __drill_trap= __drill_bg= __drill_bgs=() __drill_status=0 __drill_pipe=0 __drill_arg= __drill_command=
__drill_root=$BASHPID

# BASH_COMMAND in characters may be more than a line holds in bytes.
__drill_cut() {
  local LC_ALL=C
  __drill_command=${__drill_command:0:2000}
}

# Each commands' traps fire DEBUG before their first command: it leaves the status, PIPESTATUS and command that the others use,
# and one record too many, which the agent takes out.
__drill_fields='"$BASHPID" "$BASH_SUBSHELL" "$__drill_first" "${#FUNCNAME[@]}" "$LINENO" "${DRILL_AT-0}" "$EPOCHREALTIME" "$__drill_status" "$__drill_pipe" "${!-}" "$__drill_trap" "${BASH_SOURCE[0]:0:250}" "${PWD:0:250}" "$__drill_command" "$__drill_arg"'
__drill_format='\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s%.0s\n'

__drill_on_debug='{
  __drill_status=$? __drill_pipe="${PIPESTATUS[@]}" __drill_arg=$_ __drill_command=${BASH_COMMAND:0:2000}
  if [[ $BASHPID != "$__drill_pid" ]]; then
    __drill_pid=$BASHPID __drill_first=1 __drill_bg=${!-} __drill_bgs=()
    [[ $__drill_command == trap* ]] || builtin trap "$__drill_on_exit" EXIT
  elif [[ ${!-} != "$__drill_bg" ]]; then
    __drill_bg=${!-} __drill_bgs+=("${!-}")
  fi
  [[ ${#__drill_command} -le 500 ]] || __drill_cut
  [[ $__drill_command != *[$'"'\n'"']* ]] || __drill_command=${__drill_command//$'"'\n'"'/$'"'\036'"'}
  [[ ${BASH_SOURCE[0]-} != "$DRILL_BLOCK" || -n $__drill_trap ]] || DRILL_AT=$LINENO
  builtin printf "C$__drill_format" '$__drill_fields' >&250
  __drill_first=0
  builtin : "$__drill_arg"
} 2>&251'
__drill_on_err='{ builtin printf "E$__drill_format" '$__drill_fields' >&250; } 2>&251'
__drill_on_return='{ builtin printf "R$__drill_format" '$__drill_fields' >&250; } 2>&251'
__drill_on_exit='{ builtin printf "X$__drill_format" '$__drill_fields' >&250; } 2>&251'

# Runs first in a handler that the traced code sets itself: from here on BASH_COMMAND is that of the moment the trap came.
__drill_entered() {
  __drill_trap=$1
  builtin return "$2"
}

# The traced code may set traps; ours stay in front of them.
trap() {
  local __drill_action=${1-} __drill_signal
  case ${1-} in
    -- ) builtin shift; __drill_action=${1-} ;;
    - ) ;;
    '' | -* ) builtin trap "$@"; builtin return ;;
  esac
  if (($# < 2)); then
    builtin trap "$@"
    builtin return
  fi
  builtin shift
  for __drill_signal; do
    case $__drill_signal in
      [Ee][Rr][Rr] ) __drill_own_trap "$__drill_action" "$__drill_on_err" ERR '__drill_entered ERR "$?"' ;;
      [Dd][Ee][Bb][Uu][Gg] ) __drill_own_trap "$__drill_action" "$__drill_on_debug" DEBUG '__drill_entered "" "$?"' ;;
      [Rr][Ee][Tt][Uu][Rr][Nn] ) __drill_own_trap "$__drill_action" "$__drill_on_return" RETURN '__drill_entered "" "$?"' ;;
      0 | [Ee][Xx][Ii][Tt] | [Ss][Ii][Gg][Ee][Xx][Ii][Tt] )
        if [[ $BASHPID == "$__drill_root" && -n ${__drill_session-} ]]; then
          __drill_own_trap "$__drill_action" '' EXIT '__drill_entered EXIT "$?"'
        else
          __drill_own_trap "$__drill_action" "$__drill_on_exit" EXIT '__drill_entered EXIT "$?"'
        fi ;;
      * ) builtin trap -- "$__drill_action" "$__drill_signal" || builtin return ;;
    esac
  done
}
