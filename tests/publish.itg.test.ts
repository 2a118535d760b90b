/** Commands about drills that are over, as they are shipped; no engine is asked. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drillEnded, exampleDrill, exampleScenario, goodParts, inOrder, writtenDown } from '../src/drill/verdict/example-journal.ts';
import { lockText } from '../src/folder-lock.ts';
import { makeRepository } from './small-drill.ts';

const cli = resolve('dist/cli.js');
const table = '<!-- drill:benchmark -->\n<!-- /drill:benchmark -->\n';
const runbook = (more = ''): string => `# Runbook\r\n\n${table}\n${['deploy', 'backup', 'restore'].map((name) => `\`\`\`sh {"name":"${name}"}\ntrue\n\`\`\`\n`).join('\n')}${more}`;
const scenario = { rto: '15m', rpo: 'last-backup', backup: ['#backup'], loss: { data: ['app'], how: 'delete' }, restore: ['#restore'] };

let folder = '';
beforeAll(() => {
  folder = makeRepository({ runbook: runbook(), drill: { scenarios: { one: { title: 'One', ...scenario }, two: { title: 'Two', ...scenario } } } });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** A journal of one scenario, as a job of a matrix leaves it. */
function journal(name: string, id: string, more: Partial<typeof exampleDrill> = {}): void {
  const declared = ['one', 'two'].map((each) => ({ id: each, title: each === 'one' ? 'One' : 'Two', rtoSeconds: 900, rpo: 'last-backup' as const }));
  const declaration = { ...exampleScenario, id, title: id === 'one' ? 'One' : 'Two', at: { file: 'drill.yaml', line: id === 'one' ? 20 : 30 } };
  const entries = writtenDown({ ...exampleDrill, drill: 'small', declared, scenarios: [declaration], ...more }, { [id]: inOrder(goodParts) }, [drillEnded]);
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'journal.ndjson'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

describe('report', () => {
  it('writes every file again, the same each time', () => {
    journal('part-1', 'one');
    expect(run('report', 'part-1')).toMatchObject({ status: 0, stdout: 'SUCCESSFUL: reports written to part-1\n' });
    const files = readdirSync(join(folder, 'part-1')).toSorted();
    expect(files).toEqual(['badge.svg', 'benchmark.json', 'history.jsonl', 'journal.ndjson', 'junit.xml', 'metrics.prom', 'report.html', 'report.json', 'report.md']);
    const before = files.map((name) => read(join('part-1', name)));
    expect(run('report', 'part-1').status).toBe(0);
    expect(files.map((name) => read(join('part-1', name)))).toEqual(before);
  });

  it('is exit 2 without a journal', () => expect(run('report', 'nosuch')).toMatchObject({ status: 2, stderr: expect.stringContaining('journal.ndjson') }));
});

describe('merge', () => {
  it('joins a matrix into one drill, and its lines into one history', () => {
    journal('part-1', 'one');
    journal('part-2', 'two');
    expect(run('merge', 'part-2', 'part-1', '--out', 'whole')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(read('whole/report.json'))).toMatchObject({ validationStatus: 'SUCCESSFUL', scenarios: [{ id: 'one' }, { id: 'two' }] });
    expect(run('report', 'whole').status).toBe(0);
    run('report', 'part-1');
    // The same drill has the same line, in a part and in the whole.
    expect(read('whole/history.jsonl')).toContain(read('part-1/history.jsonl').trimEnd());
  });

  it('tells of a scenario that left no journal, and adds the report to a summary', () => {
    journal('part-1', 'one');
    writeFileSync(join(folder, 'summary.md'), 'before\n');
    expect(run('merge', 'part-1', '--scenario', 'one,two', '--out', 'lacking', '--summary', 'summary.md')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^NOT_MEASURED: /) });
    expect(JSON.parse(read('lacking/report.json'))).toMatchObject({ validationStatus: 'NOT_MEASURED', scenarios: [{ id: 'one', validationStatus: 'SUCCESSFUL' }, { id: 'two', validationStatus: 'NOT_MEASURED' }] });
    expect(read('summary.md')).toMatch(/^before\n# Restore drill: small\n[^]*left no journal/);
    expect(run('report', 'lacking').stdout).toContain('NOT_MEASURED');
    expect(run('merge', 'part-1', '--scenario', 'nosuch', '--out', 'none')).toMatchObject({ status: 2, stderr: expect.stringContaining('nosuch') });
  });

  it.each([
    ['a scenario twice', () => journal('part-3', 'one'), /scenario one stands in/],
    ['another runbook', () => journal('part-3', 'two', { runbooks: [{ file: 'runbook.md', sha256: '0' }] }), /runbooks and their content differs/],
  ])('is exit 2 with %s', (_name, make, message) => {
    journal('part-1', 'one');
    make();
    const ran = run('merge', 'part-1', 'part-3', '--out', 'none');
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(readdirSync(folder)).not.toContain('none');
    expect(run('merge', 'part-1', '--out', 'part-1').status).toBe(2);
  });

  it('is exit 2 with a history that cannot be read, before anything is written', () => {
    journal('part-1', 'one');
    writeFileSync(join(folder, 'spoilt.jsonl'), 'no line of a history\n{}\n');
    expect(run('merge', 'part-1', '--out', 'none', '--history', 'spoilt.jsonl')).toMatchObject({ status: 2, stderr: expect.stringContaining('spoilt.jsonl:1') });
    expect(readdirSync(folder)).not.toContain('none');
  });
});

describe('the table in the runbook', () => {
  it('is written once, checked, and found stale when it was changed by hand', () => {
    journal('part-1', 'one');
    expect(run('report', 'part-1', '--update')).toMatchObject({ status: 0, stdout: expect.stringContaining('the benchmark table was written') });
    const written = read('runbook.md');
    expect(written).toContain('| One | 15m | 16.3s |');
    expect(written).toContain('| Two | 15m | – |');
    expect(written.replace(/\| [^]*\|\n(?=<!-- \/)/, '')).toBe(runbook());
    expect(run('report', 'part-1', '--update')).toMatchObject({ status: 0, stdout: expect.stringContaining('up to date') });
    expect(read('runbook.md')).toBe(written);
    expect(run('run', '--check', '--out', 'part-1').status).toBe(0);
    writeFileSync(join(folder, 'runbook.md'), written.replace('16.3s', '1.3s'));
    const stale = run('run', '--check', '--out', 'part-1');
    expect(stale).toMatchObject({ status: 1, stdout: expect.stringMatching(/^runbook\.md:3: the benchmark table is stale[^]*- .*1\.3s[^]*\+ .*16\.3s/) });
    expect(run('report', 'part-1', '--check').status).toBe(1);
    // The other scenario's row stays as it was when only one is drilled again.
    journal('part-2', 'two');
    expect(run('report', 'part-2', '--update').status).toBe(0);
    expect(read('runbook.md')).toMatch(/\| One \| 15m \| 1\.3s \|.*\n\| Two \| 15m \| 16\.3s/);
    // But it proves nothing here: any hand may have given it its day.
    expect(run('report', 'part-2', '--check')).toMatchObject({ status: 1, stdout: expect.stringMatching(/^runbook\.md:3: the row of One is newer than every drill of it that is known here: [^\n]*\n$/) });
  });

  it('stays as it was in a control', () => {
    const before = read('runbook.md');
    journal('control', 'one', { control: 'positive' });
    expect(run('report', 'control', '--update').status).toBe(0);
    expect(read('runbook.md')).toBe(before);
    expect(readdirSync(join(folder, 'control'))).not.toContain('badge.svg');
    expect(readdirSync(join(folder, 'control'))).not.toContain('history.jsonl');
  });

  it('is exit 2 with nothing to compare it with, without markers, and with both options', () => {
    expect(run('run', '--check', '--out', 'nosuch').status).toBe(2);
    expect(run('run', '--check', '--update').status).toBe(2);
    const before = read('runbook.md');
    writeFileSync(join(folder, 'runbook.md'), before.replace('<!-- drill:benchmark -->', ''));
    expect(run('run', '--update')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^runbook\.md:/m) });
    writeFileSync(join(folder, 'runbook.md'), before);
  });
});

it('warns of what only several drills tell', () => {
  journal('part-1', 'one');
  const line = { ...JSON.parse(read('part-1/history.jsonl').split('\n')[0] ?? ''), id: 'two', title: 'Two', ended: '2026-05-01T00:00:00.000Z' };
  mkdirSync(join(folder, 'kept'), { recursive: true });
  writeFileSync(join(folder, 'kept/old.jsonl'), `${JSON.stringify(line)}\n`);
  expect(run('report', 'part-1', '--history', 'kept').stdout).toContain('warning: two was last tested on 2026-05-01');
  expect(run('report', 'part-1', '--history', 'kept', '--max-age', '1000d').stdout).not.toContain('warning');
  expect(readdirSync(join(folder, 'kept'))).toHaveLength(2);
  // A plan drills nothing, and can still tell; of what no drill is known it says nothing.
  expect(run('plan', '--history', 'kept').stdout).toMatch(/^warning: two was last tested on 2026-05-01/m);
  expect(run('plan').stdout).not.toContain('warning: two');
  writeFileSync(join(folder, 'spoilt-before.jsonl'), 'no line of a history\n{}\n');
  expect(run('plan', '--history', 'spoilt-before.jsonl')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^warning: nobody knows what was last tested when: .*spoilt-before\.jsonl:1/m) });
});

it('refuses a folder that another drill writes into', async () => {
  mkdirSync(join(folder, 'busy'), { recursive: true });
  writeFileSync(join(folder, 'busy/.drill-lock'), await lockText(process.pid));
  expect(run('merge', 'part-1', '--out', 'busy')).toMatchObject({ status: 2, stderr: expect.stringContaining('another drill') });
  expect(run('run', '--out', 'busy')).toMatchObject({ status: 2, stderr: expect.stringContaining('another drill') });
  expect(readdirSync(join(folder, 'busy'))).toEqual(['.drill-lock']);
});

it('runs no scenario, and writes no report, where a change touches none', () => {
  expect(run('run', '--since', 'HEAD', '--out', 'untouched')).toMatchObject({ status: 0, stdout: expect.stringContaining('no scenario is touched') });
  expect(readdirSync(folder)).not.toContain('untouched');
  expect(run('plan', '--since', 'HEAD', '--matrix').stdout).toBe('{"include":[]}\n');
  expect(run('plan', '--since', 'nosuch')).toMatchObject({ status: 2, stderr: expect.stringContaining('nosuch') });
});
