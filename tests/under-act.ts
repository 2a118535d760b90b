/** Runs a workflow under act, on this machine itself, with the actions of others replaced by those of `tests/local-actions`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface WorkflowRun {
  readonly status: number | null;
  readonly log: string;
}

export interface ActRun {
  /** act's path. */
  readonly act: string;
  readonly repository: string;
  /** Its file below `.github/workflows`, without `.yml`. */
  readonly workflow: string;
  readonly eventName: string;
  readonly event: object;
  /** Where the local actions keep what they are given. */
  readonly artifacts: string;
  /** More variables of the runner, such as GITHUB_API_URL. */
  readonly env?: Readonly<Record<string, string>>;
  /** `owner/name@ref=folder`: more actions that come from a folder. */
  readonly actions?: readonly string[];
}

export async function runUnderAct({ act, repository, workflow, eventName, event, artifacts, env = {}, actions = [] }: ActRun): Promise<WorkflowRun> {
  const payload = join(artifacts, 'event.json');
  writeFileSync(payload, JSON.stringify(event));
  const args = [
    eventName,
    '--workflows', `.github/workflows/${workflow}.yml`,
    '--eventpath', payload,
    ...['ubuntu-24.04', 'ubuntu-24.04-arm'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    '--secret', 'GITHUB_TOKEN=a-token',
    ...[...replacements(), ...actions].flatMap((pair) => ['--local-repository', pair]),
    ...Object.entries({ ...env, TEST_REPOSITORY: repository, TEST_ARTIFACTS: artifacts }).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ];
  const child = spawn(act, args, { cwd: repository, env: { ...process.env, ...env, GITHUB_ACTIONS: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await once(child, 'close');
  return { status: child.exitCode, log };
}

/** `owner/name@ref=folder` for every action of others that our workflows name. */
function replacements(): readonly string[] {
  const ours = new Set(readdirSync('tests/local-actions'));
  const uses = readdirSync('.github/workflows').flatMap((name) => [...readFileSync(join('.github/workflows', name), 'utf8').matchAll(/uses: (actions\/([a-z-]+)@[0-9a-f]{40})/g)]);
  return [...new Set(uses.flatMap(([, named = '', action = '']) => (ours.has(action) ? [`${named}=${resolve('tests/local-actions', action)}`] : [])))];
}
