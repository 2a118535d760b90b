/** What every environment holds to: how what runs in a host is reached. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Host, HostLost } from '../ports/host.ts';

/** @param made the one host of the test file, once it is there */
export function describePrograms(made: () => Host): void {
  let host: Host;
  beforeAll(() => {
    host = made();
  });

  async function run(command: string, user = 'ops'): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const { exitCode, stdout, stderr } = await host.exec(['bash', '-lc', command], { user });
    return { code: exitCode, out: stdout.toString().trim(), err: stderr.trim() };
  }

  async function pids(pattern: string): Promise<string> {
    return (await run(`pgrep -f '${pattern}' || true`, 'root')).out;
  }

  describe('exec', () => {
    it('hands bytes through unchanged, both ways, with exit code and standard error', async () => {
      const bytes = randomBytes(3_000_000);
      const result = await host.exec(['sh', '-c', 'cat; echo told >&2; exit 3'], { stdin: bytes });
      expect(result.stdout.equals(bytes)).toBe(true);
      expect([result.exitCode, result.stderr]).toEqual([3, 'told\n']);
    });

    it('gives an empty input where there is none, so that nothing waits', async () => {
      expect((await host.exec(['cat'])).stdout.length).toBe(0);
    });

    it('streams in and out', async () => {
      let length = 0;
      const stdout = new Writable({
        write(chunk: Buffer, _encoding, done) {
          length += chunk.length;
          done();
        },
      });
      const result = await host.exec(['cat'], { stdin: Readable.from(Array.from({ length: 500 }, () => randomBytes(65_536))), stdout });
      expect([length, result.stdout.length]).toEqual([500 * 65_536, 0]);
    });

    it('sets user, folder and variables, which stand in no process list', async () => {
      const { stdout } = await host.exec(['sh', '-c', 'id -un; pwd; echo $SECRET; ps -eww -o args'], { user: 'ops', cwd: '/srv', env: { SECRET: 'hush-hush' } });
      expect(stdout.toString().split('\n').slice(0, 3)).toEqual(['ops', '/srv', 'hush-hush']);
      expect(stdout.toString().match(/hush-hush/g)).toHaveLength(1);
    });

    it('tells a program that is not there by its exit code', async () => {
      expect((await host.exec(['no-such-program'])).exitCode).toBe(127);
    });

    it('is content with a program that does not read all of its input', async () => {
      const endless = Readable.from((function* () { for (;;) yield Buffer.alloc(65_536); })());
      expect((await host.exec(['head', '-c', '3'], { stdin: endless })).stdout.length).toBe(3);
    });

    it('rejects, and kills the program, when its source of input fails', async () => {
      const broken = Readable.from((function* () { yield Buffer.from('begun'); throw new Error('the source broke'); })());
      await expect(host.exec(['sh', '-c', 'cat > /dev/null; exec -a marked-source sleep 300'], { stdin: broken })).rejects.toThrow('the source broke');
      expect(await pids('marked-sourc[e]')).toBe('');
    });

    it('rejects output that is too long rather than cut it, and kills the program', async () => {
      await expect(host.exec(['bash', '-c', 'exec -a marked-long yes'], { maxBytes: 1000 })).rejects.toThrow(/more than 1000 bytes to its standard output/);
      expect(await pids('marked-lon[g]')).toBe('');
      await expect(host.exec(['sh', '-c', 'yes >&2'], { maxBytes: 1000 })).rejects.toThrow(/standard error/);
    });

    it('has an exchange with a socket built in, which ends with the other end or its signal', async () => {
      const exchange = '/usr/local/lib/runbook-drill/host/exchange';
      const ask = (socket: string, path: string, signal?: AbortSignal) => host.exec([exchange, socket], { stdin: `GET ${path} HTTP/1.0\r\nHost: engine\r\n\r\n`, ...(signal === undefined ? {} : { signal }) });
      expect((await ask('/var/run/docker.sock', '/_ping')).stdout.toString()).toMatch(/^HTTP\/1\.0 200 OK\r\n[^]*\r\n\r\nOK$/);
      expect(await ask('/run/nobody.sock', '/_ping')).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('No such file') });
      await expect(ask('/var/run/docker.sock', '/events', AbortSignal.timeout(300))).rejects.toThrow(/timeout/);
      expect((await ask('/var/run/docker.sock', '/_ping')).exitCode).toBe(0);
    });

    it('runs side by side: a reader that is slow holds up nobody else', async () => {
      let length = 0;
      let open = false;
      const waiting: (() => void)[] = [];
      const slow = new Writable({
        highWaterMark: 1,
        write(chunk: Buffer, _encoding, done) {
          length += chunk.length;
          if (open) done();
          else waiting.push(() => done());
        },
      });
      const held = host.exec(['head', '-c', '5000000', '/dev/zero'], { stdout: slow });
      expect((await host.exec(['head', '-c', '5000000', '/dev/zero'])).stdout.length).toBe(5_000_000);
      expect(length).toBeLessThan(2_000_000);
      open = true;
      for (const goOn of waiting) goOn();
      await held;
      expect(length).toBe(5_000_000);
    });

    it('does not wait long for children that keep its outputs open', async () => {
      const begun = performance.now();
      const { exitCode, stdout } = await host.exec(['bash', '-c', 'exec -a marked-left sleep 30 & echo said; exit 4']);
      expect([exitCode, stdout.toString()]).toEqual([4, 'said\n']);
      expect(performance.now() - begun).toBeLessThan(5000);
      await run('pkill -f marked-left', 'root');
    });

    it('goes on after what runs in the host has killed the runner, and says that a program was lost with it', async () => {
      const lost = host.exec(['sleep', '300']);
      await expect(Promise.all([lost, run('sleep 0.2; pkill -KILL -f host/runne[r]; sleep 1', 'root')])).rejects.toThrow(/runner has ended/);
      await expect(lost).rejects.not.toThrow(HostLost);
      expect((await host.exec(['echo', 'again'])).stdout.toString()).toBe('again\n');
      await run('pkill sleep', 'root');
    });

    it('tells a folder or a user that is not there', async () => {
      expect(await host.exec(['true'], { cwd: '/no/such' })).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('/no/such') });
      expect(await host.exec(['true'], { user: 'nobody-there' })).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('nobody-there') });
    });

    it('kills the program and its children when it is aborted', async () => {
      const begun = performance.now();
      const signal = AbortSignal.timeout(300);
      await expect(host.exec(['bash', '-c', '(exec -a marked-child sleep 300) & exec -a marked-parent sleep 300'], { signal })).rejects.toThrow(/timeout/i);
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(await pids('marked-(child|parent)')).toBe('');
    });
  });

  describe('start', () => {
    it('talks to a program, closes its input, and hears its end', async () => {
      await using program = await host.start(['sh', '-c', 'while read -r line; do echo "got $line"; done; echo over >&2; exit 7'], { user: 'ops' });
      program.stdin.write('one\n');
      const first = await program.stdout.take(1).toArray();
      expect(String(first[0])).toBe('got one\n');
      const rest = Promise.all([text(program.stderr), program.exited]);
      program.stdout.resume();
      program.stdin.end();
      expect(await rest).toEqual(['over\n', 7]);
    });

    it('kills the program when it is disposed of', async () => {
      const program = await host.start(['bash', '-c', 'exec -a marked-started sleep 300']);
      while ((await pids('marked-starte[d]')) === '') await sleep(50);
      await program[Symbol.asyncDispose]();
      expect(await pids('marked-starte[d]')).toBe('');
    });
  });

  describe('writeFile', () => {
    it('makes folders and file the user’s, with the mode', async () => {
      await host.writeFile('/home/ops/.config/a/b', 'x', { user: 'ops', mode: '0640' });
      expect((await run('cd ~; stat -c "%U %a %n" .config .config/a .config/a/b; cat .config/a/b')).out).toBe('ops 755 .config\nops 755 .config/a\nops 640 .config/a/b\nx');
    });

    it('replaces content, owner and mode of a file that is there', async () => {
      await host.writeFile('/srv/file', Readable.from([randomBytes(100)]), { user: 'root', mode: '4755' });
      await host.writeFile('/srv/file', 'short', { user: 'ops', mode: '0600' });
      expect((await run('stat -c "%U %a %s" /srv/file')).out).toBe('ops 600 5');
    });

    it('says why it cannot', async () => {
      await expect(host.writeFile('/proc/no/such', 'x', { user: 'root', mode: '0644' })).rejects.toThrow(/\/proc\/no\/such/);
    });
  });
}
