import { readdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputErrors } from '../model.ts';
import { loadPlanSince } from './since.ts';
import { drillFile, edited, type Files, runbook, type TestRepository, testRepository } from './test-repository.ts';

const twoScenarios = `${drillFile}  other:
    rto: 15m
    backup: ['#backup']
    loss: { data: [site], how: delete }
    restore: ['#script', { run: ./scripts/restore.sh /srv, why: because }]
`;
const files: Files = { 'drill.yaml': twoScenarios, 'scripts/restore.sh': '. "$(dirname "$0")/lib.sh"\necho restore\n', 'scripts/lib.sh': 'echo\n', 'scripts/alone.sh': 'echo\n', '.env': 'A=1\n', 'README.md': 'Read\n' };

let repository: TestRepository;
beforeAll(async () => {
  repository = await testRepository({ ...files, 'drill.yaml': 'version: 2\n' });
  await repository.git('tag', 'unreadable');
  await repository.commit({ 'drill.yaml': drillFile });
  await repository.git('tag', 'one-scenario');
  await repository.commit({ 'drill.yaml': twoScenarios });
  await repository.git('tag', 'base');
}, 60_000);
afterAll(() => repository[Symbol.dispose]());

/** Ids and reasons of the scenarios that a change of these files touches. */
async function touchedBy(change: Files, ref = 'base'): Promise<Readonly<Record<string, readonly string[]>>> {
  await repository.git('reset', '-q', '--hard', 'base');
  return touchedSince(ref, change);
}

async function touchedSince(ref: string, change: Files): Promise<Readonly<Record<string, readonly string[]>>> {
  repository.write(change);
  await repository.git('add', '-A');
  const { plan, selection } = await loadPlanSince({ drillFile: 'drill.yaml', env: {}, cwd: repository.folder }, ref);
  expect(plan.scenarios.map(({ id }) => id)).toEqual(selection.touched.map(({ id }) => id));
  expect([...selection.touched.map(({ id }) => id), ...selection.untouched].toSorted()).toEqual(['gone', 'other']);
  return Object.fromEntries(selection.touched.map(({ id, why }) => [id, why]));
}

const inRunbook = (edits: Files): Files => ({ 'docs/runbook.md': edited(runbook, edits) });

describe('a change touches', { timeout: 60_000 }, () => {
  it('no scenario when it is prose, even where it moves every block', async () => {
    expect(await touchedBy(inRunbook({ '# Runbook\n': '# Runbook\n\nMore words.\n\nAnd more.\n', 'Owner first': 'The owner first' }))).toEqual({});
    expect(await touchedBy({ 'README.md': 'Other\n', 'src/app.ts': 'new\n' })).toEqual({});
  });

  it('only the scenario whose block it is, and says which', async () => {
    expect(await touchedBy(inRunbook({ 'echo saved': 'echo other' }))).toEqual({ other: ['restore #script differs'] });
    expect(await touchedBy(inRunbook({ 'alpine tar czf': 'alpine tar cf' }))).toEqual({ gone: ['backup #backup differs'], other: ['backup #backup differs'] });
  });

  it('only the scenario whose part of the drill file it is; all of them, when it is a shared one', async () => {
    expect(await touchedBy({ 'drill.yaml': edited(twoScenarios, { 'rto: 15m': 'rto: 16m' }) })).toEqual({ other: ['its `rto` differs'] });
    expect(await touchedBy({ 'drill.yaml': edited(twoScenarios, { 'workspace: ~/site': 'workspace: ~/web' }) })).toMatchObject({ gone: ['`host` of the drill file differs'], other: ['`host` of the drill file differs'] });
    expect(await touchedBy({ 'drill.yaml': edited(twoScenarios, { "['#script', ": "['#script', '#restore[3]', " }) })).toEqual({ other: ['restore #restore[3] is new'] });
    expect(await touchedBy({}, 'one-scenario')).toEqual({ other: ['it is new'] });
  });

  it('the scenario that names or reads a file which differs', async () => {
    expect(await touchedBy({ 'scripts/restore.sh': 'echo other\n' })).toEqual({ other: ['scripts/restore.sh differs, which restore ./scripts/restore.sh /srv names or reads'] });
    expect(await touchedBy({ 'scripts/alone.sh': 'echo other\n' })).toEqual({});
    expect(Object.keys(await touchedBy({ '.env': 'A=2\n' }))).toEqual(['gone']);
    expect(Object.keys(await touchedBy({ 'compose.yaml': 'services: { a: { image: b } }\n' }))).toEqual(['gone']);
  });

  it('the scenario that names a file which names or is a link to what differs', async () => {
    expect(await touchedBy({ 'scripts/lib.sh': 'echo other\n' })).toEqual({ other: ['scripts/lib.sh differs, which scripts/restore.sh names or reads'] });
    await repository.git('reset', '-q', '--hard', 'base');
    unlinkSync(join(repository.folder, 'scripts/restore.sh'));
    symlinkSync('../tools/real-restore', join(repository.folder, 'scripts/restore.sh'));
    const linked = await repository.commit({ 'tools/real-restore': '. ./more.inc\n', 'tools/more.inc': 'echo\n' }).then(() => repository.git('rev-parse', 'HEAD'));
    expect(await touchedSince(linked.trim(), { 'tools/more.inc': 'echo other\n' })).toEqual({ other: ['tools/more.inc differs, which tools/real-restore names or reads'] });
    expect(await touchedSince(linked.trim(), { 'tools/real-restore': 'echo other\n' })).toEqual({ other: ['tools/real-restore differs, which scripts/restore.sh names or reads'] });
  });

  it('the scenario that names it by a glob, or starts what a Compose file builds of it', async () => {
    await repository.git('reset', '-q', '--hard', 'base');
    await repository.commit({
      'drill.yaml': edited(twoScenarios, { './scripts/restore.sh /srv': 'cat conf/*.yml' }),
      'web/compose.yaml': 'services:\n  a: { build: lib }\n  b: { build: { context: app, dockerfile: ../other.txt } }\n',
    });
    await repository.git('tag', 'built');
    const why = async (file: string): Promise<Readonly<Record<string, readonly string[]>>> => {
      await repository.git('reset', '-q', '--hard', 'built');
      return touchedSince('built', { [file]: 'new\n' });
    };
    expect(await why('conf/a.yml')).toEqual({ other: ['conf/a.yml differs, which restore cat conf/*.yml names or reads'] });
    for (const file of ['web/lib/Dockerfile', 'web/app/main.py', 'web/other.txt']) expect(await why(file)).toEqual({ gone: [`${file} differs, which web/compose.yaml names or reads`] });
    for (const file of ['conf/a.json', 'lib/main.py', 'web/more/Dockerfile']) expect(await why(file)).toEqual({});
  });

  it('the scenario that builds an image of the folder itself, or runs what a file of tasks names', async () => {
    for (const [command, file] of [['docker build -t app .', 'src/entry.ts'], ['just restore', 'justfile'], ['npm run restore', 'package.json']] as const) {
      await repository.git('reset', '-q', '--hard', 'base');
      await repository.commit({ 'drill.yaml': edited(twoScenarios, { './scripts/restore.sh /srv': command }), 'notes.md': 'Read\n' });
      const there = (await repository.git('rev-parse', 'HEAD')).trim();
      expect(await touchedSince(there, { [file]: 'other\n', 'notes.md': 'More\n' })).toEqual({ other: [`${file} differs, which restore ${command} names or reads`] });
    }
  });

  it('all scenarios where Git checks files out in another way', async () => {
    const why = ['.gitattributes differs, which says how files are checked out'];
    expect(await touchedBy({ '.gitattributes': '*.sh text eol=crlf\n' })).toEqual({ gone: why, other: why });
  });

  it('all scenarios where the drill file could not be read before', async () => {
    const why = ['the drill file could not be read as of that commit'];
    expect(await touchedBy({}, 'unreadable')).toEqual({ gone: why, other: why });
  });
});

it('refuses what names no commit, and leaves nothing behind', { timeout: 60_000 }, async () => {
  await repository.git('reset', '-q', '--hard', 'base');
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('runbook-drill-since-'));
  await expect(loadPlanSince({ drillFile: 'drill.yaml', env: {}, cwd: repository.folder }, '--nosuch')).rejects.toThrow(InputErrors);
  await loadPlanSince({ drillFile: 'drill.yaml', env: {}, cwd: repository.folder }, 'HEAD');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('runbook-drill-since-'))).toEqual(before);
  expect(await repository.git('status', '--porcelain')).toBe('');
});
