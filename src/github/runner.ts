/** Facts of the runner that decide whether a drill may start. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputErrors } from '../drill/model.ts';

const event = z.object({
  pull_request: z
    .object({
      head: z.object({ repo: z.object({ full_name: z.string() }).nullable() }),
      base: z.object({ repo: z.object({ full_name: z.string() }) }),
    })
    .optional(),
});

/**
 * A host of the `docker` environment stops accidents, not attackers: text from a fork runs on a self-hosted runner never.
 * Throws `InputErrors` where it would.
 */
export function refuseForks(env: NodeJS.ProcessEnv): void {
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
      help: 'run this job with `runs-on: ubuntu-24.04`, or drill the change after it is reviewed and pushed to a branch',
    },
  ]);
}
