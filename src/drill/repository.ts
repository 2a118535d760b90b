/** The repository on its way into a host: the committed HEAD as a Git bundle, never `.git` itself, which may hold a token. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Host } from '../ports/host.ts';
import { CannotRun } from '../ports/host.ts';
import type { Plan } from './model.ts';

/** Where a host keeps the bare origin that outlives every loss. */
export const originPath = '/var/lib/runbook-drill/origin.git';

export interface RepositoryBundle {
  readonly file: string;
  readonly branch: string;
}

/**
 * Writes the bundle into `folder` on this machine. A drill file with `repository: FOLDER` gets that folder's tree
 * as a repository of its own, in one commit; nothing is written to the repository that it is read from.
 */
export async function bundleRepository(repository: Plan['repository'], folder: string): Promise<RepositoryBundle> {
  const bare = join(folder, 'bundle.git');
  const file = join(folder, 'repository.bundle');
  await mkdir(folder, { recursive: true });
  const [objects, branch] = await Promise.all([git(repository.gitRoot, {}, 'rev-parse', '--path-format=absolute', '--git-path', 'objects'), currentBranch(repository.gitRoot)]);
  const inBare: GitCommand = (...args) => git(folder, { GIT_DIR: bare, GIT_ALTERNATE_OBJECT_DIRECTORIES: objects, GIT_CONFIG_NOSYSTEM: '1', ...commitIdentity }, ...args);
  await inBare('init', '--quiet', '--bare', bare);
  const commit = repository.folder === '' ? repository.head : await commitFolder(inBare, repository);
  await inBare('update-ref', `refs/heads/${branch}`, commit);
  await inBare('bundle', 'create', '--quiet', file, `refs/heads/${branch}`);
  return { file, branch };
}

const commitIdentity = {
  GIT_AUTHOR_NAME: 'runbook-drill',
  GIT_AUTHOR_EMAIL: 'runbook-drill@localhost',
  GIT_COMMITTER_NAME: 'runbook-drill',
  GIT_COMMITTER_EMAIL: 'runbook-drill@localhost',
};

/** Resolves to what it printed, without the last line end. Rejects when it fails. */
type GitCommand = (...args: readonly string[]) => Promise<string>;

const run = promisify(execFile);

async function git(cwd: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
  try {
    const running = run('git', args, { cwd, env: { ...process.env, ...env }, maxBuffer: Infinity });
    running.child.stdin?.end();
    return (await running).stdout.replace(/\n$/, '');
  } catch (error) {
    // Its message is the command, and all that it has printed as an error.
    throw new CannotRun(error instanceof Error ? error.message.trim().slice(-1000) : String(error), { cause: error });
  }
}

async function commitFolder(inBare: GitCommand, repository: Plan['repository']): Promise<string> {
  const tree = `${repository.head}:${repository.folder}`;
  return inBare('commit-tree', tree, '-m', `The folder ${repository.folder} as a repository of its own`);
}

/** The branch that is checked out; `main` for a detached checkout, which is what a pull request's job has. */
async function currentBranch(gitRoot: string): Promise<string> {
  return git(gitRoot, {}, 'symbolic-ref', '--quiet', '--short', 'HEAD').catch(() => 'main');
}

/** Makes the bare, writable origin in the host from the bundle and maps the repository's own URLs to it. */
export async function installOrigin(host: Host, bundle: RepositoryBundle, remotes: readonly string[]): Promise<void> {
  const user = host.spec.user;
  const inHost = '/run/runbook-drill/repository.bundle';
  await host.writeFile(inHost, await contentOf(bundle.file), { user, mode: '0600' });
  await must(host, 'make the origin', [
    'sh', '-ec',
    `install -d -o "$1" /var/lib/runbook-drill
     git init --quiet --bare --initial-branch="$2" "$3"
     git -C "$3" fetch --quiet "$4" "refs/heads/$2:refs/heads/$2"
     chown -R "$1:" "$3"; rm -f "$4"`,
    'sh', user, bundle.branch, originPath, inHost,
  ]);
  await mapRemotes(host, remotes);
}

/** Whole where it is small, which a host takes much sooner than a stream. */
async function contentOf(file: string): Promise<Readable | Buffer> {
  const { size } = await stat(file);
  return size <= 256 * 1024 ? readFile(file) : createReadStream(file);
}

/** `insteadOf` for every way in which people write the repository's own URLs, so that `git pull` and `git clone` work isolated. */
export async function mapRemotes(host: Host, remotes: readonly string[]): Promise<void> {
  const commands = [
    `git config --system --add safe.directory ${originPath}`,
    ...spellings(remotes).map((url) => `git config --system --add url.${originPath}.insteadOf ${quote(url)}`),
  ];
  await must(host, 'map the remotes', ['sh', '-ec', commands.join('\n')]);
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** https, ssh and scp-like forms of each remote, with and without `.git`. */
export function spellings(remotes: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const remote of remotes) {
    all.add(remote);
    const match = /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|[^@/:]*@)([^/:]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(remote);
    const [, server, path] = match ?? [];
    if (server === undefined || path === undefined) continue;
    for (const form of [`https://${server}/${path}`, `git@${server}:${path}`, `ssh://git@${server}/${path}`]) {
      all.add(form);
      all.add(`${form}.git`);
    }
  }
  return [...all];
}

/** The drill's own clone of the workspace: a branch that tracks the origin. Only root can make a folder such as /opt/site; it is the user's all the same. */
export async function cloneWorkspace(host: Host, path: string): Promise<void> {
  const { user } = host.spec;
  const folder = String.raw`runuser -u "$1" -- mkdir -p -- "$2" 2>/dev/null || { mkdir -p -- "$2" && chown "$1:" -- "$2"; }`;
  await must(host, 'make the workspace', ['sh', '-ec', folder, 'sh', user, path]);
  await must(host, 'clone the workspace', ['git', 'clone', '--quiet', '--', originPath, path], user);
}

/** Runs a command of the drill's own; anything but 0 is the drill's failure, never the runbook's. */
export async function must(host: Host, purpose: string, command: readonly string[], user = 'root'): Promise<Buffer> {
  const result = await host.exec(command, { user, cwd: '/' });
  if (result.exitCode !== 0) {
    throw new CannotRun(`could not ${purpose} in host ${host.name}: exit ${result.exitCode}: ${result.stderr.trim().slice(-500)}`);
  }
  return result.stdout;
}

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
