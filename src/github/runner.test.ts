import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputErrors } from '../drill/model.ts';
import { refuseForks } from './runner.ts';

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
