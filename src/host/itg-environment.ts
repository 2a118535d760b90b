/** What every environment holds to: what runs in a host, and how it is reached. One host for all of it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CannotRun, type Environment, type Host, HostLost } from '../ports/host.ts';
import { connect } from './connection.ts';
import { EngineImage } from './images.ts';
import { testSpec, unhurried } from './testing.ts';

/** @param mode what a host of it says it was given */
export function describeHosts(environment: Environment, mode: RegExp): void {
  let host: Host;

  beforeAll(async () => {
    host = await environment.createHost(testSpec({ limits: { cpu: 2, memoryBytes: 512 * 1024 ** 2, diskBytes: null } }), unhurried);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
  });

  async function run(command: string, user = 'ops'): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const { exitCode, stdout, stderr } = await host.exec(['bash', '-lc', command], { user });
    return { code: exitCode, out: stdout.toString().trim(), err: stderr.trim() };
  }

  async function pids(pattern: string): Promise<string> {
    return (await run(`pgrep -f '${pattern}' || true`, 'root')).out;
  }

  describe('a host', () => {
    it('has its user, with sudo and the engine', async () => {
      expect(await run('id -un; id -u; pwd; echo $SHELL; sudo -n id -u; docker info --format "{{.Driver}}"')).toEqual({
        code: 0,
        out: 'ops\n1000\n/\n/bin/bash\n0\noverlay2',
        err: '',
      });
      expect(host.engineVersion).toMatch(/^docker \d+\.\d+\.\d+$/);
      expect(host.mode).toMatch(mode);
      expect((await run('docker compose version --short')).out).toMatch(/^2\./);
    });

    it('knows its own name and keeps the passphrase to its user', async () => {
      expect((await run('hostname; getent hosts box | tr -s " "')).out).toBe('box\n127.0.1.1 box');
      expect((await run('stat -c "%U %a" /run/runbook-drill/passphrase; cat /run/runbook-drill/passphrase')).out).toBe('ops 600\ncorrect horse');
      expect((await run('cat /run/runbook-drill/passphrase', 'nobody')).code).toBe(1);
    });

    it('has a firewall that can be set up', async () => {
      const { out } = await run('sudo ufw allow 22/tcp && sudo ufw --force enable && sudo ufw reload && sudo ufw status numbered && sudo ufw --force reset');
      expect(out).toContain('Firewall is active');
      expect(out).toMatch(/\[ 1\] 22\/tcp\s+ALLOW IN/);
    });
  });

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

  describe('isolation', () => {
    it('has no way out, and says so at once', async () => {
      const begun = performance.now();
      expect((await run('ip route show default')).out).toBe('');
      expect((await run('curl --silent --max-time 20 http://192.0.2.1/')).code).toBe(7);
      expect((await run('getent hosts example.com')).code).toBe(2);
      expect(performance.now() - begun).toBeLessThan(3000);
    });

    it('does not reach the outer engine or its machine', async () => {
      const { out } = await run('docker ps --all --quiet; sudo find / -xdev -name docker.sock -not -path "/run/*"; ls /dev | grep -E "^(sd|vd|nvme|dm-)" || true');
      expect(out).toBe('');
    });
  });

  describe('images', () => {
    it('come in under the name that was asked for, together, and run without a way out', async () => {
      const provided = await Promise.all(['alpine', 'alpine:3'].map((name) => environment.provideImage({ name, build: null, standIn: false }, unhurried)));
      await Promise.all(provided.map(async (image) => image && host.copyImage(image)));
      expect((await run('docker images --format "{{.Repository}}:{{.Tag}}" | sort')).out).toBe('alpine:3\nalpine:latest');
      expect((await run('docker run --rm -i alpine sh -c "cat; id -u" <<< hello')).out).toBe('hello\n0');
      expect((await run('docker run --rm alpine ping -c1 -W2 192.0.2.1')).code).not.toBe(0);
      expect((await run('docker run --detach --name web --publish 8080:80 alpine httpd -f && sleep 0.5 && curl --silent --output /dev/null -w "%{http_code}" http://localhost:8080/; docker rm --force web > /dev/null')).out).toMatch(/404$/);
    });

    it('have no way out either, and a lookup fails at once', async () => {
      const begun = performance.now();
      expect((await run('docker run --rm alpine wget -T 20 -O- http://example.com/')).code).toBe(1);
      expect(performance.now() - begun).toBeLessThan(3000);
    });

    it('are built where the drill file says how, on a stand-in too, and are called what they are', async () => {
      const build = await mkdtemp(join(tmpdir(), 'image-'));
      try {
        await writeFile(join(build, 'Dockerfile'), 'FROM alpine AS base\nCOPY word /word\nCMD ["cat", "/word"]\n');
        await writeFile(join(build, 'word'), randomBytes(8).toString('hex'));
        const name = 'runbook-drill.invalid/vendor/app:2';
        const image = await environment.provideImage({ name, build, standIn: true }, unhurried);
        expect(image?.standIn).toMatch(/stand-in/);
        await (image && host.copyImage(image));
        expect((await run(`docker run --rm ${name}`)).out).toBe(await readFile(join(build, 'word'), 'utf8'));
        const outer = (await connect()).docker;
        await expect(outer.getImage(name).inspect()).rejects.toThrow(/no such image/i);
        if (image instanceof EngineImage) await outer.getImage(image.source).remove();
        await writeFile(join(build, 'Dockerfile'), 'FROM alpine\nRUN echo tellingly >&2; exit 9\n');
        const failed = environment.provideImage({ name: `${name}3`, build, standIn: false }, unhurried);
        await expect(failed).rejects.toThrow(CannotRun);
        await expect(failed).rejects.toThrow(/returned a non-zero code: 9[^]*tellingly/);
      } finally {
        await rm(build, { recursive: true });
      }
    });

    it('stay within the limits of the host', async () => {
      const { code } = await run('docker run --rm alpine sh -c "head -c 900m /dev/zero | tail -c 800m > /dev/null"');
      expect(code).not.toBe(0);
      expect((await run('docker run --rm alpine sh -c "head -c 9m /dev/zero | tail -c 8m > /dev/null"')).code).toBe(0);
    });

    it('are null when nothing has them', async () => {
      expect(await environment.provideImage({ name: 'runbook-drill.invalid/none', build: null, standIn: false }, unhurried)).toBeNull();
    });
  });

  describe('the engine’s units', () => {
    it('restart through the supervisor, with the configuration read again', async () => {
      await host.writeFile('/etc/docker/daemon.json', '{"labels": ["drill=1"]}', { user: 'root', mode: '0644' });
      expect((await run('docker info --format "{{.Labels}}"')).out).toBe('[]');
      expect(await run('sudo systemctl restart docker && docker info --format "{{.Labels}}" && systemctl is-active docker.service')).toEqual({ code: 0, out: '[drill=1]\nactive', err: '' });
      expect((await run('ps -o comm= -p $(ps -o ppid= -p $(pgrep -x dockerd))')).out).toBe('s6-supervise');
    });

    it('stop and start, and say what they are', async () => {
      expect(await run('sudo service docker stop; systemctl is-active docker; systemctl status docker > /dev/null; echo $?')).toMatchObject({ out: 'inactive\n3' });
      expect((await run('docker ps')).code).not.toBe(0);
      expect((await run('sudo service docker start; docker ps --quiet; systemctl is-active docker containerd; journalctl -u docker -n 1 --no-pager | grep -c .')).out).toBe('active\nactive\n1');
    });

    it('fail as they would when the configuration is wrong', async () => {
      await host.writeFile('/etc/docker/daemon.json', '{', { user: 'root', mode: '0644' });
      const { code, err } = await run('sudo systemctl restart docker');
      expect([code, err]).toEqual([1, expect.stringContaining('Job for docker.service failed')]);
      await host.writeFile('/etc/docker/daemon.json', '{}', { user: 'root', mode: '0644' });
      expect((await run('sudo systemctl restart docker')).code).toBe(0);
    });

    it('come back when they are killed', async () => {
      await run('sudo pkill -KILL dockerd; sleep 0.2');
      expect((await run('for i in $(seq 100); do docker ps -q && break; sleep 0.1; done')).code).toBe(0);
    });

    it('are the only ones: another unit is a limit of the host', async () => {
      expect(await run('sudo systemctl enable --now nginx')).toEqual({ code: 5, out: '', err: 'runbook-drill: host-limit: unit nginx' });
      expect(await run('sudo service cron restart')).toMatchObject({ code: 5, err: 'runbook-drill: host-limit: unit cron' });
    });
  });
}
