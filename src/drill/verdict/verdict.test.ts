import { describe, expect, it } from 'vitest';
import type { Finding } from '../model.ts';
import type { ScenarioReport } from '../report-model.ts';
import { exampleArtefact, exampleFailure, examplePlace, exampleService, exampleStep, runbook } from './example-facts.ts';
import {
  drillEnded,
  exampleBackup,
  exampleDrill,
  exampleJournal,
  exampleScenario,
  exampleVerified,
  goodParts,
  inOrder,
  stepEnded,
  verifiedAs,
  writtenDown,
} from './example-journal.ts';
import { exitCodeOf, judge } from './index.ts';

function scenarioOf(...journal: Parameters<typeof exampleJournal>): ScenarioReport {
  const [scenario] = judge(exampleJournal(...journal)).scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}
const told = (findings: readonly Finding[]): readonly string[] => findings.map(({ rule, severity, file, line }) => `${file}:${line} ${rule} ${severity}`);
const site = exampleVerified.services.filter(({ name }) => name === 'site');
const grafanaGone = { places: [examplePlace('grafana', { entries: 5, nonceBack: false, counts: { 'missing/error': 9 } })], services: [exampleService('grafana', { canary: 'absent', canarySeconds: null }), ...site] };
const uncovered = [{ name: 'grafana', covered: 'no', why: 'its canary stands in none of 1 artefact' } as const, { name: 'loki', covered: 'yes', why: '' } as const];

const inspected = (more: Partial<typeof exampleBackup>): ScenarioReport => scenarioOf({ inspected: [{ ...exampleBackup, ...more }] });
const foundInPlace = (more: Parameters<typeof examplePlace>[1], scenario = {}): readonly string[] => told(scenarioOf(verifiedAs({ places: [examplePlace('grafana', more)] }), scenario, {}).findings).filter((text) => !text.includes('check-'));
const difference = (path: string, kind: 'changed' | 'metadata' | 'late', severity: 'error' | 'warning' = 'error') => ({ path, kind, severity, aspect: 'mode', expected: '0640', seen: '0644' });

describe('all good', () => {
  const scenario = scenarioOf();

  it('has no findings, no liar, and both objectives met', () => {
    expect(scenario).toMatchObject({ validationStatus: 'SUCCESSFUL', liar: null, findings: [], fidelity: 1 });
    expect(scenario.rto).toEqual({ target: 900, actual: 16.3, policy: 'PolicyMet' });
    expect(scenario.rpo).toEqual({ target: 86_400, actual: 43_215, policy: 'PolicyMet' });
    expect(scenario.clock).toEqual({ provision: 2.9, deploy: 41, backup: 2.2, restore: 12.1, ready: 4.2, check: 1.3, verify: 0.8, manual: 0 });
  });

  it('lists every declared place and service', () => {
    expect(scenario.data.map(({ name, status, inScope, covered }) => [name, status, inScope, covered])).toEqual([
      ['grafana', 'intact', true, 'yes'],
      ['loki', 'intact', false, 'yes'],
    ]);
    expect(scenario.services.map(({ name, status }) => [name, status])).toEqual([
      ['grafana', 'intact'],
      ['site', 'ready'],
      ['loki', 'intact'],
    ]);
    expect(scenario.artefacts[0]?.covers).toEqual(['grafana']);
  });
});

describe('who lied', () => {
  it('the backup, where what did not come back was not covered', () => {
    const scenario = scenarioOf({ ...verifiedAs(grafanaGone), inspected: [{ ...exampleBackup, artefacts: [exampleArtefact('grafana', { members: 0, contentBytes: 0, holds: [] })], coverage: uncovered }] });
    expect(scenario).toMatchObject({ validationStatus: 'FAILED', liar: 'backup' });
    expect(told(scenario.findings)).toEqual([
      'docs/runbook.md:42 empty-archive error',
      'docs/runbook.md:81 check-passed-without-data error',
      'drill.yaml:11 data-missing error',
      'drill.yaml:11 uncovered-data error',
      'drill.yaml:20 service-data-missing error',
    ]);
    expect(scenario.rto).toEqual({ target: 900, actual: null, policy: 'PolicyBreached' });
    expect(scenario.rpo).toEqual({ target: 86_400, actual: null, policy: 'PolicyBreached' });
  });

  it('with what the service’s kind advises', () => {
    const services = exampleDrill.services.map((service) => (service.name === 'grafana' ? { ...service, remedy: 'Stop it before the copy.' } : service));
    const missing = scenarioOf(verifiedAs(grafanaGone), {}, { services }).findings.find(({ rule }) => rule === 'service-data-missing');
    expect(missing?.help).toMatch(/^See that the backup .* Stop it before the copy\.$/);
  });

  it('the backup, where the only artefact that holds it is broken', () => {
    const artefacts = [exampleArtefact('grafana', { state: 'broken', members: null, contentBytes: null, detail: 'unexpected end' })];
    const scenario = scenarioOf({ ...verifiedAs(grafanaGone), inspected: [{ ...exampleBackup, artefacts }] });
    expect(scenario.liar).toBe('backup');
    expect(told(scenario.findings)).toContain('docs/runbook.md:42 unreadable-artefact error');
  });

  it('the restore, where the backup holds it', () => expect(scenarioOf(verifiedAs(grafanaGone)).liar).toBe('restore'));

  it('the restore, not the backup, where nobody could look into the artefact', () => {
    const coverage = [{ name: 'grafana', covered: 'unknown', why: 'a repository' } as const, ...exampleBackup.coverage.slice(1)];
    const scenario = scenarioOf({ ...verifiedAs(grafanaGone), inspected: [{ ...exampleBackup, coverage }] });
    expect([scenario.liar, scenario.data[0]?.covered]).toEqual(['restore', 'unknown']);
    expect(scenarioOf({ inspected: [{ ...exampleBackup, coverage }] }).data[0]?.covered).toBe('yes');
  });

  it('the restore, where all is back and a step of it failed', () => {
    expect(scenarioOf({ restore: stepEnded(2, { status: 'failed', failures: [exampleFailure(62)] }) }).liar).toBe('restore');
  });

  it('the check, where it failed and all is back', () => {
    const scenario = scenarioOf({ check: stepEnded(3, { status: 'failed', exitCode: 1, failures: [exampleFailure(82, { command: 'make postdeploy', status: 2 })] }) });
    expect([scenario.liar, told(scenario.findings)]).toEqual(['check', ['docs/runbook.md:82 check-failed-with-data error']]);
  });

  it('nobody, where only an objective was missed', () => {
    const scenario = scenarioOf({ restore: stepEnded(2, { duration: 1000 }) });
    expect([scenario.liar, told(scenario.findings)]).toEqual([null, ['drill.yaml:30 rto-breached error']]);
    expect(scenario.rto).toEqual({ target: 900, actual: 1004.2, policy: 'PolicyBreached' });
  });
});

describe('the runbook’s own check', () => {
  const failed = { check: stepEnded(3, { status: 'failed', exitCode: 2, failures: [exampleFailure(82)] }) };

  it('fails rightly without data, and that is no finding', () => {
    const rules = scenarioOf({ ...verifiedAs(grafanaGone), ...failed }).findings.map(({ rule }) => rule);
    expect(rules).toEqual(['data-missing', 'service-data-missing']);
  });

  it('is a step like others before the loss', () => {
    const steps = exampleScenario.steps.map((step) => (step.index === 3 ? { ...step, before: 'loss' as const } : step));
    const scenario = scenarioOf(failed, { steps });
    expect(told(scenario.findings)).toEqual(['docs/runbook.md:82 step-failed error']);
    expect(scenario.clock.check).toBeNull();
  });

  it('says nothing where the host could not give what it asks for', () => {
    const limits = [{ file: runbook, line: 82, what: 'no network', remedy: 'network: open' }];
    const scenario = scenarioOf({ check: stepEnded(3, { status: 'failed', limits }) });
    expect([scenario.validationStatus, told(scenario.findings)]).toEqual(['NOT_MEASURED', ['docs/runbook.md:82 host-limit error']]);
  });
});

describe('steps', () => {
  const masked = exampleFailure(62, { kind: 'masked', hiddenBy: '|| true', count: 7 });

  it('a hidden failure is a warning when all came back, and an error when not', () => {
    const restore = stepEnded(2, { failures: [masked] });
    expect(scenarioOf({ restore }).validationStatus).toBe('SUCCESSFUL');
    expect(told(scenarioOf({ restore }).findings)).toEqual(['docs/runbook.md:62 masked-failure warning']);
    expect(scenarioOf({ restore }).findings[0]?.actual).toBe('exit 2, 7 times: tar: grafana.tar.gz: Cannot open: No such file or directory');
    expect(told(scenarioOf({ restore, ...verifiedAs(grafanaGone) }).findings)).toContain('docs/runbook.md:62 masked-failure error');
  });

  it('failures of one line are one finding, with the script that it called', () => {
    const script = { file: '/usr/local/bin/restore.sh', line: 7 };
    const restore = stepEnded(2, { status: 'failed', failures: [exampleFailure(62, { script, count: 2 }), exampleFailure(62, { status: 1, count: 3 })] });
    const [first, ...rest] = scenarioOf({ restore }).findings;
    expect(rest).toEqual([]);
    expect(first?.actual).toMatch(/^exit 2, 5 times, in \/usr\/local\/bin\/restore.sh:7: tar:/);
  });

  it('a prompt stands alone: no timeout and no failure beside it', () => {
    const restore = stepEnded(2, { status: 'failed', prompt: { file: runbook, line: 62, program: 'less' }, failures: [exampleFailure(62, { status: 143 })] });
    expect(told(scenarioOf({ restore }).findings)).toEqual(['docs/runbook.md:62 prompt error']);
  });

  it('a timeout stands at the line that ran', () => {
    const restore = stepEnded(2, { status: 'timed-out', exitCode: null, duration: 600, timedOutAt: { file: runbook, line: 63 } });
    expect(told(scenarioOf({ restore }).findings)).toEqual(['docs/runbook.md:63 step-timeout error']);
  });

  it('a wait that was in vain is a service that is not ready', () => {
    const steps = [...exampleScenario.steps, exampleStep(4, 'restore', 'wait grafana', 33, { kind: 'wait', file: 'drill.yaml', sourceLines: [] })];
    const parts = { restore: [...goodParts.restore, ...stepEnded(4, { status: 'failed', exitCode: 1, output: 'connection refused' })] };
    expect(told(scenarioOf(parts, { steps }).findings)).toEqual(['drill.yaml:33 service-not-ready error']);
  });

  it('a declared input that was taken is a substitution', () => {
    expect(told(scenarioOf({ restore: stepEnded(2, { inputTaken: true }) }).findings)).toEqual(['docs/runbook.md:60 substituted warning']);
  });

  it('the worst of two runs stands in the report', () => {
    const restore = [...stepEnded(2, { duration: 3 }), ...stepEnded(2, { status: 'failed', duration: 4, failures: [exampleFailure(62)] })];
    expect(scenarioOf({ restore }).steps[2]).toMatchObject({ status: 'failed', duration: 4 });
  });
});

describe('a limit of the host', () => {
  const limit = { file: runbook, line: 42, what: 'no network', remedy: 'network: open' };
  const limited = { backup: stepEnded(1, { status: 'failed', exitCode: 6, limits: [limit], failures: [exampleFailure(42), exampleFailure(43)] }) };
  const nothingBack = { ...verifiedAs(grafanaGone), inspected: [{ ...exampleBackup, artefacts: [], coverage: uncovered }] };

  it('is never blamed on the runbook', () => {
    const scenario = scenarioOf({ ...limited, ...nothingBack });
    expect(scenario).toMatchObject({ validationStatus: 'NOT_MEASURED', liar: null });
    expect(scenario.findings.filter(({ severity }) => severity === 'error').map(({ rule, line, help }) => [rule, line, help])).toEqual([['host-limit', 42, 'network: open']]);
    expect(scenario.findings.filter(({ rule }) => rule === 'step-failed').map(({ line, severity }) => [line, severity])).toEqual([[43, 'warning']]);
    expect(scenario.rto).toEqual({ target: 900, actual: null, policy: 'NotApplicable' });
    expect(scenario.validationStatusMessage).toContain('docs/runbook.md:42');
  });

  it('does not excuse an error that was found before it', () => {
    expect(scenarioOf({ deploy: stepEnded(0, { failures: [exampleFailure(22)] }), ...limited, ...nothingBack })).toMatchObject({ validationStatus: 'FAILED', liar: 'backup' });
    const before = stepEnded(1, { status: 'failed', limits: [limit], failures: [exampleFailure(41)] });
    expect(scenarioOf({ backup: before, ...nothingBack }).validationStatus).toBe('FAILED');
  });

  it('is not preceded by what only its outcome makes an error', () => {
    const hidden = stepEnded(0, { failures: [exampleFailure(22, { kind: 'masked' })] });
    expect(scenarioOf({ deploy: hidden, ...limited, ...nothingBack }).validationStatus).toBe('NOT_MEASURED');
  });

  it('is told once where it ended the set-up', () => {
    const event = { event: 'unproven', phase: 'deploy', why: 'an image is not there', limit, cannotRun: false } as const;
    expect(told(scenarioOf({ deploy: [event], seeded: [], verified: [] }).findings)).toEqual(['docs/runbook.md:42 host-limit error']);
    expect(told(scenarioOf({ ...limited, verified: [event] }).findings.filter(({ rule }) => rule === 'host-limit'))).toHaveLength(1);
  });
});

describe('the backup', () => {
  it('left nothing: at its last step', () => {
    expect(told(inspected({ artefacts: [], coverage: uncovered.slice(0, 1) }).findings)).toContain('docs/runbook.md:40 no-artefact error');
    expect(told(inspected({ artefacts: [] }).findings)).toEqual([]);
  });

  it.each([
    [{ bytes: 0, layers: [], members: null, contentBytes: 0 }, 'empty-artefact'],
    [{ bytes: 20, layers: ['gzip'], members: null, contentBytes: 0 }, 'empty-artefact'],
    [{ bytes: 90, layers: ['openpgp'], members: null, contentBytes: 0 }, 'empty-artefact'],
    [{ bytes: 45, layers: ['gzip', 'tar'], members: 0, contentBytes: 0 }, 'empty-archive'],
    [{ state: 'broken', layers: ['openpgp', 'zstd', 'tar'], lock: 'damaged', members: null, contentBytes: null }, 'undecryptable-artefact'],
    [{ state: 'broken', layers: ['openpgp', 'gzip', 'tar'], lock: 'mistake', members: null, contentBytes: null }, 'undecryptable-artefact'],
    [{ state: 'broken', layers: ['openpgp', 'gzip'], lock: 'open', members: null, contentBytes: null }, 'unreadable-artefact'],
    [{ state: 'broken', layers: ['gzip'], members: null, contentBytes: null }, 'unreadable-artefact'],
  ] as const)('%o is %s', (more, rule) => {
    expect(told(inspected({ artefacts: [exampleArtefact('x', more)] }).findings)).toEqual([`docs/runbook.md:42 ${rule} error`]);
    expect(told(inspected({ artefacts: [exampleArtefact('x', { ...more, writtenBy: null })] }).findings)).toEqual([`docs/runbook.md:40 ${rule} error`]);
  });

  it.each([
    ['nothing that the drill knows opens', { state: 'opaque', layers: ['openpgp'], lock: 'closed', members: null, contentBytes: null, holds: [] }, 'restore'],
    ['only the passphrase of the backup itself opens', { lock: 'backup-only' }, 'backup'],
  ] as const)('made an artefact that %s: at fault only where gpg could not open it in the restore, and data is missing', (_name, more, liar) => {
    const artefacts = [exampleArtefact('grafana', more), exampleArtefact('loki')];
    const coverage = [{ name: 'grafana', covered: liar === 'backup' ? 'yes' : 'unknown', why: '' }, { name: 'loki', covered: 'yes', why: '' }] as const;
    const refused = { restore: stepEnded(2, { failures: [exampleFailure(62, { stderr: 'gpg: decryption failed: Bad session key' })] }) };
    const other = { restore: stepEnded(2, { failures: [exampleFailure(62, { stderr: 'tar: damaged' })] }) };
    const judged = (parts: Parameters<typeof scenarioOf>[0]): ScenarioReport => scenarioOf({ inspected: [{ ...exampleBackup, artefacts, coverage }], ...parts });
    const rules = (parts: Parameters<typeof scenarioOf>[0]): readonly string[] => judged(parts).findings.map(({ rule }) => rule);
    expect(rules({ ...refused, ...verifiedAs(grafanaGone) })).toContain('undecryptable-artefact');
    expect(judged({ ...refused, ...verifiedAs(grafanaGone) }).liar).toBe(liar);
    expect(rules(refused)).not.toContain('undecryptable-artefact');
    expect(rules({ ...other, ...verifiedAs(grafanaGone) })).not.toContain('undecryptable-artefact');
  });

  it('took files away from what it saves: a warning at the place, where it is to be restored', () => {
    const gone = [{ place: 'grafana', paths: ['a.db'], count: 1 }];
    expect(told(inspected({ gone }).findings)).toEqual(['drill.yaml:11 data-gone-in-backup warning']);
    expect(inspected({ gone }).validationStatus).toBe('SUCCESSFUL');
    expect(told(inspected({ gone: [{ place: 'elsewhere', paths: ['a.db'], count: 1 }] }).findings)).toEqual([]);
  });

  it('made a volume of its own: a warning where all is covered all the same', () => {
    const bornVolumes = [{ name: 'grafana', file: runbook, line: 43, files: 0, bytes: 0, holds: [] }];
    expect(told(inspected({ bornVolumes }).findings)).toEqual(['docs/runbook.md:43 volume-born-in-backup warning']);
    expect(told(inspected({ bornVolumes, coverage: uncovered }).findings)).toContain('docs/runbook.md:43 volume-born-in-backup error');
  });

  it('need not cover what is not to come back, nor what is not lost', () => {
    const coverage = [{ name: 'grafana', covered: 'yes', why: '' } as const, { name: 'loki', covered: 'no', why: '' } as const];
    expect(inspected({ coverage }).findings).toEqual([]);
    const parts = { inspected: [{ ...exampleBackup, coverage: uncovered }], ...verifiedAs({ places: [examplePlace('grafana', { nonceBack: false })], services: [exampleService('grafana', { canary: 'absent' }), ...site] }) };
    const scenario = scenarioOf(parts, { expect: { grafana: 'lost' } });
    expect([scenario.validationStatus, scenario.findings, scenario.data[0]?.status]).toEqual(['SUCCESSFUL', [], 'lost']);
  });
});

describe('places', () => {
  it.each([
    ['empty', { entries: 1, nonceBack: false, counts: { 'missing/error': 12, 'metadata/error': 1 } }, ['drill.yaml:11 data-missing error']],
    ['gone', { exists: false, entries: 0, counts: { 'missing/error': 12 } }, ['drill.yaml:11 data-missing error']],
    ['partly missing', { counts: { 'missing/error': 2 } }, ['drill.yaml:11 data-missing error']],
    ['changed and more', { counts: { 'changed/error': 1, 'extra/error': 1 } }, ['drill.yaml:11 data-changed error', 'drill.yaml:11 data-extra error']],
    ['other mode', { differences: [difference('a', 'metadata')] }, ['drill.yaml:11 metadata-changed error']],
    ['other mtime', { differences: [difference('a', 'metadata', 'warning')] }, ['drill.yaml:11 metadata-changed warning']],
    ['late with its nonce', { lateNonceBack: true, counts: { 'late/error': 1, 'late-path/error': 1 } }, ['drill.yaml:11 late-write-returned error']],
    ['late without its nonce', { counts: { 'late-path/error': 1 } }, ['drill.yaml:11 data-extra error']],
  ])('%s', (_name, more, expected) => expect(foundInPlace(more)).toEqual(expected));

  it.each([
    ['gone', { exists: false }, 'missing'],
    ['empty', { entries: 0 }, 'missing'],
    ['partly missing', { counts: { 'missing/error': 1 } }, 'missing'],
    ['changed', { counts: { 'changed/error': 1 } }, 'changed'],
    ['late', { lateNonceBack: true }, 'changed'],
    ['as it was, but for mtimes', { counts: { 'metadata/warning': 3 } }, 'intact'],
  ])('%s has its status', (_name, more, status) => expect(scenarioOf(verifiedAs({ places: [examplePlace('grafana', more)] })).data[0]?.status).toBe(status));

  it('files that are back prove no place while its service lacks its data', () => {
    const scenario = scenarioOf(verifiedAs({ services: grafanaGone.services }));
    expect([scenario.data[0]?.status, scenario.services[0]?.status]).toEqual(['unproven', 'missing']);
  });

  it('a canary that was seen at no known time proves no service', () => {
    expect(scenarioOf(verifiedAs({ services: [exampleService('grafana', { canarySeconds: null }), ...site] })).services[0]?.status).toBe('unproven');
  });

  it('late content is welcome where it is declared so', () => {
    expect(foundInPlace({ lateNonceBack: true, counts: { 'late/error': 1, 'late-path/error': 1 } }, { late: 'any' })).toEqual([]);
    expect(scenarioOf(verifiedAs({ services: [exampleService('grafana', { lateCanary: 'there' }), ...site] }), { late: 'any' }).validationStatus).toBe('SUCCESSFUL');
  });

  it('names the first few paths and counts all', () => {
    const differences = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => difference(path, 'metadata'));
    const scenario = scenarioOf(verifiedAs({ places: [examplePlace('grafana', { differences, counts: { 'metadata/error': 60 } })] }));
    expect(scenario.findings.find(({ rule }) => rule === 'metadata-changed')?.actual).toBe(
      '60 with other metadata: a (mode 0640 → 0644), b (mode 0640 → 0644), c (mode 0640 → 0644), d (mode 0640 → 0644), e (mode 0640 → 0644), …',
    );
  });

  it('with compare: service the place is missing with its service, and has no finding of its own', () => {
    const places = exampleDrill.places.map((place) => (place.name === 'grafana' ? { ...place, compare: 'service' as const, seeded: false } : place));
    const gone = scenarioOf(verifiedAs({ places: [], services: grafanaGone.services }), {}, { places });
    expect([gone.data[0]?.status, told(gone.findings)]).toEqual(['missing', ['docs/runbook.md:81 check-passed-without-data error', 'drill.yaml:20 service-data-missing error']]);
    expect(scenarioOf(verifiedAs({ places: [] }), {}, { places }).validationStatus).toBe('SUCCESSFUL');
  });

  it('bystanders: at their declaration, or at data: for what nothing declares', () => {
    const bystanders = [examplePlace('loki', { counts: { 'extra/error': 1 } }), examplePlace('sentinel', { exists: false })];
    expect(told(scenarioOf(verifiedAs({ bystanders })).findings)).toEqual(['drill.yaml:10 bystander-changed error', 'drill.yaml:12 bystander-changed error']);
  });

  it('what is to be made anew must not be the old one', () => {
    const regenerated = { expect: { grafana: 'regenerated' as const } };
    const anew = verifiedAs({ places: [examplePlace('grafana', { nonceBack: false, identity: { state: 'new', path: null } })], services: [exampleService('grafana', { canary: 'absent', canarySeconds: null }), ...site] });
    const scenario = scenarioOf(anew, regenerated);
    expect([scenario.validationStatus, scenario.data[0]?.status, scenario.services[0]?.status]).toEqual(['SUCCESSFUL', 'regenerated', 'regenerated']);
    expect(told(scenarioOf({}, regenerated).findings)).toEqual(['docs/runbook.md:81 check-passed-without-data error', 'drill.yaml:11 not-regenerated error', 'drill.yaml:20 not-regenerated error']);
  });

  it('what is declared lost and comes back is a warning', () => {
    const scenario = scenarioOf({}, { expect: { grafana: 'lost' } });
    expect([scenario.validationStatus, told(scenario.findings)]).toEqual(['SUCCESSFUL', ['drill.yaml:11 not-lost warning', 'drill.yaml:20 not-lost warning']]);
  });
});

describe('objectives', () => {
  it('manual work is added to the RTO’s side, not to the RTA', () => {
    const scenario = scenarioOf({}, { manual: { 'install-os': 890 } });
    expect([scenario.rto, scenario.clock.manual]).toEqual([{ target: 900, actual: 16.3, policy: 'PolicyBreached' }, 890]);
    expect(told(scenario.findings)).toEqual(['drill.yaml:30 rto-breached error']);
  });

  it('no target, no interval: not applicable', () => {
    const scenario = scenarioOf({}, { rtoSeconds: null, rpo: 86_400, everySeconds: null });
    expect(scenario.rto).toEqual({ target: null, actual: 16.3, policy: 'NotApplicable' });
    expect(scenario.rpo).toEqual({ target: 86_400, actual: null, policy: 'NotApplicable' });
  });

  it('last-backup is met when every canary came back', () => {
    expect(scenarioOf({}, { rpo: 'last-backup' }).rpo).toEqual({ target: 'last-backup', actual: null, policy: 'PolicyMet' });
    expect(scenarioOf(verifiedAs(grafanaGone), { rpo: 'last-backup' }).rpo.policy).toBe('PolicyBreached');
    expect(scenarioOf({ end: [] }, { rpo: 'last-backup' }).rpo.policy).toBe('NotApplicable');
  });

  it('an old backup breaches', () => {
    const scenario = scenarioOf({}, { everySeconds: 86_400 });
    expect(told(scenario.findings)).toEqual(['drill.yaml:30 rpo-breached error']);
    expect(scenario.rpo).toEqual({ target: 86_400, actual: 86_415, policy: 'PolicyBreached' });
  });

  it('fidelity: each line once, rounded down, without what was replaced, skipped or inline', () => {
    const steps = [
      exampleStep(0, 'deploy', '#deploy', 20, { inRunbook: false }),
      exampleStep(1, 'backup', '#backup', 40, { sourceLines: [41, 42, 43, 44, 45], replacedLines: [43], substitutions: 2 }),
      exampleStep(2, 'restore', './restore.sh', 33, { kind: 'run', file: 'drill.yaml', inRunbook: false, sourceLines: [33] }),
      exampleStep(3, 'check', '#backup', 40, { sourceLines: [41, 42, 43], replacedLines: [43] }),
      exampleStep(4, 'restore', '#skipped', 50, { kind: 'skip', sourceLines: [51, 52], why: 'needs a person' }),
    ];
    const scenario = scenarioOf({}, { steps }, { minFidelity: 0.51 });
    expect([scenario.fidelity, scenario.substitutions]).toEqual([0.5, 2]);
    expect(scenarioOf({}, { steps: [exampleStep(1, 'backup', '#backup', 40, { sourceLines: [41, 42, 43], replacedLines: [43] })] }).fidelity).toBe(0.66);
    expect(told(scenario.findings)).toEqual(['drill.yaml:30 fidelity-breached error']);
    expect(judge(exampleJournal({}, { steps })).notMeasured).toContainEqual({ what: '#skipped', why: 'needs a person' });
    expect(scenarioOf({}, { steps: steps.slice(0, 1) }).fidelity).toBeNull();
  });
});

/** What the report says that nothing compared, with grafana compared in this way. */
const contents = (compare: 'stable' | 'canary' | 'service') => {
  const compared = exampleDrill.places.map((place) => (place.name === 'grafana' ? { ...place, compare } : place));
  return judge(exampleJournal({}, {}, { places: compared })).notMeasured.map(({ what }) => what).filter((what) => what.startsWith('content'));
};

/** What the report says of blocks at these lines, which no scenario names. */
const untried = (lines: readonly number[]) => {
  const undrilled = lines.map((line) => ({ file: 'runbook.md', line, reference: `#b${line}` }));
  return judge(exampleJournal({}, {}, { undrilled })).notMeasured.filter(({ what }) => what === 'blocks in no scenario');
};

describe('the whole drill', () => {
  const places = exampleDrill.places.map((place) => (place.name === 'grafana' ? { ...place, sizeBytes: 10e9 } : place));

  it('always tells what the clock flatters', () => {
    const what = judge(exampleJournal({}, { manual: { 'install-os': 20 } })).notMeasured.map((item) => item.what);
    expect(what).toEqual(['image-download', 'off-site-transfer', 'detection-and-decision', 'install-os']);
  });

  it('tells which blocks of the runbook no scenario names', () => {
    expect(untried([])).toEqual([]);
    expect(untried([7, 9])).toEqual([{ what: 'blocks in no scenario', why: '#b7 (runbook.md:7) and #b9 (runbook.md:9): no step of the drill file names them' }]);
  });

  it('tells of content that nothing compared', () => {
    expect(contents('stable')).toEqual([]);
    expect(contents('canary')).toEqual(['content of grafana']);
    expect(contents('service')).toEqual(['content of grafana']);
  });

  it('tells how much smaller the drilled data is', () => {
    const event = goodParts.seeded.find((item) => item.event === 'seeded');
    if (event === undefined) throw new Error('no seed');
    const seeded = (bytes: number) => ({ seeded: [{ ...event, bytes: { grafana: bytes } }] });
    const sizes = (bytes: number) => judge(exampleJournal(seeded(bytes), {}, { places })).notMeasured.map(({ what }) => what).filter((what) => what.startsWith('RTA'));
    expect(sizes(100_004_000)).toEqual(['RTA at 10 GB (drilled 100 MB)']);
    expect(sizes(5e9)).toEqual([]);
  });

  it('is as bad as its worst scenario', () => {
    const scenarios = [exampleScenario, { ...exampleScenario, id: 'second' }];
    const good = inOrder(goodParts);
    const bad = inOrder({ ...goodParts, ...verifiedAs(grafanaGone) });
    const both = (first: typeof good, second: typeof good) => judge(writtenDown({ ...exampleDrill, scenarios }, { 'service-failure': first, second }, [drillEnded]));
    expect(both(good, good).validationStatus).toBe('SUCCESSFUL');
    expect(both(good, bad).validationStatus).toBe('FAILED');
    expect(both(good, []).validationStatus).toBe('NOT_MEASURED');
    expect(exitCodeOf(both(good, bad), { interrupted: null })).toBe(1);
    expect(exitCodeOf(both(good, []), { interrupted: null })).toBe(3);
  });

  it('names the host that the runbook ran in', () => {
    expect(judge(exampleJournal()).host).toEqual({ environment: 'docker', engine: 'docker 26.1.5', mode: 'recipe', network: 'isolated', user: 'ops' });
    expect(judge(exampleJournal({ deploy: [] })).host).toMatchObject({ engine: 'docker', mode: null });
  });

  it('says where it was interrupted, and by what', () => {
    const journal = writtenDown(exampleDrill, { 'service-failure': [...goodParts.deploy, { event: 'phase-started', phase: 'seed' }, { event: 'scenario-ended' }] }, [{ event: 'drill-ended', interrupted: 'SIGINT', fault: null }]);
    expect(judge(journal).scenarios[0]?.validationStatusMessage).toBe('The scenario was interrupted in the seed phase by SIGINT.');
  });

  it('is NOT_MEASURED when it was interrupted, also after an error', () => {
    const failed = [...goodParts.deploy, ...goodParts.seeded, ...stepEnded(1, { failures: [exampleFailure(42)] })];
    expect(judge(writtenDown(exampleDrill, { 'service-failure': failed }, [])).validationStatus).toBe('NOT_MEASURED');
  });

  it('refuses what is no journal of one drill', () => {
    expect(() => judge([])).toThrow('does not begin');
    expect(() => judge(writtenDown(exampleDrill, { unknown: goodParts.end }, []))).toThrow('scenario unknown');
    expect(() => judge([...exampleJournal(), ...exampleJournal()])).toThrow('two drills');
  });
});

describe('exit codes', () => {
  const good = judge(exampleJournal());
  const lost = judge(exampleJournal(verifiedAs(grafanaGone)));

  it('0, 1, 3, and the signals', () => {
    expect(exitCodeOf(good, { interrupted: null })).toBe(0);
    expect(exitCodeOf(good, { interrupted: null, fault: 'no engine' })).toBe(3);
    expect(exitCodeOf(lost, { interrupted: null })).toBe(1);
    expect(exitCodeOf(lost, { interrupted: 'SIGINT' })).toBe(130);
    expect(exitCodeOf(good, { interrupted: 'SIGTERM' })).toBe(143);
  });

  it('controls: the positive passes, the negative fails by lost data', () => {
    expect(exitCodeOf({ ...good, control: 'positive' }, { interrupted: null })).toBe(0);
    expect(exitCodeOf({ ...lost, control: 'positive' }, { interrupted: null })).toBe(3);
    expect(exitCodeOf({ ...lost, control: 'negative' }, { interrupted: null })).toBe(0);
    expect(exitCodeOf({ ...good, control: 'negative' }, { interrupted: null })).toBe(3);
    const slow = judge(exampleJournal({ restore: stepEnded(2, { duration: 1000 }) }, {}, { control: 'negative' }));
    expect(exitCodeOf(slow, { interrupted: null })).toBe(3);
  });
});

it('every finding says what was expected, what was seen and what to do, and they are sorted', () => {
  const scenario = scenarioOf({
    deploy: stepEnded(0, { failures: [exampleFailure(22), exampleFailure(21, { kind: 'masked' })] }),
    backup: stepEnded(1, { status: 'timed-out' }),
    restore: stepEnded(2, { status: 'failed', prompt: { file: runbook, line: 62, program: 'less' }, inputTaken: true }),
    inspected: [{ ...exampleBackup, artefacts: [], coverage: [{ name: 'grafana', covered: 'no', why: '' }], bornVolumes: [{ name: 'x', file: runbook, line: 42, files: 0, bytes: 0, holds: [] }] }],
    ...verifiedAs({
      places: [examplePlace('grafana', { counts: { 'changed/error': 1, 'extra/error': 1, 'metadata/warning': 1, 'late/error': 1, 'missing/error': 1 } })],
      services: [exampleService('grafana', { ready: false, canary: 'absent', lateCanary: 'there', seen: '' }), exampleService('site', { seeded: false, ready: false, seen: '' })],
      bystanders: [examplePlace('loki', { exists: false })],
    }),
  });
  expect(scenario.findings.length).toBeGreaterThan(12);
  for (const { message, expected, actual, help } of scenario.findings) for (const text of [message, expected, actual, help]) expect(text.trim()).not.toBe('');
  const keys = scenario.findings.map(({ file, line, rule }) => `${file} ${String(line).padStart(5, '0')} ${rule}`);
  expect(keys).toEqual(keys.toSorted());
});
