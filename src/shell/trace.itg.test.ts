/** What the trace tells of every construct that can hide a failure, and that it changes nothing of what a block does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../ports/host.ts';
import { createTestHost, one, phase, told } from './itg-host.ts';

let host: Host;

beforeAll(async () => {
  host = await createTestHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const define = 'f() { ls /nonexistent 2>/dev/null; }\n';

describe('a failure is told', () => {
  it.each([
    ['left of ||', 'f || true', 'command block:2 f -> 2 [2]'],
    ['in the middle of &&', 'f && echo no\ntrue', 'command block:2 f -> 2 [2]'],
    ['under set +e', 'set +e\nf\ntrue', 'failure block:3 f -> 2 [2]'],
    ['in a function', 'g() {\n  f\n  true\n}\ng', 'failure block:3 f -> 2 [2]'],
    ['in a group', '{ f; true; }', 'failure block:2 f -> 2 [2]'],
    ['in a subshell', '( f; true )', 'failure block:2 f -> 2 [2]'],
    ['in a loop', 'for i in 1 2; do f; true; done', 'failure block:2 f -> 2 [2]'],
    ['in $( ) of an assignment', 'x=$(f; true)', 'failure block:2 f -> 2 [2]'],
    ['in $( ) of an argument', 'echo "$(f)"', 'end block:2 f -> 2 [2]'],
    ['in $( ) of export', 'export x=$(f)', 'end block:2 f -> 2 [2]'],
    ['in $( ) of local', 'g() {\n  local x=$(f)\n}\ng', 'end block:3 f -> 2 [2]'],
    ['in $( ) of a here-document', 'cat <<X\n$(f)\nX', 'end block:2 f -> 2 [2]'],
    ['in $( ) of a here-string', 'cat <<< "$(f)"', 'end block:2 f -> 2 [2]'],
    ['in a process substitution', 'cat <(f)', 'end block:2 f -> 2 [2]'],
    ['in the background, of a function', 'f & wait', 'end block:2 f -> 2 [2]'],
    ['in the background, of a program', 'ls /nonexistent &\nsleep 0.2', 'end block:2 ls /nonexistent -> 2 [2]'],
    ['first in a pipeline', 'f | cat\ntrue', 'command block:2 cat -> 0 [2 0]'],
    ['first in a pipeline that ends the block', 'f | cat', 'return block:2 cat -> 0 [2 0]'],
    ['first in a pipeline that ends a function', 'g() {\n  f | cat\n}\ng', 'return block:3 cat -> 0 [2 0]'],
    ['first in a pipeline that ends a subshell', '( f | cat )', 'end block:2 cat -> 0 [2 0]'],
    ['in a loop of a pipeline', 'seq 2 | while read -r x; do f; true; done', 'failure block:2 f -> 2 [2]'],
    ['in eval', 'eval "f; true"', 'failure block:2 f -> 2 [2]'],
    ['in an EXIT trap', "trap 'f; true' EXIT\nexit 0", 'failure block:2 exit 0 -> 2 [2]'],
    ['beside a changed IFS', 'IFS=0\nf | cat\ntrue', 'command block:3 cat -> 0 [2 0]'],
    ['beside functions named like builtins', 'printf() { command true; }; echo() { command true; }\nf || true', 'command block:3 f -> 2 [2]'],
    ['in another locale', 'export LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8\nf || true', 'command block:3 f -> 2 [2]'],
  ])('%s', async (_, text, expected) => {
    const run = await one(host, define + text);
    expect(told(run)).toContain(expected);
  });

  it('that ends the shell, with its line', async () => {
    const run = await one(host, 'set -euo pipefail\necho one\nls /nonexistent | cat\necho never');
    expect(run).toMatchObject({ ended: 'exited', exitCode: 2 });
    expect(told(run)).toContain('failure block:3 cat -> 2 [2 0]');
    expect(run.output).not.toContain('never');
  });

  it('of a program that the shell became', async () => {
    expect(await one(host, 'exec ls /nonexistent')).toMatchObject({ ended: 'exited', exitCode: 2 });
  });

  it('in bash children, with the line of the block that called them, through sudo too', async () => {
    const text = "cat > s.sh <<'X'\n#!/bin/bash\nls /nonexistent\ntrue\nX\nchmod +x s.sh\n./s.sh\nbash -c 'ls /nonexistent; true'\nsudo ./s.sh\nsudo -u nobody bash -c 'ls /nonexistent; true'";
    const run = await one(host, text);
    const failures = run.records.filter((record) => record.kind === 'failure').map(({ source, line, at }) => [source, line, at]);
    expect(failures).toEqual([['/home/ops/s.sh', 2, 7], ['-c', 1, 8], ['/home/ops/s.sh', 2, 9], ['-c', 1, 10]]);
    expect(run.scripts.get('/home/ops/s.sh')).toBe('#!/bin/bash\nls /nonexistent\ntrue\n');
  });

  it('in a script with its own interpreter line, as the block itself', async () => {
    const run = await one(host, '#!/usr/bin/env bash\nset -uo pipefail\nls /nonexistent\ncd /tmp\nls /nonexistent || true');
    expect(run).toMatchObject({ ended: 'exited', exitCode: 0 });
    expect(told(run)).toEqual(expect.arrayContaining(['failure block:3 ls /nonexistent -> 2 [2]', 'command block:5 ls /nonexistent -> 2 [2]']));
  });

  it('and innocent ones are told as tested: no failure record', async () => {
    const text = '[ -e /nonexistent ] || true\n[[ a == b ]] && echo no\nif false; then :; else :; fi\nuntil true; do :; done\n((0)) || true\n! false\nwhile false; do :; done\ngrep -q x /etc/hostname || echo none';
    const run = await one(host, text);
    expect(run.records.filter((record) => record.kind === 'failure')).toEqual([]);
  });
});

describe('the records', () => {
  it('are in the order in which things happened, each once', async () => {
    const run = await one(host, 'a() {\n  echo in\n}\na\necho "$(echo sub)"\nfor i in 1 2; do\n  echo $i\ndone');
    expect(run.records.map(({ kind, line, command, count }) => `${kind} ${line} ${command} ${count}`)).toEqual([
      'command 4 a 1',
      'command 2 echo in 1',
      'return 1 echo in 1',
      'command 5 echo "$(echo sub)" 1',
      'command 5 echo sub 1',
      'end 5 echo "$(echo sub)" 1',
      'command 6 for i in 1 2 1',
      'command 7 echo $i 2',
      'command 6 for i in 1 2 1',
      'return 7 echo $i 1',
    ]);
  });

  it('know the process in the background, and times by line', async () => {
    const run = await one(host, 'sleep 0.3\nsleep 5 &\ntrue\nkill $!\nsleep 0.1');
    expect(run.records.find(({ command }) => command === 'true')?.background).toBeGreaterThan(1);
    const seconds = Object.fromEntries(run.lineTimes.map((time) => [time.line, time.seconds]));
    expect(seconds[1]).toBeGreaterThan(0.29);
    expect(seconds[1]).toBeLessThan(0.45);
    const span = run.spans.find(({ command }) => command === 'sleep 0.3');
    expect((span?.end ?? 0) - (span?.start ?? 0)).toBeGreaterThan(0.29);
    expect(run.seconds).toBeGreaterThan(0.4);
    expect(Math.abs(Date.parse(run.start) - Date.now())).toBeLessThan(60_000);
  });

  it('of a million commands are counted, in bounded memory', async () => {
    const run = await one(host, { text: 'i=0\nwhile ((i < 60000)); do\n  ((++i)) || true\ndone\nls /nonexistent || true', timeoutSeconds: 120 });
    expect(run.records.length).toBeLessThan(20);
    expect(run.records.find(({ command }) => command === '((++i))')?.count).toBeGreaterThan(59_990);
    expect(told(run)).toContain('command block:5 ls /nonexistent -> 2 [2]');
    expect(run.spans.length).toBeLessThanOrEqual(20_000);
  });

  it('that are too many kinds are counted as dropped, with their failures', async () => {
    const run = await one(host, { text: 'i=0\nwhile ((i++ < 12000)); do eval "[ $i = 0 ] || true"; done', timeoutSeconds: 120 });
    expect(run.records).toHaveLength(20_000);
    expect(run.dropped.records).toBeGreaterThan(1000);
    expect(run.dropped.failures).toBeGreaterThan(500);
  });
});

describe('a block notices nothing of it', () => {
  it.each([
    ['$_', 'mkdir -p d/e && cd $_ && pwd', '/home/ops/d/e\n'],
    ['$_ after a failure', 'mkdir -p d/e; ls /nonexistent 2>/dev/null; echo $_', '/nonexistent\n'],
    ['$?', '(exit 7); echo $?', '7\n'],
    ['PIPESTATUS', 'false | (exit 3) | true; echo "${PIPESTATUS[@]}"', '1 3 0\n'],
    ['BASH_REMATCH', '[[ abc =~ b(.) ]]; set -- x; echo "${BASH_REMATCH[1]}"', 'c\n'],
    ['$!', 'set -u; true; echo "${!-none}"', 'none\n'],
    ['LINENO', 'echo $LINENO\ntrue\necho $LINENO', '1\n3\n'],
    ['$0 and $#', 'echo "$0 $#"', '-bash 0\n'],
    ['an EXIT trap', "trap 'echo bye $?' EXIT; exit 3", 'bye 3\n'],
    ['an ERR trap, with status and line', "trap 'echo failed $? at $LINENO' ERR\ntrue\n(exit 4)\n", 'failed 4 at 3\n'],
    ['an ERR trap, which functions do not inherit', "trap 'echo failed' ERR\nf() { false; true; }; f; echo done", 'done\n'],
    ['an ERR trap, which functions inherit under set -E', "set -E; trap 'echo failed' ERR\nf() { false; true; }; f; echo done", 'failed\ndone\n'],
    ['a RETURN trap', "f() { trap 'echo returned; trap - RETURN' RETURN; g; echo body; }; g() { :; }; f", 'body\nreturned\n'],
    ['a DEBUG trap', "trap 'echo next: $BASH_COMMAND' DEBUG\necho a\n", 'next: echo a\na\n'],
    ['an ERR trap that exits', "trap 'echo failed; exit 5' ERR\nfalse\necho never", 'failed\n'],
    ['traps in a subshell', "( trap 'echo sub' EXIT; true ); echo main", 'sub\nmain\n'],
    ['readonly variables', 'readonly depth=1 kind=2 line=3; trap "echo x" EXIT; echo $depth; exit', '1\nx\n'],
    ['functions that are exported', 'f() { echo in $1; }; export -f f; bash -c "f child; true"', 'in child\n'],
    ['set -x', 'set -x; echo a 2>&1', 'a\n'],
    ['set -f and nullglob', 'set -f; echo *; set +f; shopt -s nullglob; echo /nonexistent*', '*\n\n'],
    ['a stdin of its own', 'printf "a\\nb\\n" | while read -r x; do echo "<$x>"; done', '<a>\n<b>\n'],
    ['wait for a status', '(exit 6) & wait $!; echo $?', '6\n'],
    ['break and continue', 'for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done', '1\n3\n'],
    ['posix mode', 'set -o posix; trap "echo bye" EXIT; echo a; exit 0', 'a\nbye\n'],
  ])('%s', async (_, text, expected) => {
    const run = await one(host, text);
    const stdout = run.output.split('\n').filter((line) => !line.startsWith('+')).join('\n');
    expect(stdout).toBe(expected);
  });

  it('and under set -x only its own commands are shown', async () => {
    const run = await one(host, 'set -x\necho a\nfalse || true\nset +x');
    expect(run.stderrTail.split('\n').map((line) => line.replace(/^\++ /, ''))).toEqual(['echo a', 'false', 'true', 'set +x', '']);
  });

  it('nor of variables that the shell of the drill has', async () => {
    const { runs } = await phase(host, 'unset -v BASH_ENV; IFS=; PS4=; set -euf; false || true', 'echo "$-"; ls /nonexistent || true');
    expect(runs[1]?.output).toMatch(/^[^euf]*\n/);
    expect(told(runs[1] ?? { records: [] })).toContain('command block:1 ls /nonexistent -> 2 [2]');
  });
});
