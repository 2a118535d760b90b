/** No verdict is SUCCESSFUL unless every fact that it needs is in the journal and says so. */
import { describe, expect, it } from 'vitest';
import type { PlaceFact, ScenarioDeclaration, ServiceFact } from '../journal-events.ts';
import type { ValidationStatus } from '../report-model.ts';
import { exampleFailure, examplePlace, exampleService, exampleStep } from './example-facts.ts';
import {
  type ExampleParts,
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
import { judge } from './index.ts';

const statusOf = (...journal: Parameters<typeof exampleJournal>): ValidationStatus => judge(exampleJournal(...journal)).validationStatus;
const site = exampleVerified.services.filter(({ name }) => name === 'site');
const place = (more: Partial<PlaceFact>): Partial<ExampleParts> => verifiedAs({ places: [examplePlace('grafana', more)] });
const service = (more: Partial<ServiceFact>): Partial<ExampleParts> => verifiedAs({ services: [exampleService('grafana', more), ...site] });
const onlyGrafana = { services: exampleDrill.services.filter(({ name }) => name !== 'grafana') };

it('is green when all of it is there', () => expect(statusOf()).toBe('SUCCESSFUL'));

it.each(['constructor', 'toString'])('goes by what is there, whatever its name: %s', (name) => {
  const journals = [exampleJournal(), exampleJournal(place({ nonceBack: false, counts: { 'missing/error': 1 } }))];
  for (const journal of journals) {
    const renamed: typeof journal = JSON.parse(JSON.stringify(journal).replaceAll('grafana', name));
    expect(JSON.stringify(judge(renamed))).toBe(JSON.stringify(judge(journal)).replaceAll('grafana', name));
  }
});

describe('a line that is not in the journal', () => {
  /** Where a host came from, what phases took, and that a step began, prove nothing about data. */
  const idle = new Set(['host-created', 'phase-started', 'phase-ended', 'step-started']);
  const events = inOrder(goodParts);
  const needed = events.filter(({ event }) => !idle.has(event));

  it.each(needed.map((event) => [event.event, JSON.stringify(event).slice(0, 60), event] as const))('%s %s', (_name, _text, missing) => {
    const journal = writtenDown(exampleDrill, { 'service-failure': events.filter((event) => event !== missing) }, [drillEnded]);
    expect(judge(journal).validationStatus).toBe('NOT_MEASURED');
  });

  it.each(events.map((_event, length) => [length]))('a journal cut after %d lines of its scenario', (length) => {
    const journal = writtenDown(exampleDrill, { 'service-failure': events.slice(0, length) }, []);
    expect(judge(journal).validationStatus).toBe('NOT_MEASURED');
  });

  it('says that nothing was verified', () => {
    expect(judge(exampleJournal({ verified: [] })).scenarios[0]?.validationStatusMessage).toBe('Nothing was verified after the restore.');
  });

  it('a scenario that never began', () => {
    expect(judge(writtenDown(exampleDrill, {}, [drillEnded])).validationStatus).toBe('NOT_MEASURED');
  });

  it('a drill without a scenario', () => {
    expect(judge(writtenDown({ ...exampleDrill, scenarios: [] }, {}, [drillEnded])).validationStatus).toBe('NOT_MEASURED');
  });
});

describe('facts that leave something unproven', () => {
  const unproven: readonly (readonly [string, Partial<ExampleParts>])[] = [
    ['no places verified', verifiedAs({ places: [] })],
    ['another place verified', verifiedAs({ places: [examplePlace('other')] })],
    ['no services verified', verifiedAs({ services: [] })],
    ['the service for life not verified', verifiedAs({ services: [exampleService('grafana')] })],
    ['the place’s service not verified', verifiedAs({ services: site })],
    ['no bystander verified', verifiedAs({ bystanders: [] })],
    ['no bystander service verified', verifiedAs({ bystanderServices: [] })],
    ['a bystander service that does not say', verifiedAs({ bystanderServices: [exampleService('loki', { canary: 'unproven' })] })],
    ['a canary that nobody could see', service({ canary: 'unproven', canarySeconds: null })],
    ['a canary without a time', service({ canarySeconds: null })],
    ['a late canary that nobody could see', service({ lateCanary: 'unproven' })],
    ['life without a time', verifiedAs({ services: [exampleService('grafana'), exampleService('site', { seeded: false, readySeconds: null })] })],
    ['nothing planted', { seeded: [{ event: 'seeded', names: [], newest: {} }] }],
    ['the place not planted', { seeded: [{ event: 'seeded', names: ['service grafana'], newest: { 'service grafana': 1 } }] }],
    ['the service not planted', { seeded: [{ event: 'seeded', names: ['grafana'], newest: { grafana: 1 } }] }],
    ['a seed without a time', { seeded: [{ event: 'seeded', names: ['grafana', 'service grafana'], newest: { grafana: 1 } }] }],
    ['a canary younger than the backup', { inspected: [{ ...exampleBackup, backupEnded: 5 }] }],
    ['a loss that did not take', { lost: [{ event: 'loss-proven', proven: false, why: 'the canary of grafana is still there' }] }],
    ['a loss that took only once', { lost: [...goodParts.lost, { event: 'loss-proven', proven: false, why: 'still there' }] }],
    ['a restore without a time', { restore: stepEnded(2, { duration: null }) }],
    ['a restore that was skipped', { restore: stepEnded(2, { status: 'skipped', start: null, duration: null, exitCode: null }) }],
    ['a check that was skipped', { check: stepEnded(3, { status: 'skipped', start: null, duration: null, exitCode: null }) }],
    ['a backup that was skipped', { backup: stepEnded(1, { status: 'skipped', start: null, duration: null, exitCode: null }) }],
    ['the machine failed', { restore: [{ event: 'unproven', phase: 'restore', why: 'the engine died', limit: null, cannotRun: true }] }],
    ['the machine failed, and all was verified', { restore: [...goodParts.restore, { event: 'unproven', phase: 'restore', why: 'the engine died', limit: null, cannotRun: true }] }],
    ['a host limit', { restore: stepEnded(2, { limits: [{ file: 'docs/runbook.md', line: 61, what: 'no network', remedy: 'network: open' }] }) }],
  ];
  it.each(unproven)('%s', (_name, parts) => expect(statusOf(parts)).toBe('NOT_MEASURED'));

  /** Two things need an objective to be missed. */
  const ofObjectives = new Set(['a seed without a time', 'a canary younger than the backup']);
  const noObjectives = { rtoSeconds: null, rpo: null, everySeconds: null };
  it.each(unproven.filter(([name]) => !ofObjectives.has(name)))('%s, with no objective', (_name, parts) => expect(statusOf(parts, noObjectives)).toBe('NOT_MEASURED'));

  it('nobody looked into the backup, with no objective', () => expect(statusOf({ inspected: [] }, noObjectives)).toBe('NOT_MEASURED'));

  it('a place with no nonce back, by file or service', () => {
    const parts = verifiedAs({ places: [examplePlace('grafana', { nonceBack: false })], services: site });
    expect(statusOf(parts, {}, onlyGrafana)).toBe('NOT_MEASURED');
    expect(statusOf(parts, { rpo: null }, onlyGrafana)).toBe('NOT_MEASURED');
  });

  it('a service whose data is declared lost, and that answered at no known time', () => {
    const parts = verifiedAs({ places: [examplePlace('grafana', { nonceBack: false })], services: [exampleService('grafana', { canary: 'absent', readySeconds: null }), ...site] });
    expect(statusOf(parts, { expect: { grafana: 'lost' } })).toBe('NOT_MEASURED');
  });

  it('a nonce in the files beside a service that nobody could ask', () => {
    expect(statusOf(service({ canary: 'unproven' }))).toBe('NOT_MEASURED');
  });
});

describe('what is declared so that nothing can be proven', () => {
  const declarations: readonly (readonly [string, Partial<ScenarioDeclaration>, Partial<typeof exampleDrill>])[] = [
    ['no place and no service', { lost: [], scope: { places: [], services: [] } }, { places: [], services: [] }],
    ['a service for life alone', { lost: [], scope: { places: [], services: ['site'] } }, { places: [], services: exampleDrill.services.filter(({ name }) => name === 'site') }],
    ['compare: service without a service', {}, { ...onlyGrafana, places: exampleDrill.places.map((item) => ({ ...item, compare: 'service' })) }],
    ['a place in lost that scope does not name', { lost: ['grafana', 'loki'] }, {}],
    ['a place in also that scope does not name', { also: ['loki'] }, {}],
    ['a step without a result', { steps: [...exampleScenario.steps, exampleStep(4, 'restore', '#more', 70)] }, {}],
    ['a place that nobody looked at', {}, { places: [...exampleDrill.places, { name: 'extra', file: 'drill.yaml', line: 13, compare: 'stable', seeded: true, sizeBytes: null }] }],
    ['regenerated with no service that lives', { expect: { grafana: 'regenerated' } }, { services: [] }],
    ['lost, with nothing else to prove', { expect: { grafana: 'lost' } }, { services: [] }],
  ];
  it.each(declarations)('%s', (_name, scenario, drill) => {
    const parts = verifiedAs({ places: [examplePlace('grafana', { nonceBack: scenario.expect === undefined })] });
    expect(statusOf(parts, scenario, drill)).toBe('NOT_MEASURED');
  });
});

const difference = (kind: PlaceFact['differences'][number]['kind']): Partial<PlaceFact> => ({
  differences: [{ path: 'grafana.db', kind, severity: 'error', aspect: 'content', expected: 'a', seen: 'b' }],
});

describe('facts that are known to be wrong', () => {
  const kinds = ['missing', 'changed', 'extra', 'metadata', 'late', 'late-path'] as const;
  const wrong: readonly (readonly [string, Partial<ExampleParts>])[] = [
    ['the place is gone', place({ exists: false, entries: 0, bytes: 0 })],
    ['the place is empty, whatever else it says', place({ entries: 0 })],
    ['the late nonce is back', place({ lateNonceBack: true })],
    ...kinds.map((kind) => [`a difference that is listed and not counted: ${kind}`, place(difference(kind))] as const),
    ...kinds.map((kind) => [`a difference that is counted and not listed: ${kind}`, place({ counts: { [`${kind}/error`]: 1 } })] as const),
    ...kinds.map((kind) => [`a bystander differs: ${kind}`, verifiedAs({ bystanders: [examplePlace('loki', { counts: { [`${kind}/error`]: 1 } })] })] as const),
    ['a bystander is gone', verifiedAs({ bystanders: [examplePlace('loki', { exists: false })] })],
    ['a bystander that nothing names differs', verifiedAs({ bystanders: [examplePlace('loki'), examplePlace('sentinel', { counts: { 'changed/error': 1 } })] })],
    ['a bystander service lost its data', verifiedAs({ bystanderServices: [exampleService('loki', { canary: 'absent' })] })],
    ['a bystander service is down', verifiedAs({ bystanderServices: [exampleService('loki', { ready: false })] })],
    ['a service without its canary', service({ canary: 'absent', canarySeconds: null })],
    ['a service that does not answer', service({ ready: false, readySeconds: null, canary: 'unproven', canarySeconds: null })],
    ['a service that does not answer, though its canary was seen', service({ ready: false })],
    ['a late canary in a service', service({ lateCanary: 'there' })],
    ['a service for life that is dead', verifiedAs({ services: [exampleService('grafana'), exampleService('site', { seeded: false, ready: false, readySeconds: null })] })],
    ['a command failed in the backup', { backup: stepEnded(1, { failures: [exampleFailure(42)] }) }],
    ['a restore step failed with no reason', { restore: stepEnded(2, { status: 'failed', exitCode: null }) }],
    ['a restore step failed beside an old timeout', { restore: stepEnded(2, { status: 'failed', timedOutAt: { file: 'docs/runbook.md', line: 61 }, failures: [exampleFailure(61)] }) }],
    ['a step waits for a person', { restore: stepEnded(2, { status: 'failed', prompt: { file: 'docs/runbook.md', line: 61, program: 'less' } }) }],
    ['the check failed', { check: stepEnded(3, { status: 'failed', exitCode: 1 }) }],
    ['no artefact', { inspected: [{ ...exampleBackup, artefacts: [], coverage: [] }] }],
    ['uncovered, and yet back', { inspected: [{ ...exampleBackup, coverage: [{ name: 'grafana', covered: 'no', why: '' }] }] }],
    ['too slow', { restore: stepEnded(2, { duration: 901 }) }],
    ['too old', { inspected: [{ ...exampleBackup, backupEnded: exampleBackup.backupEnded + 50_000 }] }],
  ];
  it.each(wrong)('%s', (_name, parts) => expect(statusOf(parts)).toBe('FAILED'));
  it('a step timed out', () => expect(statusOf({ restore: stepEnded(2, { status: 'timed-out', exitCode: null }) })).toBe('TIMED_OUT'));
});

it('is TIMED_OUT when its time was over, whatever came back', () => {
  expect(statusOf({ end: [{ event: 'scenario-timed-out', phase: 'verify', seconds: 1800 }, ...goodParts.end] })).toBe('TIMED_OUT');
});
