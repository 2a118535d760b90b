/** What hosts have in common, whatever they are made of: files and images go in, and are refused when the host's engine is gone. */
import type { Readable } from 'node:stream';
import { HostLost, type ExecOptions, type ExecResult, type Host, type HostProcess, type HostSpec, type ProvidedImage } from '../ports/host.ts';
import { EngineImage, saveTogether } from './images.ts';
import { importInstanceImage } from './instance-image.ts';
import { defaultMaxBytes, hostPrograms } from './launched.ts';
import { Runner, isShort } from './runner.ts';

export interface HostParts {
  readonly name: string;
  readonly spec: HostSpec;
  readonly mode: string;
  readonly engineVersion: string;
}

export abstract class EngineHost implements Host {
  readonly name: string;
  readonly spec: HostSpec;
  readonly mode: string;
  readonly engineVersion: string;
  #waiting: { readonly images: EngineImage[]; readonly copied: Promise<void> } | null = null;
  #runner: Promise<Runner | null> = Promise.resolve(null);
  #removal: Promise<void> | null = null;

  constructor(parts: HostParts) {
    this.name = parts.name;
    this.spec = parts.spec;
    this.mode = parts.mode;
    this.engineVersion = parts.engineVersion;
  }

  /** `exec` over a connection of its own. */
  protected abstract execAlone(command: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** @throws HostLost when a program was killed because the machine was */
  protected abstract lostIfKilled(exitCode: number): Promise<void>;
  /** `HostLost` when the machine does not run any more or is about to end, else the error itself. */
  protected abstract lostOrDying(error: unknown): Promise<Error>;
  abstract start(command: readonly string[], options?: Pick<ExecOptions, 'user' | 'cwd' | 'env'>): Promise<HostProcess>;
  /** Removes the machine and all that was made for it. That it is gone already is no error. */
  protected abstract remove(): Promise<void>;

  async exec(command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    options.signal?.throwIfAborted();
    if (!isShort(options)) return this.execAlone(command, options);
    try {
      const result = await (await this.#connected()).run(command, { maxBytes: defaultMaxBytes, ...options });
      await this.lostIfKilled(result.exitCode);
      return result;
    } catch (error) {
      throw options.signal?.aborted ? error : await this.lostOrDying(error);
    }
  }

  /** The connection to the host's runner: what runs in the host may have ended the last one. */
  #connected(): Promise<Runner> {
    const connected = this.#runner.then(async (runner) => {
      if (runner !== null && runner.ended === null) return runner;
      return new Runner(await this.start([`${hostPrograms}/runner`]));
    });
    this.#runner = connected.catch(() => null);
    return connected;
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
    await importInstanceImage(this, image);
  }

  async #copyWaiting(): Promise<void> {
    const images = this.#waiting?.images ?? [];
    this.#waiting = null;
    await this.#load(images, () => saveTogether(images));
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
    this.#removal ??= this.remove();
    await this.#removal;
  }
}
