/** The `docker` environment: a host is a container of the outer engine, made through testcontainers. */
import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type Docker from 'dockerode';
import { CannotRun, type Environment, type ExecResult, type Host, type HostSpec, type ImageRequest, type ProvidedImage } from '../ports/host.ts';
import { cleanup, type CleanupScope } from './cleanup.ts';
import { connect, reason, type OuterEngine } from './connection.ts';
import { hostPrograms } from './container-process.ts';
import { execIn } from './docker-exec.ts';
import { DockerHost, removeHost } from './docker-host.ts';
import { startHostContainer, type HostMode } from './host-container.ts';
import { hostImage } from './host-image.ts';
import { provideImage } from './images.ts';
import { ownershipLabels } from './labels.ts';
import { Registries } from './registry.ts';
import { temporaryFolder } from './temporary.ts';

/** Free disk that a host needs where the drill file sets no limit, in bytes. */
const usualDisk = 5 * 1024 ** 3;

type Work = { readonly signal: AbortSignal; readonly progress: (message: string) => void };

/** The environment on this machine's engine. Nothing is asked of the engine before the first call needs it. */
export function createDockerEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  let connected: Promise<{ readonly engine: OuterEngine; readonly registries: Registries }> | null = null;
  const outer = () =>
    (connected ??= connect(env).then((engine) => ({ engine, registries: new Registries(engine.docker) })));
  return {
    name: 'docker',
    createHost: async (spec: HostSpec, work: Work): Promise<Host> => {
      const { engine, registries } = await outer();
      await requireDisk(engine, spec);
      const image = await hostImage(spec.date === null ? spec : { ...spec, packages: [...spec.packages, 'libfaketime'] }, { docker: engine.docker, registries, ...work });
      return createDockerHost(engine, image, spec, work.signal);
    },
    provideImage: async (request: ImageRequest, work: Work): Promise<ProvidedImage | null> => {
      const { engine, registries } = await outer();
      return provideImage(request, { docker: engine.docker, registries, ...work });
    },
    temporaryFolder,
    cleanup: async (which: CleanupScope): Promise<readonly string[]> => cleanup((await outer()).engine.docker, which),
  };
}

/** @throws CannotRun when less disk is free than a host may use. */
async function requireDisk(engine: OuterEngine, spec: Pick<HostSpec, 'limits'>): Promise<void> {
  const wanted = spec.limits.diskBytes ?? usualDisk;
  // The engine's folder is not there when this program itself runs in a container with the engine's socket.
  const disk = await statfs(engine.root).catch(() => null);
  if (disk === null) return;
  const free = disk.bavail * disk.bsize;
  if (free >= wanted) return;
  throw new CannotRun(
    `too little disk for a host: expected ${gibibytes(wanted)} free under ${engine.root} (host.limits.disk), seen ${gibibytes(free)}. Free some (docker image prune), or lower host.limits.disk.`,
  );
}

const gibibytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;

async function createDockerHost(engine: OuterEngine, image: string, spec: HostSpec, signal: AbortSignal): Promise<Host> {
  try {
    return await createInMode('recipe', engine, image, spec, signal);
  } catch (first) {
    signal.throwIfAborted();
    if (first instanceof CannotRun) throw first;
    try {
      return await createInMode('privileged', engine, image, spec, signal);
    } catch (second) {
      signal.throwIfAborted();
      throw new CannotRun(
        `no host can be made here. With all capabilities but SYS_RESOURCE: ${reason(first)} Privileged: ${reason(second)} Expected an engine that runs Docker in a container: see 'docker info' and the engine's log.`,
        { cause: first },
      );
    }
  }
}

async function createInMode(mode: HostMode, engine: OuterEngine, image: string, spec: HostSpec, signal: AbortSignal): Promise<Host> {
  const { docker } = engine;
  const labels = await ownershipLabels(spec.ownership);
  const name = hostName(spec);
  const volume = `${name}-engine`;
  try {
    signal.throwIfAborted();
    await docker.createVolume({ Name: volume, Labels: labels });
    signal.throwIfAborted();
    const id = await startHostContainer({ image, name, volume, labels, mode, spec }, engine);
    const prepared = await execIn(docker.getContainer(id), [`${hostPrograms}/prepare`, spec.user, ...engineSettings(spec)], { stdin: spec.gpgPassphrase, signal });
    if (prepared.exitCode !== 0) throw notPrepared(spec, prepared);
    if (spec.date !== null) await setClock(docker.getContainer(id), spec.date, signal);
    const version = prepared.stdout.toString('utf8').trim().replace(/[+~].*/, '');
    return new DockerHost({ docker, id, name, volume, spec, mode, engineVersion: `${spec.engine} ${version}` });
  } catch (error) {
    await removeHost(docker, name, volume);
    throw error;
  }
}

/** What starts in the host from now on sees this time; our own programs do not (see `host/clock`). */
async function setClock(container: Docker.Container, date: string, signal: AbortSignal): Promise<void> {
  const set = await execIn(container, [`${hostPrograms}/clock`, date], { signal });
  if (set.exitCode !== 0) throw new CannotRun(`the host's clock cannot be set to ${date} (host.date): ${set.stderr.trim()}`);
}

/** What `prepare` exits with when the engine does not come up: more privilege may help there, and nowhere else. */
const engineDown = 70;

function notPrepared(spec: HostSpec, { exitCode, stderr }: ExecResult): Error {
  const end = stderr.trim().slice(-2000);
  if (exitCode === engineDown) return new Error(`its engine did not start: ${end}`);
  return new CannotRun(`the host's user '${spec.user}' cannot be made (exit ${exitCode}): ${end}`);
}

/** Size of the pool `local` where the drill file sets no limit, in bytes. Its file takes no more than is in it. */
const usualPool = 20 * 1024 ** 3;

/** What `prepare` tells the engine: driver and size of the pool that Incus and LXD start with. */
function engineSettings({ engine, pool, limits }: HostSpec): readonly string[] {
  return engine === 'docker' ? [] : [pool ?? '', String(limits.diskBytes ?? usualPool)];
}

function hostName({ ownership }: HostSpec): string {
  const scenario = ownership.scenario.replaceAll(/[^a-zA-Z0-9_.-]/g, '-');
  return `runbook-drill-${ownership.run}-${scenario}-${randomBytes(3).toString('hex')}`;
}

