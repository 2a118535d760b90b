/** An environment whose code is loaded when a host or an image is first asked for: a door starts without it. */
import type { Environment, EnvironmentName } from '../ports/host.ts';
import { temporaryFolder } from './temporary.ts';

export function loadedWhenUsed(name: EnvironmentName, load: () => Promise<Environment>): Environment {
  let loaded: Promise<Environment> | null = null;
  const environment = (): Promise<Environment> => (loaded ??= load());
  return {
    name,
    temporaryFolder,
    createHost: async (spec, work) => (await environment()).createHost(spec, work),
    provideImage: async (request, work) => (await environment()).provideImage(request, work),
    cleanup: async (which) => (await environment()).cleanup(which),
  };
}
