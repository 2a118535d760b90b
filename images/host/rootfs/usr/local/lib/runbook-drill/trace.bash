# Traces the bash that sources it: a line on the FIFO DRILL_TRACE for each command, failure, return and end.
# It runs beside other people's shell code, so it relies on nothing that such code may have changed: no function of theirs
# (`builtin`), no splitting (IFS), no unset variable (`set -u`), no status that `set -e` would act on; and it hands `$?`,
# PIPESTATUS and `$_` through. 250 is the trace, 251 is /dev/null for what `set -x` would print of the handlers.
#
# A line: KIND pid BASH_SUBSHELL first depth LINENO DRILL_AT time status $! trap function, then behind 0x1f each: PIPESTATUS,
# source, cwd, command (in which a newline is 0x1e). It is under 4096 bytes, so that the writes of many processes do not mix.

if [[ ! /dev/fd/250 -ef $DRILL_TRACE ]]; then
  exec 250>"$DRILL_TRACE"
fi
exec 251>/dev/null

# bash parses the DEBUG handler before every command, so what stands in it has short names:
__ds=0               # $?
__dp=0               # PIPESTATUS
__da=                # $_
__df=                # source
__dc=                # BASH_COMMAND
__di=$BASHPID        # the process
__d1=1               # nothing told yet by this process
__d0=0               # and so it was until now
__db=                # $! as last seen
__dt=                # in a handler that the traced code set: which
__dk=                # and in the handler itself, not in a function that it calls
__dl=                # DRILL_AT of the command before
__dn=$'\n'

__drill_mark=$'\036'
__drill_trap_depth=0 # of the handler __dt
__drill_frozen=      # BASH_COMMAND while that handler runs
__drill_exit_at=     # line that set the EXIT handler
__drill_exit_source= # and file
__drill_bgs=()       # all $! so far
__drill_theirs=0     # the traced code's own handler would have run without our `set -ET`
__drill_errtrace=0   # the traced code set -E (-T) itself
__drill_functrace=0
[[ $- != *E* ]] || __drill_errtrace=1
[[ $- != *T* ]] || __drill_functrace=1

# The second argument is not shown: it is the next command's `$_`.
__drill_say='builtin printf %s%.0s\\n "KIND $BASHPID $BASH_SUBSHELL FIRST ${#BASH_SOURCE[@]} $LINENO ${DRILL_AT-0:0} $EPOCHREALTIME $__ds ${!-0} ${__dt:--} ${FUNCNAME--}'\
$'\037$__dp\037${__df:0:250}\037${PWD:0:250}\037$__dc" "$__da" >&250'

# The DEBUG handler also comes before the first command of the other handlers, with the status, PIPESTATUS and command that these
# tell: so they use what it leaves, and the agent takes out the one record too many.
__drill_on_debug='{
__ds=$? __dp="${PIPESTATUS[@]}" __da=$_ __df=${BASH_SOURCE-} __dc=${BASH_COMMAND:0:2000} __d0=$__d1 __d1=0;
[[ $BASHPID == $__di && ${!-} == "$__db" && -z $__dt ]] || __drill_changed;
[[ ${#__dc} -le 500 && $__dc != *"$__dn"* && $__dc != "set "* ]] || __drill_unusual;
[[ $__df != "$DRILL_BLOCK" || -n $__dk ]] || __dl=$DRILL_AT DRILL_AT=$DRILL_RUN:$LINENO;
'${__drill_say/KIND*FIRST/'C $BASHPID $BASH_SUBSHELL $__d0'}'; } 2>&251'
# On one line, or LINENO would count its lines.
__drill_on_debug=${__drill_on_debug//"$__dn"/ }
__drill_other=${__drill_say/FIRST/0}
__drill_on_err="{ ${__drill_other/KIND/E}; } 2>&251"
__drill_on_return="{ ${__drill_other/KIND/R}; } 2>&251"
__drill_on_exit="{ ${__drill_other/KIND/X}; __drill_children; } 2>&251"

# Another process, another $!, or a handler of the traced code.
__drill_changed() {
  if [[ $BASHPID != "$__di" ]]; then
    __di=$BASHPID __d0=1 __db=${!-} __drill_bgs=()
    [[ $__dc == "trap "* ]] || builtin trap "$__drill_on_exit" EXIT
  elif [[ ${!-} != "$__db" ]]; then
    __db=${!-}
    __drill_bgs+=("${!-}")
  fi
  __dk=
  if [[ -n $__dt && $__dc != "$__drill_frozen" ]]; then
    __dt=
  elif [[ -n $__dt ]]; then
    [[ $((${#BASH_SOURCE[@]} - 1)) != "$__drill_trap_depth" ]] || __dk=1
    # At the end of a phase the handler runs outside the block that set it.
    [[ $__dt != EXIT || -z $__drill_exit_source || $__df != "${BASH_SOURCE[${#BASH_SOURCE[@]} - 1]}" ]] || __df=$__drill_exit_source
  fi
}

__drill_unusual() {
  # 2000 characters may be more bytes than a line holds.
  [[ ${#__dc} -le 500 ]] || __drill_cut
  __dc=${__dc//"$__dn"/"$__drill_mark"}
  # -E and -T are on for the trace; whether the traced code wants them too decides where its own handlers run.
  # (Patterns, not =~: BASH_REMATCH is the traced code's.)
  if [[ $__dc == "set "* ]]; then
    local __drill_words=${__dc%% -- *}
    [[ $__drill_words != *\ -*([a-zA-Z])E* && $__drill_words != *errtrace* ]] || __drill_errtrace=1
    [[ $__drill_words != *\ -*([a-zA-Z])T* && $__drill_words != *functrace* ]] || __drill_functrace=1
  fi
}

__drill_cut() {
  local LC_ALL=C
  __dc=${__dc:0:2000}
}

# First in a handler that the traced code sets: tells what the trap came for (KIND, or nothing), and whether the handler would
# run here without our -ET (__drill_theirs): then functions and subshells do not inherit it. Ends with the status that it was given.
# Arguments: KIND SIGNAL; depth, subshell and caller where it was set; then status, PIPESTATUS, command, line, `$_`.
__drill_tell() {
  local IFS=' ' __drill_depth=$((${#BASH_SOURCE[@]} - 1)) __drill_wanted=1
  if [[ -n $1 ]]; then
    builtin printf '%s\037%s\037%s\037%s\037%s\n' "$1 $BASHPID $BASH_SUBSHELL 0 $__drill_depth $9 ${DRILL_AT-0:0} $EPOCHREALTIME $6 ${!-0} ${__dt:--} -" \
      "$7" "${BASH_SOURCE[1]:0:250}" "${PWD:0:250}" "$8" >&250
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
  [[ $2 == DEBUG ]] || __dt=$2 __drill_trap_depth=$__drill_depth __drill_frozen=$8
  # LINENO begins at 1 in an EXIT handler: it is told at the line that set it.
  [[ $2 != EXIT ]] || DRILL_AT=${__drill_exit_at:-$__dl}
  [[ $2 != EXIT ]] || __drill_children
  builtin return "$6"
}

# Tells how children in the background ended. One that still runs is asked again later.
__drill_children() {
  local __drill_child __drill_of __drill_left=() __drill_end
  [[ ${!-} == "$__db" ]] || __db=${!-} __drill_bgs+=("${!-}")
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
  local __drill_given='"$?" "$__dp" "$__dc" "$LINENO" "$_"'
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
  [[ -n $__drill_exit_at ]] || builtin trap "$__drill_on_exit" EXIT
  builtin trap "$__drill_on_return" RETURN
  builtin trap "$__drill_on_err" ERR
  builtin trap "$__drill_on_debug" DEBUG
}
