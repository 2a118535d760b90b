import { describe, expect, it } from 'vitest';
import type { Mismatch, OldArtefact } from '../journal-events.ts';
import type { ScenarioReport } from '../report-model.ts';
import { exampleArtefact, examplePlace, exampleService, runbook } from './example-facts.ts';
import { type ExampleParts, exampleBackup, exampleDrill, exampleJournal, exampleVerified, goodParts, verifiedAs } from './example-journal.ts';
import { judge } from './index.ts';

function scenarioOf(parts: Partial<ExampleParts>): ScenarioReport {
  const [scenario] = judge(exampleJournal(parts)).scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}
const inspected = (more: Partial<typeof exampleBackup>): Partial<ExampleParts> => ({ inspected: [{ ...exampleBackup, ...more }] });
const told = ({ findings }: ScenarioReport): readonly string[] => findings.map(({ rule, severity, file, line }) => `${file}:${line} ${rule} ${severity}`);
const uncovered = [{ name: 'grafana', covered: 'no', why: '' } as const, { name: 'loki', covered: 'yes', why: '' } as const];
const changed = verifiedAs({
  places: [examplePlace('grafana', { counts: { 'changed/error': 1 } })],
  services: [exampleService('grafana'), ...exampleVerified.services.slice(1)],
});

describe('an artefact that is other than its place', () => {
  const mismatch: Mismatch = { artefact: exampleArtefact('grafana').path, place: 'grafana', older: false, paths: ['grafana.db'], count: 1 };

  it('is told at the command that wrote it, and the backup lied', () => {
    const scenario = scenarioOf({ ...inspected({ mismatches: [mismatch] }), ...changed });
    expect(told(scenario)).toContain('docs/runbook.md:42 artefact-mismatch error');
    expect(scenario).toMatchObject({ validationStatus: 'FAILED', liar: 'backup' });
    expect(scenario.findings.find(({ rule }) => rule === 'artefact-mismatch')?.actual).toBe('1 file of other content: grafana.db');
  });

  it('is a warning where the data came back, and where this scenario does not restore it', () => {
    expect(told(scenarioOf(inspected({ mismatches: [mismatch, { ...mismatch, place: 'loki' }] })))).toEqual(['docs/runbook.md:42 artefact-mismatch warning', 'docs/runbook.md:42 artefact-mismatch warning']);
    expect(scenarioOf(inspected({ mismatches: [mismatch] })).validationStatus).toBe('SUCCESSFUL');
  });

  it('of another day, of a place that this scenario does not restore, is none of its business', () => {
    const older = { ...mismatch, older: true, paths: [], count: 0 };
    expect(told(scenarioOf({ ...inspected({ mismatches: [older] }), ...changed }))).toContain('docs/runbook.md:42 artefact-mismatch error');
    expect(told(scenarioOf(inspected({ mismatches: [{ ...older, place: 'loki' }] })))).toEqual([]);
  });

  it('does not make a liar of the backup while another holds the place as it is', () => {
    const artefacts = [...exampleBackup.artefacts, exampleArtefact('grafana', { path: '/srv/backups/grafana.tar' })];
    expect(scenarioOf({ ...inspected({ artefacts, mismatches: [mismatch] }), ...changed }).liar).toBe('restore');
  });
});

describe('a secret that everyone can read', () => {
  it('in a file', () => expect(told(scenarioOf(inspected({ artefacts: [exampleArtefact('grafana', { plaintext: ['grafana'] })] })))).toEqual(['docs/runbook.md:42 plaintext-secret error']));
  it('in a file that lies beside its encrypted copy, at the command that encrypted it', () => {
    const plain = exampleArtefact('grafana', { plaintext: ['grafana'] });
    const encrypted = exampleArtefact('grafana', { path: `${plain.path}.gpg`, writtenBy: { file: runbook, line: 44 } });
    expect(told(scenarioOf(inspected({ artefacts: [plain, encrypted] })))).toEqual(['docs/runbook.md:44 plaintext-secret error']);
    expect(told(scenarioOf(inspected({ artefacts: [plain, { ...encrypted, path: '/srv/backups/other.gpg' }] })))).toEqual(['docs/runbook.md:42 plaintext-secret error']);
  });
  it('in a commit', () => {
    const artefacts = [exampleArtefact('grafana', { kind: 'commit', path: 'git:refs/heads/main', layers: ['git', 'tar'], plaintext: ['grafana'] })];
    expect(told(scenarioOf(inspected({ artefacts })))).toEqual(['docs/runbook.md:42 secret-in-git error']);
  });
});

const old: OldArtefact = { path: '/srv/backups/grafana.tar.gz', sha256: null, bytes: 9, changed: 1_795_312_000, places: ['grafana'], meantBy: { file: runbook, line: 43 } };
const stale = (files: readonly OldArtefact[], more: Partial<ExampleParts> = {}, coverage: typeof exampleBackup.coverage = uncovered): readonly string[] =>
  told(scenarioOf({ ...inspected({ old: files, coverage }), ...changed, ...more })).filter((text) => text.includes('stale-'));
const read = (...paths: readonly string[]): Partial<ExampleParts> => ({
  restore: [...goodParts.restore, { event: 'old-artefacts-read', read: paths.map((path) => ({ path, by: { file: runbook, line: 62 } })) }],
});

describe('a file of yesterday', () => {

  it('is told where nothing newer holds the place, at the command that should have written it', () => expect(stale([old])).toEqual(['docs/runbook.md:43 stale-artefact error']));
  it('is told where the restore read it, though something newer was there', () => {
    expect(stale([old], {}, exampleBackup.coverage)).toEqual([]);
    expect(stale([old], read(old.path), exampleBackup.coverage)).toEqual(['docs/runbook.md:43 stale-artefact error']);
  });
  it('is told at the command that read it where the backup never names it', () => {
    expect(stale([{ ...old, meantBy: null }], read(old.path))).toEqual(['docs/runbook.md:62 stale-artefact error']);
    expect(stale([{ ...old, meantBy: null }])).toEqual(['docs/runbook.md:40 stale-artefact error']);
  });
  it('of which nobody can tell what it holds is told where it was read and nothing newer is there', () => {
    expect(stale([{ ...old, places: [] }])).toEqual([]);
    expect(stale([{ ...old, places: [] }], read(old.path))).toEqual(['docs/runbook.md:43 stale-artefact error']);
    expect(stale([{ ...old, places: [] }], read(old.path), exampleBackup.coverage)).toEqual([]);
  });
  it('may lie there and be read where all came back, and where it is of another place', () => {
    expect(told(scenarioOf({ ...inspected({ old: [old] }), ...read(old.path) }))).toEqual([]);
    expect(stale([{ ...old, places: ['loki'] }], read(old.path))).toEqual([]);
  });
  it('as a folder of copies is no other than the new one where that covers the place', () => {
    expect(stale([{ ...old, path: '/srv/backups/mirror/' }], read('/srv/backups/mirror/'), exampleBackup.coverage)).toEqual([]);
  });
});

it('covers a place by its own canary, and by that of its service where services alone prove it', () => {
  const artefacts = [exampleArtefact('list', { holds: ['service grafana', 'service site', 'loki'] })];
  expect(scenarioOf(inspected({ artefacts })).artefacts[0]?.covers).toEqual(['site', 'loki']);
  const places = exampleDrill.places.map((place) => ({ ...place, compare: 'service' as const }));
  const [scenario] = judge(exampleJournal(inspected({ artefacts }), {}, { places })).scenarios;
  expect(scenario?.artefacts[0]?.covers).toEqual(['grafana', 'site', 'loki']);
});

it('what an engine keeps is not empty because its size is not told', () => {
  expect(told(scenarioOf(inspected({ artefacts: [exampleArtefact('grafana', { kind: 'snapshot', bytes: 0, layers: ['snapshot'], members: null, contentBytes: null })] })))).toEqual([]);
});

const actual = (more: object): string | undefined =>
  scenarioOf(inspected({ bornVolumes: [{ name: 'copies', file: runbook, line: 43, files: 0, bytes: 0, holds: [], ...more }] })).findings[0]?.actual;

it('a volume born in the backup says what is in it', () => {
  expect(actual({})).toBe('copies did not exist before this command; nothing is in it');
  expect(actual({ files: 2, bytes: 9 })).toBe('copies did not exist before this command; 2 files of 9 bytes are in it, with no canary');
  expect(actual({ files: 1, bytes: 9, holds: ['grafana'] })).toBe('copies did not exist before this command; 1 file of 9 bytes is in it, with the canary of grafana');
});
