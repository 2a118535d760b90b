/** A pull request with the benchmark table that a drill has measured: one branch a drill, always brought up to date, never merged by us. */
import { type Repository, statusOf } from './api.ts';
import { branchHead, readFile, writeFile } from './files.ts';

export interface RewrittenFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export type PullRequestOutcome = { readonly did: 'opened' | 'updated'; readonly number: number } | { readonly did: 'nothing' };

const ours = 'restore-drill/benchmark-';

/** Of two drill files in one repository neither takes the other's. Git wants no two dots, and no `.lock` at the end. */
export const benchmarkBranch = (drill: string): string => `${ours}${drill.replaceAll('.', '-')}`;

/**
 * @param drill its name.
 * @param base the branch that the workflow ran on.
 * @param files as they shall be; those that are so already are left out.
 */
export async function proposeBenchmark(repository: Repository, drill: string, base: string, files: readonly RewrittenFile[], body: string): Promise<PullRequestOutcome> {
  // A workflow of every push runs on our own branch too.
  if (base.startsWith(ours)) return { did: 'nothing' };
  const branch = benchmarkBranch(drill);
  const { owner, repo, request } = repository;
  const changed: RewrittenFile[] = [];
  for (const file of files) if ((await readFile(repository, file.path, base))?.text !== file.text) changed.push(file);
  if (changed.length === 0) return { did: 'nothing' };
  await startAt(repository, branch, base);
  for (const { path, text } of changed) {
    const before = await readFile(repository, path, branch);
    const written = await writeFile(repository, { branch, path, text, sha: before?.sha ?? null, message: `Put the times of the last restore drill into ${path}` });
    if (!written) throw new Error(`${path} in ${branch} was changed meanwhile by somebody else: run the workflow again`);
  }
  const content = { title: `Times of the last restore drill of ${drill}`, body };
  const [open] = (await request('GET /repos/{owner}/{repo}/pulls', { owner, repo, state: 'open', head: `${owner}:${branch}`, base })).data;
  if (open !== undefined) {
    await request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { owner, repo, pull_number: open.number, ...content });
    return { did: 'updated', number: open.number };
  }
  const made = await request('POST /repos/{owner}/{repo}/pulls', { owner, repo, head: branch, base, ...content });
  return { did: 'opened', number: made.data.number };
}

/** The branch is ours alone: it begins anew at the base each time, so that it never conflicts. */
async function startAt(repository: Repository, branch: string, base: string): Promise<void> {
  const { owner, repo, request } = repository;
  const sha = await branchHead(repository, base);
  if (sha === null) throw new Error(`there is no branch ${base} to open a pull request against: run the workflow on a branch`);
  try {
    await request('POST /repos/{owner}/{repo}/git/refs', { owner, repo, ref: `refs/heads/${branch}`, sha });
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    await request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { owner, repo, ref: `heads/${branch}`, sha, force: true });
  }
}
