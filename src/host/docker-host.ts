/** A host that is a container. */
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { HostLost, type ExecOptions, type ExecResult, type Host, type HostProcess, type HostSpec, type ProvidedImage } from '../ports/host.ts';
import { hostPrograms, lostIfKilled, lostOrDying } from './container-process.ts';
import { defaultMaxBytes, execIn, startIn } from './docker-exec.ts';
import type { HostMode } from './host-container.ts';
import { EngineImage, saveTogether } from './images.ts';
import { importInstanceImage } from './instance-image.ts';
import { Runner, isShort } from './runner.ts';

export interface DockerHostParts {
  readonly docker: Docker;
  readonly id: string;
  readonly name: string;
  readonly volume: string;
  readonly spec: HostSpec;
  readonly mode: HostMode;
  readonly engineVersion: string;
}

export class DockerHost implements Host {
  readonly name: string;
  readonly spec: HostSpec;
  readonly mode: string;
  readonly engineVersion: string;
  readonly #docker: Docker;
  readonly #container: Docker.Container;
  readonly #volume: string;
  #waiting: { readonly images: EngineImage[]; readonly copied: Promise<void> } | null = null;
  #runner: Promise<Runner | null> = Promise.resolve(null);
  #removal: Promise<void> | null = null;

  constructor(parts: DockerHostParts) {
    this.name = parts.name;
    this.spec = parts.spec;
    this.mode = parts.mode;
    this.engineVersion = parts.engineVersion;
    this.#docker = parts.docker;
    this.#container = parts.docker.getContainer(parts.id);
    this.#volume = parts.volume;
  }

  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    options.signal?.throwIfAborted();
    if (!isShort(options)) return execIn(this.#container, command, options);
    try {
      const result = await (await this.#connected()).run(command, { maxBytes: defaultMaxBytes, ...options });
      await lostIfKilled(this.#container, result.exitCode);
      return result;
    } catch (error) {
      throw options.signal?.aborted ? error : await lostOrDying(this.#container, error);
    }
  }

  /** The connection to the host's runner: what runs in the host may have ended the last one. */
  #connected(): Promise<Runner> {
    const connected = this.#runner.then(async (runner) => {
      if (runner !== null && runner.ended === null) return runner;
      return new Runner(await startIn(this.#container, [`${hostPrograms}/runner`]));
    });
    this.#runner = connected.catch(() => null);
    return connected;
  }

  async start(command: readonly string[], options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {}): Promise<HostProcess> {
    return startIn(this.#container, command, options);
  }

  async writeFile(path: string, content: ExecOptions['stdin'] & {}, options: { readonly user: string; readonly mode: string }): Promise<void> {
    const { exitCode, stderr } = await this.exec([`${hostPrograms}/write-file`, path, options.user, options.mode], { stdin: content });
    if (exitCode !== 0) throw new Error(`writing ${path} in the host failed (exit ${exitCode}): ${stderr.trim()}`);
  }

  /** Images of the outer engine that are asked for in one go travel in one archive, in which shared layers are once. */
  async copyImage(image: ProvidedImage): Promise<void> {
    if (this.spec.engine !== 'docker') return this.#importForInstances(image);
    if (!(image instanceof EngineImage)) return this.#load([image], () => image.save());
    const waiting = this.#waiting ?? { images: [], copied: Promise.resolve().then(() => this.#copyWaiting()) };
    this.#waiting = waiting;
    waiting.images.push(image);
    return waiting.copied;
  }

  async #importForInstances(image: ProvidedImage): Promise<void> {
    if (!(image instanceof EngineImage)) throw new TypeError(`image ${image.name} is none of this environment`);
    await importInstanceImage(this.#docker, this, image.source, image.name);
  }

  async #copyWaiting(): Promise<void> {
    const images = this.#waiting?.images ?? [];
    this.#waiting = null;
    await this.#load(images, () => saveTogether(this.#docker, images.map(({ source }) => source)));
    for (const source of new Set(images.map((image) => image.source))) {
      const names = images.filter((image) => image.source === source).map(({ name }) => name);
      if (names.includes(source)) continue;
      const { exitCode, stderr } = await this.exec([`${hostPrograms}/rename-image`, source, ...names]);
      if (exitCode !== 0) throw await this.#engineFault(`naming ${names.join(', ')}`, stderr);
    }
  }

  async #load(images: readonly ProvidedImage[], save: () => Promise<Readable>): Promise<void> {
    const { exitCode, stderr } = await this.exec(['/usr/bin/docker', 'load', '--quiet'], { stdin: await save() });
    if (exitCode !== 0) throw await this.#engineFault(`loading ${images.map(({ name }) => name).join(', ')}`, stderr);
  }

  /** `HostLost` when the engine in the host does not answer any more, else what went wrong. */
  async #engineFault(what: string, stderr: string): Promise<Error> {
    const { exitCode } = await this.exec([`${hostPrograms}/systemctl`, 'is-active', this.spec.engine]);
    const message = `${what} in the host failed: ${stderr.trim()}`;
    return exitCode === 0 ? new Error(message) : new HostLost(`${message}; the host's engine does not answer any more`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#removal ??= removeHost(this.#docker, this.#container.id, this.#volume);
    await this.#removal;
  }
}

/** Removes a host's container and the volume of its engine. That they are gone already is no error. */
export async function removeHost(docker: Docker, container: string, volume: string): Promise<void> {
  await unlessGone(docker.getContainer(container).remove({ force: true, v: true }));
  await unlessGone(docker.getVolume(volume).remove());
}

/** Waits for a removal; 404 (not there) and 409 (someone else is removing it) are not errors. */
export async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const parsed = z.object({ statusCode: z.number(), message: z.string() }).safeParse(error);
    if (parsed.data?.statusCode === 404) return;
    if (parsed.data?.statusCode === 409 && /already in progress/.test(parsed.data.message)) return;
    throw error;
  }
}
