/** A host that is a container. */
import type Docker from 'dockerode';
import { z } from 'zod';
import { HostLost, type ExecOptions, type ExecResult, type Host, type HostProcess, type HostSpec, type ProvidedImage } from '../ports/host.ts';
import { execIn, hostPrograms, startIn } from './docker-exec.ts';
import type { HostMode } from './host-container.ts';

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
    return execIn(this.#container, command, options);
  }

  async start(command: readonly string[], options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {}): Promise<HostProcess> {
    return startIn(this.#container, command, options);
  }

  async writeFile(path: string, content: ExecOptions['stdin'] & {}, options: { readonly user: string; readonly mode: string }): Promise<void> {
    const { exitCode, stderr } = await this.exec([`${hostPrograms}/write-file`, path, options.user, options.mode], { stdin: content });
    if (exitCode !== 0) throw new Error(`writing ${path} in the host failed (exit ${exitCode}): ${stderr.trim()}`);
  }

  async copyImage(image: ProvidedImage): Promise<void> {
    const { exitCode, stdout, stderr } = await this.exec(['/usr/bin/docker', 'load', '--quiet'], { stdin: await image.save() });
    const loaded = /^Loaded image(?: ID)?: (.+)$/m.exec(stdout.toString('utf8'))?.[1];
    if (exitCode !== 0 || loaded === undefined) throw await this.#engineFault(`loading ${image.name} into the host`, stderr);
    if (loaded === image.name) return;
    const renamed = await this.exec([`${hostPrograms}/rename-image`, loaded, image.name]);
    if (renamed.exitCode !== 0) throw await this.#engineFault(`naming ${image.name} in the host`, renamed.stderr);
  }

  /** `HostLost` when the engine in the host does not answer any more, else what went wrong. */
  async #engineFault(what: string, stderr: string): Promise<Error> {
    const { exitCode } = await this.exec([`${hostPrograms}/systemctl`, 'is-active', 'docker']);
    const message = `${what} failed: ${stderr.trim()}`;
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
