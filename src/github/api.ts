/** GitHub's REST API, for the repository that a workflow runs in. */
import { Octokit } from '@octokit/core';
import { version } from '../version.ts';

/** One repository, asked with one token. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
  readonly request: Octokit['request'];
}

/** Characters of an issue's or a comment's text. */
export const textLimit = 65_535;

/** Milliseconds: GitHub itself gives up after ten seconds. */
const patience = 30_000;

/**
 * @param env `GITHUB_REPOSITORY` and `GITHUB_API_URL`, as a runner sets them.
 * @throws where the repository is not named.
 */
export function openRepository(env: NodeJS.ProcessEnv, token: string): Repository {
  const [owner, repo, ...more] = (env['GITHUB_REPOSITORY'] ?? '').split('/');
  if (!owner || !repo || more.length > 0) throw new Error(`GITHUB_REPOSITORY: expected OWNER/NAME, got '${env['GITHUB_REPOSITORY'] ?? ''}'`);
  const octokit = new Octokit({ auth: token, userAgent: `runbook-drill/${version}`, ...(env['GITHUB_API_URL'] ? { baseUrl: env['GITHUB_API_URL'] } : {}) });
  octokit.hook.before('request', (options) => {
    options.request = { ...options.request, signal: AbortSignal.timeout(patience) };
  });
  return { owner, repo, request: octokit.request };
}

/** The status of an answer that says no; null for what is no answer at all. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null;
}

/** Resolves to null where GitHub says that there is no such thing. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
