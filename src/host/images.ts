/**
 * Images for a host's engine: what is there, else from a registry, else built, else one of the recipes that this package ships.
 * What is built gets a name of our own in the outer engine, never the one that was asked for: a stand-in must not pass for the
 * real image on the machine that it was made on. It gets its name in the host.
 */
import { Readable } from 'node:stream';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve as absolute } from 'node:path';
import type Docker from 'dockerode';
import type { ImageRequest, ProvidedImage } from '../ports/host.ts';
import { baseFor, baseImage, type ImageWork } from './base-image.ts';
import { buildImage, elapsed, hashFolder, localImage } from './build.ts';
import { contextCopy, hasGo, recipesFor, runScript, type Recipe } from './recipes.ts';
import { repositoryOf } from './registry.ts';

/** On images that we built: what they are, for people who find them. */
const imageLabel = 'runbook-drill.image';

/** An image in the outer engine under `source`, which is `name` or a name of our own. */
export class EngineImage implements ProvidedImage {
  readonly name: string;
  readonly standIn: string | null;
  readonly source: string;
  readonly docker: Docker;

  constructor(docker: Docker, name: string, source: string, standIn: string | null) {
    this.docker = docker;
    this.name = name;
    this.source = source;
    this.standIn = standIn;
  }

  async save(): Promise<Readable> {
    return saveTogether([this]);
  }
}

/** One archive of several images: layers that they share are in it once. (dockerode's own method for it has no type.) */
export async function saveTogether(images: readonly EngineImage[]): Promise<Readable> {
  const [first] = images;
  if (first === undefined) throw new RangeError('expected an image to save');
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  first.docker.modem.dial(
    { path: '/images/get?', method: 'GET', options: { _query: { names: images.map(({ source }) => source) } }, isStream: true, statusCodes: { 200: true, 404: 'no such image', 500: 'server error' } },
    (error, stream) => {
      if (error !== null) reject(error);
      else if (stream instanceof Readable) resolve(stream);
      else reject(new TypeError('expected a stream of images from the engine'));
    },
  );
  return promise;
}

/** `Environment.provideImage` on the outer engine. */
export async function provideImage(request: ImageRequest, work: ImageWork): Promise<ProvidedImage | null> {
  const { docker, registries, signal } = work;
  const { name } = request;
  if ((request.engine ?? 'docker') === 'docker' && ((await localImage(docker, name)) !== null || (await registries.pull(name, signal)))) return new EngineImage(docker, name, name, null);
  if (request.build !== null) {
    const folder = absolute(request.build);
    const own = request.standIn ? [`a stand-in that the drill file names, built from ${request.build}`] : [];
    const source = await built({ folder, dockerfile: 'Dockerfile', standIn: own.join(''), script: null }, name, work);
    const bases = await standInsUnder(join(folder, 'Dockerfile'), name, work);
    const standIn = [...own, ...(bases.length === 0 ? [] : [`built on ${bases.join(', ')}`])].join(', ') || null;
    return new EngineImage(docker, name, source, standIn);
  }
  return fromRecipes(name, work);
}

async function fromRecipes(name: string, work: ImageWork): Promise<ProvidedImage | null> {
  const recipes = await recipesFor(name);
  for (const recipe of recipes) {
    const last = recipe === recipes.at(-1);
    if (recipe.script !== null && (await localImage(work.docker, await tagOf(recipe, name))) === null && !(await hasGo())) continue;
    try {
      return new EngineImage(work.docker, name, await built(recipe, name, work), recipe.standIn);
    } catch (error) {
      work.signal.throwIfAborted();
      if (last) throw error;
      work.progress(`${name} cannot be built from source here; making its stand-in`);
    }
  }
  return null;
}

async function tagOf(recipe: Recipe, name: string): Promise<string> {
  const way = recipe.script === null ? '' : '-source';
  return `runbook-drill/${basename(repositoryOf(name))}:${await hashFolder(recipe.folder)}${way}`;
}

/** Builds what a recipe says unless it was built before; its tag. */
async function built(recipe: Recipe, name: string, work: ImageWork): Promise<string> {
  const tag = await tagOf(recipe, name);
  if ((await localImage(work.docker, tag)) !== null) return tag;
  const started = performance.now();
  work.progress(`building ${name}: once on this machine`);
  await using context = await contextCopy(recipe.folder);
  if (recipe.script !== null) await runScript(recipe.script, context.path, work.signal);
  await provideBases(join(context.path, recipe.dockerfile), name, work);
  await buildImage({ ...work, folder: context.path, dockerfile: recipe.dockerfile, tag, labels: { [imageLabel]: recipe.standIn } });
  work.progress(`built ${name} in ${elapsed(started)}`);
  return tag;
}

/** What an image is built on, and is not what its name says: `NAME (a stand-in …)`. */
async function standInsUnder(dockerfile: string, name: string, work: ImageWork): Promise<readonly string[]> {
  const bases = basesOf(await readFile(dockerfile, 'utf8')).filter((base) => base !== baseImage && base !== name);
  const images = await Promise.all(bases.map((base) => provideImage({ name: base, build: null, standIn: false }, work)));
  return images.flatMap((image, at) => (image?.standIn ? [`${bases[at]} (${image.standIn})`] : []));
}

/** Makes the images available that a Dockerfile builds on, and rewrites it where one goes by a name of our own. */
async function provideBases(dockerfile: string, name: string, work: ImageWork): Promise<void> {
  const text = await readFile(dockerfile, 'utf8');
  const sources = new Map<string, string>();
  for (const base of basesOf(text)) {
    if (base === baseImage) await baseFor(work);
    else if (base !== name) {
      const image = await provideImage({ name: base, build: null, standIn: false }, work);
      if (image instanceof EngineImage) sources.set(base, image.source);
    }
  }
  await writeFile(dockerfile, withBases(text, sources));
}

const fromLine = /^(FROM\s+(?:--platform=\S+\s+)?)(\S+)(?:(\s+AS\s+)(\S+))?[ \t]*$/gim;

/** The images that a Dockerfile names after FROM, its own stages and what a build argument decides left out. */
export function basesOf(text: string): readonly string[] {
  const stages = new Set(['scratch']);
  const bases = new Set<string>();
  for (const [, , image = '', , stage] of text.matchAll(fromLine)) {
    if (!stages.has(image.toLowerCase()) && !image.includes('$')) bases.add(image);
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...bases];
}

/** The Dockerfile with other names after FROM. */
export function withBases(text: string, sources: ReadonlyMap<string, string>): string {
  return text.replaceAll(fromLine, (_line, from: string, image: string, as: string | undefined, stage: string | undefined) =>
    `${from}${sources.get(image) ?? image}${as ?? ''}${stage ?? ''}`);
}
