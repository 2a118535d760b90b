/** A journal written by hand for tests: one scenario in which everything is as it should be, with parts to change. */
import type { DrillEvent, JournalEntry, ScenarioDeclaration, ScenarioEvent, StepResult } from '../journal-events.ts';
import { drillFile, exampleArtefact, examplePlace, exampleResult, exampleService, exampleStep, runbook } from './example-facts.ts';

type WithoutScenario<T> = T extends unknown ? Omit<T, 'scenario'> : never;
export type ExampleEvent = WithoutScenario<ScenarioEvent>;
type EventOf<E extends ExampleEvent['event']> = Extract<ExampleEvent, { event: E }>;
type DrillStarted = Extract<DrillEvent, { event: 'drill-started' }>;

export const exampleScenario: ScenarioDeclaration = {
  id: 'service-failure',
  title: 'Service failure, same host',
  at: { file: drillFile, line: 30 },
  lossAt: { file: drillFile, line: 36 },
  loss: { type: 'data', how: 'delete' },
  rtoSeconds: 900,
  rpo: 86_400,
  everySeconds: 43_200,
  manual: {},
  lost: ['grafana'],
  also: [],
  scope: { places: ['grafana'], services: ['grafana', 'site'] },
  expect: {},
  late: 'absent',
  steps: [
    exampleStep(0, 'deploy', '#deploy', 20),
    exampleStep(1, 'backup', '#volume-backup', 40),
    exampleStep(2, 'restore', '#volume-restore', 60),
    exampleStep(3, 'check', '#mandatory-checks[1]', 80),
  ],
  findings: [],
};

export const exampleDrill: DrillStarted = {
  event: 'drill-started',
  format: 1,
  tool: '0.1.0',
  drill: 'raspberry-pi-homelab',
  drillFile,
  control: null,
  runbooks: [{ file: runbook, sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }],
  host: { environment: 'docker', engine: 'docker', network: 'isolated', user: 'ops' },
  minFidelity: 0,
  dataAt: { file: drillFile, line: 10 },
  places: [
    { name: 'grafana', file: drillFile, line: 11, compare: 'stable', seeded: true, sizeBytes: null },
    { name: 'loki', file: drillFile, line: 12, compare: 'stable', seeded: true, sizeBytes: null },
  ],
  services: [
    { name: 'grafana', kind: 'http', file: drillFile, line: 20, data: 'grafana', seeded: true },
    { name: 'site', kind: 'http', file: drillFile, line: 21, data: null, seeded: false },
    { name: 'loki', kind: 'http', file: drillFile, line: 22, data: 'loki', seeded: true },
  ],
  scenarios: [exampleScenario],
};

export const exampleBackup: EventOf<'backup-inspected'> = {
  event: 'backup-inspected',
  backupEnded: 1_795_312_820,
  artefacts: [exampleArtefact('grafana'), exampleArtefact('loki')],
  coverage: [
    { name: 'grafana', covered: 'yes', why: 'its canary stands in /srv/backups/2026-11-22/grafana.tar.gz' },
    { name: 'loki', covered: 'yes', why: 'its canary stands in /srv/backups/2026-11-22/loki.tar.gz' },
  ],
  bornVolumes: [],
  mismatches: [],
  old: [],
};

export const exampleVerified: EventOf<'verified'> = {
  event: 'verified',
  places: [examplePlace('grafana')],
  services: [exampleService('grafana'), exampleService('site', { seeded: false, canary: 'absent', canarySeconds: null, readySeconds: 0.9 })],
  bystanders: [examplePlace('loki'), examplePlace('a volume that nothing names')],
  bystanderServices: [exampleService('loki', { canarySeconds: null, lateCanary: 'unproven' })],
};

export const stepEnded = (step: number, result: Partial<StepResult> = {}): readonly ExampleEvent[] => [
  { event: 'step-started', step },
  { event: 'step-ended', step, result: { ...exampleResult, ...result } },
];

export interface ExampleParts {
  readonly deploy: readonly ExampleEvent[];
  readonly seeded: readonly ExampleEvent[];
  readonly backup: readonly ExampleEvent[];
  readonly inspected: readonly ExampleEvent[];
  readonly lost: readonly ExampleEvent[];
  readonly restore: readonly ExampleEvent[];
  readonly check: readonly ExampleEvent[];
  readonly verified: readonly ExampleEvent[];
  readonly end: readonly ExampleEvent[];
}

export const goodParts: ExampleParts = {
  deploy: [
    { event: 'phase-started', phase: 'create' },
    { event: 'host-created', engine: 'docker 26.1.5', mode: 'recipe', seconds: 2.9, replacement: false },
    { event: 'phase-ended', phase: 'create', seconds: 6.1 },
    { event: 'phase-started', phase: 'deploy' },
    ...stepEnded(0, { duration: 41 }),
    { event: 'phase-ended', phase: 'deploy', seconds: 41.2 },
  ],
  seeded: [
    { event: 'phase-started', phase: 'seed' },
    {
      event: 'seeded',
      names: ['grafana', 'loki', 'service grafana', 'service loki'],
      newest: { grafana: 1_795_312_810, loki: 1_795_312_811, 'service grafana': 1_795_312_805, 'service loki': 1_795_312_806 },
    },
    { event: 'phase-ended', phase: 'seed', seconds: 1.2 },
  ],
  backup: [{ event: 'phase-started', phase: 'backup' }, ...stepEnded(1, { duration: 2.2 }), { event: 'phase-ended', phase: 'backup', seconds: 2.3 }],
  inspected: [exampleBackup],
  lost: [
    { event: 'phase-started', phase: 'lose' },
    { event: 'loss-proven', proven: true, why: 'no canary of grafana is left' },
    { event: 'phase-ended', phase: 'lose', seconds: 0.7 },
  ],
  restore: [{ event: 'phase-started', phase: 'restore' }, ...stepEnded(2, { duration: 12.1 }), { event: 'phase-ended', phase: 'restore', seconds: 12.2 }],
  check: [{ event: 'phase-started', phase: 'check' }, ...stepEnded(3, { duration: 1.3 }), { event: 'phase-ended', phase: 'check', seconds: 1.4 }],
  verified: [{ event: 'phase-started', phase: 'verify' }, exampleVerified, { event: 'phase-ended', phase: 'verify', seconds: 0.8 }],
  end: [{ event: 'phase-started', phase: 'destroy' }, { event: 'phase-ended', phase: 'destroy', seconds: 0.5 }, { event: 'scenario-ended' }],
};

export const inOrder = (parts: ExampleParts): readonly ExampleEvent[] => [
  ...parts.deploy,
  ...parts.seeded,
  ...parts.backup,
  ...parts.inspected,
  ...parts.lost,
  ...parts.restore,
  ...parts.check,
  ...parts.verified,
  ...parts.end,
];

/** Puts a time a second later on each, and the scenario's id on its events. */
export function writtenDown(drill: DrillStarted, scenarios: Readonly<Record<string, readonly ExampleEvent[]>>, end: readonly DrillEvent[]): readonly JournalEntry[] {
  const events: readonly (DrillEvent | ScenarioEvent)[] = [
    drill,
    ...Object.entries(scenarios).flatMap(([scenario, list]) => list.map((event): ScenarioEvent => ({ scenario, ...event }))),
    ...end,
  ];
  const begin = Date.parse('2026-11-22T02:00:00.000Z');
  return events.map((event, index) => ({ at: new Date(begin + index * 1000).toISOString(), ...event }));
}

export const drillEnded: DrillEvent = { event: 'drill-ended', interrupted: null, fault: null };

/** The good journal with some parts, and some of the scenario's declaration, changed. */
export function exampleJournal(parts: Partial<ExampleParts> = {}, scenario: Partial<ScenarioDeclaration> = {}, drill: Partial<DrillStarted> = {}): readonly JournalEntry[] {
  const declaration = { ...exampleScenario, ...scenario };
  return writtenDown({ ...exampleDrill, scenarios: [declaration], ...drill }, { [declaration.id]: inOrder({ ...goodParts, ...parts }) }, [drillEnded]);
}

/** The good journal with other facts after the restore. */
export const verifiedAs = (change: Partial<EventOf<'verified'>>): Partial<ExampleParts> => ({ verified: [{ ...exampleVerified, ...change }] });
