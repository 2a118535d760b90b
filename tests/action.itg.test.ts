/** `dist/` as a runner runs it: inputs, outputs, summary and state through files, main step and post step. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJournal } from '../src/drill/journal.ts';
import { exampleLine } from '../src/report/golden/example-history.ts';
import { historyText } from '../src/report/history.ts';
import { goodBlocks, makeRepository } from './small-drill.ts';
import { testTool } from './test-tools.ts';

const dist = resolve('dist');
let repository: string;
beforeAll(() => {
  repository = makeRepository({ blocks: { bad: goodBlocks.restore.replace('app_data', 'data'), nosy }, host: { env: { CARRIED: 'by-the-drill-file' } }, drill: { scenarios: scenarios() } });
});
afterAll(() => rmSync(repository, { recursive: true, force: true }));

function scenarios(): unknown {
  const one = { rto: '5m', rpo: 'last-backup', backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'] };
  return { good: { ...one, restore: ['#restore', '#nosy'] }, bad: { ...one, restore: ['#bad'] } };
}

/** What a job's step has that no runbook may see. */
const secrets = { GITHUB_TOKEN: 'ghs_token-of-the-job', ACTIONS_RUNTIME_TOKEN: 'runtime-of-the-job', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'identity-of-the-job', INPUT_TOKEN: 'input-of-the-job' };

/** Tells all variables of all that runs in the host, and each file in which somebody would leave a token. */
const nosy = `env | sort
sudo sh -c "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sort -u"
sudo sh -c "grep -rsl --devices=skip 'of-the-jo[b]' /home /root /etc /run /srv /tmp /var/tmp | sed 's/^/token in /'; echo searched"`;

interface Ran {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly state: Readonly<Record<string, string>>;
}

/** What @actions/core writes: `name<<delimiter`, the value, the delimiter. */
function parseFileCommands(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [, name = '', , value = ''] of text.matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) values[name] = value;
  return values;
}

/** Ids of the containers that a run made. */
const made = (run: string): string => execFileSync('docker', ['ps', '-aq', '--filter', `label=runbook-drill.run=${run}`], { encoding: 'utf8' }).trim();

function runStep(script: string, inputs: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Ran {
  const files = { GITHUB_OUTPUT: join(repository, 'output'), GITHUB_STEP_SUMMARY: join(repository, 'summary'), GITHUB_STATE: join(repository, 'state') };
  for (const path of Object.values(files)) writeFileSync(path, '');
  const named = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const env = { PATH: process.env['PATH'] ?? '', HOME: homedir(), GITHUB_ACTIONS: 'true', ...files, ...named, ...more };
  const result = spawnSync(process.execPath, [join(dist, script)], { cwd: repository, env, encoding: 'utf8' });
  return {
    code: result.status,
    log: result.stdout + result.stderr,
    outputs: parseFileCommands(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    state: parseFileCommands(readFileSync(files.GITHUB_STATE, 'utf8')),
  };
}

describe('the Action', { timeout: 240_000 }, () => {
  it('drills one scenario, and is green', () => {
    const ran = runStep('action.js', { scenario: 'good', out: 'out' }, secrets);
    expect(ran.code, ran.log).toBe(0);
    const seen = parseJournal(readFileSync(join(repository, 'out/journal.ndjson'), 'utf8'), 'journal').flatMap((entry) => (entry.event === 'step-ended' ? [entry.result.output] : [])).join('');
    expect(seen).toMatch(/^CARRIED=by-the-drill-file$[^]*^searched$/m);
    expect(seen).not.toMatch(/^(?:GITHUB_|ACTIONS_|INPUT_|RUNNER_|token in )/m);
    const written = readdirSync(join(repository, 'out')).map((name) => readFileSync(join(repository, 'out', name), 'utf8'));
    for (const text of [ran.log, ran.summary, ...written]) expect(text).not.toMatch(/(?:token|runtime|identity|input)-of-the-job/);
    expect(ran.outputs).toMatchObject({ status: 'SUCCESSFUL', report: join(repository, 'out', 'report.json') });
    expect(JSON.parse(ran.outputs['rta'] ?? '')).toEqual({ good: expect.any(Number) });
    expect(ran.summary).toContain('| good');
    expect(ran.state['run']).toMatch(/^[a-z0-9]+$/);
    const post = runStep('cleanup.js', {}, { STATE_run: ran.state['run'] ?? '', STATE_environment: 'docker' });
    expect(post.code, post.log).toBe(0);
  });

  it('is red where data does not come back, with the finding on its line', () => {
    const ran = runStep('action.js', { scenario: 'bad', out: 'out' });
    expect(ran.code, ran.log).toBe(1);
    expect(ran.outputs['status']).toBe('FAILED');
    expect(JSON.parse(ran.outputs['rta'] ?? '')).toEqual({ bad: null });
    expect(ran.log).toMatch(/^::error file=drill\.yaml,line=\d+/m);
  });

  it('drills nothing where a change touches no scenario, says so, and is green', () => {
    writeFileSync(join(repository, 'before.jsonl'), `${historyText(exampleLine({ drill: 'small', id: 'good', ended: '2020-01-01T00:00:00.000Z' }))}\n`);
    const ran = runStep('action.js', { since: 'HEAD', out: 'untouched', history: 'before.jsonl' });
    expect(ran.code, ran.log).toBe(0);
    expect(ran.outputs).toEqual({ status: '' });
    expect(ran.summary).toContain('no scenario is touched');
    expect(ran.log).toContain('::warning::good was last tested on 2020-01-01');
    expect(existsSync(join(repository, 'untouched'))).toBe(false);
  });

  it('says what is wrong with its input before anything runs', () => {
    const ran = runStep('action.js', { scenario: 'nosuch' });
    expect(ran.code).toBe(2);
    expect(ran.log).toMatch(/::error .*nosuch/);
    expect(ran.outputs).toEqual({});
  });

  it('refuses a fork on a self-hosted runner', () => {
    const event = join(repository, 'event.json');
    writeFileSync(event, JSON.stringify({ pull_request: { head: { repo: { full_name: 'stranger/app' } }, base: { repo: { full_name: 'owner/app' } } } }));
    const ran = runStep('action.js', { scenario: 'good' }, { RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_EVENT_PATH: event });
    expect(ran.code).toBe(2);
    expect(ran.log).toContain('fork');
  });

  it('leaves nothing when the job is cancelled: the post step removes what a killed main step made', async () => {
    const files = { GITHUB_OUTPUT: join(repository, 'output'), GITHUB_STEP_SUMMARY: join(repository, 'summary'), GITHUB_STATE: join(repository, 'state') };
    for (const path of Object.values(files)) writeFileSync(path, '');
    const child = spawn(process.execPath, [join(dist, 'action.js')], { cwd: repository, stdio: 'ignore', env: { PATH: process.env['PATH'] ?? '', HOME: homedir(), ...files, INPUT_SCENARIO: 'good', INPUT_OUT: 'out-cancelled' } });
    const runOf = (): string => parseFileCommands(readFileSync(files.GITHUB_STATE, 'utf8'))['run'] ?? '';
    while (runOf() === '' || made(runOf()) === '') await sleep(100);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const run = runOf();
    const post = runStep('cleanup.js', {}, { STATE_run: run, STATE_environment: 'docker' });
    expect(post.log).toContain('removed ');
    expect(made(run)).toBe('');
  });

  it('runs under act, main and post', (context) => {
    const act = testTool('act', context);
    const action = join(repository, '.action');
    mkdirSync(action);
    for (const part of ['action.yml', 'dist', 'images', 'package.json']) cpSync(part, join(action, part), { recursive: true });
    mkdirSync(join(repository, '.github/workflows'), { recursive: true });
    writeFileSync(
      join(repository, '.github/workflows/drill.yml'),
      `on: push\njobs:\n  drill:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - id: drill\n        uses: ./.action\n        with: { scenario: good, out: out }\n      - run: echo "status is \${{ steps.drill.outputs.status }}"\n`,
    );
    const git = (...args: readonly string[]): void => void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: repository, stdio: 'ignore' });
    git('add', '-A', '-f');
    git('commit', '-qm', 'with the action');
    const result = spawnSync(act, ['push', '-P', 'ubuntu-latest=-self-hosted'], { cwd: repository, encoding: 'utf8', env: { ...process.env, GITHUB_ACTIONS: undefined } });
    expect(result.stdout + result.stderr).toContain('status is SUCCESSFUL');
    expect(result.status).toBe(0);
  });
});
