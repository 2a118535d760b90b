/** What is asked of GitHub, against a small GitHub in memory: the requests are golden files. `UPDATE_GOLDEN=1` writes them again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HistoryLine, historyOf, historyText, parseHistory } from '../report/history.ts';
import { openRepository, type Repository } from './api.ts';
import { benchmarkBranch, proposeBenchmark } from './benchmark-pull-request.ts';
import { reportInIssue, reportNoDrill } from './failure-issue.ts';
import { FakeGitHub } from './fake-github.ts';
import { drilledAs, entriesOf, expectRequests, reportOf } from './golden-requests.ts';
import { addToHistoryBranch, badgeFile, historyFile, readHistoryBranch } from './history-branch.ts';
import { runUrl } from './runner.ts';

let github: FakeGitHub;
let repository: Repository;
beforeEach(async () => {
  github = await FakeGitHub.start();
  repository = openRepository(github.env, 'a-token');
});
afterEach(() => github[Symbol.asyncDispose]());

const noPause = (): Promise<void> => Promise.resolve();
const url = 'https://github.com/owner/app/actions/runs/77';

describe('a repository', () => {
  it.each(['', 'app', 'a/b/c'])('must be named: %j', (name) => {
    expect(() => openRepository({ GITHUB_REPOSITORY: name }, 't')).toThrow(/GITHUB_REPOSITORY: expected OWNER\/NAME/);
  });

  it('has runs with addresses', () => expect(runUrl(github.env)).toBe(url));
});

/** Tells what it was drawn from. */
const badge = (history: readonly HistoryLine[]): string => history.map(({ id }) => id).toSorted().join(' ');
const fileOf = (name: string): string | undefined => github.branches.get('h')?.files.get(name);

describe('the history branch', () => {
  const lines = historyOf(reportOf('green'), entriesOf('green'));
  const line = (id: string): HistoryLine => ({ ...lines[0]!, id });

  it('is made when it is not there, and goes on with one commit a drill', async () => {
    expect(await readHistoryBranch(repository, 'restore-drill-history')).toEqual([]);
    await addToHistoryBranch(repository, { branch: 'restore-drill-history', lines, badge }, noPause);
    expect(await readHistoryBranch(repository, 'restore-drill-history')).toEqual(lines);
    expectRequests(github, 'history-begins');
    github.requests.length = 0;
    await addToHistoryBranch(repository, { branch: 'restore-drill-history', lines: [line('later')], badge }, noPause);
    expectRequests(github, 'history-goes-on');
  });

  it('loses nothing when others write at the same time', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    let others = 0;
    github.beforeWrite = () => {
      if (others >= 3) return;
      others += 1;
      github.write('h', historyFile, `${github.branches.get('h')?.files.get(historyFile) ?? ''}${historyText(line(`other-${others}`))}\n`);
    };
    await addToHistoryBranch(repository, { branch: 'h', lines: [line('ours')], badge }, noPause);
    const ids = parseHistory(fileOf(historyFile) ?? '', 'h').map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['other-1', 'other-2', 'other-3', 'ours']);
    expect(fileOf(badgeFile)).toBe('other-1 other-2 other-3 ours');
  });

  it('takes eight runs at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, run) => addToHistoryBranch(repository, { branch: 'h', lines: [line(`run-${run}`)], badge }, () => new Promise((resolve) => setTimeout(resolve, Math.random() * 20)))));
    expect((await readHistoryBranch(repository, 'h')).map(({ id }) => id).toSorted()).toEqual(Array.from({ length: 8 }, (_, run) => `run-${run}`));
    // Drawn from all of them, whoever was the last.
    expect(fileOf(badgeFile)?.split(' ')).toHaveLength(8);
  });

  it('has a badge that tells another story only when it does, and where there is one to tell', async () => {
    github.makeBranch('h', { [historyFile]: '', 'README.md': 'by hand' });
    await addToHistoryBranch(repository, { branch: 'h', lines, badge: () => null }, noPause);
    expect([...(github.branches.get('h')?.files.keys() ?? [])]).toEqual([historyFile, 'README.md']);
    await addToHistoryBranch(repository, { branch: 'h', lines, badge }, noPause);
    expect(github.branches.get('h')?.files).toEqual(new Map([[historyFile, lines.map((each) => `${historyText(each)}\n`).join('')], ['README.md', 'by hand'], [badgeFile, badge(lines)]]));
  });

  it('is not written for lines that it has', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    await addToHistoryBranch(repository, { branch: 'h', lines, badge }, noPause);
    const before = github.requests.length;
    await addToHistoryBranch(repository, { branch: 'h', lines, badge }, noPause);
    expect(github.requests.slice(before).every(({ request }) => request.startsWith('GET '))).toBe(true);
  });

  it('gives up when others always come first, and says so', async () => {
    github.makeBranch('h', { [historyFile]: '' });
    let others = 0;
    github.beforeWrite = () => github.write('h', historyFile, `${historyText(line(`other-${(others += 1)}`))}\n`);
    await expect(addToHistoryBranch(repository, { branch: 'h', lines: [line('ours')], badge }, noPause)).rejects.toThrow(/after 12 tries GitHub still says: Update is not a fast forward/);
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
    expectRequests(github, 'issue');
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
  const branch = benchmarkBranch('d');

  it('is opened once, and brought up to date from where the base stands', async () => {
    github.makeBranch('main', { 'docs/runbook.md': 'old\n', other: 'kept\n' });
    expect(await proposeBenchmark(repository, 'd', 'main', file('old\n'), 'body')).toEqual({ did: 'nothing' });
    expect(await proposeBenchmark(repository, 'd', 'main', file('new\n'), 'body')).toEqual({ did: 'opened', number: 1 });
    expect(github.branches.get(branch)?.files).toEqual(new Map([['docs/runbook.md', 'new\n'], ['other', 'kept\n']]));
    expect(await proposeBenchmark(repository, 'd', 'main', file('newer\n'), 'body')).toEqual({ did: 'updated', number: 1 });
    expect(github.branches.get(branch)?.files.get('docs/runbook.md')).toBe('newer\n');
    expect(github.branches.get('main')?.files.get('docs/runbook.md')).toBe('old\n');
    expectRequests(github, 'pull-request');
  });

  it('is one for each drill, whatever its name', async () => {
    github.makeBranch('main', { 'docs/runbook.md': 'old\n' });
    expect(await proposeBenchmark(repository, 'd', 'main', file('new\n'), 'body')).toMatchObject({ number: 1 });
    expect(await proposeBenchmark(repository, 'a..lock', 'main', file('other\n'), 'body')).toEqual({ did: 'opened', number: 2 });
    expect(github.branches.get(branch)?.files.get('docs/runbook.md')).toBe('new\n');
    expect(github.branches.get('restore-drill/benchmark-a--lock')?.files.get('docs/runbook.md')).toBe('other\n');
  });

  it('never goes against its own branch, which a workflow of every push runs on too', async () => {
    github.makeBranch('main', { 'docs/runbook.md': 'old\n' });
    await proposeBenchmark(repository, 'd', 'main', file('new\n'), 'body');
    const before = github.branches.get(branch)?.files.get('docs/runbook.md');
    expect(await proposeBenchmark(repository, 'd', branch, file('newer\n'), 'body')).toEqual({ did: 'nothing' });
    expect(github.branches.get(branch)?.files.get('docs/runbook.md')).toBe(before);
  });

  it('needs a branch to go against', async () => {
    await expect(proposeBenchmark(repository, 'd', 'v1', file('new\n'), 'body')).rejects.toThrow('there is no branch v1');
  });
});
