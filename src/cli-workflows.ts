/** `init --workflows`: the workflows by which a drill runs by itself, written into the user's own repository. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type InputError, InputErrors } from './drill/model.ts';
import { readGit } from './drill/plan/git-facts.ts';
import { packageFolder } from './host/package-folder.ts';
import { version } from './version.ts';

const workflowsFolder = join('.github', 'workflows');
/** Where the workflows and Actions of a release are. */
const published = 'runbook-drill/runbook-drill';
/** The drill file of our own workflows. */
const ownDrillFile = 'fixtures/raspberry-pi/drill.yaml';

/**
 * A workflow of this repository as another one needs it: what is used here by its path is used there by its release.
 * @param drillFile from the root of that repository.
 */
export function workflowFor(template: string, drillFile: string): string {
  const major = `v${version.split('.')[0]}`;
  return template
    .replaceAll(/^# Copy this file[^\n]*\n/gm, '')
    .replaceAll(/uses: \.\/(\S+)/g, `uses: ${published}/$1@${major}`)
    .replaceAll(`drill-file: ${ownDrillFile}`, () => `drill-file: ${JSON.stringify(drillFile)}`);
}

/**
 * Writes all of them, or none where one is there already.
 * @param drillFile as the user names it.
 * @returns their paths, from here.
 * @throws InputErrors
 */
export async function writeWorkflows(drillFile: string): Promise<readonly string[]> {
  const git = readGit(process.cwd());
  if ('reason' in git) throw new InputErrors([{ ...refused('.'), expected: 'a Git repository', got: git.reason, help: 'go into the repository of the runbook' }]);
  const { root } = git;
  const named = relative(root, resolve(drillFile));
  if (named.startsWith('..') || named.includes('${{')) throw new InputErrors([{ ...refused(drillFile), expected: 'a drill file in this repository, with no `${{` in its name', got: named, help: 'name another with --out' }]);
  const templates = join(packageFolder(), workflowsFolder);
  const names = (await readdir(templates)).filter((name) => name.startsWith('restore-drill-'));
  const paths = names.map((name) => join(root, workflowsFolder, name));
  const there = paths.filter((path) => existsSync(path)).map((path) => relative(process.cwd(), path));
  if (there.length > 0) throw new InputErrors(there.map(occupied));
  await mkdir(join(root, workflowsFolder), { recursive: true });
  for (const [index, path] of paths.entries()) {
    const template = await readFile(join(templates, names[index] ?? ''), 'utf8');
    await writeFile(path, workflowFor(template, named), { flag: 'wx' });
  }
  return paths.map((path) => relative(process.cwd(), path));
}

const refused = (file: string): Pick<InputError, 'file' | 'line' | 'column' | 'message'> => ({ file, line: 1, column: 1, message: 'the workflows cannot be written' });

const occupied = (file: string): InputError => ({ ...refused(file), expected: 'a path where no file is yet', got: 'a file', help: 'remove it, or keep it and write none' });
