/** Whom an artifact is about: what it claims is compared with what GitHub says of the run and of the pull request. */
import { type Repository, unlessAbsent } from './api.ts';
import { Refused } from './refused.ts';
import type { DrillRun } from './runner.ts';

/** What the artifact says of itself. */
export interface Claim {
  readonly number: number;
  /** The commit that was drilled. */
  readonly head: string;
}

export interface IdentifiedPullRequest {
  readonly number: number;
  /** Why there is nothing more to say on it: it is over, or its later run has the word. Null while it is neither. */
  readonly past: string | null;
}

/**
 * One commit may be the head of several pull requests, for anybody can push somebody else's: so the repository and the branch
 * that it comes from must be those of the run too.
 * @throws Refused
 */
export async function identifyPullRequest(repository: Repository, { number, head }: Claim, run: DrillRun): Promise<IdentifiedPullRequest> {
  if (head !== run.headSha) throw new Refused(`the artifact is about commit ${head}; the run was about ${run.headSha}`);
  if (run.pullRequests.length > 0 && !run.pullRequests.includes(number)) throw new Refused(`the artifact is about pull request ${number}; the run was about ${run.pullRequests.join(', ')}`);
  const { owner, repo, request } = repository;
  const found = await unlessAbsent(request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { owner, repo, pull_number: number }));
  if (found === null) throw new Refused(`there is no pull request ${number}`);
  const { base, head: here, state } = found.data;
  if (base.repo.full_name !== `${owner}/${repo}`) throw new Refused(`pull request ${number} goes into ${base.repo.full_name}; expected ${owner}/${repo}`);
  // Nothing is written there, whosever it was: a fork may be deleted once its pull request is over.
  if (state !== 'open') return { number, past: `pull request ${number} is ${state}` };
  // Where both are gone, nobody can tell whether they were one.
  const from: string | null = here.repo?.full_name ?? null;
  if (from === null || from !== run.headRepository) throw new Refused(`pull request ${number} comes from ${from ?? gone}; the run was about ${run.headRepository ?? gone}`);
  if (here.ref !== run.headBranch) throw new Refused(`pull request ${number} comes from the branch ${JSON.stringify(here.ref)}; the run was about ${JSON.stringify(run.headBranch)}`);
  // A run that is late must not write over what a later one has said.
  return { number, past: here.sha === run.headSha ? null : `pull request ${number} stands at ${here.sha} by now; the run was about ${run.headSha}` };
}

const gone = 'a repository that is gone';
