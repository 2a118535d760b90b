# Made the shell of a session by the agent, which feeds it its commands, line by line, through a FIFO that bash holds as its
# script (so that no block can eat them). It sources each block, with traps on only while that runs.

BASH_ARGV0=-bash
__drill_driver=${BASH_SOURCE[1]}
# What a login shell reads; but bash is not told that it is one, as it would then run ~/.bash_logout inside a block's `exit`.
if [[ -r /etc/profile ]]; then source /etc/profile; fi
for __drill_file in ~/.bash_profile ~/.bash_login ~/.profile; do
  if [[ -r $__drill_file ]]; then
    source "$__drill_file"
    break
  fi
done

source /usr/local/lib/runbook-drill/trace.bash
export BASH_ENV=/usr/local/lib/runbook-drill/trace-env.bash DRILL_AT=0:0 DRILL_RUN=0 DRILL_BLOCK=
# A login shell's PATH has not /usr/local/sbin, where the wrappers are; sudo's has.
case $PATH in
  /usr/local/sbin:* ) ;;
  * ) PATH=/usr/local/sbin:$PATH ;;
esac
__drill_options="$(builtin set +o; builtin shopt -p)"
__drill_state="$- $BASHOPTS"
__drill_restore=
__drill_back=

# Before a block, and told as done: number and file of the block, and a directory for it alone.
__drill_before() {
  export DRILL_RUN=$1 DRILL_BLOCK=$2 DRILL_AT=$1:0
  __drill_restore= __drill_back=
  local __drill_end=0
  if [[ -n ${3-} ]]; then
    __drill_back=$PWD
    builtin cd -- "$3" || __drill_end=$?
  fi
  __drill_done "$__drill_end" 2>&251
}

# A variable for one block alone.
__drill_with() {
  local __drill_was
  __drill_was=$(builtin declare -p -- "$1" 2>&251) || __drill_was=
  builtin printf -v __drill_restore '%sbuiltin unset -v %q\n%s\n' "$__drill_restore" "$1" "${__drill_was/#declare/builtin declare -g}"
  builtin export -- "$1=$2"
}

# After a block: its options end with it, and what it alone was given; background children that have ended are told.
__drill_after() {
  builtin trap - DEBUG RETURN ERR
  [[ "$- $BASHOPTS" == "$__drill_state" ]] || builtin eval "$__drill_options"
  __drill_children
  builtin eval "$__drill_restore"
  [[ -z $__drill_back ]] || builtin cd -- "$__drill_back"
  __drill_done "$1"
}

__drill_done() {
  builtin printf 'D\037%s\037%s\037%s\n' "$BASHPID" "$1" "$PWD" >&250
}

# What carries from a shell with a terminal to one without, and back: variables and functions.
__drill_save() {
  local __drill_name
  builtin declare -f
  while builtin read -r __drill_name; do
    case $__drill_name in
      __drill_* | DRILL_* | BASH* | FUNCNAME | PIPESTATUS | DIRSTACK | EPOCH* | RANDOM | SRANDOM | SECONDS | LINENO | GROUPS | HISTCMD | COMP_* | SHLVL | _ ) ;;
      * ) [[ $(builtin declare -p -- "$__drill_name" 2>&251) == 'declare -'*([^\ r])r* ]] || builtin declare -p -- "$__drill_name" 2>&251 ;;
    esac
  done < <(builtin compgen -v)
}
