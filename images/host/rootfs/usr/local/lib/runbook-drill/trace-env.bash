# BASH_ENV of a block's children: traces each bash among them.
# A single simple command of `bash -c` is left alone: bash then becomes that command, and its status is that of this bash.
if [[ -p ${DRILL_TRACE-} && -w $DRILL_TRACE ]] && [[ -z ${BASH_EXECUTION_STRING-} || $BASH_EXECUTION_STRING == *[\;\|\&\`\$\(\<\>\{$'\n']* ]]; then
  builtin source /usr/local/lib/runbook-drill/trace.bash
  __drill_trace_on
fi
