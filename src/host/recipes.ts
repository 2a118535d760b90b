/** The recipes that this package ships for images that no registry hands out: `images/NAME/`, described in images/README.md. */
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { imagesFolder } from './package-folder.ts';
import { repositoryOf } from './registry.ts';
import { temporaryFolder } from './temporary.ts';

const recipeSchema = z
  .strictObject({
    repositories: z.array(z.string()).min(1),
    'stand-in': z.string().min(1).optional(),
    program: z.strictObject({ package: z.string(), image: z.string(), path: z.string() }).optional(),
    go: z.strictObject({ build: z.string(), dockerfile: z.string(), 'stand-in': z.string().min(1) }).optional(),
  })
  .refine((recipe) => recipe['stand-in'] !== undefined || recipe.go !== undefined, 'a recipe says how it is built: `stand-in` with a Dockerfile, or `go`');

/** A program that Debian has no package of, for hosts. */
export interface Program {
  /** As `host.packages` names it. */
  readonly package: string;
  /** The image that holds it: a registry's, or one that its recipe makes. */
  readonly image: string;
  readonly path: string;
}

export interface Recipe {
  readonly folder: string;
  readonly dockerfile: string;
  readonly standIn: string;
  /** Script that builds binaries into a copy of the folder first, outside any container; null where nothing has to be. */
  readonly script: string | null;
}

/** The ways to make an image of this name, best first; none for a name that no recipe knows, or that is a digest. */
export async function recipesFor(name: string, folder: string = imagesFolder()): Promise<readonly Recipe[]> {
  if (name.includes('@')) return [];
  const repository = repositoryOf(name);
  for (const { own, recipe } of await allRecipes(folder)) {
    if (!recipe.repositories.map(repositoryOf).includes(repository)) continue;
    const plain = recipe['stand-in'];
    return [
      ...(recipe.go === undefined ? [] : [{ folder: own, dockerfile: recipe.go.dockerfile, standIn: recipe.go['stand-in'], script: recipe.go.build }]),
      ...(plain === undefined ? [] : [{ folder: own, dockerfile: 'Dockerfile', standIn: plain, script: null }]),
    ];
  }
  return [];
}

/** The programs that recipes make for hosts. */
export async function programsOfRecipes(folder: string = imagesFolder()): Promise<readonly Program[]> {
  return (await allRecipes(folder)).flatMap(({ recipe: { program } }) => (program === undefined ? [] : [program]));
}

async function allRecipes(folder: string): Promise<readonly { readonly own: string; readonly recipe: z.output<typeof recipeSchema> }[]> {
  const found = [];
  for (const entry of await readdir(folder)) {
    const own = join(folder, entry);
    const text = await readFile(join(own, 'recipe.json'), 'utf8').catch(() => null);
    if (text !== null) found.push({ own, recipe: recipeSchema.parse(JSON.parse(text)) });
  }
  return found;
}

/** A copy of a build context, which goes when it is disposed of. */
export async function contextCopy(folder: string): Promise<AsyncDisposable & { readonly path: string }> {
  const copy = await temporaryFolder({ run: 'build', scenario: '' });
  await cp(folder, copy.path, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Whether this machine has a Go toolchain. */
export async function hasGo(): Promise<boolean> {
  const { exitCode } = await execa('go', ['version'], { reject: false });
  return exitCode === 0;
}

/** Runs a recipe's script in a copy of its folder. @throws with the end of its output */
export async function runScript(script: string, cwd: string, signal: AbortSignal): Promise<void> {
  await execa('bash', [script], { cwd, all: true, stdin: 'ignore', cancelSignal: signal });
}
