/** The image that hosts are made from: from a release, else built once on this machine. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { CannotRun, type HostSpec } from '../ports/host.ts';
import { buildImage, elapsed, follow, hashFolder, localImage } from './build.ts';
import { imagesFolder } from './package-folder.ts';
import { contextCopy, hasGo, runScript } from './recipes.ts';
import type { Registries } from './registry.ts';
import { temporaryFolder } from './temporary.ts';

/** The base of every Dockerfile of ours. */
export const baseImage = 'debian:trixie-slim';
const baseSuite = 'trixie';

/** Where releases publish the host image, tagged with the hash of its definition and the processor that it is for. */
const published = 'ghcr.io/runbook-drill/host';

/** @param name the image's own, with the hash of its definition. @param arch as Node names processors. */
export const publishedAs = (name: string, arch: string = process.arch): string => `${published}:${splitName(name).tag}-${arch}`;

export interface ImageWork {
  readonly docker: Docker;
  readonly registries: Registries;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/** Name of the host image with this engine and these packages, which is there once this resolves. */
export async function hostImage({ engine, packages }: Pick<HostSpec, 'engine' | 'packages'>, work: ImageWork): Promise<string> {
  const folder = join(imagesFolder(), 'host');
  const base = `runbook-drill/host:${await hashFolder(folder)}`;
  if ((await localImage(work.docker, base)) === null && !(await pullPublished(base, work))) {
    await baseFor(work);
    await timed(work, 'the host image', () => buildImage({ ...work, folder, tag: base }));
  }
  const name = engine === 'docker' ? base : await withEngine(base, engine, work);
  return packages.length === 0 ? name : withPackages(name, packages, work);
}

/** The host image with Incus or LXD in the place of Docker. What serves buckets is built first where there is a Go toolchain. */
async function withEngine(base: string, engine: 'incus' | 'lxd', work: ImageWork): Promise<string> {
  const folder = join(imagesFolder(), 'host-instances');
  const plain = `runbook-drill/host-${engine}:${splitName(base).tag}-${await hashFolder(folder)}`;
  const withBuckets = `${plain}-buckets`;
  if (engine === 'incus') {
    if ((await localImage(work.docker, withBuckets)) !== null) return withBuckets;
    if ((await hasGo()) && (await builtWithBuckets(folder, withBuckets, base, work))) return withBuckets;
  }
  if ((await localImage(work.docker, plain)) === null) {
    await timed(work, `the host image with ${engine}`, () => buildImage({ ...work, folder, tag: plain, args: { HOST: base, ENGINE: engine } }));
  }
  return plain;
}

async function builtWithBuckets(folder: string, tag: string, base: string, work: ImageWork): Promise<boolean> {
  await using context = await contextCopy(folder);
  try {
    await timed(work, 'what serves buckets', () => runScript('build.sh', context.path, work.signal));
  } catch {
    work.signal.throwIfAborted();
    work.progress('what serves buckets cannot be built here: a host without buckets');
    return false;
  }
  await timed(work, 'the host image with incus', () => buildImage({ ...work, folder: context.path, tag, args: { HOST: base, ENGINE: 'incus' } }));
  return true;
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

function splitName(name: string): { readonly repo: string; readonly tag: string } {
  const [repo = name, tag = 'latest'] = name.split(':');
  return { repo, tag };
}

async function pullPublished(name: string, { docker, registries, signal }: ImageWork): Promise<boolean> {
  const source = publishedAs(name);
  if (!(await registries.pull(source, signal))) return false;
  await docker.getImage(source).tag(splitName(name));
  return true;
}

async function withPackages(base: string, packages: readonly string[], work: ImageWork): Promise<string> {
  const wanted = [...new Set(packages)].toSorted();
  const strange = wanted.find((name) => !/^[a-z0-9][a-z0-9+.-]*$/.test(name));
  if (strange !== undefined) throw new CannotRun(`host.packages: expected the name of a Debian package, got '${strange}'`);
  const hash = createHash('sha256').update(wanted.join(' ')).digest('hex').slice(0, 8);
  const name = `${base}-${hash}`;
  if ((await localImage(work.docker, name)) !== null) return name;
  await using folder = await temporaryFolder({ run: 'packages', scenario: '' });
  await writeFile(join(folder.path, 'Dockerfile'), packagesDockerfile(base, wanted));
  await timed(work, `the host image with ${wanted.join(', ')}`, () => buildImage({ ...work, folder: folder.path, tag: name }));
  return name;
}

/** Debian's own programs must not be wrapped while it installs itself: plain PATH. */
function packagesDockerfile(base: string, packages: readonly string[]): string {
  return [
    `FROM ${base}`,
    `RUN export PATH=/usr/sbin:/usr/bin:/sbin:/bin && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`,
    '',
  ].join('\n');
}

async function timed(work: ImageWork, what: string, make: () => Promise<void>): Promise<void> {
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
