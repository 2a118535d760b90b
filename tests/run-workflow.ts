/** Runs a workflow of ours under act, on this machine itself, with the actions of others replaced by small local ones. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type HistoryLine, historyText } from '../src/report/history.ts';
import { makeRepository, type SmallDrill } from './small-drill.ts';
import { type WorkflowRun, runUnderAct } from './under-act.ts';

/** A repository with a small drill, as a user has it: its workflows are those that `init --workflows` has written. */
export class WorkflowTest implements Disposable {
  readonly repository: string;
  readonly artifacts = mkdtempSync(join(tmpdir(), 'artifacts-'));
  /** What a release of ours holds. */
  readonly #tool = mkdtempSync(join(tmpdir(), 'tool-'));
  readonly #act: string;

  constructor(act: string, small: SmallDrill) {
    this.#act = act;
    for (const part of ['action.yml', 'dist', 'images', 'publish', 'comment', 'package.json', '.github']) cpSync(part, join(this.#tool, part), { recursive: true });
    this.repository = makeRepository(small);
    execFileSync(process.execPath, [join(this.#tool, 'dist/cli.js'), 'init', '--workflows'], { cwd: this.repository, stdio: 'ignore' });
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

  /** As a checkout with all branches has the history's. */
  keepHistory(lines: readonly HistoryLine[]): void {
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: this.repository, encoding: 'utf8', input: lines.map((line) => `${historyText(line)}\n`).join('') }).trim();
    const tree = execFileSync('git', ['mktree'], { cwd: this.repository, encoding: 'utf8', input: `100644 blob ${blob}\thistory.jsonl\n` }).trim();
    this.git('update-ref', 'refs/remotes/origin/restore-drill-history', this.git('commit-tree', tree, '-m', 'history'));
  }

  /**
   * One job of a workflow, as it is when those that it needs have ended. act itself goes on with no job after a called workflow that
   * failed; GitHub does.
   */
  async runJob(workflow: string, job: string, eventName: string, event: object, env: Readonly<Record<string, string>> = {}): Promise<WorkflowRun> {
    const whole = workflowShape.parse(parse(readFileSync(join(this.repository, '.github/workflows', `${workflow}.yml`), 'utf8')));
    const { needs: _needs, ...alone } = whole.jobs[job] ?? {};
    const name = `${workflow}-${job}`;
    writeFileSync(join(this.repository, '.github/workflows', `${name}.yml`), stringify({ ...whole, jobs: { [job]: alone } }));
    return this.run(name, eventName, event, env);
  }

  /** @param event its payload. @param env more variables of the runner, such as GITHUB_API_URL. */
  async run(workflow: string, eventName: string, event: object, env: Readonly<Record<string, string>> = {}): Promise<WorkflowRun> {
    return runUnderAct({
      act: this.#act,
      repository: this.repository,
      artifacts: this.artifacts,
      workflow,
      eventName,
      event,
      env: { ...env, TEST_TOOL: this.#tool },
      actions: [`runbook-drill/runbook-drill@v0=${this.#tool}`],
    });
  }

  [Symbol.dispose](): void {
    for (const folder of [this.repository, this.artifacts, this.#tool]) rmSync(folder, { recursive: true, force: true });
  }
}

const workflowShape = z.looseObject({ jobs: z.record(z.string(), z.looseObject({ needs: z.unknown().optional() })) });
