/** The Actions that have a token, as they are shipped, against a small GitHub in memory; no engine is asked. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drillEnded, exampleDrill, exampleScenario, goodParts, inOrder, writtenDown } from '../src/drill/verdict/example-journal.ts';
import { FakeGitHub } from '../src/github/fake-github.ts';
import { parseHistory } from '../src/report/history.ts';

let folder = '';
let github: FakeGitHub;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'token-actions-'))));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => void (github = await FakeGitHub.start()));
afterEach(() => github[Symbol.asyncDispose]());

/** A drill of these scenarios, as JSON lines. */
function journal(ids: readonly string[], drill = 'small'): string {
  const scenarios = ids.map((id, index) => ({ ...exampleScenario, id, at: { file: 'drill.yaml', line: 30 + index } }));
  const declared = ids.map((id) => ({ id, title: id, rtoSeconds: 900, rpo: 'last-backup' as const }));
  return writtenDown({ ...exampleDrill, drill, declared, scenarios }, Object.fromEntries(ids.map((id) => [id, inOrder(goodParts)])), [drillEnded])
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join('');
}

async function runAction(script: string, inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<{ readonly code: number | null; readonly log: string }> {
  const named = Object.fromEntries(Object.entries({ token: 'ghs_not-to-be-shown', ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const child = spawn(process.execPath, [resolve('dist', script)], { cwd: folder, env: { PATH: process.env['PATH'], ...github.env, ...named, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await once(child, 'close');
  expect(log.replace('::add-mask::ghs_not-to-be-shown', '')).not.toContain('ghs_not-to-be-shown');
  return { code: child.exitCode, log };
}

describe('the publishing Action, twice at once', () => {
  it.each([['in a branch that is there', true], ['that both begin', false]])('loses no line of a history %s, and draws one badge of all', async (_where, there) => {
    if (there) github.makeBranch('h', { 'history.jsonl': '' });
    const drills = { first: ['one', 'two'], second: ['three', 'four'] };
    for (const [name, ids] of Object.entries(drills)) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'journal.ndjson'), journal(ids));
    }
    // Both know where the branch stands before either of them writes.
    const waiting: (() => void)[] = [];
    github.beforeAnswer = async (request) => {
      if (!request.includes('/git/ref/heads/h') || waiting.length >= 2) return;
      await new Promise<void>((go) => {
        waiting.push(go);
        if (waiting.length === 2) for (const each of waiting) each();
      });
    };
    const ran = await Promise.all(Object.keys(drills).map((report) => runAction('publish.js', { report, 'history-branch': 'h', 'pull-request': 'false', issue: 'false' })));
    expect(ran.map(({ code }) => code), ran.map(({ log }) => log).join('\n')).toEqual([0, 0]);
    const files = github.branches.get('h')?.files;
    expect(parseHistory(files?.get('history.jsonl') ?? '', 'h').map(({ id }) => id).toSorted()).toEqual(['four', 'one', 'three', 'two']);
    expect(files?.get('badge.svg')).toContain('SUCCESSFUL');
    // One of them came second, and began again.
    expect(github.requests.filter(({ request }) => request === 'POST /repos/owner/app/git/commits')).toHaveLength(3);
  });
});

describe('the commenting Action', () => {
  const head = 'c'.repeat(40);
  function handOver(number: number, files: Readonly<Record<string, string>>, drill?: string): Promise<{ readonly code: number | null; readonly log: string }> {
    const all = { ...files, 'pull-request.json': JSON.stringify({ number, head, drill }) };
    github.artifacts.set(1, { name: 'restore-drill-comment', bytes: Buffer.from(zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)])))) });
    github.pullRequests.push({ number: 3, state: 'open', head: 'change', headRepository: 'stranger/app', sha: head, title: '', body: '' }, { number: 4, state: 'open', head: 'other', sha: head, title: '', body: '' });
    const event = join(folder, 'event.json');
    writeFileSync(event, JSON.stringify({ workflow_run: { id: 5, event: 'pull_request', head_sha: head, head_branch: 'change', head_repository: { full_name: 'stranger/app' }, pull_requests: [], html_url: 'https://github.com/owner/app/actions/runs/5' } }));
    return runAction('comment.js', { 'history-branch': 'h' }, { GITHUB_EVENT_PATH: event });
  }

  it('comments, and takes it back when a later commit touches no scenario', async () => {
    expect(await handOver(3, { 'journal.ndjson': journal(['one']) })).toMatchObject({ code: 0, log: expect.stringContaining('commented at') });
    expect(github.comments).toMatchObject([{ issue: 3, body: expect.stringContaining('SUCCESSFUL') }]);
    expect(await handOver(3, {}, 'small')).toMatchObject({ code: 0, log: expect.stringContaining('selects no scenario of small; said so at') });
    expect(github.comments).toMatchObject([{ issue: 3, body: expect.stringContaining('no scenario is touched') }]);
  });

  it.each<[string, number, string, RegExp]>([
    ["another pull request's number", 4, journal(['one']), /::error::refused: pull request 4 comes from owner\/app; the run was about stranger\/app/],
    ['a name with a mention and a command', 3, journal(['one'], '@org/team\n::set-output name=a::b'), /::error::refused: journal\.ndjson:1: the name of the drill/],
  ])('is exit 2 for %s, and writes nothing', async (_what, number, text, message) => {
    const ran = await handOver(number, { 'journal.ndjson': text });
    expect(ran).toMatchObject({ code: 2, log: expect.stringMatching(message) });
    expect(ran.log).not.toMatch(/^::set-output/m);
    expect(github.requests.every(({ request }) => request.startsWith('GET '))).toBe(true);
  });
});
