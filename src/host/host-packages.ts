/** What `host.packages` names: Debian's packages, and programs that Debian has not and a recipe of ours makes. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CannotRun } from '../ports/host.ts';
import { timed, type ImageWork } from './base-image.ts';
import { buildImage, localImage } from './build.ts';
import { EngineImage, provideImage } from './images.ts';
import { programsOfRecipes, type Program } from './recipes.ts';
import { temporaryFolder } from './temporary.ts';

/** Name of the image `base` with these packages, which is there once this resolves. @throws CannotRun for what cannot be had */
export async function withPackages(base: string, packages: readonly string[], work: ImageWork): Promise<string> {
  const wanted = [...new Set(packages)].toSorted();
  const strange = wanted.find((name) => !/^[a-z0-9][a-z0-9+.-]*$/.test(name));
  if (strange !== undefined) throw new CannotRun(`host.packages: expected the name of a Debian package, got '${strange}'`);
  const recipes = (await programsOfRecipes()).filter((program) => wanted.includes(program.package));
  const programs = await Promise.all(recipes.map((program) => provideProgram(program, work)));
  const ofDebian = wanted.filter((name) => !recipes.some((program) => program.package === name));
  const hash = createHash('sha256').update([...ofDebian, ...programs.map(({ id }) => id)].join(' ')).digest('hex').slice(0, 8);
  const name = `${base}-${hash}`;
  if ((await localImage(work.docker, name)) !== null) return name;
  await using folder = await temporaryFolder({ run: 'packages', scenario: '' });
  await writeFile(join(folder.path, 'Dockerfile'), packagesDockerfile(base, ofDebian, programs));
  await timed(work, `the host image with ${wanted.join(', ')}`, () => buildImage({ ...work, folder: folder.path, tag: name }));
  return name;
}

interface ProvidedProgram {
  /** The image that holds it, by a name of the outer engine. */
  readonly source: string;
  /** That image's digest, which changes with its content. */
  readonly id: string;
  readonly path: string;
}

async function provideProgram({ package: name, image, path }: Program, work: ImageWork): Promise<ProvidedProgram> {
  const provided = await provideImage({ name: image, build: null, standIn: false }, work);
  if (!(provided instanceof EngineImage)) {
    throw new CannotRun(`host.packages: ${name} cannot be had: no registry hands out ${image}, and there is no Go toolchain to build it from source. Install Go 1.21 or newer (https://go.dev/dl), or make ${image} available to the engine.`);
  }
  const { Id } = await work.docker.getImage(provided.source).inspect();
  return { source: provided.source, id: Id, path };
}

/** Debian's own programs must not be wrapped while it installs itself: plain PATH. What a recipe makes comes from its image as it is. */
function packagesDockerfile(base: string, packages: readonly string[], programs: readonly ProvidedProgram[]): string {
  return [
    `FROM ${base}`,
    ...(packages.length === 0
      ? []
      : [`RUN export PATH=/usr/sbin:/usr/bin:/sbin:/bin && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`]),
    ...programs.map(({ source, path }) => `COPY --from=${source} ${path} /usr/local/bin/`),
    '',
  ].join('\n');
}
