/** Judges what the bash of this machine tells of real blocks; the agent's own reading of a trace needs Python. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { judgeTrace } from './failures.ts';
import { said } from './said.ts';
import { traceBlocks } from './traced-bash.ts';
import type { BlockSetup, TracedBlock } from './traced-bash.ts';

interface Case extends BlockSetup {
  readonly name: string;
  /** In the order of lines; empty where nobody may cry wolf. */
  readonly expected: readonly string[];
}

const missing = { docker: 'echo "Error: no such object" >&2\nexit 125', incus: 'echo "Error: not found" >&2\nexit 1' };

const seen: readonly Case[] = [
  { name: 'a plain failure', block: 'echo a\nfalse\necho b', expected: ['untested 2 false =1'] },
  { name: '|| true', block: 'echo a\nfalse || true', expected: ['masked 2 false =1 (|| true)'] },
  { name: '|| :', block: 'false || :', expected: ['masked 1 false =1 (|| :)'] },
  { name: '|| echo', block: 'false || echo "went wrong" >&2', expected: ['masked 1 false =1 (|| echo)'] },
  { name: '|| { printf; true; }', block: 'false || { printf "no\\n"; true; }', expected: ['masked 1 false =1 (|| printf)'] },
  { name: '|| (echo; :)', block: 'false || (echo no; :)', expected: ['masked 1 false =1 (|| echo)'] },
  { name: 'three in a row', block: 'false || false || true', expected: ['masked 1 false =1 (|| true)'] },
  { name: 'both sides of a line', block: 'ls /none1 || true; ls /none2 || true', expected: ['masked 1×2 ls /none1 =2 (|| true)'] },
  { name: 'a && b || echo, a fails', block: 'ls /none >/dev/null && echo OK || echo BROKEN', expected: ['masked 1 ls /none >/dev/null =2 (|| echo)'] },
  { name: 'a && b || echo, b fails', block: 'true && ls /none || echo BROKEN', expected: ['masked 1 ls /none =2 (|| echo)'] },
  { name: 'set +e', block: 'set -e\nset +e\nfalse\ntrue', expected: ['untested 3 false =1'] },
  { name: 'in a function', block: 'f() {\n  echo in\n  false\n  echo out\n}\nf', expected: ['untested 3 false =1'] },
  { name: 'last in a function', block: 'f() {\n  false\n}\nf\ntrue', expected: ['untested 2 false =1'] },
  { name: 'a function that returns', block: 'f() { return 3; }\necho a\nf\ntrue', expected: ['untested 3 f =3'] },
  { name: 'a function masked', block: 'f() { false; }\nf || true', expected: ['masked 2 f =1 (|| true)'] },
  { name: 'in a group', block: '{ false; true; }', expected: ['untested 1 false =1'] },
  { name: 'in a subshell', block: '(false; true)', expected: ['untested 1 false =1'] },
  { name: 'last in a subshell', block: 'echo a\n(\n  cd /\n  false\n)\ntrue', expected: ['untested 4 false =1'] },
  { name: 'a subshell masked', block: 'echo a\n(exit 3) || true', expected: ['masked 2 exit 3 =3 (|| true)'] },
  { name: 'exit in a subshell', block: 'echo a\n(exit 3)\ntrue', expected: ['untested 2 exit 3 =3'] },
  { name: 'in for', block: 'for i in 1 2 3; do\n  false\ndone', expected: ['untested 2×3 false =1'] },
  { name: 'masked in for', block: 'for i in 1 2 3; do\n  ls /none$i 2>/dev/null || true\ndone', expected: ['masked 2×3 ls /none$i 2>/dev/null =2 (|| true)'] },
  { name: 'in while', block: 'i=0\nwhile [ $i -lt 2 ]; do\n  i=$((i+1))\n  false\ndone', expected: ['untested 4×2 false =1'] },
  { name: 'in case', block: 'case a in\n  a) false ;;\nesac\ntrue', expected: ['untested 2 false =1'] },
  { name: 'in if', block: 'if true; then\n  false\nfi\ntrue', expected: ['untested 2 false =1'] },
  { name: 'x=$(f; ok)', block: 'x=$(false; echo ok)', expected: ['untested 1 false =1'] },
  { name: 'x=$(f)', block: 'x=$(false)\ntrue', expected: ['untested 1 false =1'] },
  { name: 'x=$(f) || true', block: 'x=$(false) || true', expected: ['masked 1 false =1 (|| true)'] },
  { name: 'source', block: '. ./lib.sh', files: { 'lib.sh': 'true\nfalse\ntrue\n' }, expected: ['untested 1 false =1 in lib.sh:2'] },
  { name: 'source, last', block: 'echo a\nsource ./lib.sh\ntrue', files: { 'lib.sh': 'true\nfalse\n' }, expected: ['untested 2 false =1 in lib.sh:2'] },
  { name: 'source, masked inside', block: 'source ./lib.sh', files: { 'lib.sh': 'ls /none || true\n' }, expected: ['masked 1 ls /none =2 (|| true) in lib.sh:1'] },
  { name: 'eval', block: 'eval "false; true"', expected: ['untested 1 false =1'] },
  { name: 'eval, last', block: "eval 'true; false'\ntrue", expected: ['untested 1 false =1'] },
  { name: 'eval, masked', block: "eval 'false || true'", expected: ['masked 1 false =1 (|| true)'] },
  { name: 'a loop in a pipeline', block: 'printf "a\\nb\\n" | while read x; do\n  false\ndone\ntrue', expected: ['untested 2×2 false =1'] },
  { name: 'masked in a loop in a pipeline', block: 'printf "a\\nb\\n" | while read x; do\n  ls /none || true\ndone', expected: ['masked 2×2 ls /none =2 (|| true)'] },
  { name: 'upstream', block: 'ls /none | cat\ntrue', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: 'upstream at the end', block: 'ls /none | cat', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: 'upstream over lines', block: 'ls \\\n  /none 2>/dev/null |\n  sort |\n  cat', expected: ['masked 1 ls /none 2>/dev/null =2 (upstream in a pipeline)'] },
  { name: 'a group upstream', block: 'echo a\n{ true; false; } | cat\ntrue', expected: ['masked 2 false =1 (upstream in a pipeline)'] },
  { name: 'in a function at its end', block: 'f() { ls /none | cat; }\nf\ntrue', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: 'in a subshell at its end', block: '( ls /none | cat )\ntrue', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: 'downstream', block: 'echo a | false\ntrue', expected: ['untested 1 false =1'] },
  { name: 'both', block: 'ls /none | false\ntrue', expected: ['untested 1 false =1'] },
  { name: 'upstream of a condition', block: 'if ls /none | cat; then echo a; fi', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: 'inside a tested function', block: 'f() {\n  false\n  true\n}\nif f; then echo; fi', expected: ['masked 2 false =1 (a condition around it)'] },
];

const missedByTheTrapAlone: readonly Case[] = [
  { name: 'echo "$(f)"', block: 'echo "$(false)"', expected: ['masked 1 false =1 ($(…) in an argument)'] },
  { name: 'echo `f`', block: 'echo `false`', expected: ['masked 1 false =1 ($(…) in an argument)'] },
  { name: '$(f | ok) in an argument', block: 'echo "$(ls /none | cat)"', expected: ['masked 1 ls /none =2 (upstream in a pipeline)'] },
  { name: '$(a && b) in an argument', block: 'echo "$(cd /none && pwd)"', expected: ['masked 1 cd /none =1 ($(…) in an argument)'] },
  { name: '$(f; ok) in an argument', block: 'echo "$(false; echo a)"', expected: ['masked 1 false =1 ($(…) in an argument)'] },
  { name: 'for x in $(f)', block: 'for x in $(ls /none); do echo $x; done', expected: ['masked 1 ls /none =2 ($(…) in an argument)'] },
  { name: 'export x=$(f)', block: 'export x=$(false)', expected: ['masked 1 false =1 (export NAME=$(…))'] },
  { name: 'export x="$(f)"', block: 'export x="a $(false)"', expected: ['masked 1 false =1 (export NAME=$(…))'] },
  { name: 'readonly', block: 'readonly x=$(false)', expected: ['masked 1 false =1 (readonly NAME=$(…))'] },
  { name: 'declare', block: 'declare -r x=$(false)', expected: ['masked 1 false =1 (declare NAME=$(…))'] },
  { name: 'local', block: 'f() {\n  local x=$(false)\n  echo "$x"\n}\nf', expected: ['masked 2 false =1 (local NAME=$(…))'] },
  { name: 'two in one assignment', block: 'x=$(false) y=$(true)', expected: ['masked 1 false =1 ($(…) that another one follows)'] },
  { name: 'a here-document', block: 'cat <<E\n $(false)\nE\ntrue', expected: ['masked 2 false =1 ($(…) in a here-document)'] },
  { name: 'a here-string', block: 'cat <<< "$(false)"', expected: ['masked 1 false =1 ($(…) in a here-string)'] },
  { name: '<(f)', block: 'cat <(false)\nsleep 0.05', expected: ['masked 1 false =1 (<(…))'] },
  { name: 'f &', block: 'false &\nsleep 0.05\ntrue', expected: ['untested 1 false =1'] },
  { name: 'f & with wait', block: 'echo a\ndocker pull x &\nwait\ntrue', tools: missing, expected: ['untested 2 docker pull x =125'] },
  { name: '{ f; } &', block: '{ false; true; } &\nwait\ntrue', expected: ['untested 1 false =1'] },
  { name: '( f ) & last', block: '( true; false ) &\nwait\ntrue', expected: ['untested 1 false =1'] },
  { name: 'wait PID', block: 'false &\nwait $!\ntrue', expected: ['untested 2 wait $! =1'] },
  { name: 'exec that cannot', block: 'echo a\nexec /none', expected: ['untested 2 exec /none =127'] },
  { name: 'exec of what fails', block: 'echo a\nexec false', expected: ['untested 2 exec false =1'] },
  { name: 'the EXIT trap', block: 'trap "ls /none; echo bye" EXIT\necho a\nexit 0', expected: ['untested 1 trap "ls /none; echo bye" EXIT =2'] },
  { name: 'a function as EXIT trap', block: 'bye() {\n  ls /none\n  echo bye\n}\ntrap bye EXIT\nexit 0', expected: ['untested 2 ls /none =2'] },
  { name: 'bash -c', block: 'bash -c "false; true"', expected: ['masked 1 false =1 (a script that goes on and ends with 0)'] },
  { name: 'bash -c, masked', block: "echo a\nbash -c 'ls /none || true'", expected: ['masked 2 ls /none =2 (|| true)'] },
  { name: 'bash -c that fails', block: 'bash -c "true; false"\ntrue', expected: ['untested 1 bash -c "true; false" =1'] },
  { name: 'a script', block: 'echo a\n./s.sh', files: { 's.sh': '#!/bin/bash\necho a\nfalse\necho b\n' }, expected: ['masked 2 false =1 (a script that goes on and ends with 0) in s.sh:3'] },
  { name: 'a script, masked', block: './s.sh', files: { 's.sh': '#!/bin/bash\nset -e\nls /none 2>/dev/null || true\n' }, expected: ['masked 1 ls /none 2>/dev/null =2 (|| true) in s.sh:3'] },
  { name: 'a script, upstream', block: 'bash s.sh', files: { 's.sh': 'ls /none | cat\ntrue' }, expected: ['masked 1 ls /none =2 (upstream in a pipeline) in s.sh:1'] },
  { name: 'a script, local', block: 'bash s.sh', files: { 's.sh': 'f() {\n  local x=$(false)\n}\nf\n' }, expected: ['masked 1 false =1 (local NAME=$(…)) in s.sh:2'] },
  { name: 'a script that fails', block: 'echo a\n./s.sh\necho b', files: { 's.sh': '#!/bin/bash\nset -e\necho a\nfalse\necho b\n' }, expected: ['untested 2 ./s.sh =1 in s.sh:4'] },
  { name: 'a script that fails, masked', block: './s.sh || true', files: { 's.sh': '#!/bin/bash\nset -e\nfalse\n' }, expected: ['masked 1 ./s.sh =1 (|| true) in s.sh:3'] },
  { name: 'a script in a script', block: './a.sh', files: { 'a.sh': '#!/bin/bash\n./b.sh || true\n', 'b.sh': '#!/bin/bash\nexit 3\n' }, expected: ['masked 1 ./b.sh =3 (|| true) in a.sh:2'] },
  { name: 'sh -c', block: "sh -c 'docker rm x; true'", tools: missing, expected: ['masked 1 docker rm x =125 (a shell that goes on)'] },
  { name: 'sh -c, masked', block: "sh -c 'docker rm x || true'", tools: missing, expected: ['masked 1 docker rm x =125 (|| true)'] },
  { name: 'make, ignored', block: 'make', files: { Makefile: 'all:\n\t-ls /none\n' }, tools: { make: '/usr/bin/make "$@"' }, expected: ['masked 1 make =2 (`-` in the recipe) in Makefile:2'] },
  { name: 'make, masked', block: 'echo a\nmake', files: { Makefile: 'all:\n\tdocker rm x || true\n' }, tools: { ...missing, make: '/usr/bin/make "$@"' }, expected: ['masked 2 docker rm x =125 (|| true)'] },
  { name: 'make that fails', block: 'make\ntrue', files: { Makefile: 'all:\n\tdocker rm x\n' }, tools: { ...missing, make: '/usr/bin/make "$@"' }, expected: ['untested 1 make =2'] },
];

const innocent: readonly Case[] = [
  { name: 'f || handle', block: 'handle() { echo handled; }\nfalse || handle' },
  { name: 'f || { echo; FAILED=1; }', block: 'false || { echo no; FAILED=1; }' },
  { name: 'f || x=1', block: 'false || x=1' },
  { name: 'f || continue', block: 'for i in 1 2; do false || continue; done' },
  { name: '[ ] || mkdir', block: '[ -d /none ] || true\n[ -d /none ] || echo none' },
  { name: '[[ ]] && x', block: '[[ a = b ]] && echo\ntrue' },
  { name: '[[ ]] && x at the end', block: 'echo a\n[[ a = b ]] && echo' },
  { name: 'if else', block: 'if ls /none; then echo a; else echo b; fi' },
  { name: 'if elif', block: 'if false; then echo a; elif ls /none; then echo b; fi' },
  { name: 'until', block: 'i=0\nuntil [ $i -ge 2 ]; do i=$((i+1)); done' },
  { name: 'until f', block: 'i=0\nuntil ls /none$i || [ $i = 2 ]; do i=$((i+1)); done' },
  { name: 'while f', block: 'while ls /none; do :; done' },
  { name: '((0)) as a condition', block: 'if ((0)); then echo; fi\n((0)) && echo\n((0)) || echo zero' },
  { name: '((0)) as a statement', block: 'i=0\n((i++))\nlet i=0\necho $i' },
  { name: 'grep -q ||', block: 'echo a | grep -q b || echo none\ngrep -q x /dev/null || true' },
  { name: 'command -v', block: 'command -v none >/dev/null || echo none\ntype none >/dev/null 2>&1 || true\nhash none 2>/dev/null || echo none' },
  { name: 'cmp -s, diff -q', block: 'cmp -s /dev/null /etc/hosts || echo differs\ndiff -q /dev/null /etc/hosts || true' },
  { name: '! f', block: '! false\n! ls /none\nif ! false; then echo; fi\necho' },
  { name: 'f && g in the middle', block: 'ls /none && echo there\necho on' },
  { name: 'yes | head', block: 'yes | head -1\ntrue' },
  { name: 'yes | head with pipefail', block: 'set -o pipefail\nyes | head -1\ntrue' },
  { name: 'x=$(yes | head) with pipefail', block: 'set -o pipefail\nx=$(yes | head -1)\ntrue' },
  { name: 'rc=$?', block: 'false; rc=$?\nif [ $rc -ne 0 ]; then echo handled; fi' },
  { name: 'set +e; f; status=$?', block: 'set -e\nset +e\nls /none\nstatus=$?\nset -e\necho $status' },
  { name: 'if [ $? -ne 0 ]', block: 'ls /none\nif [ $? -ne 0 ]; then echo handled; fi' },
  { name: 'PIPESTATUS', block: 'ls /none | cat\nif [ ${PIPESTATUS[0]} -ne 0 ]; then echo handled; fi' },
  { name: 'read at the end of input', block: 'printf "a\\nb" | while read -r x; do echo $x; done\nwhile read -r y; do echo $y; done < /dev/null' },
  { name: 'read -d', block: 'read -r -d "" text <<E || true\na\nE\nIFS= read -r -d "" more <<E\nb\nE\necho "$text$more"' },
  { name: 'upstream grep', block: 'grep x /dev/null | wc -l\ndiff /dev/null /etc/hosts | head -1' },
  { name: 'n=$(grep -c)', block: 'n=$(grep -c x /dev/null)\necho "$n $(grep -c x /dev/null)"' },
  { name: 'x=$(f) as a condition', block: 'if x=$(false); then echo; fi\nx=$(false) || x=1' },
  { name: 'x=$(f || echo default)', block: 'x=$(ls /none 2>/dev/null || echo default)\necho $x' },
  { name: '[ "$(f)" = x ]', block: 'if [ "$(ls /none)" = x ]; then echo; fi\nuntil [ "$(ls /none)" = "" ]; do :; done' },
  { name: 'kill -0', block: 'kill -0 99999999 2>/dev/null || echo gone' },
  { name: 'trap -', block: 'trap "echo bye" EXIT\ntrap - EXIT' },
  { name: 'a function as a condition', block: 'there() { [ -e /none ]; }\nthere || echo none\nif there; then echo; fi\nthere && echo\ntrue' },
  { name: 'an EXIT trap that works', block: 'trap "[ -d /none ] && rmdir /none; echo bye" EXIT\nexit 0' },
  { name: 'a background job that is killed', block: 'sleep 5 &\nkill $!\nwait $! || echo killed by us' },
  { name: 'a background job that is waited for', block: 'false &\nif ! wait $!; then echo handled; fi' },
  { name: 'a script that tests', block: './s.sh', files: { 's.sh': '#!/bin/bash\nset -e\n[ -d /none ] || echo a\nif ls /none; then echo b; fi\nx=$(grep x /dev/null) || x=1\nfalse || exit 0\n' } },
  { name: 'bash -c that tests', block: "bash -c 'ls /none || ls /; if false; then true; fi'" },
  { name: 'sh -c that tests', block: "sh -c 'docker inspect x || mkdir -p y'", tools: missing },
  { name: 'make that tests', block: 'make', files: { Makefile: 'all:\n\tdocker inspect x >/dev/null 2>&1 || mkdir -p y\n\t@if docker inspect x; then echo; fi\n' }, tools: { ...missing, make: '/usr/bin/make "$@"' } },
  { name: 'nested: tested far outside', block: 'if { ls /none; }; then echo; fi\n{ ls /none; } || handle=1\n( ls /none ) || handle=1' },
  { name: 'exit 0', block: 'echo a\nexit 0' },
  { name: 'return', block: 'f() { return 1; }\nf || return 0\necho' },
].map((entry) => ({ ...entry, expected: [] }));

const everyday: readonly Case[] = [
  { name: 'a script as they are written', block: `set -euo pipefail
log() { printf '%s %s\\n' "$(date +%T)" "$*"; }
cleanup() { rm -f "$TMP"; [ -d /none ] && rmdir /none; log done; }
TMP=$(mktemp)
trap cleanup EXIT
rc=0
ls /none 2>/dev/null || rc=$?
log "rc $rc"
if ! out=$(ls /none 2>&1); then log "no: $out"; fi
n=0
while ! ls /none >/dev/null 2>&1; do n=$((n+1)); [ "$n" -ge 3 ] && break; done
for f in /none/*.x; do [ -e "$f" ] || continue; log "$f"; done
mapfile -t all < <(ls /)
read -r a b <<< "1 2"
log "\${#all[@]} $a $b"
exit 0` },
  { name: 'tests as the last of a loop', block: 'printf "a\\nb\\n" | while read -r l; do [ "$l" = a ] && echo "$l"; done\nwhile read -r l; do [ "$l" = a ] && echo; done < /etc/hostname\nfor i in 1 2; do [ $i = 1 ] && echo one; done\necho' },
  { name: 'tests as the last of a function', block: 'f() { [ -f /none ] && echo; }\nf\ng() { for i in 1 2; do [ $i = 1 ] && echo; done; }\ng\necho' },
  { name: 'a loop over what grep found', block: 'grep x /dev/null | while read -r l; do echo "$l"; done\ngrep x /dev/null | xargs -r echo\necho' },
  { name: 'defaults', block: 'x=${nope:-$(date)}\n: "${y:=1}"\n[[ -n $x ]] || { echo usage; exit 0; }\necho' },
  { name: 'redirections', block: 'exec 3>&1\necho a >&3\nexec 3>&-\ncat > /dev/null <<\'E\'\n$(false)\nE\n{ echo a; echo b; } > /dev/null\n( echo c ) 2>&1 | cat > /dev/null' },
  { name: 'diff <( ) <( ) || changed', block: 'diff <(echo a) <(echo b) > /dev/null || changed=1\ncmp -s /dev/null <(echo a) && echo same\necho' },
  { name: 'case, select, arithmetic', block: 'case $(uname) in Linux) echo l ;; *) echo o ;; esac\nfor ((i=0; i<2; i++)); do echo $i; done\ni=0; while (( i < 2 )); do (( i++ )) || true; done\n(( i > 5 )) && echo\necho' },
  { name: 'a function that retries', block: 'try() {\n  local i\n  for i in 1 2 3; do\n    if ls /none 2>/dev/null; then return 0; fi\n  done\n  return 1\n}\ntry || handled=1\nif try; then echo; fi\necho' },
  { name: 'time and negation', block: 'time ls / > /dev/null\nif ! time ls /none; then echo; fi\n! ls / | grep -q nope || found=1\necho' },
  { name: 'background and wait', block: 'sleep 0.05 & a=$!\nsleep 0.05 & b=$!\nwait "$a" "$b"\nwait' },
  { name: 'a tested group of commands', block: 'if { ls /none || [ -d /none ]; }; then echo; fi\n[ -d / ] && { [ -d /none ] || echo none; }\necho' },
  { name: 'sourcing a file that tests', block: '. ./lib.sh\nthere /none || echo none', files: { 'lib.sh': 'there() { [ -e "$1" ]; }\n[ -n "$NOPE" ] && echo set\nif ls /none; then echo; fi\ntrue\n' } },
  { name: 'a script that ends with a test and 0', block: './s.sh', files: { 's.sh': '#!/bin/bash\n[ -d /none ] && echo there\nx=$(command -v none || true)\ncommand -v none > /dev/null && none\nexit 0\n' } },
  { name: 'find that looks', block: 'find /none -name x 2>/dev/null || handled=1\nfind / -maxdepth 1 -name none\nls / | grep none || found=0' },
  { name: 'tee with PIPESTATUS behind &&', block: 'ls / | tee /dev/null && [ "${PIPESTATUS[0]}" -eq 0 ] && echo\nls /none 2>&1 | tee /dev/null; rc=${PIPESTATUS[0]}\necho $rc' },
  { name: 'trap strings and a reset of options', block: 'trap \'echo "line $LINENO"\' ERR\ntrap - ERR\nset -x\ntrue\nset +x 2>/dev/null\nif false; then :; fi' },
].map((entry) => ({ ...entry, expected: [] }));

const strict: readonly Case[] = [
  { name: 'set -e stops', block: 'set -euo pipefail\necho a\nfalse\necho b', expected: ['untested 3 false =1'] },
  { name: 'set -e in a function', block: 'set -e\nf() {\n  false\n  echo\n}\nf\necho', expected: ['untested 3 false =1'] },
  { name: 'set -e in a subshell', block: 'set -e\n(\n  false\n)\necho', expected: ['untested 3 false =1'] },
  { name: 'set -e and $( )', block: 'set -e\nx=$(ls /none)\necho', expected: ['untested 2 ls /none =2'] },
  { name: 'set -e and local', block: 'set -euo pipefail\nf() { local x=$(false); echo on; }\nf', expected: ['masked 2 false =1 (local NAME=$(…))'] },
  { name: 'set -e and || true', block: 'set -euo pipefail\nls /none || true\necho', expected: ['masked 2 ls /none =2 (|| true)'] },
  { name: 'pipefail', block: 'set -euo pipefail\nls /none | cat\necho', expected: ['untested 2 ls /none =2'] },
  { name: 'pipefail || true', block: 'set -euo pipefail\nls /none | cat || true\necho', expected: ['masked 2 ls /none =2 (|| true)'] },
  { name: 'pipefail || handle', block: 'set -euo pipefail\nls /none | cat || handled=1\necho', expected: [] },
  { name: 'pipefail without -e', block: 'set -o pipefail\nls /none |\n  cat\necho', expected: ['untested 2 ls /none =2'] },
  { name: 'pipefail and yes | head', block: 'set -euo pipefail\nyes | head -1\necho', expected: ['untested 2 yes =141'] },
  { name: 'pipefail in a condition', block: 'set -euo pipefail\nif ls /none | cat; then echo; fi', expected: [] },
  { name: 'pipefail in a condition with a branch for it', block: 'set -o pipefail\nif ls /none | cat; then echo; else echo none; fi\nuntil ! ls /none | cat; do :; done\necho', expected: [] },
  { name: 'pipefail taken back before a condition', block: 'set -o pipefail\nset +o pipefail\nif ls /none | cat; then echo; fi', expected: ['masked 3 ls /none =2 (upstream in a pipeline)'] },
  { name: 'set -u', block: 'set -u\necho a\necho "$nope"\necho b', expected: ['untested 3 echo "$nope" =1'] },
  { name: '${x:?}', block: 'echo a\n: "${nope:?is not set}"\necho b', expected: ['untested 2 : "${nope:?is not set}" =1'] },
  { name: '((i++)) under set -e', block: 'set -e\ni=0\n((i++))\necho', expected: ['untested 3 ((i++)) =1'] },
  { name: 'exit 3', block: 'echo a\nexit 3', expected: ['untested 2 exit 3 =3'] },
  { name: 'f || exit', block: 'echo a\nls /none || exit 4\necho', expected: ['untested 2 exit 4 =4'] },
  { name: 'return 3', block: 'echo a\nreturn 3', expected: ['untested 2 return 3 =3'] },
  { name: 'set -e and an EXIT trap', block: 'set -e\ntrap "echo bye" EXIT\nfalse', expected: ['untested 3 false =1'] },
  { name: 'set -e and an ERR trap', block: 'set -eE\ntrap "echo oh" ERR\nfalse', expected: ['untested 3 false =1'] },
  { name: 'a syntax error', block: 'echo a\nif then\necho b', expected: ['untested 2 if then =2'] },
  { name: 'an open quote', block: 'echo a\necho "b', expected: ['untested 2 echo "b =2'] },
  { name: 'make postdeploy && echo ok', block: 'echo a\nls /none && echo ok', expected: ['untested 2 ls /none =2'] },
  { name: 'cd x && y at the end of a function', block: 'f() { cd /none && ls; }\nf\ntrue', expected: ['untested 2 f =1'] },
  { name: 'main || exit', block: 'main() {\n  ls /none\n  true\n}\nmain || exit 1', expected: ['masked 2 ls /none =2 (a condition around it)'] },
];

const lines: readonly Case[] = [
  { name: 'one word on the first line', block: 'echo a\nls \\\n  /none \\\n  /none2\ntrue', expected: ['untested 2 ls /none /none2 =2'] },
  { name: 'more words on the first line', block: 'echo a\nls -l \\\n  /none\ntrue', expected: ['untested 2 ls -l /none =2'] },
  { name: 'the same twice', block: 'ls \\\n  /none || true\nls \\\n  /none || true', expected: ['masked 1 ls /none =2 (|| true)', 'masked 3 ls /none =2 (|| true)'] },
  { name: 'inside a $( ) of many lines', block: 'echo a\nx=$(\n  echo b\n\n  # why\n  false\n)\ntrue', expected: ['untested 6 false =1'] },
  { name: 'after a here-document', block: 'cat <<E\na\nb\nE\nls /none <<E\nx\nE\nfalse', expected: ['untested 5 ls /none <<E =2', 'untested 8 false =1'] },
  { name: 'redirections in front', block: '> /dev/null ls /none 2> /dev/null\ntrue', expected: ['untested 1 > /dev/null ls /none 2> /dev/null =2'] },
  { name: 'a masked and an untested one on a line', block: 'ls /none || true; ls /none2\ntrue', expected: ['untested 1 ls /none2 =2'] },
  { name: 'CRLF is none of ours, tabs are', block: 'if true; then\n\tls /none\\\n\t/none2 || true\nfi', expected: ['masked 2 ls /none/none2 =2 (|| true)'] },
];

const likeRealRunbooks: readonly Case[] = [
  {
    name: 'seven volumes, one failure with what docker said',
    block: '# all of them\nfor v in a b c d e f g; do\n  docker volume inspect "$v" 2>/dev/null || true\ndone',
    tools: missing, expected: ['masked 3×7 docker volume inspect "$v" 2>/dev/null =125 (|| true)'],
  },
  {
    name: 'a listing that says nothing was found',
    block: 'for v in a b; do\n  echo "== $v"\n  incus storage volume show pool "$v" | grep -A3 "snapshot:" 2>/dev/null || echo "  (none)"\ndone',
    tools: missing, expected: ['masked 3×2 incus storage volume show pool "$v" =1 (upstream in a pipeline)'],
  },
  { name: 'an archive test that only prints', block: 'tar -tzf none.tar.gz > /dev/null && echo "FINE" || echo "BROKEN"', expected: ['masked 1 tar -tzf none.tar.gz > /dev/null =2 (|| echo)'] },
  { name: 'tar of what is not there', block: 'tar -C /none -c . | gzip > a.tar.gz\necho done', expected: ['masked 1 tar -C /none -c . =2 (upstream in a pipeline)'] },
  { name: 'decrypt and list', block: 'gpg --batch -d none.gpg | tar -tz > /dev/null', expected: ['untested 1 tar -tz > /dev/null =2'] },
  {
    name: 'a loop over a listing',
    block: 'docker volume ls | while read v; do\n  d=$(echo "$v" | grep -oE "[0-9]{8}")\n  if [[ $(date -d "no$d" +%s) -lt 9 ]]; then\n    echo old\n  fi\ndone',
    tools: { docker: 'echo vol-20200101' }, expected: ['masked 3 date -d "no$d" +%s =1 ($(…) in an argument)'],
  },
  {
    name: 'a strict script in a runbook',
    block: '#!/usr/bin/env bash\nset -euo pipefail\nDEST=$(mktemp -d)/x\nmkdir -p "$DEST"\nfor v in a b; do\n  docker run --rm \\\n    -v ${v}:/v:ro \\\n    alpine \\\n    tar czf "/b/${v}.tgz" -C /v .\ndone',
    tools: missing, expected: ['untested 6 docker run --rm -v ${v}:/v:ro alpine tar czf "/b/${v}.tgz" -C /v . =125'],
  },
  { name: 'sudo in front', block: 'sudo docker stop x 2>/dev/null || true', tools: { ...missing, sudo: 'exec "$@"' }, expected: ['masked 1 sudo docker stop x 2>/dev/null =125 (|| true)'] },
  { name: 'variables and a subshell, all well', block: 'D=$(date +%F)\nDEST="$HOME/$D"\n( cd / && ls >/dev/null )\n[ -n "$DEST" ] && echo "$DEST" | tee /dev/null\n', expected: [] },
];

const groups = Object.entries({ seen, missedByTheTrapAlone, innocent, everyday, strict, lines, likeRealRunbooks });
const traced = new Map<string, TracedBlock>();
const missingProgram = ['bash', 'python3'].find((name) => spawnSync(name, ['--version']).status !== 0);
if (missingProgram !== undefined) console.log(`SKIPPED failures in bash: no ${missingProgram} on this machine`);

beforeAll(async () => {
  if (missingProgram !== undefined) return;
  const all = groups.flatMap(([group, cases]) => cases.map((entry) => ({ key: `${group}/${entry.name}`, entry })));
  const blocks = await traceBlocks(all.map(({ entry }) => entry));
  all.forEach(({ key }, at) => {
    const block = blocks[at];
    if (block !== undefined) traced.set(key, block);
  });
}, 300_000);

for (const [group, cases] of groups) {
  describe.skipIf(missingProgram !== undefined)(`judges ${group}`, () => {
    test.for(cases)('$name', ({ name, expected }) => {
      const block = traced.get(`${group}/${name}`);
      expect(block === undefined ? null : judgeTrace(block).failures.map((failure) => said(failure))).toEqual(expected);
    });
  });
}

