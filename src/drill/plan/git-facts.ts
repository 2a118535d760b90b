/** What Git says about the checkout that a drill file lies in. Reads only. */
import { execa } from 'execa';

export interface GitFacts {
  readonly root: string;
  readonly shallow: boolean;
  /** Null before the first commit. */
  readonly head: string | null;
  readonly remotes: readonly string[];
}

const run = (folder: string, args: readonly string[]) => execa('git', args, { cwd: folder, reject: false, stripFinalNewline: false });

const git = async (folder: string, ...args: readonly string[]): Promise<string | null> => {
  const { stdout, exitCode } = await run(folder, args);
  return exitCode === 0 ? stdout : null;
};

/** Why there is no repository, in Git's own words: it may be there and not be trusted. */
export interface NoGit {
  readonly reason: string;
}

export async function readGit(folder: string): Promise<GitFacts | NoGit> {
  const [top, shallow, head, remotes] = await Promise.all([
    run(folder, ['rev-parse', '--show-toplevel']),
    git(folder, 'rev-parse', '--is-shallow-repository'),
    git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD'),
    git(folder, 'remote', '-v'),
  ]);
  if (top.exitCode === undefined) return { reason: 'no `git` program' };
  if (top.exitCode !== 0) return { reason: top.stderr.trim().split('\n')[0] ?? '' };
  return { root: top.stdout.replace(/\n$/, ''), shallow: shallow?.trim() === 'true', head: head === null ? null : head.trim(), remotes: remoteUrls(remotes ?? '') };
}

export interface FolderFacts {
  /** Tracked files, relative to the folder. */
  readonly tracked: ReadonlySet<string>;
  readonly uncommitted: boolean;
}

/** @param folder absolute, in a Git repository. */
export async function readFolder(folder: string): Promise<FolderFacts> {
  const [tracked, status] = await Promise.all([
    git(folder, 'ls-files', '-z'),
    // The reports of an earlier drill lie in the checkout by default: they are no change to what is drilled.
    git(folder, 'status', '--porcelain', '--', '.', ':(exclude)drill-report'),
  ]);
  return { tracked: new Set((tracked ?? '').split('\0').filter(Boolean)), uncommitted: (status ?? '').trim() !== '' };
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
