/** What every environment holds to: what is in a host, what it can do, and what it cannot reach. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CannotRun, type Environment, type Host } from '../ports/host.ts';
import { connect } from './connection.ts';
import { EngineImage } from './images.ts';
import { unhurried } from './testing.ts';

/** @param made the one host of the test file, once it is there. @param mode what a host says it was given */
export function describeInside(environment: Environment, made: () => Host, mode: RegExp): void {
  let host: Host;
  beforeAll(() => {
    host = made();
  });

  async function run(command: string, user = 'ops'): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const { exitCode, stdout, stderr } = await host.exec(['bash', '-lc', command], { user });
    return { code: exitCode, out: stdout.toString().trim(), err: stderr.trim() };
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
      expect((await run('stat -c "%U %a" /run/runbook-drill/passphrase; cat /run/runbook-drill/passphrase')).out).toBe('ops 600\ncorrect horse battery');
      expect((await run('cat /run/runbook-drill/passphrase', 'nobody')).code).toBe(1);
    });

    it('has a firewall that can be set up', async () => {
      const { out } = await run('sudo ufw allow 22/tcp && sudo ufw --force enable && sudo ufw reload && sudo ufw status numbered && sudo ufw --force reset');
      expect(out).toContain('Firewall is active');
      expect(out).toMatch(/\[ 1\] 22\/tcp\s+ALLOW IN/);
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
