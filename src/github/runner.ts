/** Facts of the runner: whether a drill may start, where this run is seen, which run woke it. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type HostPlan, InputErrors } from '../drill/model.ts';

const event = z.object({
  pull_request: z
    .object({
      head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }),
      base: z.object({ repo: z.object({ full_name: z.string() }) }),
    })
    .optional(),
});

/**
 * A host of the `docker` environment stops accidents, not attackers, and an image is built by the runner's own Docker: text
 * from a fork runs on a self-hosted runner in neither. Throws `InputErrors` where it would.
 */
export function refuseForks(env: NodeJS.ProcessEnv, host: Pick<HostPlan, 'environment' | 'images'>): void {
  if (host.environment !== 'docker' && host.images.every(({ build }) => build === null)) return;
  const path = env['GITHUB_EVENT_PATH'];
  if (env['RUNNER_ENVIRONMENT'] !== 'self-hosted' || path === undefined) return;
  const { pull_request: pullRequest } = event.parse(JSON.parse(readFileSync(path, 'utf8')));
  if (pullRequest === undefined || pullRequest.head.repo?.full_name === pullRequest.base.repo.full_name) return;
  throw new InputErrors([
    {
      file: env['GITHUB_WORKFLOW_REF'] ?? 'workflow',
      line: 1,
      column: 1,
      message: 'a pull request from a fork is not drilled on a self-hosted runner',
      expected: 'a branch of this repository, or a runner that GitHub hosts',
      got: `a pull request from ${pullRequest.head.repo?.full_name ?? 'a deleted fork'}`,
      help: 'run this job with `runs-on: ubuntu-24.04`, drill in the environment lxd or incus with no image to build, or drill the change after it is reviewed and pushed to a branch',
    },
  ]);
}

/** Where people see this workflow run. */
export function runUrl(env: NodeJS.ProcessEnv): string {
  return `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${env['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${env['GITHUB_RUN_ID'] ?? ''}`;
}

/** The workflow run that drilled, as GitHub tells it in the event of the run that comments. */
export interface DrillRun {
  readonly id: number;
  /** What started it. */
  readonly event: string;
  readonly headSha: string;
  /** `OWNER/NAME`; null where it is gone. */
  readonly headRepository: string | null;
  readonly headBranch: string | null;
  /** Open pull requests of this repository with that branch: none of a fork's. */
  readonly pullRequests: readonly number[];
  readonly url: string;
}

const workflowRun = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    event: z.string(),
    head_sha: z.string().regex(/^[0-9a-f]{40}$/),
    head_branch: z.string().nullable(),
    head_repository: z.object({ full_name: z.string() }).nullable(),
    pull_requests: z.array(z.object({ number: z.int().positive(), base: z.object({ repo: z.object({ url: z.string() }) }).optional() })).default([]),
    html_url: z.string(),
  }),
});

/**
 * The run whose end started this one.
 * @throws where the event is another one.
 */
export async function readWorkflowRun(env: NodeJS.ProcessEnv): Promise<DrillRun> {
  const path = env['GITHUB_EVENT_PATH'];
  const parsed = workflowRun.safeParse(path === undefined ? null : JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`this Action answers to the event \`workflow_run\` alone: start it from a workflow with \`on: workflow_run\`. The event: ${z.prettifyError(parsed.error)}`);
  const { workflow_run: run } = parsed.data;
  return {
    id: run.id,
    event: run.event,
    headSha: run.head_sha,
    headRepository: run.head_repository?.full_name ?? null,
    headBranch: run.head_branch,
    // A branch may be the head of a pull request into somebody's fork too.
    pullRequests: run.pull_requests.filter(({ base }) => base === undefined || base.repo.url.endsWith(`/repos/${env['GITHUB_REPOSITORY'] ?? ''}`)).map(({ number }) => number),
    url: run.html_url,
  };
}
