/** A real host for tests of one part alone. */
import { newRunId } from '../src/drill/run-id.ts';
import { createDockerEnvironment } from '../src/host/docker.ts';
import type { Environment, Host, HostSpec, ProvidedImage } from '../src/ports/host.ts';

/** With the images copied in; the caller disposes of it. */
export async function makeTestHost(images: readonly (string | { readonly name: string; readonly build: string })[] = [], spec: Partial<HostSpec> = {}, environment: Environment = createDockerEnvironment()): Promise<Host> {
  const work = { signal: AbortSignal.timeout(600_000), progress: () => undefined };
  const host = await environment.createHost(
    {
      ownership: { run: newRunId(), scenario: 'test' },
      engine: 'docker',
      hostname: 'test',
      user: 'ops',
      network: 'isolated',
      packages: [],
      pool: null,
      limits: { cpu: null, memoryBytes: null, diskBytes: null },
      date: null,
      gpgPassphrase: 'correct horse battery',
      ...spec,
    },
    work,
  );
  try {
    const provided: ProvidedImage[] = [];
    for (const image of images) {
      const { name, build } = typeof image === 'string' ? { name: image, build: null } : image;
      const made = await environment.provideImage({ name, engine: host.spec.engine, build, standIn: false }, work);
      if (made === null) throw new Error(`image ${name} cannot be had`);
      provided.push(made);
    }
    // Together: what they share is copied once.
    await Promise.all(provided.map((image) => host.copyImage(image)));
    return host;
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}
