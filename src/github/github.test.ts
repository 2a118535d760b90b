/** What is asked of GitHub, against a small GitHub in memory: the requests are golden files. `UPDATE_GOLDEN=1` writes them again. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../drill/verdict/index.ts';
import { journals } from '../report/golden/journals.ts';
import { type HistoryLine, historyOf, historyText, parseHistory } from '../report/history.ts';
import { openRepository, type Repository, textLimit } from './api.ts';
import { benchmarkBranch, proposeBenchmark } from './benchmark-pull-request.ts';
import { artifactName, readCommentArtifact, Refused } from './comment-artifact.ts';
import { reportInIssue, reportNoDrill } from './failure-issue.ts';
import { FakeGitHub } from './fake-github.ts';
import { addToHistoryBranch, historyFile, readHistoryBranch } from './history-branch.ts';
import { renderComment, writeComment } from './pull-request-comment.ts';
import { runUrl } from './runner.ts';

let github: FakeGitHub;
let repository: Repository;
beforeEach(async () => {
  github = await FakeGitHub.start();
  repository = openRepository(github.env, 'a-token');
});
afterEach(() => github[Symbol.asyncDispose]());

const entriesOf = (name: string) => journals[name] ?? [];
const reportOf = (name: string) => judge(entriesOf(name));
/** As the drill `drill`, where that is given. */
const drilledAs = (name: string, drill = reportOf(name).drill) => ({ entries: entriesOf(name), report: { ...reportOf(name), drill } });
const noPause = (): Promise<void> => Promise.resolve();
const url = 'https://github.com/owner/app/actions/runs/77';

/** Content is base64, which nobody can read; of a report its beginning, for it has golden files of its own. */
function legible(key: string, value: string): string {
  const text = key === 'content' ? Buffer.from(value, 'base64').toString() : value;
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function expectRequests(name: string): void {
  const path = join(import.meta.dirname, 'golden', `${name}.json`);
  const requests: unknown = JSON.parse(JSON.stringify(github.requests), (key, value: unknown) => (typeof value === 'string' ? legible(key, value) : value));
  const seen = `${JSON.stringify(requests, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(join(import.meta.dirname, 'golden'), { recursive: true });
    writeFileSync(path, seen);
  }
  expect(seen).toBe(readFileSync(path, 'utf8'));
}

describe('a repository', () => {
  it.each(['', 'app', 'a/b/c'])('must be named: %j', (name) => {
    expect(() => openRepository({ GITHUB_REPOSITORY: name }, 't')).toThrow(/GITHUB_REPOSITORY: expected OWNER\/NAME/);
  });

  it('has runs with addresses', () => expect(runUrl(github.env)).toBe(url));
});

describe('the history branch', () => {
  const lines = historyOf(reportOf('green'), entriesOf('green'));
  const line = (id: string): HistoryLine => ({ ...lines[0]!, id });

  it('is made when it is not there', async () => {
    expect(await readHistoryBranch(repository, 'restore-drill-history')).toEqual([]);
    await addToHistoryBranch(repository, 'restore-drill-history', lines, noPause);
    expect(await readHistoryBranch(repository, 'restore-drill-history')).toEqual(lines);
    expectRequests('history-begins');
  });

  it('loses nothing when others write at the same time', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    let others = 0;
    github.beforeWrite = () => {
      if (others >= 3) return;
      others += 1;
      const files = github.branches.get('h')?.files;
      files?.set(historyFile, `${files.get(historyFile) ?? ''}${historyText(line(`other-${others}`))}\n`);
    };
    await addToHistoryBranch(repository, 'h', [line('ours')], noPause);
    const ids = parseHistory(github.branches.get('h')?.files.get(historyFile) ?? '', 'h').map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['other-1', 'other-2', 'other-3', 'ours']);
  });

  it('takes eight runs at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, run) => addToHistoryBranch(repository, 'h', [line(`run-${run}`)], () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20)))));
    expect((await readHistoryBranch(repository, 'h')).map(({ id }) => id).toSorted()).toEqual(Array.from({ length: 8 }, (_, run) => `run-${run}`));
  });

  it('is not written for lines that it has', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    await addToHistoryBranch(repository, 'h', lines, noPause);
    const before = github.requests.length;
    await addToHistoryBranch(repository, 'h', lines, noPause);
    expect(github.requests.slice(before).every(({ request }) => request.startsWith('GET '))).toBe(true);
  });

  it('gives up when others always come first, and says so', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    let others = 0;
    github.beforeWrite = () => github.branches.get('h')?.files.set(historyFile, `${historyText(line(`other-${(others += 1)}`))}\n`);
    await expect(addToHistoryBranch(repository, 'h', [line('ours')], noPause)).rejects.toThrow('others still came first');
  });
});

describe('the issue of a drill', () => {
  it('is opened, brought up to date, and closed by a drill that passes', async () => {
    expect(await reportInIssue(repository, drilledAs('green'), url, 'drill.yaml')).toEqual({ did: 'nothing' });
    const failed = drilledAs('backup-lied', reportOf('green').drill);
    expect(await reportInIssue(repository, failed, url, 'drill.yaml')).toEqual({ did: 'opened', number: 1 });
    expect(await reportInIssue(repository, failed, url, 'drill.yaml')).toEqual({ did: 'updated', number: 1 });
    expect(await reportInIssue(repository, drilledAs('green'), url, 'drill.yaml')).toEqual({ did: 'closed', number: 1 });
    expect(github.issues).toMatchObject([{ state: 'closed' }]);
    expectRequests('issue');
  });

  it('stays open when nothing was measured', async () => {
    await reportInIssue(repository, drilledAs('backup-lied', 'd'), url, 'drill.yaml');
    expect(await reportInIssue(repository, drilledAs('host-limit', 'd'), url, 'drill.yaml')).toEqual({ did: 'updated', number: 1 });
    expect(github.issues).toMatchObject([{ state: 'open', title: 'Restore drill d: NOT_MEASURED' }]);
  });

  it('stays open when a drill of some scenarios passes: of the others it says nothing', async () => {
    const green = drilledAs('green', 'd');
    const others = [...green.report.scenarios.map(({ id }) => id), 'another'].map((id) => ({ id, title: '', rtoSeconds: null, rpo: null }));
    const some = { ...green, entries: green.entries.map((entry) => (entry.event === 'drill-started' ? { ...entry, declared: others } : entry)) };
    await reportInIssue(repository, drilledAs('backup-lied', 'd'), url, 'drill.yaml');
    expect(await reportInIssue(repository, some, url, 'drill.yaml')).toEqual({ did: 'nothing' });
    expect(github.issues).toMatchObject([{ state: 'open' }]);
    expect(await reportInIssue(repository, green, url, 'drill.yaml')).toEqual({ did: 'closed', number: 1 });
  });

  it('is opened for a run that left no journal, told of the next one, and closed by a drill that passes', async () => {
    expect(await reportNoDrill(repository, ['drill.yaml'], url)).toEqual({ did: 'opened', number: 1 });
    expect(github.issues).toMatchObject([{ title: 'Restore drill drill.yaml: did not run', labels: ['restore-drill'] }]);
    expect(await reportNoDrill(repository, ['d', 'drill.yaml'], url)).toEqual({ did: 'updated', number: 1 });
    expect(github.comments).toMatchObject([{ issue: 1, body: expect.stringContaining(`The workflow run ${url} left no journal`) }]);
    expect(await reportInIssue(repository, drilledAs('backup-lied', 'd'), url, 'drill.yaml')).toEqual({ did: 'updated', number: 1 });
    await reportNoDrill(repository, ['d', 'drill.yaml'], url);
    // What is known of the failed drill still stands there.
    expect(github.issues).toMatchObject([{ title: 'Restore drill d: FAILED' }]);
    expect(await reportInIssue(repository, drilledAs('green', 'd'), url, 'drill.yaml')).toEqual({ did: 'closed', number: 1 });
  });

  it('is one for each drill, and never one of a stranger', async () => {
    await reportInIssue(repository, drilledAs('backup-lied', 'one'), url, 'drill.yaml');
    const [first] = github.issues;
    github.issues.push({ number: 9, title: 'x', body: first?.body ?? '', state: 'open', labels: [] });
    await reportInIssue(repository, drilledAs('backup-lied', 'two'), url, 'drill.yaml');
    expect(github.issues.filter(({ labels }) => labels.length > 0)).toHaveLength(2);
    await reportInIssue(repository, drilledAs('green', 'one'), url, 'drill.yaml');
    expect(github.issues.map(({ state }) => state)).toEqual(['closed', 'open', 'open']);
  });
});

const file = (text: string) => [{ path: 'docs/runbook.md', text }];

describe('the pull request with the benchmark table', () => {
  it('is opened once, and brought up to date from where the base stands', async () => {
    github.makeBranch('main', { 'docs/runbook.md': 'old\n', other: 'kept\n' });
    expect(await proposeBenchmark(repository, 'main', file('old\n'), 'body')).toEqual({ did: 'nothing' });
    expect(await proposeBenchmark(repository, 'main', file('new\n'), 'body')).toEqual({ did: 'opened', number: 1 });
    expect(github.branches.get(benchmarkBranch)?.files).toEqual(new Map([['docs/runbook.md', 'new\n'], ['other', 'kept\n']]));
    expect(await proposeBenchmark(repository, 'main', file('newer\n'), 'body')).toEqual({ did: 'updated', number: 1 });
    expect(github.branches.get(benchmarkBranch)?.files.get('docs/runbook.md')).toBe('newer\n');
    expect(github.branches.get('main')?.files.get('docs/runbook.md')).toBe('old\n');
    expectRequests('pull-request');
  });

  it('never goes against its own branch, which a workflow of every push runs on too', async () => {
    github.makeBranch('main', { 'docs/runbook.md': 'old\n' });
    await proposeBenchmark(repository, 'main', file('new\n'), 'body');
    const before = github.branches.get(benchmarkBranch)?.files.get('docs/runbook.md');
    expect(await proposeBenchmark(repository, benchmarkBranch, file('newer\n'), 'body')).toEqual({ did: 'nothing' });
    expect(github.branches.get(benchmarkBranch)?.files.get('docs/runbook.md')).toBe(before);
  });

  it('needs a branch to go against', async () => {
    await expect(proposeBenchmark(repository, 'v1', file('new\n'), 'body')).rejects.toThrow('there is no branch v1');
  });
});

const journal = (name: string): string => entriesOf(name).map((entry) => `${JSON.stringify(entry)}\n`).join('');
const packed = (files: Readonly<Record<string, string | Uint8Array>>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? Buffer.from(content) : content]))));

const handOver = (bytes: Buffer): void => void github.artifacts.set(1, { name: artifactName, bytes });

describe('the comment on a pull request', () => {
  const head = 'c'.repeat(40);
  const run = { id: 5, headSha: head };
  const about = (number: number, sha = head): string => JSON.stringify({ number, head: sha });
  beforeEach(() => github.pullRequests.push({ number: 3, state: 'open', head: 'change', sha: head, title: '', body: '' }, { number: 4, state: 'open', head: 'other', sha: 'd'.repeat(40), title: '', body: '' }));

  it('is written once and brought up to date, beside the base branch', async () => {
    handOver(packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(3) }));
    const drilled = await readCommentArtifact(repository, run);
    if (drilled === null) throw new Error('no artifact');
    const history = historyOf(reportOf('green'), entriesOf('green')).map((line) => ({ ...line, rta: 60 }));
    const body = renderComment(drilled, history, url);
    expect(body).toContain('| 1m |');
    await writeComment(repository, drilled.number, drilled.report.drill, body);
    await writeComment(repository, drilled.number, drilled.report.drill, `${body}again`);
    expect(github.comments).toMatchObject([{ issue: 3, body: `${body}again` }]);
    expectRequests('comment');
  });

  it('never takes over what a person has written', async () => {
    const body = renderComment(drilledAs('green'), [], url);
    github.comments.push({ id: 100, issue: 3, body, user: { login: 'stranger', type: 'User' } });
    await writeComment(repository, 3, reportOf('green').drill, body);
    expect(github.comments.map(({ user }) => user.type)).toEqual(['User', 'Bot']);
  });

  it('is found behind a hundred others', async () => {
    const body = renderComment(drilledAs('green'), [], url);
    for (let id = 1; id <= 120; id += 1) github.comments.push({ id, issue: 3, body: id === 115 ? body : 'hello', user: { login: 'b', type: 'Bot' } });
    await writeComment(repository, 3, reportOf('green').drill, `${body}again`);
    expect(github.comments).toHaveLength(120);
    expect(github.comments[114]?.body).toBe(`${body}again`);
  });

  it('is silent where the change selected no scenario', async () => {
    expect(await readCommentArtifact(repository, run)).toBeNull();
  });

  const many = JSON.stringify({ event: 'x' });
  it.each<[string, () => Buffer, RegExp]>([
    ['another pull request', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(4) }), /pull request 4 stands at d+; the run was about c+/],
    ['another commit', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(4, 'd'.repeat(40)) }), /about commit d+; the run was about c+/],
    ['a number that is none', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': '{"number":"3; rm","head":"x"}' }), /pull-request\.json/],
    ['more keys than there are', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': `{"number":3,"head":"${head}","owner":"x"}` }), /pull-request\.json/],
    ['wrong types', () => packed({ 'journal.ndjson': `${many}\n`, 'pull-request.json': about(3) }), /the journal cannot be read/],
    ['no journal', () => packed({ 'pull-request.json': about(3) }), /the journal cannot be read/],
    ['another file', () => packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(3), '../../evil.sh': 'x' }), /holds ".*evil\.sh"/],
    ['no archive', () => Buffer.from('hello'), /no zip archive/],
    ['100 MB', () => Buffer.alloc(100_000_000), /100000000 bytes/],
    ['21 MB that pack well', () => packed({ 'journal.ndjson': new Uint8Array(21_000_000), 'pull-request.json': about(3) }), /unpacks to more than/],
  ])('is refused for %s', async (_what, bytes, message) => {
    handOver(bytes());
    const refused = readCommentArtifact(repository, run);
    await expect(refused).rejects.toThrow(Refused);
    await expect(refused).rejects.toThrow(message);
    expect(github.requests.every(({ request }) => request.startsWith('GET '))).toBe(true);
  });

  it('is refused for a pull request that is closed', async () => {
    github.pullRequests[0]!.state = 'closed';
    handOver(packed({ 'journal.ndjson': journal('green'), 'pull-request.json': about(3) }));
    await expect(readCommentArtifact(repository, run)).rejects.toThrow(/pull request 3 is closed/);
  });

  it('holds nothing hostile as structure, and fits', () => {
    const drilled = drilledAs('hostile', '--><script>alert(1)</script>');
    const body = renderComment(drilled, [], url);
    expect(body).not.toContain('<script>');
    expect(body.length).toBeLessThanOrEqual(textLimit);
    const scenario = drilled.report.scenarios[0]!;
    const long = renderComment({ ...drilled, report: { ...drilled.report, scenarios: Array.from({ length: 100 }, () => scenario) } }, [], url);
    expect(long.length).toBeLessThanOrEqual(textLimit);
  });
});
