/** The environments `lxd` and `incus`: a host is an unprivileged system container. Docker builds its image, and the images that go into it. */
import { CannotRun, type Environment, type Host, type HostSpec, type ImageRequest, type ProvidedImage } from '../../ports/host.ts';
import type { CleanupScope } from '../leftovers.ts';
import { reason } from '../connection.ts';
import { provideImage } from '../images.ts';
import { ownershipLabels } from '../labels.ts';
import { hostEnvironment, hostName, prepareHost } from '../prepare.ts';
import { connectedOnce } from '../registry.ts';
import { temporaryFolder } from '../temporary.ts';
import { cleanupInstances } from './leftovers.ts';
import { requirePool, startInstance, surroundingsOf, type Surroundings } from './create.ts';
import { execInInstance, type Instance } from './exec.ts';
import { instanceImage } from './image.ts';
import { InstanceHost, removeInstance } from './instance-host.ts';
import { connectServer, ServerError, type InstanceServer, type ServerKind } from './server.ts';

type Work = { readonly signal: AbortSignal; readonly progress: (message: string) => void };

/** Nothing is asked of a server or of Docker before the first call needs it. */
export function createInstanceEnvironment(kind: ServerKind, env: NodeJS.ProcessEnv = process.env): Environment {
  const outer = connectedOnce(env);
  let connected: Promise<{ readonly server: InstanceServer; readonly surroundings: Surroundings }> | null = null;
  const connect = () => {
    connected ??= connectServer(kind, env).then(async (server) => ({ server, surroundings: await surroundingsOf(server) }));
    connected.catch(() => (connected = null));
    return connected;
  };
  /** Two hosts that are made at once wait for one image. */
  const images = new Map<string, Promise<string>>();
  const imageFor = async (server: InstanceServer, spec: HostSpec, work: Work): Promise<string> => {
    const { engine, registries } = await outer();
    const key = JSON.stringify([spec.engine, spec.packages, spec.date === null]);
    const image = images.get(key) ?? instanceImage(server, spec, { docker: engine.docker, registries, ...work });
    images.set(key, image);
    image.catch(() => images.delete(key));
    return image;
  };
  return {
    name: kind.name,
    createHost: async (spec: HostSpec, work: Work): Promise<Host> => {
      try {
        const { server, surroundings } = await connect();
        requireDriver(server, surroundings, spec);
        await requirePool(server, surroundings, spec);
        const make = async (): Promise<Host> => createInstanceHost(server, surroundings, await imageFor(server, spec, work), spec, work.signal);
        return await make().catch(async (error: unknown) => {
          // Of two drills that made it at once one takes its own away, and somebody may clear up: it is looked for, or made, once more.
          if (!isImageGone(error)) throw error;
          images.clear();
          return make();
        });
      } catch (error) {
        work.signal.throwIfAborted();
        if (error instanceof CannotRun) throw error;
        throw new CannotRun(`no host can be made in ${kind.title}: ${reason(error)}`, { cause: error });
      }
    },
    provideImage: async (request: ImageRequest, work: Work): Promise<ProvidedImage | null> => {
      const { engine, registries } = await outer();
      return provideImage(request, { docker: engine.docker, registries, ...work });
    },
    temporaryFolder,
    cleanup: (which: CleanupScope): Promise<readonly string[]> => cleanupInstances(kind, env, outer, which),
  };
}

/** @throws CannotRun for a pool that only devices of the machine could hold */
function requireDriver({ kind }: InstanceServer, { driver, pool: outer }: Surroundings, { engine, pool }: HostSpec): void {
  if (engine === 'docker' || pool === null || pool === 'dir' || (pool === 'btrfs' && driver === 'btrfs')) return;
  const possible = driver === 'btrfs' ? 'btrfs or dir' : `dir (btrfs where ${kind.title} has hosts on btrfs: its pool ${outer} is ${driver})`;
  throw new CannotRun(`an unprivileged host has no devices for a pool of ${pool}: expected host.pool ${possible}, seen ${pool}. Change it, or drill in the environment docker.`);
}

async function createInstanceHost(server: InstanceServer, surroundings: Surroundings, fingerprint: string, spec: HostSpec, signal: AbortSignal): Promise<Host> {
  const name = hostName(spec);
  const instance: Instance = { server, name, env: { ...hostEnvironment(spec), PATH: path, LANG: 'C.UTF-8' } };
  try {
    await startInstance(server, { name, fingerprint, labels: await ownershipLabels(spec.ownership), spec, surroundings }, signal);
    const engineVersion = await prepareHost((command, options) => execInInstance(instance, command, options), spec, signal);
    return new InstanceHost({ instance, name, spec, mode: 'unprivileged', engineVersion });
  } catch (error) {
    await removeInstance(server, name);
    throw error;
  }
}

const isImageGone = (error: unknown): boolean => error instanceof ServerError && /image (?:not provided|.*not found)/i.test(error.message);

/** As the host image has it. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
