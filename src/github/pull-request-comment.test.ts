/** The comment on a pull request, against a small GitHub in memory: the requests are a golden file. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { begunIn } from '../report/golden/begun.ts';
import { historyOf } from '../report/history.ts';
import { openRepository, type Repository, textLimit } from './api.ts';
import { reportInIssue } from './failure-issue.ts';
import { FakeGitHub } from './fake-github.ts';
import { drilledAs, entriesOf, expectRequests, reportOf } from './golden-requests.ts';
import { renderComment, writeComment, writeUntouched } from './pull-request-comment.ts';

let github: FakeGitHub;
let repository: Repository;
beforeEach(async () => {
  github = await FakeGitHub.start();
  repository = openRepository(github.env, 'a-token');
});
afterEach(() => github[Symbol.asyncDispose]());

const url = 'https://github.com/owner/app/actions/runs/77';
const run = { headSha: 'c'.repeat(40), url };
const { drill } = reportOf('green');

describe('the comment on a pull request', () => {
  it('is written once and brought up to date, beside the base branch', async () => {
    const history = historyOf(reportOf('green'), entriesOf('green')).map((line) => ({ ...line, rta: 60 }));
    const body = renderComment(drilledAs('green'), history, url);
    expect(body).toContain('| 1m |');
    await writeComment(repository, 3, drill, body);
    await writeComment(repository, 3, drill, `${body}again`);
    expect(github.comments).toMatchObject([{ issue: 3, body: `${body}again` }]);
    expectRequests(github, 'comment');
  });

  it('never takes over what a person has written', async () => {
    const body = renderComment(drilledAs('green'), [], url);
    github.comments.push({ id: 100, issue: 3, body, user: { login: 'stranger', type: 'User' } });
    await writeComment(repository, 3, drill, body);
    expect(github.comments.map(({ user }) => user.type)).toEqual(['User', 'Bot']);
  });

  it('is found behind a hundred others', async () => {
    const body = renderComment(drilledAs('green'), [], url);
    for (let id = 1; id <= 120; id += 1) github.comments.push({ id, issue: 3, body: id === 115 ? body : 'hello', user: { login: 'b', type: 'Bot' } });
    await writeComment(repository, 3, drill, `${body}again`);
    expect(github.comments).toHaveLength(120);
    expect(github.comments[114]?.body).toBe(`${body}again`);
  });

  it.each<[string, number, string]>([
    ['many scenarios', 100, 'title'],
    ['a title without end', 1, '<@a>'.repeat(50_000)],
    ['many long titles', 100, '<@a>'.repeat(500)],
  ])('fits, and has the verdict, with %s', (_what, count, title) => {
    const drilled = drilledAs('backup-lied');
    const scenarios = drilled.report.scenarios.flatMap((scenario) => Array.from({ length: count }, () => ({ ...scenario, title })));
    const body = renderComment({ ...drilled, report: { ...drilled.report, scenarios } }, [], url);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(textLimit);
    expect(body).toContain('**Restore drill raspberry-pi-homelab: FAILED**');
    expect(body).toContain(`Measured in ${url}`);
  });
});

it('has nothing of what is hostile in a drill but its text: the comment, and the issue', async () => {
  const drilled = drilledAs('hostile', '--><script>alert(1)</script> @org/team');
  await reportInIssue(repository, drilled, url, 'drill.yaml');
  for (const body of [renderComment(drilled, [], url), github.issues[0]?.body ?? '']) {
    expect(begunIn(body, [/^<!-- runbook-drill(?: comment)?:[\w-]+ -->$/])).toEqual([`link: ${url}`]);
    expect(body).toContain('&lt;script&gt;');
  }
});

describe('a change that selects no scenario', () => {
  it("is said in that drill's comment, so that no earlier verdict stands there, and in no other drill's", async () => {
    const other = renderComment(drilledAs('backup-lied', 'two'), [], url);
    await writeComment(repository, 3, 'one', renderComment(drilledAs('backup-lied', 'one'), [], url));
    await writeComment(repository, 3, 'two', other);
    github.requests.length = 0;
    expect(await writeUntouched(repository, 3, 'one', run)).toMatch(/#issuecomment-1$/);
    expect(github.comments[0]?.body).toContain(`**Restore drill one: no scenario is touched**\n\nAs of commit ${run.headSha}`);
    expect(github.comments[0]?.body).not.toContain('FAILED');
    expect(github.comments[1]?.body).toBe(other);
    expectRequests(github, 'comment-untouched');
    github.requests.length = 0;
    expect(await writeUntouched(repository, 3, 'one', run)).toBeNull();
    expect(github.requests.every(({ request }) => request.startsWith('GET '))).toBe(true);
  });

  it('gives way to the next drill, in the same comment', async () => {
    const body = renderComment(drilledAs('green', 'one'), [], url);
    await writeComment(repository, 3, 'one', body);
    await writeUntouched(repository, 3, 'one', run);
    await writeComment(repository, 3, 'one', body);
    expect(github.comments.map((comment) => comment.body)).toEqual([body]);
  });

  it('is worth no comment of its own, and changes none of others', async () => {
    const body = renderComment(drilledAs('backup-lied', 'one'), [], url);
    github.comments.push({ id: 100, issue: 3, body, user: { login: 'stranger', type: 'User' } }, { id: 101, issue: 3, body: `> ${body}`, user: { login: 'b', type: 'Bot' } }, { id: 102, issue: 4, body, user: { login: 'b', type: 'Bot' } });
    expect(await writeUntouched(repository, 3, 'one', run)).toBeNull();
    expect(github.comments.map((comment) => comment.body)).toEqual([body, `> ${body}`, body]);
  });
});
