/** What Git says about the checkout that a drill file lies in. Reads only. */
import { spawnSync } from 'node:child_process';

export interface GitFacts {
  readonly root: string;
  readonly shallow: boolean;
  /** Null before the first commit. */
  readonly head: string | null;
  readonly remotes: readonly string[];
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  /** `git` is not there at all. */
  readonly absent: boolean;
  readonly succeeded: boolean;
}

/** Waited for, which costs half of what listening to it would: there is nothing to do before a plan is there. */
function git(folder: string, ...args: readonly string[]): Answer {
  const { stdout, stderr, status } = spawnSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: Infinity });
  return { stdout: stdout ?? '', stderr: stderr ?? '', absent: status === null, succeeded: status === 0 };
}

/** Why there is no repository, in Git's own words: it may be there and not be trusted. */
export interface NoGit {
  readonly reason: string;
}

export function readGit(folder: string): GitFacts | NoGit {
  const checkout = git(folder, 'rev-parse', '--is-shallow-repository', '--show-toplevel', '--verify', '--quiet', 'HEAD');
  if (checkout.absent) return { reason: 'no `git` program' };
  const [shallow, root, head] = checkout.stdout.replace(/\n$/, '').split('\n');
  // Without a commit Git fails, and has told the first two all the same.
  if (shallow === undefined || root === undefined) return { reason: checkout.stderr.trim().split('\n')[0] ?? '' };
  return { root, shallow: shallow === 'true', head: checkout.succeeded && head !== undefined ? head : null, remotes: remoteUrls(git(folder, 'remote', '-v').stdout) };
}

export interface FolderFacts {
  /** Tracked files, relative to the folder. */
  readonly tracked: ReadonlySet<string>;
  readonly uncommitted: boolean;
}

/** @param folder absolute, in a Git repository. */
export function readFolder(folder: string): FolderFacts {
  const tracked = git(folder, 'ls-files', '-z');
  // The reports of an earlier drill lie in the checkout by default: they are no change to what is drilled.
  const status = git(folder, 'status', '--porcelain', '--', '.', ':(exclude)drill-report');
  return { tracked: new Set(tracked.stdout.split('\0').filter(Boolean)), uncommitted: status.stdout.trim() !== '' };
}

/** URLs of `git remote -v`, once each, without the user name and password that a URL may carry. */
export function remoteUrls(listing: string): readonly string[] {
  const urls = listing.split('\n').map((line) => /^[^\t]+\t(.+) \((?:fetch|push)\)/.exec(line)?.[1] ?? '');
  return [...new Set(urls.filter(Boolean).map(withoutUserinfo))];
}

function withoutUserinfo(url: string): string {
  const userinfo = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)@/i.exec(url);
  if (userinfo === null) return url;
  const [whole, scheme = '', user = ''] = userinfo;
  // The user of an ssh URL is part of its name; a password never is.
  const kept = /^ssh:/i.test(scheme) ? `${user.split(':')[0] ?? ''}@` : '';
  return `${scheme}${kept}${url.slice(whole.length)}`;
}
