/** The `docker` environment: a host is a container of the outer engine, made through testcontainers. */
import { statfs } from 'node:fs/promises';
import { CannotRun, type Environment, type Host, type HostSpec, type ImageRequest, type ProvidedImage } from '../ports/host.ts';
import { cleanup, type CleanupScope } from './leftovers.ts';
import { reason, type OuterEngine } from './connection.ts';
import { execIn } from './docker-exec.ts';
import { DockerHost, removeHost } from './docker-host.ts';
import { startHostContainer, type HostMode } from './host-container.ts';
import { hostImage } from './host-image.ts';
import { provideImage } from './images.ts';
import { ownershipLabels } from './labels.ts';
import { hostName, prepareHost, requireFree, withNeeded } from './prepare.ts';
import { connectedOnce } from './registry.ts';
import { temporaryFolder } from './temporary.ts';

type Work = { readonly signal: AbortSignal; readonly progress: (message: string) => void };

/** The environment on this machine's engine. Nothing is asked of the engine before the first call needs it. */
export function createDockerEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const outer = connectedOnce(env);
  return {
    name: 'docker',
    createHost: async (spec: HostSpec, work: Work): Promise<Host> => {
      const { engine, registries } = await outer();
      await requireDisk(engine, spec);
      const image = await hostImage(withNeeded(spec), { docker: engine.docker, registries, ...work });
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
  // The engine's folder is not there when this program itself runs in a container with the engine's socket.
  const disk = await statfs(engine.root).catch(() => null);
  if (disk === null) return;
  requireFree(disk.bavail * disk.bsize, spec, { where: `under ${engine.root}`, remedy: 'docker image prune' });
}

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
    const engineVersion = await prepareHost((command, options) => execIn(docker.getContainer(id), command, options), spec, signal);
    return new DockerHost({ docker, id, name, volume, spec, mode, engineVersion });
  } catch (error) {
    await removeHost(docker, name, volume);
    throw error;
  }
}
