/** The docker engine in a real host. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestHost } from '../../tests/test-host.ts';
import { plantCanary } from '../evidence/canary.ts';
import { comparePlace } from '../evidence/compare.ts';
import { emptyFolder } from '../evidence/corrupt.ts';
import { takeManifest } from '../evidence/manifest.ts';
import { makeNonce } from '../evidence/nonce.ts';
import { killProcessesHolding, processesHolding } from '../evidence/processes.ts';
import type { PlaceLocation } from '../ports/engine.ts';
import type { ExecResult, Host } from '../ports/host.ts';
import { dockerEngine as engine } from './docker.ts';

let host: Host;
beforeAll(async () => {
  host = await makeTestHost(['alpine']);
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await engine.removeStack(host, []);
});

async function sh(script: string, user = 'root'): Promise<string> {
  const result = await host.exec(['/bin/bash', '-c', `set -e; ${script}`], { user });
  if (result.exitCode !== 0) throw new Error(`${script}: exit ${result.exitCode}: ${result.stderr}`);
  return result.stdout.toString('utf8');
}

const run = (name: string, options: string): Promise<string> => sh(`docker run -d --name ${name} ${options} alpine sleep 100000`);
const running = async (): Promise<readonly string[]> => (await sh(`docker ps --format '{{.Names}}'`)).split('\n').filter(Boolean).toSorted();
const volume = (name: string): PlaceLocation => ({ type: 'volume', name });
const path = (at: string): PlaceLocation => ({ type: 'path', path: at });

function inside(name: string, command: string): Promise<ExecResult> {
  return host.exec(engine.insideCommand(name, ['sh', '-c', command]), { user: 'ops', env: { DRILL_NONCE: 'n1' }, stdin: 'typed' });
}

describe('volumes', () => {
  it('are listed with their folder and their birth', async () => {
    const before = Number(await sh('date +%s.%N'));
    await sh('docker volume create named; docker run -d -v /anonymous alpine sleep 1000; sleep 0.05');
    const between = Number(await sh('date +%s.%N'));
    await sh('docker volume create later; docker volume create named');
    await emptyFolder(host, '/var/lib/docker/volumes/named/_data');
    await sh('rmdir /var/lib/docker/volumes/named/_data; mkdir /var/lib/docker/volumes/named/_data');
    const volumes = await engine.volumes(host);
    const named = volumes.find((each) => each.name === 'named');
    const later = volumes.find((each) => each.name === 'later');
    expect(named).toMatchObject({ root: '/var/lib/docker/volumes/named/_data', anonymous: false });
    // The file system's clock is that of the last tick.
    expect(named?.born).toBeGreaterThan(before - 0.02);
    expect(named?.born).toBeLessThan(between);
    expect(later?.born).toBeGreaterThan(between - 0.02);
    expect(volumes.filter((each) => each.anonymous)).toHaveLength(1);
  });

  it('that are folders in disguise are located where their content is, whoever runs', async () => {
    await sh('mkdir -p /srv/data; echo 1 > /srv/data/file; docker volume create --opt type=none --opt o=bind --opt device=/srv/data disguised');
    expect(await engine.locate(host, volume('disguised'))).toBe('/srv/data');
    await sh('rm -r /srv/data');
    expect(await engine.locate(host, volume('disguised'))).toBeNull();
  });

  it('and paths are located, or not', async () => {
    await sh('docker volume create named; touch /home/ops/file; mkdir -p /srv/p');
    expect(await engine.locate(host, volume('named'))).toBe('/var/lib/docker/volumes/named/_data');
    expect(await engine.locate(host, volume('other'))).toBeNull();
    expect(await engine.locate(host, path('/srv/p/'))).toBe('/srv/p');
    expect(await engine.locate(host, path('/srv/not-there'))).toBeNull();
    expect(await engine.locate(host, { type: 'file', path: '~/file' })).toBe('/home/ops/file');
    await expect(engine.locate(host, { type: 'bucket', name: 'b' })).rejects.toThrow('Docker has no bucket');
  });

  it('of an engine that does not answer are not taken for none', async () => {
    await expect(engine.locate({ ...host, spec: host.spec, name: 'h', exec: () => host.exec(['/bin/sh', '-c', 'echo "Cannot connect to the Docker daemon" >&2; exit 1']) }, volume('x'))).rejects.toThrow('Cannot connect');
  });
});

describe('killUsers', () => {
  it('kills whoever has a volume open, by name or by its folder, and no one else', async () => {
    await run('by-name', '--restart always -v data:/data');
    await run('read-only', '-v data:/data:ro');
    await run('by-folder', '-v /var/lib/docker/volumes/data/_data:/x');
    await run('above', '-v /var/lib/docker/volumes:/x');
    await run('looks-at-all', '-v /:/host:ro');
    await run('prefix', '-v data2:/data');
    await run('none', '');
    expect((await engine.killUsers(host, [volume('data')])).map(({ name }) => name).toSorted()).toEqual(['above', 'by-folder', 'by-name', 'read-only']);
    await sh('sleep 0.5');
    expect(await running()).toEqual(['looks-at-all', 'none', 'prefix']);
    expect(await sh(`docker inspect --format '{{.State.ExitCode}}' by-name`)).toBe('137\n');
  });

  it('kills whoever has a path open, through links and disguised volumes', async () => {
    await sh('mkdir -p /srv/data/sub /srv/database; ln -sfn /srv/data /srv/alias; docker volume create --opt type=none --opt o=bind --opt device=/srv/data disguised');
    await run('same', '-v /srv/data:/x');
    await run('below', '-v /srv/data/sub:/x:ro');
    await run('alias', '-v /srv/alias:/x');
    await run('disguised', '-v disguised:/x');
    await run('neighbour', '-v /srv/database:/x');
    const killed = await engine.killUsers(host, [path('/srv/data')]);
    expect(killed.map(({ name }) => name).toSorted()).toEqual(['alias', 'below', 'disguised', 'same']);
    await engine.startAgain(host, [...killed, { name: 'gone' }]);
    expect(await running()).toEqual(['alias', 'below', 'disguised', 'neighbour', 'same']);
  });

  it('kills whoever has a file mounted', async () => {
    await sh('echo A=1 > /srv/file');
    await run('user', '-v /srv/file:/etc/file');
    await run('other', '-v /etc/hostname:/x');
    expect(await engine.killUsers(host, [{ type: 'file', path: '/srv/file' }])).toEqual([{ name: 'user' }]);
  });

  it('is a crash: what would be written on stop is not', async () => {
    await sh(`docker run -d --name writer -v data:/data alpine sh -c 'trap "echo late > /data/on-stop; exit" TERM; while :; do sleep 0.1; done'; sleep 0.3`);
    const killed = await engine.killUsers(host, [volume('data')]);
    expect(await sh('ls -A /var/lib/docker/volumes/data/_data')).toBe('');
    await engine.startAgain(host, killed);
    await sh('sleep 0.3; docker stop writer');
    expect(await sh('ls -A /var/lib/docker/volumes/data/_data')).toBe('on-stop\n');
  });
});

describe('processes of the host and of containers', () => {
  it('are found by what they hold, the engine itself is not', async () => {
    await run('holder', '-v data:/data -w /data');
    const root = '/var/lib/docker/volumes/data/_data';
    expect(await processesHolding(host, root)).toMatchObject([{ command: 'sleep' }]);
    expect(await processesHolding(host, '/var/lib/docker')).not.toContainEqual(expect.objectContaining({ command: 'dockerd' }));
    await engine.killUsers(host, [volume('data')]);
    expect(await killProcessesHolding(host, root)).toEqual([]);
  });
});

describe('removal', () => {
  it('takes a volume with the containers on it', async () => {
    await run('on-it', '--restart always -v data:/data -v kept:/kept');
    await sh('docker create --name stopped -v data:/data alpine true');
    await run('beside', '-v kept:/kept');
    await engine.removePlace(host, volume('data'));
    await engine.removePlace(host, volume('data'));
    expect([...(await engine.inventory(host))].toSorted()).toEqual(['beside', 'kept']);
  });

  it('takes the stack and spares what is kept', async () => {
    await sh('docker network create net');
    await run('one', '--restart always --network net -v data:/data -v kept:/kept -v /anonymous');
    await engine.removeStack(host, [volume('kept'), path('/srv')]);
    expect(await engine.inventory(host)).toEqual(['kept']);
    expect(await sh('docker network ls --filter type=custom -q')).toBe('');
    await engine.removeStack(host, []);
    expect(await engine.inventory(host)).toEqual([]);
  });
});

const used = async (): Promise<readonly string[]> =>
  (await engine.inUse(host)).data.map(({ kind, name, root, anonymous, readOnly, usedBy }) => [kind, anonymous ? 'anonymous' : name, anonymous || (root ?? 'nowhere'), readOnly ? 'ro' : 'rw', ...usedBy].join(' ')).toSorted();

describe('what is in use', () => {
  it('is told with who uses it, and of what runs alone', async () => {
    await sh('mkdir -p /srv/data; ln -sfn /srv/data /srv/alias; docker volume create --opt type=none --opt o=bind --opt device=/srv/data disguised; docker volume create unused');
    await run('one', '-v data:/a -v shared:/b:ro -v /anonymous -v /srv/alias:/c -v disguised:/d --tmpfs /e --mount type=tmpfs,dst=/f');
    await run('two', '-v shared:/b -v /etc/hostname:/h:ro');
    await sh('docker create --name stopped -v other:/data alpine true');
    expect(await used()).toEqual([
      'bind /etc/hostname /etc/hostname ro two',
      'bind /srv/alias /srv/data rw one',
      'volume anonymous true rw one',
      'volume data /var/lib/docker/volumes/data/_data rw one',
      'volume disguised /srv/data rw one',
      'volume shared /var/lib/docker/volumes/shared/_data rw one two',
    ]);
  });

  it('has images, by Compose service or by name, with what their labels say', async () => {
    await sh(`printf 'FROM alpine\nLABEL org.opencontainers.image.version=1.2.3\n' | docker build -q -t labelled:latest -`);
    await run('plain', '');
    await sh(`mkdir -p /srv/stack; printf 'services:\n  web:\n    image: labelled\n    command: sleep 10000\n    init: true\n' > /srv/stack/compose.yml; docker compose -f /srv/stack/compose.yml up -d --pull never 2>&1`);
    const { images } = await engine.inUse(host);
    const [plain, web] = images.toSorted((a, b) => (a.image < b.image ? -1 : 1));
    expect(plain).toMatchObject({ instance: 'plain', image: 'alpine', id: expect.stringMatching(/^sha256:/), digests: [] });
    expect(web).toMatchObject({ instance: 'stack/web', image: 'labelled', version: '1.2.3' });
    expect(Math.abs((plain?.created ?? 0) - Number(await sh('date +%s')))).toBeLessThan(30);
  });
});

describe('insideCommand', () => {
  it('runs by container name, with input, nonces and the exit status', async () => {
    await run('box', '');
    const result = await inside('box', 'cat; echo " $DRILL_NONCE ${DRILL_LATE_NONCE-unset}"; exit 3');
    expect([result.stdout.toString(), result.exitCode]).toEqual(['typed n1 unset\n', 3]);
  });

  it('runs by Compose service', async () => {
    await sh(`mkdir -p /srv/stack; printf 'services:\n  database:\n    image: alpine\n    command: sleep 10000\n    init: true\n' > /srv/stack/compose.yml; docker compose -f /srv/stack/compose.yml up -d --pull never 2>&1`);
    expect((await inside('database', 'hostname; true')).exitCode).toBe(0);
  });

  it('never takes a container that is not running for an answer', async () => {
    await sh('docker create --name stopped alpine true');
    expect(await inside('stopped', 'true')).toMatchObject({ exitCode: 125, stderr: 'container stopped is not running\n' });
    expect(await inside('not-there', 'true')).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('not-there') });
  });
});

describe('a canary in a volume', () => {
  it.each([
    ['docker cp', 'rm -rf /srv/copy; docker cp from:/data /srv/copy; docker cp -a /srv/copy/. to:/data'],
    ['docker cp as a stream', 'docker cp -a from:/data/. - | docker cp -a - to:/data'],
    ['tar in a container', 'mkdir -p /srv/b; docker run --rm -v data:/v:ro -v /srv/b:/b alpine tar czf /b/x.tgz -C /v .; docker run --rm -v restored:/v -v /srv/b:/b alpine tar xzf /b/x.tgz -C /v'],
    ['cp -a in a container', 'docker run --rm -v data:/from -v restored:/to alpine cp -a /from/. /to/'],
  ])('comes back by %s with warnings at most', async (_, copy) => {
    await run('from', '-v data:/data');
    await run('to', '-v restored:/data');
    const root = '/var/lib/docker/volumes/data/_data';
    await sh(`echo db > ${root}/db`);
    const nonce = makeNonce();
    await plantCanary(host, root, nonce);
    const before = await takeManifest(host, root, { kind: 'folder' });
    await sh(copy);
    const restored = await takeManifest(host, '/var/lib/docker/volumes/restored/_data', { kind: 'folder' });
    const fact = comparePlace({ name: 'data', mode: 'exact', volatile: [], before, after: before, restored, nonce, lateNonce: null, noncesBack: new Map([[nonce, ['x']]]) });
    expect(fact.differences.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
