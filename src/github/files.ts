/** Files of a repository through the API: read at a commit or branch, written as one commit each or as one commit of several. */
import { type Repository, statusOf, unlessAbsent } from './api.ts';

export interface RepositoryFile {
  readonly text: string;
  /** Of the blob: a change names the one that it replaces, and is refused when another came first. */
  readonly sha: string;
}

/** Null where there is no such branch or file. */
export async function readFile(repository: Repository, path: string, ref: string): Promise<RepositoryFile | null> {
  const { owner, repo, request } = repository;
  const answer = await unlessAbsent(request('GET /repos/{owner}/{repo}/contents/{path}', { owner, repo, path, ref }));
  if (answer === null) return null;
  const { data } = answer;
  if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} in ${ref}: expected a file`);
  if (data.encoding === 'base64') return { text: decoded(data.content), sha: data.sha };
  // Over a megabyte the content is left out here.
  const blob = await request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { owner, repo, file_sha: data.sha });
  return { text: decoded(blob.data.content), sha: data.sha };
}

const decoded = (content: string): string => Buffer.from(content, 'base64').toString('utf8');

export interface FileChange {
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  /** What is replaced; null where there was nothing. */
  readonly sha: string | null;
  readonly message: string;
}

/** One commit. False when another change came first. */
export async function writeFile({ owner, repo, request }: Repository, { branch, path, text, sha, message }: FileChange): Promise<boolean> {
  try {
    await request('PUT /repos/{owner}/{repo}/contents/{path}', { owner, repo, path, branch, message, content: Buffer.from(text).toString('base64'), ...(sha === null ? {} : { sha }) });
    return true;
  } catch (error) {
    // 409: the blob or the branch has moved; 422: there is a file where none was said to be.
    if (statusOf(error) === 409 || (statusOf(error) === 422 && sha === null)) return false;
    throw error;
  }
}

/** The commit that a branch stands at, or null where there is no such branch. */
export async function branchHead({ owner, repo, request }: Repository, branch: string): Promise<string | null> {
  const answer = await unlessAbsent(request('GET /repos/{owner}/{repo}/git/ref/{ref}', { owner, repo, ref: `heads/${branch}` }));
  return answer === null ? null : answer.data.object.sha;
}

export interface Commit {
  readonly branch: string;
  /** The commit that it follows; null where the branch is not there yet. */
  readonly on: string | null;
  /** Path → text. Files that are not named stay. */
  readonly files: ReadonlyMap<string, string>;
  readonly message: string;
}

/**
 * All of the files, or none. Null when it is done, else what GitHub says against it: most likely that the branch has moved.
 * A branch that begins here has no common past with the repository's files.
 */
export async function commitFiles({ owner, repo, request }: Repository, { branch, on, files, message }: Commit): Promise<string | null> {
  const base = on === null ? {} : { base_tree: (await request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { owner, repo, commit_sha: on })).data.tree.sha };
  const entries = [...files].map(([path, content]) => ({ path, mode: '100644', type: 'blob', content }) as const);
  const tree = await request('POST /repos/{owner}/{repo}/git/trees', { owner, repo, ...base, tree: entries });
  const { sha } = (await request('POST /repos/{owner}/{repo}/git/commits', { owner, repo, message, tree: tree.data.sha, parents: on === null ? [] : [on] })).data;
  try {
    await (on === null
      ? request('POST /repos/{owner}/{repo}/git/refs', { owner, repo, ref: `refs/heads/${branch}`, sha })
      : request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { owner, repo, ref: `heads/${branch}`, sha, force: false }));
    return null;
  } catch (error) {
    // 409: it is being written; 422: it is no fast-forward any more, or the branch is there by now.
    if (error instanceof Error && (statusOf(error) === 409 || statusOf(error) === 422)) return error.message;
    throw error;
  }
}
