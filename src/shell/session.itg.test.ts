/** How blocks of one phase share a shell, and how each of them ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../ports/host.ts';
import { writeFrame } from '../ports/frames.ts';
import { createTestHost, one, open, phase, processes, told, uniqueSeconds } from './itg-host.ts';

let host: Host;

beforeAll(async () => {
  host = await createTestHost();
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const outputs = async (...blocks: Parameters<typeof phase> extends [Host, ...infer Rest] ? Rest : never): Promise<string[]> =>
  (await phase(host, ...blocks)).runs.map(({ output }) => output);

describe('the shell of a phase', () => {
  it('is a login shell of the user, in the directory, with wrappers first', async () => {
    const run = await one(host, 'id -un; pwd; echo "$HOME $USER $LOGNAME $SHELL"; echo "${PATH%%:/usr/bin*}"; umask; tty; [ -t 0 ] && [ ! -t 1 ] && echo as a pipe; sudo id -un');
    expect(run.output).toBe('ops\n/home/ops\n/home/ops ops ops /bin/bash\n/usr/local/sbin:/usr/local/bin\n0022\n/dev/pts/0\nas a pipe\nroot\n');
  });

  it('carries directory, variables and functions, and no option', async () => {
    expect(await outputs('cd /var; A="x  y"; f() { echo "f $A"; }; set -f; shopt -s nullglob; set -o pipefail', 'pwd; f; echo *; [[ -o pipefail ]] || echo off; shopt -q nullglob || echo off')).toEqual([
      '',
      expect.stringMatching(/^\/var\nf x {2}y\nbackups .*\noff\noff\n$/),
    ]);
  });

  it('carries nothing of a script, and gives it what is exported', async () => {
    expect(await outputs('export A=1; B=2; cd /tmp', '#!/bin/sh\necho "$A $B"; pwd; A=9; cd /', 'echo $A; pwd')).toEqual(['', '1 \n/tmp\n', '1\n/tmp\n']);
  });

  it('runs a script by its own interpreter', async () => {
    const run = await one(host, '#!/usr/bin/python3 -u\nimport sys\nprint(sys.argv, sys.stdin.isatty())\nsys.exit(3)');
    expect(run).toMatchObject({ ended: 'exited', exitCode: 3, output: expect.stringMatching(/^\['.*'\] True\n$/) });
  });

  it('is a new one in the same directory after exit', async () => {
    // Often: whether the end of a shell or its last word is seen first is a matter of moments.
    const pairs = Array.from({ length: 10 }, () => ['cd; cd /var/log; A=1; exit 3', 'pwd; echo "${A-gone}"']).flat();
    const { runs } = await phase(host, ...pairs);
    const [ended, next] = [runs.filter((_, index) => index % 2 === 0), runs.filter((_, index) => index % 2 === 1)];
    for (const run of ended) expect(run).toMatchObject({ ended: 'exited', exitCode: 3 });
    for (const run of next) expect(run).toMatchObject({ ended: 'finished', exitCode: 0, output: '/var/log\ngone\n' });
  });

  it.each([
    ['set -e', 'set -e\nfalse\necho never', 1],
    ['set -u', 'set -u\necho "$nothing"\necho never', 1],
    ['a signal', 'kill -KILL $$\necho never', 137],
    ['exec', "exec sh -c 'exit 5'", 5],
  ])('is ended by %s', async (_, text, code) => {
    const { runs } = await phase(host, text, 'echo again');
    expect(runs[0]).toMatchObject({ ended: 'exited', exitCode: code });
    expect(runs[0]?.output).not.toContain('never');
    expect(runs[1]?.output).toBe('again\n');
  });

  it('says what a syntax error says, and goes on with the next block', async () => {
    const { runs } = await phase(host, 'echo one\nif true; then\necho two', 'echo next');
    expect(runs[0]?.exitCode).toBeGreaterThan(0);
    expect(runs[0]?.stderrTail).toMatch(/: line \d+: syntax error/);
    expect(runs[1]?.output).toBe('next\n');
  });

  it('has the status of its last command where nothing ended it', async () => {
    expect(await one(host, 'false; (exit 9)')).toMatchObject({ ended: 'finished', exitCode: 9 });
  });

  it('runs a block of another user in a shell of theirs', async () => {
    expect(await outputs('A=1; cd /tmp', { text: 'id -un; pwd; echo "${A-none} $HOME"; B=2', user: 'root' }, 'echo "$A ${B-none}"; id -un', { text: 'echo $B', user: 'root' })).toEqual([
      '',
      'root\n/tmp\nnone /root\n',
      '1 none\nops\n',
      '2\n',
    ]);
  });

  it('has the environment of the session, and of a block for that block alone', async () => {
    await using session = await open(host, { env: { GLOBAL: "it's  $HOME", PATH: '/usr/bin:/bin:/opt/x' } });
    const run = async (text: string, env: Record<string, string> = {}) => (await session.run({ text, runs: 'shell', timeoutSeconds: 20, env })).output;
    expect(await run('echo "$GLOBAL $PATH"; L=1; printenv GLOBAL')).toBe("it's  $HOME /usr/bin:/bin:/opt/x\nit's  $HOME\n");
    expect(await run('printenv GLOBAL L NEW; L=changed', { GLOBAL: 'two\nlines', L: 'x y', NEW: '*' })).toBe('two\nlines\nx y\n*\n');
    expect(await run('echo "$GLOBAL $L ${NEW-unset}"; printenv L')).toBe("it's  $HOME 1 unset\n");
  });

  it('keeps secrets of the environment out of process lists', async () => {
    await using session = await open(host, { env: { SECRET: 'hunter2hunter2' } });
    const { output } = await session.run({ text: 'sleep 0.2 & cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -c "h[u]nter2hunter2"', runs: 'shell', timeoutSeconds: 20 });
    expect(output).toBe('0\n');
  });

  it('goes to a directory for one block, and says when it is not there', async () => {
    const { runs } = await phase(host, 'cd /var', { text: 'pwd', cwd: '/tmp' }, 'pwd', { text: 'echo never', cwd: '/nonexistent' }, 'pwd');
    expect(runs.map(({ output }) => output)).toEqual(['', '/tmp\n', '/var\n', expect.stringMatching(/\/nonexistent: No such file or directory\n$/), '/var\n']);
    expect(runs[3]).toMatchObject({ ended: 'finished', exitCode: 1 });
  });

  it('is refused for a user or a directory that is not there', async () => {
    await expect(open(host, { cwd: '/nonexistent' })).rejects.toThrow(/No such directory in the host.*\/nonexistent/);
    await expect(open(host, { user: 'nobody-there' })).rejects.toThrow(/nobody-there/);
  });
});

describe('the end of a phase', () => {
  it('runs an EXIT trap, and tells what failed in it and in the background', async () => {
    const { late, runs } = await phase(host, "trap 'echo bye > bye.txt; ls /nonexistent; true' EXIT\n( sleep 0.3; exit 3 ) &\n", 'sleep 0.6', 'echo kept');
    expect(runs[2]?.output).toBe('kept\n');
    expect(told(late)).toEqual(expect.arrayContaining(['failure block:1 builtin exit -> 2 [2]', 'end block:2 exit 3 -> 3 [0]']));
    expect(late.records.every(({ block }) => block === 1)).toBe(true);
    expect((await host.exec(['cat', '/home/ops/bye.txt'])).stdout.toString()).toBe('bye\n');
  });

  it('is the end of children in the background, which hold up nothing', async () => {
    const seconds = uniqueSeconds();
    const counted = `for i in {1..50}; do [[ $(pgrep -fc '^sleep ${seconds}') = 2 ]] && break; sleep 0.1; done; pgrep -fc '^sleep ${seconds}'`;
    const { runs } = await phase(host, `sleep ${seconds} &\n(setsid sh -c 'sleep ${seconds}' &)\necho started`, counted);
    expect(runs[0]?.seconds).toBeLessThan(3);
    expect(runs[1]?.output).toBe('2\n');
    expect(await processes(host, seconds)).toBe('');
  });

  it('leaves a daemon that has cut all ties', async () => {
    const seconds = uniqueSeconds();
    // Until it has a session of its own it is a child like any other.
    await phase(host, `setsid sleep ${seconds} < /dev/null > /dev/null 2>&1 &\nsleep 0.5`);
    expect(await processes(host, `^sleep ${seconds}`)).toContain(seconds);
    await host.exec(['pkill', '-f', `sleep ${seconds}`]);
  });
});

describe('a block that does not end', () => {
  it('is ended at its timeout with all that it started, and the next one runs', async () => {
    const seconds = uniqueSeconds();
    const text = `echo a\ncd /var\n(setsid sh -c 'trap "" TERM HUP; sleep ${seconds}; true' &)\nsleep ${seconds} &\nsudo sleep ${seconds}`;
    const { runs } = await phase(host, `sleep 1${seconds} &`, { text, timeoutSeconds: 2 }, `pwd; pgrep -fa '[s]leep .*${seconds}'`);
    expect(runs[1]).toMatchObject({ ended: 'timed-out', exitCode: null, timedOutLine: 5, prompt: null, output: 'a\n' });
    expect(runs[1]?.seconds).toBeGreaterThan(1.9);
    expect(runs[1]?.seconds).toBeLessThan(3);
    expect(runs[2]?.output).toMatch(new RegExp(`^/var\\n\\d+ sleep 1${seconds}\\n$`));
    expect(await processes(host, `sleep .*${seconds}`)).toBe('');
  });

  it('is ended in a fork storm', async () => {
    const run = await one(host, { text: 'storm() { while :; do (setsid sleep 33333 &) ; sleep 0.02; done; }\nstorm & storm & storm', timeoutSeconds: 2 });
    expect(run.ended).toBe('timed-out');
    expect(await processes(host, 'sleep 33333')).toBe('');
  });

  it('is aborted from outside', async () => {
    const abort = new AbortController();
    await using session = await open(host, { signal: abort.signal });
    const running = session.run({ text: 'sleep 44444', runs: 'shell', timeoutSeconds: 60 });
    await sleep(500);
    abort.abort();
    expect(await running).toMatchObject({ ended: 'aborted', exitCode: null });
    expect(await processes(host, 'sleep 44444')).toBe('');
  });

  it('ends with the session that is not disposed of, when its connection does', async () => {
    const process = await host.start(['/usr/local/lib/runbook-drill/agent.py'], {});
    writeFrame(process.stdin, 'open', { user: 'ops', cwd: '/', env: {} });
    writeFrame(process.stdin, 'run', { text: 'setsid sleep 55555 & wait', runs: 'shell', timeoutSeconds: 60 });
    process.stdout.resume();
    process.stderr.resume();
    await sleep(1500);
    expect(await processes(host, '^sleep 55555')).toContain('55555');
    process.stdin.end();
    await process.exited;
    expect(await processes(host, '^sleep 55555')).toBe('');
  });
});

describe('output', () => {
  it('comes as it is said, on its stream', async () => {
    const seen: [string, string, number][] = [];
    const start = Date.now();
    await using session = await open(host, { onOutput: (stream, chunk) => seen.push([stream, chunk.toString(), Date.now() - start]) });
    await session.run({ text: 'echo one; sleep 1; echo two >&2', runs: 'shell', timeoutSeconds: 20 });
    expect(seen.map(([stream, text]) => [stream, text])).toEqual([['stdout', 'one\n'], ['stderr', 'two\n']]);
    expect((seen[1]?.[2] ?? 0) - (seen[0]?.[2] ?? 0)).toBeGreaterThan(800);
  });

  it('of a gigabyte passes in constant memory; its end is kept', async () => {
    let bytes = 0;
    let most = 0;
    await using session = await open(host, {
      onOutput: (_, chunk) => {
        bytes += chunk.length;
        most = Math.max(most, process.memoryUsage().rss);
      },
    });
    const before = process.memoryUsage().rss;
    const agentMemory = "ps -o rss= -p $(pgrep -f agent.py | tail -1) >&2";
    const run = await session.run({ text: `head -c 1G /dev/zero | tr '\\0' 'x'\necho\n${agentMemory}\necho the end`, runs: 'shell', timeoutSeconds: 120 });
    expect(bytes).toBeGreaterThan(1024 ** 3);
    // What the two outputs say comes in either order.
    expect(run.output).toMatch(/^the end$/m);
    expect(run.output.length).toBeLessThanOrEqual(8192);
    expect(most - before).toBeLessThan(200 * 1024 ** 2);
    expect(Number(run.stderrTail.trim())).toBeLessThan(60 * 1024);
    console.log(`1 GiB of output: ${run.seconds.toFixed(1)} s, ${Math.round((most - before) / 1024 ** 2)} MiB more here, ${Math.round(Number(run.stderrTail) / 1024)} MiB in the agent`);
  });

  it('of a child in the background does not hold up the end of a block', async () => {
    const run = await one(host, '(while :; do echo noise; sleep 0.01; done) &\nsleep 0.2');
    expect(run.ended).toBe('finished');
    expect(run.seconds).toBeLessThan(2);
  });
});
