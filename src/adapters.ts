/** Every environment, engine and kind of service that there is: a new one is a file of its own and one line here. Loaded when first used. */
import './node-20.ts';
import type { Adapters } from './drill/run.ts';
import { loadedWhenUsed } from './host/loaded-when-used.ts';
import type { Engine } from './ports/engine.ts';
import { CannotRun, type EngineName, type Environment, type EnvironmentName } from './ports/host.ts';

const environments: Readonly<Record<EnvironmentName, () => Environment>> = {
  docker: () => loadedWhenUsed('docker', async () => (await import('./host/docker.ts')).createDockerEnvironment()),
  lxd: () => loadedWhenUsed('lxd', async () => (await import('./host/lxd.ts')).createLxdEnvironment()),
  incus: () => loadedWhenUsed('incus', async () => (await import('./host/incus.ts')).createIncusEnvironment()),
};

const engines: Partial<Record<EngineName, () => Promise<Engine>>> = {
  docker: async () => (await import('./engine/docker.ts')).dockerEngine,
  incus: async () => (await import('./engine/incus.ts')).incusEngine,
  lxd: async () => (await import('./engine/lxd.ts')).lxdEngine,
};

export const openEnvironment = (name: EnvironmentName): Environment => environments[name]();

export async function openAdapters(environment: EnvironmentName, engine: EngineName): Promise<Adapters> {
  const openEngine = engines[engine];
  if (openEngine === undefined) throw new CannotRun(`engine ${engine} is not there yet; there are ${Object.keys(engines).join(', ')}`);
  const { createService } = await import('./service/registry.ts');
  return { environment: openEnvironment(environment), engine: await openEngine(), createService };
}
