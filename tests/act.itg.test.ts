/** Our workflows as GitHub would run them, under act: real drills, and a small GitHub in memory behind the API. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FakeGitHub } from '../src/github/fake-github.ts';
import { exampleLine } from '../src/report/golden/example-history.ts';
import { journals } from '../src/report/golden/journals.ts';
import { goodBlocks } from './small-drill.ts';
import { WorkflowTest } from './run-workflow.ts';
import { testTool } from './test-tools.ts';

const one = { rto: '5m', rpo: 'last-backup', backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'] };
const two = { ...one, restore: ['#other'] };
const markers = '\n<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n';
const drilled = { blocks: { restore: goodBlocks.restore, other: `${goodBlocks.restore}\ntrue` }, drill: { scenarios: { first: one, second: two } } };

const runbook = (repository: string): string => join(repository, 'runbook.md');

describe('the workflows', { timeout: 300_000 }, () => {
  it('each quarter: drill, keep the history, propose the table, open an issue; all of it although a scenario fails', async (context) => {
    const act = testTool('act', context);
    await using github = await FakeGitHub.start();
    using test = new WorkflowTest(act, { ...drilled, blocks: { ...drilled.blocks, other: goodBlocks.restore.replace('app_data', 'data') } });
    const text = `${readFileSync(runbook(test.repository), 'utf8')}${markers}`;
    writeFileSync(runbook(test.repository), text);
    test.commit('Markers');
    test.keepHistory([exampleLine({ drill: 'small', id: 'first', rta: 0.001, rto: 1, environment: 'docker', ended: '2020-01-01T00:00:00.000Z' })]);
    github.makeBranch('main', { 'runbook.md': text });
    const ran = await test.run('restore-drill-quarterly', 'schedule', {}, { ...env(github), GITHUB_REF_NAME: 'main' });
    expect(ran.status, ran.log).not.toBe(0);
    const report = (name: string): string => readFileSync(join(test.artifacts, 'restore-drill-report', name), 'utf8');
    expect(JSON.parse(report('report.json'))).toMatchObject({ validationStatus: 'FAILED', scenarios: [{ id: 'first', validationStatus: 'SUCCESSFUL' }, { id: 'second', validationStatus: 'FAILED' }] });
    // What was drilled before is in the report of the whole.
    expect(report('report.html')).toContain('2 drills from 2020-01-01');
    const published = await test.runJob('restore-drill-quarterly', 'publish', 'schedule', {}, { ...env(github), GITHUB_REF_NAME: 'main' });
    expect(published.status, published.log).toBe(0);
    expect(github.branches.get('restore-drill-history')?.files.get('history.jsonl')?.trim().split('\n')).toHaveLength(2);
    expect(github.pullRequests).toMatchObject([{ head: 'restore-drill/benchmark-small', state: 'open' }]);
    expect(github.branches.get('restore-drill/benchmark-small')?.files.get('runbook.md')).toMatch(/\| first \|.*SUCCESSFUL.*\n\| second \|.*FAILED/);
    expect(github.issues).toMatchObject([{ state: 'open', title: 'Restore drill small: FAILED' }]);
  });

  it('each quarter: a drill that cannot begin is told in an issue', async (context) => {
    const act = testTool('act', context);
    await using github = await FakeGitHub.start();
    using test = new WorkflowTest(act, drilled);
    // The report of an earlier drill that passed, which somebody has committed, is not taken for that of this one.
    mkdirSync(join(test.repository, 'drill-report'));
    writeFileSync(join(test.repository, 'drill-report/journal.ndjson'), (journals['green'] ?? []).map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    writeFileSync(join(test.repository, 'drill.yaml'), 'version: 1\n');
    test.commit('Break the drill file');
    const ran = await test.run('restore-drill-quarterly', 'schedule', {}, env(github));
    expect(ran.status, ran.log).not.toBe(0);
    expect(existsSync(join(test.artifacts, 'restore-drill-report'))).toBe(false);
    const published = await test.runJob('restore-drill-quarterly', 'publish', 'schedule', {}, env(github));
    expect(published.status, published.log).not.toBe(0);
    expect(github.issues).toMatchObject([{ state: 'open', title: 'Restore drill drill.yaml: did not run' }]);
  });

  it('a pull request that breaks one restore line drills that scenario alone, red on that line; the comment says so', async (context) => {
    const act = testTool('act', context);
    await using github = await FakeGitHub.start();
    using test = new WorkflowTest(act, drilled);
    const base = test.git('rev-parse', 'HEAD');
    const before = readFileSync(runbook(test.repository), 'utf8');
    const broken = before.replace(/(## other[\s\S]*?)app\.tar\.gz/, '$1ap.tar.gz');
    writeFileSync(runbook(test.repository), broken);
    const head = test.commit('Break a line');
    const ran = await test.run('restore-drill-pr', 'pull_request', { pull_request: { number: 3, base: { sha: base }, head: { sha: head } } }, env(github));
    expect(ran.status, ran.log).not.toBe(0);
    expect(existsSync(join(test.artifacts, 'restore-drill-scenario-second')), ran.log).toBe(true);
    expect(existsSync(join(test.artifacts, 'restore-drill-scenario-first')), ran.log).toBe(false);
    const line = broken.split('\n').findIndex((text) => text.includes('/b/ap.tar.gz')) + 1;
    expect(ran.log).toMatch(new RegExp(`runbook\\.md:${line}.* step-failed`));
    const artifact = (name: string): Buffer => readFileSync(join(test.artifacts, 'restore-drill-comment', name));
    github.artifacts.set(1, { name: 'restore-drill-comment', bytes: Buffer.from(zipSync({ 'journal.ndjson': artifact('journal.ndjson'), 'pull-request.json': artifact('pull-request.json') })) });
    github.pullRequests.push({ number: 3, state: 'open', head: 'change', sha: head, title: '', body: '' });
    const event = { workflow_run: { id: 5, head_sha: head, head_branch: 'change', head_repository: { full_name: 'owner/app' }, pull_requests: [{ number: 3 }], event: 'pull_request', html_url: 'https://github.com/owner/app/actions/runs/5' } };
    const commented = await test.run('restore-drill-comment', 'workflow_run', event, env(github));
    expect(commented.status, commented.log).toBe(0);
    expect(github.comments).toMatchObject([{ issue: 3, user: { type: 'Bot' } }]);
    expect(github.comments[0]?.body).toMatch(/second.*FAILED/);
    expect(github.comments[0]?.body).toContain(`runbook.md:${line}`);
  });

  it('a pull request that changes prose drills nothing, and is green', async (context) => {
    const act = testTool('act', context);
    await using github = await FakeGitHub.start();
    using test = new WorkflowTest(act, drilled);
    const base = test.git('rev-parse', 'HEAD');
    writeFileSync(runbook(test.repository), `${readFileSync(runbook(test.repository), 'utf8')}\nMore words.\n`);
    const head = test.commit('Words');
    test.keepHistory([exampleLine({ drill: 'small', id: 'first', ended: '2020-01-01T00:00:00.000Z' })]);
    const ran = await test.run('restore-drill-pr', 'pull_request', { pull_request: { number: 3, base: { sha: base }, head: { sha: head } } }, env(github));
    expect(ran.status, ran.log).toBe(0);
    expect(ran.log).toContain('no scenario is touched');
    // A run that drills nothing still tells what nobody has tested for long.
    expect(ran.log).toMatch(/::warning::first was last tested on 2020-01-01/);
    expect(existsSync(join(test.artifacts, 'restore-drill-report'))).toBe(false);
    expect(JSON.parse(readFileSync(join(test.artifacts, 'restore-drill-comment/pull-request.json'), 'utf8'))).toEqual({ number: 3, head, drill: 'small' });
    expect(readdirSync(join(test.artifacts, 'restore-drill-comment'))).toEqual(['pull-request.json']);
  });

  it('by hand: one scenario, and a bundle when it fails', async (context) => {
    const act = testTool('act', context);
    await using github = await FakeGitHub.start();
    using test = new WorkflowTest(act, { ...drilled, blocks: { ...drilled.blocks, other: goodBlocks.restore.replace('app_data', 'data') } });
    const inputs = { scenario: 'second', environment: 'docker', network: 'isolated', 'keep-on-failure': 'true' };
    const ran = await test.run('restore-drill-manual', 'workflow_dispatch', { inputs }, env(github));
    expect(ran.status, ran.log).not.toBe(0);
    const bundle = join(test.artifacts, 'restore-drill-scenario-second', 'post-mortem');
    for (const name of ['journal.ndjson', 'output.log', 'artefacts.json']) expect(existsSync(join(bundle, name)), ran.log).toBe(true);
  });
});

function env(github: FakeGitHub): Record<string, string> {
  return Object.fromEntries(Object.entries(github.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
