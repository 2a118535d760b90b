/** Who waits for a person is told early; who does not is left alone. And what a step's input does about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../ports/host.ts';
import type { BlockRequest } from './session.ts';
import { createTestHost, one, phase, processes } from './itg-host.ts';

let host: Host;

beforeAll(async () => {
  host = await createTestHost();
  const { exitCode, stderr } = await host.exec([
    'bash',
    '-c',
    'cd / && tar -ch usr/bin/bash usr/bin/sleep usr/bin/cat bin/bash $(ldd /usr/bin/bash /usr/bin/cat | grep -o "/[^ ]*" | sort -u | grep "^/lib" | cut -c2-) | docker import - box && git init -q /srv/repo && cd /srv/repo && for i in $(seq 100); do git -c user.name=a -c user.email=a@b commit -q --allow-empty -m "commit $i"; done && chown -R ops: /srv/repo && seq 100 > /srv/long && seq 5 > /srv/short',
  ]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

const typed = (text: string, input: string): Partial<BlockRequest> => ({ text, input: { to: 'typed', text: input } });
const stdin = (text: string, input: string): Partial<BlockRequest> => ({ text, input: { to: 'stdin', text: input } });

async function expectPrompt(_: string, text: string, line: number, program: string): Promise<void> {
  const run = await one(host, { text, timeoutSeconds: 60 });
  expect(run).toMatchObject({ ended: 'prompt', exitCode: null, prompt: { line, program } });
  expect(run.seconds).toBeLessThan(12);
  expect(run.output).not.toContain('never');
}

async function expectNone(_: string, text: string): Promise<void> {
  expect(await one(host, { text, timeoutSeconds: 60 })).toMatchObject({ ended: 'finished', prompt: null });
}

// At the same time where no container is asked: whom it belongs to, no process says.
describe('a prompt', () => {
  it.concurrent.each([
    ['read', 'echo a\nread -r -p "Sure? " answer\necho never', 2, 'read'],
    ['read in a subshell', 'x=$(read -r answer; echo "$answer")', 1, 'read'],
    ['/dev/tty', 'read -r answer < /dev/tty', 1, 'read'],
    ['a program that reads', 'true\ncat > /tmp/x', 2, 'cat'],
    ['a program that polls', "python3 -c 'import select, sys; select.select([sys.stdin], [], [])'", 1, 'python3'],
    ['a password', "python3 -c 'import getpass; getpass.getpass()'", 1, 'python3'],
    ['select of bash', 'select x in a b; do echo $x; done', 1, 'select'],
    ['less', 'echo a; less /srv/long', 1, 'less'],
    ['less of a short file', 'less /srv/short', 1, 'less'],
    ['more', 'more /srv/long', 1, 'more'],
    ['less behind a pipe', 'seq 200 | less', 1, 'less'],
    ['less through sudo', 'sudo less /srv/long', 1, 'less'],
    ['a program through sudo', 'sudo cat', 1, 'cat'],
    ['a script through sudo', "sudo bash -c 'read -r x; true'", 1, 'read'],
    ['a script of another interpreter', '#!/bin/sh\nread answer', 0, 'sh'],
    ['rm -i', 'cd /tmp; touch a; rm -i a', 1, 'rm'],
    ['behind a command that waits for it', 'sleep 1 | cat\ncat | sort | tail -1', 2, 'cat'],
    ['a second gpg --symmetric', 'cd $(mktemp -d); echo secret > s; gpg --symmetric s && gpg --symmetric s', 1, 'gpg'],
  ])('of %s', expectPrompt);

  it.each([
    ['a volume prune', 'docker volume prune', 1, 'docker'],
    ['a container with a terminal', 'docker run --rm -it box bash -c "read x; true"', 1, 'bash'],
    ['a shell in a running container', 'docker run --rm -d --name c1 box sleep 1000 >/dev/null\ndocker exec -it c1 bash; docker rm -f c1', 2, 'bash'],
  ])('of %s', expectPrompt);

  it('is told at the timeout where it does not look like one before', async () => {
    const run = await one(host, { text: 'while true; do read -r -t 1 answer && break; done', timeoutSeconds: 5 });
    expect(run.ended).toMatch(/prompt|timed-out/);
    expect(run.seconds).toBeGreaterThan(4.9);
    expect(await one(host, { text: 'docker run --rm -i box cat', timeoutSeconds: 6 })).toMatchObject({ ended: 'prompt', prompt: { line: 1, program: 'docker' } });
  });

  it('ends with its processes, and the next block runs', async () => {
    const { runs } = await phase(host, 'cd /var; sudo cat', 'pwd');
    expect(runs.map(({ ended, output }) => [ended, output])).toEqual([['prompt', ''], ['finished', '/var\n']]);
    expect(await processes(host, '^cat')).toBe('');
  });
});

describe('no prompt', () => {
  it.concurrent.each([
    ['git log', 'cd /srv/repo; git log; git diff HEAD~1'],
    ['man pages and systemctl', 'systemctl status docker; journalctl -u docker | tail -1 >/dev/null'],
    ['less that prints for a program', 'less /srv/long | tail -1; x=$(less /srv/long); less /srv/long > /tmp/x'],
    ['less of one screen, told to leave', 'less -F /srv/short; more /srv/short'],
    ['a read with a time limit', 'read -r -t 4 x; echo went on'],
    ['a program that sleeps', 'sleep 4'],
    ['a program that waits for a pipe', 'sleep 4 | cat'],
    ['sudo that works', 'sudo sleep 4'],
    ['a child in the background that reads', 'cat > /tmp/x & sleep 4'],
    ['script, which serves a terminal', 'script -qc "sleep 4" /dev/null'],
    ['gpg', 'cd $(mktemp -d); echo secret > s; gpg --symmetric s && gpg --decrypt s.gpg && sudo gpg --decrypt s.gpg'],
  ])('of %s', expectNone);

  it.each([
    ['a container with a terminal that nobody asks', 'docker run --rm -it box sleep 4'],
    ['a container that is fed', 'echo hello | docker run --rm -i box cat'],
    ['a container that another one feeds', 'docker run --rm -i box bash -c "sleep 4; echo done" | cat'],
    ['a service that has a terminal of its own', 'docker run -dit --name tty1 box bash >/dev/null; docker run --rm -it box sleep 4; docker rm -f tty1'],
  ])('of %s', expectNone);
});

describe('gpg', () => {
  it('is answered by the drill, which counts; what the runbook says for itself holds', async () => {
    const count = async (): Promise<number> => (await host.exec(['cat', '/run/runbook-drill/pinentry-count'])).stdout.toString().split('\n').length - 1;
    const before = await count();
    const { runs } = await phase(
      host,
      'rm -f s*; gpgconf --kill all; echo secret > s; gpg --symmetric --cipher-algo AES256 s; ls s.gpg',
      'gpgconf --kill all; gpg --decrypt s.gpg 2>/dev/null',
      'gpg --batch --passphrase abc --pinentry-mode loopback -o s2.gpg -c s; gpgconf --kill all; gpg --batch --pinentry-mode loopback --passphrase abc -d s2.gpg 2>/dev/null; gpg -d s2.gpg',
    );
    expect(runs[0]?.output).toContain('s.gpg\n');
    expect(runs[1]?.output).toBe('secret\n');
    expect(runs[2]).toMatchObject({ output: expect.stringMatching(/^secret\n.*decryption failed: Bad session key/s) });
    expect(runs.map(({ passphrases }) => passphrases).slice(0, 2).every((asked) => asked >= 1)).toBe(true);
    expect(runs.reduce((sum, { passphrases }) => sum + passphrases, 0)).toBe((await count()) - before);
    expect((await host.exec(['cat', '/run/runbook-drill/passphrase'])).stdout.toString().trim().length).toBeGreaterThan(3);
  });
});

describe('input', () => {
  it.each([
    ['read', 'read -r -p "Sure? " a; read -r b; echo "$a-$b"', 'yes\nno\n', 'yes-no\n'],
    ['a password prompt, which throws away what was typed ahead', "python3 -c 'import getpass; print(getpass.getpass(\"\"))'; read -r x; echo $x", 'secret\nnext\n', 'secret\nnext\n'],
    ['a program behind sudo', 'sudo rm -i /srv/short; ls /srv/short', 'n\n', '/srv/short\n'],
    ['a program in a container', 'docker run --rm -it box bash -c "read x; echo got \\$x"', 'hello\n', 'got hello\n'],
  ])('is typed for %s', async (_, text, input, expected) => {
    const run = await one(host, typed(text, input));
    expect(run).toMatchObject({ ended: 'finished', inputTaken: true });
    expect(run.output.replaceAll('\r', '').replaceAll(/\n+/g, '\n')).toContain(expected);
  });

  it('that nobody asks for is not taken, and is gone with its block', async () => {
    const { runs } = await phase(host, typed('echo a; sleep 1', 'yes\n'), { text: 'read -r -t 1 x; echo "<$x>"' });
    expect(runs[0]).toMatchObject({ ended: 'finished', inputTaken: false });
    expect(runs[1]?.output).toBe('<>\n');
  });

  it('that is too short is a prompt', async () => {
    expect(await one(host, typed('read -r a; read -r b', 'yes\n'))).toMatchObject({ ended: 'prompt', inputTaken: true, prompt: { line: 1, program: 'read' } });
  });

  it('without a terminal is standard input, and the shell is the same', async () => {
    const { runs } = await phase(
      host,
      'A=1; f() { echo "f $A"; }; cd /var',
      stdin('f; pwd; [ -t 0 ] || echo no terminal; cat; (: < /dev/tty) 2>/dev/null || echo none; A=2; cd /tmp', 'text\n'),
      'f; pwd; [ -t 0 ] && echo terminal',
      stdin('wc -c; sudo true && echo sudo works', ''),
    );
    expect(runs.map(({ output }) => output)).toEqual(['', 'f 1\n/var\nno terminal\ntext\nnone\n', 'f 2\n/tmp\nterminal\n', '0\nsudo works\n']);
    expect(runs.map(({ inputTaken }) => inputTaken)).toEqual([false, true, false, false]);
  });
});
