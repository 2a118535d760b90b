/** The repository that a drill file is about: the Git root that holds it, or a folder in it. */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isInside } from './contents.ts';
import { type GitFacts, readFolder, readGit } from './git-facts.ts';
import type { Problems } from './problems.ts';

export interface RepositoryFacts {
  readonly gitRoot: string;
  /** Absolute: what stands in the host as the repository. */
  readonly folder: string;
  readonly head: string;
  readonly remotes: readonly string[];
  readonly tracked: ReadonlySet<string>;
  readonly uncommitted: boolean;
  /** The drill file relative to `folder` where it lies in it, else absolute. */
  readonly drillFile: string;
}

/**
 * Null, and told, where there is none to plan with.
 * @param drillFile absolute. @param folder as the drill file has it, relative to the drill file.
 */
export function readRepository(drillFile: string, folder: string | undefined, problems: Problems): RepositoryFacts | null {
  const here = realpathSync(dirname(drillFile));
  const git = readGit(here);
  if ('reason' in git) {
    problems.atKey([], { message: 'the drill file lies in no Git repository', expected: 'a drill file in a Git checkout', got: git.reason, help: 'run `git init` and commit, or start the drill from a checkout that Git trusts' });
    return null;
  }
  const root = folderIn(git.root, here, folder, problems);
  if (!isUsable(git, problems) || root === null) return null;
  const facts = readFolder(root);
  if (facts.tracked.size === 0) problems.atValue(['repository'], { message: 'the repository is empty', expected: 'a folder with files that Git tracks', got: 'no tracked file', help: 'commit the files, or correct `repository`' });
  const real = join(here, basename(drillFile));
  return { gitRoot: git.root, folder: root, head: git.head ?? '', remotes: git.remotes, ...facts, drillFile: isInside(root, real) ? relative(root, real) : real };
}

function isUsable(git: GitFacts, problems: Problems): boolean {
  if (git.head === null) problems.atKey([], { message: 'the repository has no commit', expected: 'a committed HEAD: that is what goes into the host', got: 'no commit', help: 'commit the files' });
  if (git.shallow) problems.atKey([], { message: 'the checkout is shallow: it cannot be cloned into a host', expected: 'the whole history', got: 'a shallow checkout', help: 'set `fetch-depth: 0` for actions/checkout, or run `git fetch --unshallow`' });
  return git.head !== null;
}

function folderIn(gitRoot: string, here: string, written: string | undefined, problems: Problems): string | null {
  if (written === undefined) return gitRoot;
  const folder = resolve(here, written);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder && isInside(gitRoot, realpathSync(folder))) return realpathSync(folder);
  problems.atValue(['repository'], { message: `\`repository: ${written}\` is no folder of this Git repository`, expected: 'a folder, relative to the drill file', got: isFolder ? 'a folder outside the Git repository' : 'no such folder', help: 'correct the path' });
  return null;
}
