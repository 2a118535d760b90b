/** Runs a workflow of ours under act, on this machine itself, with the actions of others replaced by small local ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execFileSync } from 'node:child_process';
import { makeRepository, type SmallDrill } from './small-drill.ts';

export interface WorkflowRun {
  readonly status: number | null;
  readonly log: string;
}

/** A repository with a small drill, our workflows and the tool that they use, and a folder for artifacts. */
export class WorkflowTest implements Disposable {
  readonly repository: string;
  readonly artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
  readonly #act: string;

  constructor(act: string, small: SmallDrill) {
    this.#act = act;
    this.repository = makeRepository(small);
    for (const part of ['action.yml', 'dist', 'images', 'publish', 'comment', 'package.json']) cpSync(part, join(this.repository, part), { recursive: true });
    const folder = join(this.repository, '.github/workflows');
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync('.github/workflows')) {
      writeFileSync(join(folder, name), readFileSync(join('.github/workflows', name), 'utf8').replaceAll('fixtures/raspberry-pi/drill.yaml', 'drill.yaml'));
    }
    this.commit('The workflows');
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: this.repository, encoding: 'utf8' }).trim();
  }

  /** Resolves to the commit. */
  commit(message: string): string {
    this.git('add', '-A', '-f');
    this.git('commit', '-qm', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** @param event its payload. @param env more variables of the runner, such as GITHUB_API_URL. */
  async run(workflow: string, eventName: string, event: object, env: Readonly<Record<string, string>> = {}): Promise<WorkflowRun> {
    const payload = join(this.artifacts, 'event.json');
    writeFileSync(payload, JSON.stringify(event));
    const all = { ...env, TEST_REPOSITORY: this.repository, TEST_TOOL: this.repository, TEST_ARTIFACTS: this.artifacts };
    const args = [
      eventName,
      '--workflows', `.github/workflows/${workflow}.yml`,
      '--eventpath', payload,
      '--platform', 'ubuntu-24.04=-self-hosted',
      '--secret', 'GITHUB_TOKEN=a-token',
      ...replacements().flatMap((pair) => ['--local-repository', pair]),
      ...Object.entries(all).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ];
    const child = spawn(this.#act, args, { cwd: this.repository, env: { ...process.env, GITHUB_ACTIONS: undefined }, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await once(child, 'close');
    return { status: child.exitCode, log };
  }

  [Symbol.dispose](): void {
    rmSync(this.repository, { recursive: true, force: true });
    rmSync(this.artifacts, { recursive: true, force: true });
  }
}

/** `owner/name@ref=folder` for every action of others that our workflows name. */
function replacements(): readonly string[] {
  const named = readdirSync('.github/workflows').flatMap((name) => [...readFileSync(join('.github/workflows', name), 'utf8').matchAll(/uses: (actions\/([a-z-]+)@[0-9a-f]{40})/g)].map(([, uses = '', action = '']) => ({ uses, action })));
  const ours = new Set(readdirSync('tests/local-actions'));
  return [...new Set(named.filter(({ action }) => ours.has(action)).map(({ uses, action }) => `${uses}=${resolve('tests/local-actions', action)}`))];
}
