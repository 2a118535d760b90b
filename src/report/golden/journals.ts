/** Journals written by hand, from which the golden files are made. */
import type { DrillEvent, JournalEntry, ScenarioDeclaration } from '../../drill/journal-events.ts';
import { exampleArtefact, exampleFailure, examplePlace, exampleService, exampleStep, runbook } from '../../drill/verdict/example-facts.ts';
import {
  type ExampleEvent,
  drillEnded,
  exampleBackup,
  exampleDrill,
  exampleScenario,
  exampleVerified,
  goodParts,
  inOrder,
  stepEnded,
  verifiedAs,
  writtenDown,
} from '../../drill/verdict/example-journal.ts';

const standIn: DrillEvent = { event: 'stand-in', for: 'grafana/grafana:12.2.0', is: 'a small program with the same API, built from its documents' };

const hostLoss: ScenarioDeclaration = {
  ...exampleScenario,
  id: 'new-host',
  title: 'New machine, fresh system',
  at: { file: 'drill.yaml', line: 50 },
  loss: { type: 'host' },
  rtoSeconds: 7200,
  rpo: 'last-backup',
  everySeconds: null,
  manual: { 'install-os': 1200 },
  lost: ['grafana', 'loki'],
  scope: { places: ['grafana', 'loki'], services: ['grafana', 'site', 'loki'] },
};

const bothBack = verifiedAs({
  places: [examplePlace('grafana'), examplePlace('loki', { entries: 30, bytes: 1_234_567 })],
  services: [...exampleVerified.services, exampleService('loki')],
  bystanders: [],
  bystanderServices: [],
});

const green: readonly JournalEntry[] = writtenDown(
  { ...exampleDrill, places: exampleDrill.places.map((place) => (place.name === 'loki' ? { ...place, sizeBytes: 10e9 } : place)), scenarios: [exampleScenario, hostLoss] },
  {
    'service-failure': inOrder({ ...goodParts, restore: stepEnded(2, { duration: 12.1, failures: [exampleFailure(62, { kind: 'masked', hiddenBy: '|| true' })] }) }),
    'new-host': inOrder({ ...goodParts, ...bothBack }).flatMap((event): readonly ExampleEvent[] =>
      event.event === 'loss-proven' ? [event, { event: 'host-created', engine: 'docker 26.1.5', mode: 'recipe', seconds: 3.1, replacement: true }] : [event],
    ),
  },
  [standIn, drillEnded],
);

const failing: readonly JournalEntry[] = writtenDown(
  {
    ...exampleDrill,
    scenarios: [
      {
        ...exampleScenario,
        findings: [
          {
            rule: 'empty-block',
            severity: 'error',
            file: runbook,
            line: 70,
            message: 'The block #restore[3] is empty',
            expected: 'commands that restore the volumes',
            actual: 'no line but blank ones',
            help: 'Write the commands that the sentence before it promises.',
          },
        ],
        steps: [...exampleScenario.steps.slice(0, 3), exampleStep(3, 'restore', '#restore[3]', 70, { sourceLines: [], excerpt: { text: '', lines: [71] } }), exampleStep(4, 'check', '#mandatory-checks[1]', 80, { sourceLines: [81] })],
      },
    ],
  },
  {
    'service-failure': inOrder({
      ...goodParts,
      backup: stepEnded(1, { duration: 2.2, failures: [exampleFailure(44, { kind: 'masked', hiddenBy: 'upstream in a pipeline', count: 2, status: 2 })] }),
      inspected: [
        {
          ...exampleBackup,
          artefacts: [exampleArtefact('grafana', { bytes: 45, members: 0, contentBytes: 0, holds: [] })],
          coverage: [
            { name: 'grafana', covered: 'no', why: 'its canary stands in none of 1 artefact' },
            { name: 'loki', covered: 'no', why: 'its canary stands in none of 1 artefact' },
          ],
          bornVolumes: [{ name: 'data', file: runbook, line: 42, files: 0, bytes: 0, holds: [] }],
        },
      ],
      restore: [...stepEnded(2, { duration: 0.4 }), ...stepEnded(3, { status: 'skipped', exitCode: null, start: null, duration: null })],
      check: stepEnded(4, { duration: 1.3 }),
      ...verifiedAs({
        places: [
          examplePlace('grafana', {
            nonceBack: false,
            entries: 6,
            bytes: 4_096,
            differences: [
              { path: '.drill-canary/nonce', kind: 'missing', severity: 'error', aspect: '', expected: 'a file', seen: '' },
              { path: 'grafana.db', kind: 'changed', severity: 'error', aspect: 'content', expected: 'sha256 9f86d081', seen: 'sha256 60303ae2' },
            ],
            counts: { 'missing/error': 9, 'changed/error': 1 },
          }),
        ],
        services: [exampleService('grafana', { canary: 'absent', canarySeconds: null, seen: '404 Not Found' }), ...exampleVerified.services.slice(1)],
      }),
    }),
  },
  [drillEnded],
);

const interrupted: readonly JournalEntry[] = writtenDown(
  { ...exampleDrill, scenarios: [exampleScenario, hostLoss] },
  {
    'service-failure': inOrder(goodParts),
    'new-host': [...goodParts.deploy, ...goodParts.seeded, { event: 'phase-started', phase: 'backup' }, { event: 'step-started', step: 1 }],
  },
  [{ event: 'drill-ended', interrupted: 'SIGTERM', fault: null }],
);

const hostLimit: readonly JournalEntry[] = writtenDown(
  exampleDrill,
  {
    'service-failure': inOrder({
      ...goodParts,
      backup: stepEnded(1, {
        status: 'failed',
        exitCode: 6,
        duration: 0.2,
        limits: [{ file: runbook, line: 42, what: 'the network: curl https://example.org/tool.tar.gz', remedy: 'Name what the block downloads under host.files or host.packages, or say network: open.' }],
        failures: [exampleFailure(43, { command: 'tar xzf tool.tar.gz' })],
      }),
      inspected: [{ ...exampleBackup, artefacts: [], coverage: [{ name: 'grafana', covered: 'no', why: 'the backup left no artefact' }] }],
      restore: stepEnded(2, { status: 'skipped', exitCode: null, start: null, duration: null }),
      check: [],
      ...verifiedAs({ places: [examplePlace('grafana', { exists: false, nonceBack: false, entries: 0, bytes: 0 })], services: [] }),
    }),
  },
  [drillEnded],
);

const evil = '</td>|::error file=a,line=1::forged\n##[error]x\u001b[31m`<script>alert(1)</script>`\u202e@you #1 [a](javascript:b) @org/team owner/app#2 GH-3 ![p](//evil.example/p.png) www.evil.example <!-- a --> ```\n```\n- [ ] /close';

const hostile: readonly JournalEntry[] = writtenDown(
  {
    ...exampleDrill,
    drill: evil,
    scenarios: [{ ...exampleScenario, title: evil, steps: exampleScenario.steps.map((step) => ({ ...step, name: evil })) }],
  },
  {
    'service-failure': inOrder({
      ...goodParts,
      restore: stepEnded(2, { status: 'failed', exitCode: 1, failures: [exampleFailure(62, { command: evil, stderr: evil, hiddenBy: evil })] }),
      inspected: [{ ...exampleBackup, artefacts: [exampleArtefact('grafana', { path: evil })] }],
      ...verifiedAs({
        places: [
          examplePlace('grafana', {
            differences: [{ path: evil, kind: 'changed', severity: 'error', aspect: 'content', expected: evil, seen: evil }],
          }),
        ],
      }),
    }),
  },
  [{ event: 'stand-in', for: evil, is: evil }, { event: 'not-measured', what: evil, why: evil }, drillEnded],
);

export const journals: Readonly<Record<string, readonly JournalEntry[]>> = { green, 'backup-lied': failing, interrupted, 'host-limit': hostLimit, hostile };
