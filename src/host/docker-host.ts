/** A host that is a container. */
import type Docker from 'dockerode';
import { z } from 'zod';
import type { ExecOptions, ExecResult, HostProcess } from '../ports/host.ts';
import { lostIfKilled, lostOrDying } from './container-process.ts';
import { execIn, startIn } from './docker-exec.ts';
import { EngineHost, type HostParts } from './engine-host.ts';
import type { HostMode } from './host-container.ts';

export interface DockerHostParts extends HostParts {
  readonly docker: Docker;
  readonly id: string;
  readonly volume: string;
  readonly mode: HostMode;
}

export class DockerHost extends EngineHost {
  readonly #docker: Docker;
  readonly #container: Docker.Container;
  readonly #volume: string;

  constructor(parts: DockerHostParts) {
    super(parts);
    this.#docker = parts.docker;
    this.#container = parts.docker.getContainer(parts.id);
    this.#volume = parts.volume;
  }

  protected async execAlone(command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    return execIn(this.#container, command, options);
  }

  protected async lostIfKilled(exitCode: number): Promise<void> {
    await lostIfKilled(this.#container, exitCode);
  }

  protected async lostOrDying(error: unknown): Promise<Error> {
    return lostOrDying(this.#container, error);
  }

  async start(command: readonly string[], options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {}): Promise<HostProcess> {
    return startIn(this.#container, command, options);
  }

  protected async remove(): Promise<void> {
    await removeHost(this.#docker, this.#container.id, this.#volume);
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
