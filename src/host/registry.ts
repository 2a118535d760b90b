/** Registries, where one answers: asked once in a process, and not again where none does. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { follow, localImage } from './build.ts';
import { connect, type OuterEngine } from './connection.ts';

/** How long a registry may take to begin an answer, in milliseconds. A machine without a way out often drops packets in silence. */
const patience = 10_000;

export class Registries {
  readonly #docker: Docker;
  readonly #silent = new Set<string>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** Pulls an image; false when its registry does not answer or does not have it. */
  async pull(name: string, signal: AbortSignal): Promise<boolean> {
    const registry = registryOf(name);
    if (this.#silent.has(registry)) return false;
    const begun = AbortSignal.timeout(patience);
    const giveUp = new AbortController();
    try {
      // The engine answers once it has heard from the registry.
      const pulling = this.#docker.pull(withTag(name), { abortSignal: giveUp.signal });
      // An answer that comes after we gave up is destroyed with an error that nobody else listens to.
      pulling.then((late) => late.on('error', () => undefined), () => undefined);
      const stream = await abortable(pulling, AbortSignal.any([signal, begun]));
      await follow(stream, signal);
      return (await localImage(this.#docker, name)) !== null;
    } catch (error) {
      // An answer that never comes would keep this process alive.
      giveUp.abort();
      signal.throwIfAborted();
      if (begun.aborted || isSilence(error)) this.#silent.add(registry);
      return false;
    }
  }
}

/** The way to the outer engine and to its registries, found when it is first asked for. */
export function connectedOnce(env: NodeJS.ProcessEnv): () => Promise<{ readonly engine: OuterEngine; readonly registries: Registries }> {
  let connected: Promise<{ readonly engine: OuterEngine; readonly registries: Registries }> | null = null;
  return () => (connected ??= connect(env).then((engine) => ({ engine, registries: new Registries(engine.docker) })));
}

/** An error that says that nobody answered, not that the image is not there. */
function isSilence(error: unknown): boolean {
  const parsed = z.object({ message: z.string() }).safeParse(error);
  return !parsed.success || !/not found|manifest unknown|denied|unauthorized|no matching manifest|does not exist/i.test(parsed.data.message);
}

/** The promise, or the signal's reason if that comes first. */
function abortable<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** `repo` or `repo:tag` as the engine wants it: without a tag it would pull them all. */
export function withTag(name: string): string {
  return /[:@][^/]*$/.test(name) ? name : `${name}:latest`;
}

/** The registry that an image's name means: its first part where that looks like a machine's name. */
export function registryOf(name: string): string {
  const [first, ...rest] = name.split('/');
  return first !== undefined && rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/** The repository alone, in its short form: no default registry, no `library/`, no tag, no digest. */
export function repositoryOf(name: string): string {
  return name
    .replace(/@[^/]*$/, '')
    .replace(/:[^/:]*$/, '')
    .replace(/^(index\.)?docker\.io\//, '')
    .replace(/^library\//, '');
}
