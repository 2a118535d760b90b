/** A host from making to removal: what is left, what is not touched, what happens when its owner dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';
import { CannotRun, HostLost } from '../ports/host.ts';
import { connect } from './connection.ts';
import { createDockerEnvironment } from './docker.ts';
import { labelNames } from './labels.ts';
import { testSpec, unhurried } from './testing.ts';

const environment = createDockerEnvironment();
const docker = await outerDocker();

async function outerDocker(): Promise<Docker> {
  return (await connect()).docker;
}

/** Names of all containers, volumes and networks of one run: by label, and by name, where a label was forgotten. */
async function leftOf(run: string): Promise<readonly string[]> {
  const [containers, { Volumes }, networks] = await Promise.all([docker.listContainers({ all: true }), docker.listVolumes(), docker.listNetworks()]);
  const all = [
    ...containers.map(({ Names, Labels }) => ({ name: Names.join(), labels: Labels })),
    ...(Volumes ?? []).map(({ Name, Labels }) => ({ name: Name, labels: Labels })),
    ...networks.map(({ Name, Labels }) => ({ name: Name, labels: Labels })),
  ];
  return all.filter(({ name, labels }) => name.includes(run) || labels?.[labelNames.run] === run).map(({ name }) => name);
}

describe('createHost', () => {
  it('has the engine answering within three seconds, and leaves nothing when it is disposed of', async () => {
    await using warm = await environment.createHost(testSpec(), unhurried);
    const spec = testSpec();
    const begun = performance.now();
    const host = await environment.createHost(spec, unhurried);
    const seconds = (performance.now() - begun) / 1000;
    const { Mounts, Config, HostConfig } = await docker.getContainer(host.name).inspect();
    expect(HostConfig.PidsLimit).toBe(16_384);
    expect(seconds).toBeLessThan(3);
    expect(warm.name).not.toBe(host.name);
    expect(Config.Labels).toMatchObject({ [labelNames.run]: spec.ownership.run, [labelNames.pid]: String(process.pid) });
    expect(Mounts.filter(({ Type }) => Type === 'bind')).toEqual([]);
    expect(await leftOf(spec.ownership.run)).toHaveLength(2);
    await host[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
    expect(await leftOf(spec.ownership.run)).toEqual([]);
    await expect(docker.getVolume(Mounts.find(({ Type }) => Type === 'volume')?.Name ?? '').inspect()).rejects.toThrow(/no such volume/i);
    await expect(host.exec(['true'])).rejects.toThrow(HostLost);
  });

  it.each([0, 20, 100, 200, 300, 450, 600])('leaves nothing when it is aborted after %i ms', async (delay) => {
    const spec = testSpec();
    const abort = new AbortController();
    const created = environment.createHost(spec, { ...unhurried, signal: abort.signal });
    const outcome = created.then((host) => host[Symbol.asyncDispose](), (error: unknown) => expect(error).toBe(abort.signal.reason));
    await sleep(delay);
    abort.abort(new Error('stop'));
    await outcome;
    expect(await leftOf(spec.ownership.run)).toEqual([]);
  });

  it('makes two side by side that do not meet', async () => {
    const [one, two] = await Promise.all([
      environment.createHost(testSpec({ hostname: 'one' }), unhurried),
      environment.createHost(testSpec({ hostname: 'two', user: 'root', network: 'open' }), unhurried),
    ]);
    try {
      await one.exec(['/usr/bin/docker', 'volume', 'create', 'mine']);
      expect((await two.exec(['/usr/bin/docker', 'volume', 'ls', '--quiet'])).stdout.toString()).toBe('');
      expect((await one.exec(['/usr/bin/docker', 'volume', 'ls', '--quiet'])).stdout.toString()).toBe('mine\n');
      expect((await two.exec(['ip', 'route', 'show', 'default'])).stdout.toString()).toMatch(/^default via/);
      expect((await two.exec(['getent', 'passwd', '1000'])).exitCode).toBe(2);
    } finally {
      await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()]);
    }
  });

  it('installs further packages once', async () => {
    const spec = testSpec({ packages: ['tree', 'bc'] });
    await using host = await environment.createHost(spec, unhurried);
    expect((await host.exec(['tree', '--version'])).exitCode).toBe(0);
    expect((await host.exec(['bc', '--version'])).exitCode).toBe(0);
  });

  it.each([
    ['too little disk', { limits: { cpu: null, memoryBytes: null, diskBytes: 1e18 } }, /too little disk.*expected .* GiB free under .*seen .* GiB/],
    ['no package name', { packages: ['a; reboot'] }, /expected the name of a Debian package, got 'a; reboot'/],
    ['a user that cannot be', { user: 'UPPER CASE' }, /the host's user 'UPPER CASE' cannot be made/],
  ])('cannot run with %s, and leaves nothing', async (_what, changes, message) => {
    const spec = testSpec(changes);
    const outcome = environment.createHost(spec, unhurried);
    await expect(outcome).rejects.toThrow(CannotRun);
    await expect(outcome).rejects.toThrow(message);
    expect(await leftOf(spec.ownership.run)).toEqual([]);
  });
});

describe('a host that dies', () => {
  it('is HostLost for what runs in it and for what comes after', async () => {
    await using host = await environment.createHost(testSpec(), unhurried);
    const program = await host.start(['sleep', '100']);
    const outcomes = Promise.allSettled([host.exec(['sleep', '100']), program.exited]);
    await sleep(200);
    await docker.getContainer(host.name).kill();
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason instanceof HostLost)).toEqual([true, true]);
    await expect(host.exec(['true'])).rejects.toThrow(HostLost);
    await expect(host.start(['true'])).rejects.toThrow(HostLost);
  });

  it('is HostLost for an image when its engine is gone for good', async () => {
    await using host = await environment.createHost(testSpec(), unhurried);
    const image = await environment.provideImage({ name: 'alpine', build: null, standIn: false }, unhurried);
    await host.exec(['sh', '-c', 'mv /usr/sbin/dockerd /usr/sbin/gone; pkill -KILL dockerd']);
    await expect(image && host.copyImage(image)).rejects.toThrow(HostLost);
  });
});

/** A process that makes a host and then waits: the owner that is killed. */
async function owner(): Promise<{ readonly run: string; kill(): Promise<void> }> {
  const program = `
    import { createDockerEnvironment } from '${import.meta.dirname}/docker.ts';
    import { testSpec, unhurried } from '${import.meta.dirname}/testing.ts';
    const spec = testSpec();
    await createDockerEnvironment().createHost(spec, unhurried);
    console.log(spec.ownership.run);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [run] = await once(createInterface(child.stdout), 'line');
  return {
    run: String(run),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

describe('cleanup', () => {
  const neighbours: Array<() => Promise<unknown>> = [];
  afterAll(async () => {
    for (const remove of neighbours) await remove();
  });

  it('removes what a killed owner left, and nothing of the living or of others', async () => {
    const other = `neighbour-${Date.now()}`;
    await docker.createVolume({ Name: other, Labels: { 'com.example.run': 'x' } });
    neighbours.push(() => docker.getVolume(other).remove());
    const network = await docker.createNetwork({ Name: other });
    neighbours.unshift(() => docker.getNetwork(network.id).remove());
    const base = await docker.createContainer({ name: other, Image: 'debian:trixie-slim', Cmd: ['true'], Labels: { 'runbook-drill.image': 'ours in name only' }, HostConfig: { Binds: [`${other}:/data`] } });
    neighbours.unshift(() => base.remove({ force: true }));

    await using living = await environment.createHost(testSpec(), unhurried);
    const dying = await owner();
    expect(await leftOf(dying.run)).toHaveLength(2);
    await environment.cleanup({ dead: true });
    expect(await leftOf(dying.run)).toHaveLength(2);

    await dying.kill();
    const removed = await environment.cleanup({ dead: true });
    expect(removed.filter((name) => name.includes(dying.run))).toHaveLength(2);
    expect(await leftOf(dying.run)).toEqual([]);
    expect((await living.exec(['true'])).exitCode).toBe(0);
    expect((await docker.getVolume(other).inspect()).Name).toBe(other);
    expect((await docker.getNetwork(network.id).inspect()).Name).toBe(other);
    expect((await base.inspect()).State.Status).toBe('created');
  });

  it('removes one run, alive or not, and no other', async () => {
    const spec = testSpec();
    await using other = await environment.createHost(testSpec(), unhurried);
    await environment.createHost(spec, unhurried);
    const removed = await environment.cleanup({ run: spec.ownership.run });
    expect(removed).toHaveLength(2);
    expect(await leftOf(spec.ownership.run)).toEqual([]);
    expect((await other.exec(['true'])).exitCode).toBe(0);
  });
});
