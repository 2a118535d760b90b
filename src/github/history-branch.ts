/** The history of drills, kept in a branch of its own: drills at the same time lose nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HistoryLine, historyText, joinHistories, parseHistory } from '../report/history.ts';
import { type Repository, statusOf } from './api.ts';
import { branchHead, readFile, writeFile } from './files.ts';

export const historyFile = 'history.jsonl';

/** Tries, each after another run came first. */
const mostTries = 12;

/** Empty where there is no such branch yet. Oldest first. */
export async function readHistoryBranch(repository: Repository, branch: string): Promise<readonly HistoryLine[]> {
  const file = await readFile(repository, historyFile, branch);
  return file === null ? [] : parseHistory(file.text, `${branch}:${historyFile}`);
}

/** Adds lines to what the branch holds by then; resolves to all of it, oldest first. */
export async function addToHistoryBranch(repository: Repository, branch: string, lines: readonly HistoryLine[], pause: (milliseconds: number) => Promise<unknown> = sleep): Promise<readonly HistoryLine[]> {
  for (let attempt = 1; attempt <= mostTries; attempt += 1) {
    const file = await readFile(repository, historyFile, branch);
    if (file === null) await makeBranch(repository, branch);
    const before = file === null ? [] : parseHistory(file.text, `${branch}:${historyFile}`);
    const all = joinHistories(before, lines);
    const text = all.map((line) => `${historyText(line)}\n`).join('');
    if (text === file?.text) return all;
    if (await writeFile(repository, { branch, path: historyFile, text, sha: file?.sha ?? null, message: 'Add a restore drill to the history' })) return all;
    // Others are writing: each waits for a time of its own.
    await pause(Math.random() * 500 * attempt);
  }
  throw new Error(`the history in branch ${branch} could not be written: after ${mostTries} tries others still came first`);
}

/** A branch with no parents: what it holds has no common past with the repository's files. */
async function makeBranch(repository: Repository, branch: string): Promise<void> {
  if ((await branchHead(repository, branch)) !== null) return;
  const { owner, repo, request } = repository;
  const about = '# History of restore drills\n\nOne JSON object a line in `history.jsonl`, one line a drill and scenario. Written by runbook-drill; lines are only ever added.\n';
  const tree = await request('POST /repos/{owner}/{repo}/git/trees', { owner, repo, tree: [{ path: 'README.md', mode: '100644', type: 'blob', content: about }] });
  const commit = await request('POST /repos/{owner}/{repo}/git/commits', { owner, repo, message: 'Begin the history of restore drills', tree: tree.data.sha, parents: [] });
  try {
    await request('POST /repos/{owner}/{repo}/git/refs', { owner, repo, ref: `refs/heads/${branch}`, sha: commit.data.sha });
  } catch (error) {
    // Another run has just made it.
    if (statusOf(error) !== 422) throw error;
  }
}
