# Traces the bash that sources it: a line on the FIFO DRILL_TRACE for each command, failure, return and end.
# It runs beside other people's shell code, so it relies on nothing that such code may have changed: no function of theirs
# (`builtin`), no splitting (IFS), no unset variable (`set -u`), no status that `set -e` would act on; and it hands `$?`,
# PIPESTATUS and `$_` through. 250 is the trace, 251 is /dev/null for what `set -x` would print of the handlers.
#
# A line: kind, pid, BASH_SUBSHELL, first, depth, LINENO, DRILL_AT, time, status, PIPESTATUS, $!, trap, function, source, cwd, command.
# Fields end with 0x1f, a newline in a command is 0x1e. It is under 4096 bytes, so that the writes of many processes do not mix.

if [[ ! /dev/fd/250 -ef $DRILL_TRACE ]]; then
  exec 250>"$DRILL_TRACE"
fi
exec 251>/dev/null

__drill_root=$BASHPID
__drill_pid=$BASHPID
__drill_first=1       # nothing told yet by this process
__drill_trap=         # in a handler that the traced code set: which
__drill_trap_depth=0  # and how deep
__drill_frozen=       # BASH_COMMAND while that handler runs
__drill_at=           # DRILL_AT of the command before
__drill_exit_at=      # line that set the EXIT handler
__drill_bg=           # $! as last seen
__drill_bgs=()        # all of them
__drill_theirs=0      # the traced code's own handler would have run without our `set -ET`
__drill_errtrace=0    # the traced code set -E (-T) itself
__drill_functrace=0
[[ $- != *E* ]] || __drill_errtrace=1
[[ $- != *T* ]] || __drill_functrace=1

__drill_line='\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s\037%s%.0s\n'
# What DEBUG left behind, and at last `$_`, which the line does not show but which is the next command's `$_`.
__drill_values='"$BASHPID" "$BASH_SUBSHELL" "$__drill_first" "${#BASH_SOURCE[@]}" "$LINENO" "${DRILL_AT-0}" "$EPOCHREALTIME" "$__drill_status" "$__drill_pipe" "${!-}" "$__drill_trap" "${FUNCNAME-}" "${__drill_source:0:250}" "${PWD:0:250}" "$__drill_command" "$__drill_arg"'

# The DEBUG trap also comes before the first command of the other handlers, with the status, PIPESTATUS and command that these
# tell: so they use what it leaves, and the agent takes out the one record too many.
__drill_on_debug='{
__drill_status=$? __drill_pipe="${PIPESTATUS[@]}" __drill_arg=$_ __drill_source=${BASH_SOURCE-} __drill_command=${BASH_COMMAND:0:2000};
if [[ $BASHPID != "$__drill_pid" ]]; then
__drill_pid=$BASHPID __drill_first=1 __drill_bg=${!-} __drill_bgs=();
[[ $__drill_command == "trap "* ]] || builtin trap "$__drill_on_exit" EXIT;
elif [[ ${!-} != "$__drill_bg" ]]; then
__drill_bg=${!-} __drill_bgs+=("${!-}");
fi;
if [[ -n $__drill_trap ]]; then
if [[ $__drill_command != "$__drill_frozen" ]]; then __drill_trap=;
elif [[ $__drill_trap == EXIT && -n ${__drill_exit_source-} && $__drill_source == "${BASH_SOURCE[${#BASH_SOURCE[@]}-1]}" ]]; then __drill_source=$__drill_exit_source; fi;
fi;
[[ ${#__drill_command} -le 500 ]] || __drill_cut;
[[ $__drill_command != *"$__drill_newline"* ]] || __drill_command=${__drill_command//"$__drill_newline"/"$__drill_mark"};
[[ $__drill_command != "set "* ]] || __drill_on_set;
[[ $__drill_source != "$DRILL_BLOCK" || -n $__drill_trap && ${#BASH_SOURCE[@]} == "$__drill_trap_depth" ]] || __drill_at=$DRILL_AT DRILL_AT=$DRILL_RUN:$LINENO;
builtin printf "C$__drill_line" '$__drill_values' >&250;
__drill_first=0;
builtin : "$__drill_arg";
} 2>&251'
__drill_newline=$'\n' __drill_mark=$'\036'
# On one line, or LINENO would count its lines.
__drill_on_debug=${__drill_on_debug//"$__drill_newline"/ }
__drill_on_err='{ builtin printf "E$__drill_line" '$__drill_values' >&250; } 2>&251'
__drill_on_return='{ builtin printf "R$__drill_line" '$__drill_values' >&250; } 2>&251'
__drill_on_exit='{ builtin printf "X$__drill_line" '$__drill_values' >&250; __drill_children; } 2>&251'

# 2000 characters may be more bytes than a line holds.
__drill_cut() {
  local LC_ALL=C
  __drill_command=${__drill_command:0:2000}
}

# -E and -T are on for the trace; whether the traced code wants them too decides where its own handlers run.
# (Patterns, not =~: BASH_REMATCH is the traced code's.)
__drill_on_set() {
  local options=${__drill_command%% -- *}
  [[ $options != *\ -*([a-zA-Z])E* && $options != *errtrace* ]] || __drill_errtrace=1
  [[ $options != *\ -*([a-zA-Z])T* && $options != *functrace* ]] || __drill_functrace=1
}

# First in a handler that the traced code sets: tells what the trap came for (KIND, or nothing), and whether the handler would
# run here without our -ET (__drill_theirs): then functions and subshells do not inherit it. Ends with the status that it was given.
# Arguments: KIND SIGNAL; depth, subshell and caller where it was set; then status, PIPESTATUS, command, line, `$_`.
__drill_tell() {
  local IFS=' ' __drill_depth=$((${#BASH_SOURCE[@]} - 1)) __drill_wanted=1
  if [[ -n $1 ]]; then
    builtin printf "$1$__drill_line" "$BASHPID" "$BASH_SUBSHELL" "$__drill_first" "$__drill_depth" "$9" "${DRILL_AT-0}" \
      "$EPOCHREALTIME" "$6" "$7" "${!-}" "$__drill_trap" "" "${BASH_SOURCE[1]:0:250}" "${PWD:0:250}" "$8" '' >&250
  fi
  case $2 in
    ERR ) __drill_wanted=$__drill_errtrace ;;
    DEBUG | RETURN ) __drill_wanted=$__drill_functrace ;;
  esac
  __drill_theirs=1
  if [[ $__drill_wanted == 0 ]]; then
    if [[ $__drill_depth -gt $3 || $BASH_SUBSHELL != "$4" ]]; then
      __drill_theirs=0
    elif [[ $__drill_depth == "$3" && ${FUNCNAME[1]} != source && "${FUNCNAME[*]:1} ${BASH_LINENO[*]:1}" != "$5" ]]; then
      __drill_theirs=0
    fi
  fi
  [[ $2 != RETURN || ${FUNCNAME[1]} != trap ]] || __drill_theirs=0
  # The session's own lines around a block.
  [[ $2 == EXIT || -z ${__drill_driver-} || ${BASH_SOURCE[1]-} != "${__drill_driver-}" ]] || __drill_theirs=0
  [[ $2 == DEBUG ]] || __drill_trap=$2 __drill_trap_depth=$__drill_depth __drill_frozen=$8
  # LINENO begins at 1 in an EXIT handler: it is told at the line that set it.
  [[ $2 != EXIT ]] || DRILL_AT=${__drill_exit_at:-$__drill_at} 
  [[ $2 != EXIT ]] || __drill_children
  builtin return "$6"
}

# Tells how children in the background ended. One that still runs is asked again later.
__drill_children() {
  local __drill_child __drill_of __drill_left=() __drill_end
  [[ ${!-} == "$__drill_bg" ]] || __drill_bg=${!-} __drill_bgs+=("${!-}")
  for __drill_child in "${__drill_bgs[@]}"; do
    if builtin kill -0 "$__drill_child"; then
      __drill_left+=("$__drill_child")
      continue
    fi
    builtin unset -v __drill_of
    __drill_end=0
    builtin wait -p __drill_of "$__drill_child" || __drill_end=$?
    [[ -z ${__drill_of-} ]] || builtin printf 'B\037%s\037%s\037%s\037%s\n' "$BASHPID" "$__drill_child" "$__drill_end" "$EPOCHREALTIME" >&250
  done
  __drill_bgs=("${__drill_left[@]}")
}

# Sets the traced code's handler behind ours. On one line up to the handler, for its LINENO.
# Arguments: handler, signal, our handler, the kind it tells.
__drill_set_trap() {
  local IFS=' ' __drill_caller
  if [[ -z $1 || $1 == - ]]; then
    builtin trap -- "${3:--}" "$2"
    builtin return
  fi
  [[ $2 != EXIT ]] || __drill_exit_at=$DRILL_AT __drill_exit_source=${BASH_SOURCE[2]-}
  builtin printf -v __drill_caller '%q' "${FUNCNAME[*]:2} ${BASH_LINENO[*]:2}"
  local __drill_given='"$?" "$__drill_pipe" "$__drill_command" "$LINENO" "$_"'
  builtin trap -- "${5-} { __drill_tell '$4' $2 $((${#BASH_SOURCE[@]} - 2)) $BASH_SUBSHELL $__drill_caller $__drill_given && builtin :; } 2>&251; case \$__drill_theirs in 1) $1
;; esac" "$2"
}

# Traced code may set traps of its own; ours stay in front of them.
trap() {
  local __drill_action=${1-} __drill_signal
  case ${1-} in
    -- ) builtin shift; __drill_action=${1-}; builtin shift ;;
    -?* | '' ) if [[ $# == 0 || ${1-} == -?* ]]; then builtin trap "$@"; builtin return; fi; builtin shift ;;
    [0-9]* ) __drill_action=- ;;
    * ) if [[ $# == 1 ]]; then __drill_action=-; else builtin shift; fi ;;
  esac
  for __drill_signal; do
    case $__drill_signal in
      [Ee][Rr][Rr] ) __drill_set_trap "$__drill_action" ERR "$__drill_on_err" E ;;
      [Rr][Ee][Tt][Uu][Rr][Nn] ) __drill_set_trap "$__drill_action" RETURN "$__drill_on_return" R ;;
      [Dd][Ee][Bb][Uu][Gg] ) __drill_set_trap "$__drill_action" DEBUG "$__drill_on_debug" '' "$__drill_on_debug;" ;;
      0 | [Ee][Xx][Ii][Tt] | [Ss][Ii][Gg][Ee][Xx][Ii][Tt] )
        __drill_set_trap "$__drill_action" EXIT "$__drill_on_exit" X ;;
      * ) builtin trap -- "$__drill_action" "$__drill_signal" || builtin return ;;
    esac
  done
}

__drill_trace_on() {
  builtin set -ET
  # Not the traced code's: an EXIT handler of its own stays.
  [[ -n ${__drill_exit_at-} ]] || builtin trap "$__drill_on_exit" EXIT
  builtin trap "$__drill_on_return" RETURN
  builtin trap "$__drill_on_err" ERR
  builtin trap "$__drill_on_debug" DEBUG
}
