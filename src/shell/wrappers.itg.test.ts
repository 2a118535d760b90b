/** Wrapped programs act as if they were not, and tell how they ended; and what all of it costs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../ports/host.ts';
import { createTestHost, one, uniqueSeconds, processes } from './itg-host.ts';

let host: Host;

beforeAll(async () => {
  host = await createTestHost();
  await host.exec(['sh', '-c', 'cd /home/ops && mkdir d && echo a > d/a && echo b > d/b && tar cf d.tar d && printf "all:\\n\\t-tar tf /nope1\\n\\ttar tf /nope2\\n" > Makefile && chown -R ops: .']);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const calls = async (text: string): Promise<string[]> =>
  (await one(host, text)).tools.map(({ tool, args, line, exitCode, count, stderr }) => `${line} ${tool} ${args.join(' ')} -> ${exitCode} x${count} ${stderr.split('\n')[0]}`);

describe('a wrapped program', () => {
  it.each([
    ['that fails with its words hidden', 'true\ntar tf /nope 2>/dev/null || true', ['2 tar tf /nope -> 2 x1 tar: /nope: Cannot open: No such file or directory']],
    ['under sudo', 'sudo tar tf /nope 2>/dev/null', ['1 tar tf /nope -> 2 x1 tar: /nope: Cannot open: No such file or directory']],
    ['that works', 'tar tf d.tar >/dev/null', ['1 tar tf d.tar -> 0 x1 ']],
    ['in a pipeline and a subshell', 'x=$(tar tf /nope 2>/dev/null | cat)', ['1 tar tf /nope -> 2 x1 tar: /nope: Cannot open: No such file or directory']],
    ['in a child bash', "bash -c 'tar tf /nope 2>/dev/null; true'", ['1 tar tf /nope -> 2 x1 tar: /nope: Cannot open: No such file or directory']],
    ['of a command for each file, hidden by find', "find d -type f -exec grep -q b {} \\;", ['1 find -exec grep -q b d/a -> 1 x1 ']],
    ['of each file that fails', 'find d -type f -exec ls {}-nope \\; 2>/dev/null', [expect.stringMatching(/^1 find -exec ls d\/[ab]-nope -> 1 x2 ls: cannot access/)]],
    ['of a find that tests with a command', "find d -type f -exec grep -q b {} \\; -print", []],
    ['of a find that negates one', "find d -type f ! -exec grep -q b {} \\;", []],
    ['of a find whose commands work', 'find d -type f -exec cat {} \\; >/dev/null', []],
  ])('tells %s', async (_, text, expected) => {
    expect(await calls(text)).toEqual(expected);
  });

  it('called by make is told with the line and with make as its parent', async () => {
    const { tools } = await one(host, 'cd ~\nmake 2>/dev/null');
    expect(tools.map(({ tool, exitCode, line, parent }) => [tool, exitCode, line, parent.includes('make')])).toEqual([
      ['tar', 2, 2, true],
      ['tar', 2, 2, true],
      ['make', 2, 2, false],
    ]);
    expect(tools[2]?.stderr).toMatch(/Error 2 \(ignored\)/);
  });

  it.each([
    ['status, arguments and output', "tar --no-such 'a  b' >/dev/null 2>&1; echo $?; tar cf - d | tar tf - | sort | head -1; find d -name 'a' -printf '%f|%p\\n'", '64\nd/\na|d/a\n'],
    ['standard input', 'cat d.tar | tar tf - | wc -l; tar tf - < d.tar | wc -l', '3\n3\n'],
    ['the end of a pipe', 'tar cf - / 2>/dev/null | head -c 1 | wc -c; yes | tar --version >/dev/null; echo "${PIPESTATUS[*]}"', '1\n141 0\n'],
    ['standard error', 'tar tf /nope 2>&1 >/dev/null | head -1', 'tar: /nope: Cannot open: No such file or directory\n'],
    ['a signal', 'mkfifo pipe; tar tf pipe & p=$!; sleep 0.3; kill $p; wait $p; echo $?; pgrep -fc "^tar tf"', '143\n0\n'],
    ['the end by a signal', "printf 'all:\n\tkill -KILL $$PPID\n' > kill.mk; (make -f kill.mk >/dev/null 2>&1; echo $?) 2>/dev/null; make -f kill.mk 2>&1 >/dev/null | cat; echo ${PIPESTATUS[0]}", '137\n137\n'],
    ['ignored and blocked signals', "printf 'all:\n\tgrep -E Sig[BI] /proc/self/status\n' > ignored.mk; trap '' USR1 CHLD HUP; make -sf ignored.mk > a; /usr/bin/make -sf ignored.mk > b; cmp a b && wc -l < a", '2\n'],
    ['closed streams', 'tar tf d.tar >&- 2>/dev/null; echo $?; tar cf - d 2>&- | wc -c; tar tf - <&- 2>/dev/null; echo $?', '2\n10240\n2\n'],
    ['its place among processes', "mkfifo alone; tar tf alone & sleep 0.3; pgrep -xc tar; pgrep -fc '[t]ar tf alone'; kill $!; wait", '1\n1\n'],
    ['a long standard error', "printf 'all:\n\t@seq 100000 >&2\n' > long.mk; make -sf long.mk 2>&1 | md5sum; seq 100000 | md5sum", expect.stringMatching(/^(.*)\n\1\n$/)],
    ['a program that is not there', 'tofu apply 2>&1; echo $?; incus list 2>/dev/null || echo none', expect.stringMatching(/: tofu: command not found\n127\nnone\n$/)],
    ['a program of the user, first on their PATH', 'mkdir -p bin; printf "#!/bin/sh\\necho mine" > bin/tofu; chmod +x bin/tofu; PATH=$PATH:~/bin tofu; rm -r bin', 'mine\n'],
    ['a script that names no interpreter', 'mkdir -p bin; echo "echo mine \\$*" > bin/tofu; chmod +x bin/tofu; PATH=$PATH:~/bin tofu a b; rm -r bin', 'mine a b\n'],
    ['no session at all', 'env -u DRILL_TRACE -u BASH_ENV tar tf d.tar | wc -l', '3\n'],
  ])('keeps %s', async (_, text, expected) => {
    expect((await one(host, text)).output).toEqual(expected);
  });

  it('is not waited for when only its child in the background still talks', async () => {
    const seconds = uniqueSeconds();
    await host.writeFile('/home/ops/bg.mk', `all:\n\t(sleep 0.5; echo late >&2; sleep ${seconds}) & echo started\n`, { user: 'ops', mode: '0644' });
    const run = await one(host, 'make -f bg.mk\nsleep 1');
    expect(run).toMatchObject({ ended: 'finished' });
    expect(run.lineTimes.find(({ line }) => line === 1)?.seconds).toBeLessThan(0.5);
    expect(run.stderrTail).toContain('late');
    expect(await processes(host, `sleep ${seconds}`)).toBe('');
  });

  it('is not waited for when its child in the background never stops talking', async () => {
    await host.writeFile('/home/ops/talk.mk', 'all:\n\t(timeout 3 yes >&2) & echo started\n', { user: 'ops', mode: '0644' });
    const run = await one(host, 'make -f talk.mk 2>/dev/null');
    expect(run.lineTimes.find(({ line }) => line === 1)?.seconds).toBeLessThan(1);
  });

  it('is killed when its wrapper is', async () => {
    const seconds = uniqueSeconds();
    await host.writeFile('/home/ops/sl.mk', `all:\n\tsleep ${seconds}\n`, { user: 'ops', mode: '0644' });
    const run = await one(host, `make -f sl.mk & p=$!\nsleep 0.5\nkill -KILL $p; sleep 0.2; pgrep -fc '^make -f sl.mk'`);
    expect(run.output).toMatch(/\n?0\n$/);
  });
});

describe('the cost', () => {
  it('of a block of commands of five milliseconds is under a tenth', async () => {
    const block = Array.from({ length: 200 }, () => 'sleep 0.005').join('\n');
    const ratios: number[] = [];
    // The round in which others disturb least counts: on a busy machine it may take some.
    for (let round = 0; round < 10 && (ratios.at(-1) ?? 2) >= 1.1; round += 1) {
      const { output } = await one(host, { text: `cat > plain.sh <<'X'\n${block}\nX\nunset -v BASH_ENV\ntime bash plain.sh` });
      const plain = Number(/real\s+0m([\d.]+)s/.exec(output)?.[1]);
      ratios.push((await one(host, block)).seconds / plain);
    }
    console.log(`200 commands of 5 ms: traced / plain ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}`);
    expect(Math.min(...ratios)).toBeLessThan(1.1);
  });

  it('of a wrapper is shown', async () => {
    const text = `t() { local s=\${EPOCHREALTIME/./} k; for ((k = 0; k < 50; k++)); do "$@" > /dev/null 2>&1; done; echo "$(((\${EPOCHREALTIME/./} - s) / 50))"; }
trap - DEBUG
t /usr/bin/tar --version; t /usr/local/sbin/tar --version; t /usr/bin/find d; t find d`;
    const [tar, wrapped, find, wrappedFind] = (await one(host, text)).output.split('\n').map(Number);
    console.log(`µs a call: tar ${tar}, wrapped ${wrapped}; find ${find}, wrapped ${wrappedFind}`);
    expect((wrapped ?? 0) - (tar ?? 0)).toBeLessThan(50_000);
  });
});
