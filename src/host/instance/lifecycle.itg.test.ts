/** A host that is an instance, from making to removal: what is left, what is not touched, what happens when its owner or itself dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CannotRun, HostLost } from '../../ports/host.ts';
import { labelNames } from '../labels.ts';
import { createLxdEnvironment, lxd } from '../lxd.ts';
import { serverFor, testSpec, unhurried } from '../testing.ts';
import { InstanceServer } from './server.ts';

const environment = createLxdEnvironment();
const answering = await serverFor('hosts of LXD from making to removal', lxd);
const server = answering ?? new InstanceServer(lxd, '');

const instances = (): Promise<readonly { readonly name: string; readonly config: Readonly<Record<string, string>> }[]> =>
  server.ask('/instances?recursion=1', z.array(z.object({ name: z.string(), config: z.record(z.string(), z.string()) })));

/** By label and by name, where a label was forgotten. */
async function leftOf(run: string): Promise<readonly string[]> {
  const found = await instances();
  return found.filter(({ name, config }) => name.includes(run) || config[`user.${labelNames.run}`] === run).map(({ name }) => name);
}

/** A process that begins a host and tells its run; then it waits to be killed. */
async function owner(): Promise<{ readonly run: string; readonly ready: Promise<unknown>; kill(): Promise<void> }> {
  const program = `
    import { createLxdEnvironment } from '${import.meta.dirname}/../lxd.ts';
    import { testSpec, unhurried } from '${import.meta.dirname}/../testing.ts';
    const spec = testSpec();
    console.log(spec.ownership.run);
    await createLxdEnvironment().createHost(spec, unhurried);
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const [run] = await once(lines, 'line');
  return {
    run: String(run),
    ready: once(lines, 'line'),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe.skipIf(answering === null)('a host of LXD', () => {
  it('is unprivileged and labelled, with no image to build, and leaves nothing when it is disposed of', async () => {
    await using warm = await environment.createHost(testSpec(), unhurried);
    const spec = testSpec({ limits: { cpu: 1.5, memoryBytes: 1024 ** 3, diskBytes: 6 * 1024 ** 3 } });
    const told: string[] = [];
    const host = await environment.createHost(spec, { ...unhurried, progress: (message) => void told.push(message) });
    expect(told).toEqual([]);
    const { config, devices } = await server.ask(`/instances/${host.name}`, z.object({ config: z.record(z.string(), z.string()), devices: z.record(z.string(), z.record(z.string(), z.string())) }));
    expect(config).toMatchObject({ [`user.${labelNames.run}`]: spec.ownership.run, [`user.${labelNames.pid}`]: String(process.pid), 'security.privileged': 'false', 'limits.memory': `${1024 ** 3}B`, 'limits.cpu.allowance': '150ms/100ms', 'limits.processes': '16384' });
    expect(Object.keys(devices)).toEqual(['root']);
    const { stdout } = await host.exec(['cat', '/proc/self/uid_map']);
    expect(Number(stdout.toString().trim().split(/\s+/)[1])).toBeGreaterThan(0);
    await host[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    expect(await leftOf(spec.ownership.run)).toEqual([]);
    await expect(host.exec(['true'])).rejects.toThrow(HostLost);
    expect((await warm.exec(['true'])).exitCode).toBe(0);
  });

  it('stops when it is asked to, as an instance should', async () => {
    await using host = await environment.createHost(testSpec(), unhurried);
    const begun = performance.now();
    await server.perform(`/instances/${host.name}/state`, { method: 'PUT', body: { action: 'stop', force: false, timeout: 60 } });
    expect((performance.now() - begun) / 1000).toBeLessThan(15);
  });

  it('gives way out only where it is asked for, and a clock of its own', async () => {
    await using host = await environment.createHost(testSpec({ network: 'open', date: '2026-11-22T02:00:00Z' }), unhurried);
    const { stdout } = await host.exec(['bash', '-lc', 'unset FAKETIME; ip route show default; date -u +%F; docker info --format "{{.ID}}" > /dev/null && echo up'], { user: 'ops' });
    expect(stdout.toString()).toMatch(/^default via .*\n2026-11-22\nup\n$/);
  });

  it('leaves nothing wherever its making is aborted', async () => {
    for (const delay of [0, 30, 150, 400, 700, 1000]) {
      const spec = testSpec();
      const abort = new AbortController();
      const created = environment.createHost(spec, { ...unhurried, signal: abort.signal });
      const outcome = created.then((host) => host[Symbol.asyncDispose](), (error: unknown) => expect(error).toBe(abort.signal.reason));
      await sleep(delay);
      abort.abort(new Error('stop'));
      await outcome;
      expect(await leftOf(spec.ownership.run), `aborted after ${delay} ms`).toEqual([]);
    }
  });

  it('cannot be where there is too little room, or nobody answers', async () => {
    await expect(environment.createHost(testSpec({ limits: { cpu: null, memoryBytes: null, diskBytes: 1e18 } }), unhurried)).rejects.toThrow(/too little disk.*in the pool .* of LXD.*seen .* GiB/);
    await expect(environment.createHost(testSpec({ engine: 'incus', pool: 'zfs' }), unhurried)).rejects.toThrow(/no devices for a pool of zfs: expected host\.pool .*dir/);
    const nobody = createLxdEnvironment({ ...process.env, LXD_SOCKET: '/nonexistent/lxd.socket' });
    await expect(nobody.createHost(testSpec(), unhurried)).rejects.toThrow(CannotRun);
    await expect(nobody.createHost(testSpec(), unhurried)).rejects.toThrow(/no LXD answers: there is no socket at \/nonexistent\/lxd\.socket\. Install LXD/);
    expect(await nobody.cleanup({ run: 'nosuch' })).toEqual([]);
  });

  it('hands over all of what short programs write, each over connections of its own', async () => {
    await using host = await environment.createHost(testSpec(), unhurried);
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.all(Array.from({ length: 10 }, (_, index) => host.exec(['sh', '-c', `echo ${index}; echo told ${index} >&2; exit ${index}`], { stdin: Readable.from([]) })));
      expect(results.map(({ exitCode, stdout, stderr }) => [exitCode, stdout.toString(), stderr])).toEqual(results.map((_, index) => [index, `${index}\n`, `told ${index}\n`]));
    }
  });

  it('is HostLost once it dies, for what runs in it and for what comes after', async () => {
    await using host = await environment.createHost(testSpec(), unhurried);
    const program = await host.start(['sleep', '100']);
    const outcomes = Promise.allSettled([host.exec(['sleep', '100']), program.exited]);
    await sleep(200);
    await server.perform(`/instances/${host.name}/state`, { method: 'PUT', body: { action: 'stop', force: true, timeout: -1 } });
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason instanceof HostLost)).toEqual([true, true]);
    await expect(host.exec(['true'])).rejects.toThrow(HostLost);
    await expect(host.start(['true'])).rejects.toThrow(HostLost);
  });

  it('is removed by cleanup once its owner was killed, ready or half made, and nothing of the living or of others is', async () => {
    const neighbour = `neighbour-${process.pid}`;
    await server.perform('/instances', { method: 'POST', body: { name: neighbour, type: 'container', source: { type: 'none' }, config: { 'user.runbook-drill.image': 'ours in name only' } } });
    try {
      await using living = await environment.createHost(testSpec(), unhurried);
      const dying = await owner();
      await dying.ready;
      await environment.cleanup({ dead: true });
      expect(await leftOf(dying.run)).toHaveLength(1);
      await dying.kill();
      expect((await environment.cleanup({ dead: true })).filter((name) => name.includes(dying.run))).toHaveLength(1);
      for (const delay of [50, 300, 800]) {
        const halfway = await owner();
        await sleep(delay);
        await halfway.kill();
        await environment.cleanup({ dead: true });
        expect(await leftOf(halfway.run), `killed after ${delay} ms`).toEqual([]);
      }
      expect((await living.exec(['true'])).exitCode).toBe(0);
      expect((await instances()).map(({ name }) => name)).toContain(neighbour);
    } finally {
      await server.perform(`/instances/${neighbour}`, { method: 'DELETE' });
    }
  });
});
