/** A real host for tests of one part alone. */
import { newRunId } from '../src/drill/run-id.ts';
import { createDockerEnvironment } from '../src/host/docker.ts';
import type { Environment, Host, HostSpec, ProvidedImage } from '../src/ports/host.ts';
import { smallSpec } from '../src/ports/test-spec.ts';

/** With the images copied in; the caller disposes of it. */
export async function makeTestHost(images: readonly (string | { readonly name: string; readonly build: string })[] = [], spec: Partial<HostSpec> = {}, environment: Environment = createDockerEnvironment()): Promise<Host> {
  const work = { signal: AbortSignal.timeout(600_000), progress: () => undefined };
  const host = await environment.createHost({ ...smallSpec, ownership: { run: newRunId(), scenario: 'test' }, ...spec }, work);
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
