/** The image that every Dockerfile of ours builds on, and what all work on images shares. */
import type Docker from 'dockerode';
import { execa } from 'execa';
import { CannotRun } from '../ports/host.ts';
import { elapsed, follow, localImage } from './build.ts';
import type { Registries } from './registry.ts';

/** The base of every Dockerfile of ours. */
export const baseImage = 'debian:trixie-slim';
const baseSuite = 'trixie';

export interface ImageWork {
  readonly docker: Docker;
  readonly registries: Registries;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/** Makes `debian:trixie-slim` available: from a registry, else made from Debian's packages under the same name. */
export async function baseFor(work: ImageWork): Promise<void> {
  const { docker, registries, signal } = work;
  if ((await localImage(docker, baseImage)) !== null) return;
  if (await registries.pull(baseImage, signal)) return;
  await timed(work, `${baseImage} from Debian packages`, () => importBase(work));
}

async function importBase({ docker, signal }: ImageWork): Promise<void> {
  const bootstrap = execa('mmdebstrap', ['--quiet', '--variant=minbase', baseSuite, '-'], { stdout: 'pipe', buffer: { stdout: false }, encoding: 'buffer', cancelSignal: signal });
  try {
    await Promise.all([bootstrap, docker.importImage(bootstrap.readable(), splitName(baseImage)).then((told) => follow(told, signal))]);
  } catch (cause) {
    signal.throwIfAborted();
    throw new CannotRun(
      `${baseImage} cannot be had: no registry answers, and mmdebstrap did not make it (${cause instanceof Error ? cause.message.slice(-500) : String(cause)}). As root on Debian or Ubuntu: apt-get install mmdebstrap debian-archive-keyring.`,
      { cause },
    );
  }
}

/** The two parts of an image's name. */
export function splitName(name: string): { readonly repo: string; readonly tag: string } {
  const [repo = name, tag = 'latest'] = name.split(':');
  return { repo, tag };
}

/** Does slow work, and tells how long it has taken so far. */
export async function timed(work: ImageWork, what: string, make: () => Promise<void>): Promise<void> {
  const started = performance.now();
  work.progress(`making ${what}: once on this machine`);
  const ticking = setInterval(() => work.progress(`making ${what}: ${elapsed(started)}`), 5000);
  try {
    await make();
  } finally {
    clearInterval(ticking);
  }
  work.progress(`made ${what} in ${elapsed(started)}`);
}
