import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputErrors } from '../drill/model.ts';
import { readWorkflowRun, refuseForks } from './runner.ts';

describe('a pull request from a fork on a self-hosted runner', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-'));
    const event = join(folder, 'event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { head: { repo: { full_name: 'stranger/app' } }, base: { repo: { full_name: 'owner/app' } } } }));
    env = { RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_EVENT_PATH: event };
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const image = { name: 'app', engine: 'docker', build: null, standIn: false } as const;

  it('is refused in the environment docker, and where the runner itself would build an image', () => {
    expect(() => refuseForks(env, { environment: 'docker', images: [] })).toThrow(InputErrors);
    expect(() => refuseForks(env, { environment: 'lxd', images: [image, { ...image, build: '/checkout/app' }] })).toThrow(InputErrors);
  });

  it('is drilled in an unprivileged host, and on a runner that GitHub throws away', () => {
    expect(() => refuseForks(env, { environment: 'incus', images: [image] })).not.toThrow();
    expect(() => refuseForks({ ...env, RUNNER_ENVIRONMENT: 'github-hosted' }, { environment: 'docker', images: [] })).not.toThrow();
  });
});

const pull = (number: number, repository: string): object => ({ number, base: { repo: { url: `https://api.github.com/repos/${repository}` } } });

describe('the run that drilled', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'runner-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const head = 'c'.repeat(40);
  const run = { id: 5, event: 'pull_request', head_sha: head, head_branch: 'change', head_repository: { full_name: 'stranger/app' }, html_url: 'https://github.com/owner/app/actions/runs/5' };
  function read(event: object): ReturnType<typeof readWorkflowRun> {
    const path = join(folder, 'event.json');
    writeFileSync(path, JSON.stringify(event));
    return readWorkflowRun({ GITHUB_EVENT_PATH: path, GITHUB_REPOSITORY: 'owner/app' });
  }

  it('is told by the event, with the pull requests of this repository alone', async () => {
    expect(await read({ workflow_run: { ...run, pull_requests: [pull(3, 'owner/app'), pull(4, 'stranger/app'), pull(5, 'co-owner/app')] } })).toEqual({
      id: 5, event: 'pull_request', headSha: head, headRepository: 'stranger/app', headBranch: 'change', pullRequests: [3], url: run.html_url,
    });
    expect(await read({ workflow_run: { ...run, head_repository: null, pull_requests: [] } })).toMatchObject({ headRepository: null, pullRequests: [] });
  });

  it.each([{}, { workflow_run: { ...run, head_sha: 'main' } }, { workflow_run: { ...run, head_repository: undefined } }, { pull_request: {} }])('is in no other event: %j', async (event) => {
    await expect(read(event)).rejects.toThrow('`workflow_run` alone');
  });
});
