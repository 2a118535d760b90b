/** Facts written by hand for tests, each as it is where all is well, with parts to change. */
import type { ArtefactFact, CommandFailure, PlaceFact, ServiceFact, StepDeclaration, StepResult } from '../journal-events.ts';
import type { StepPhase } from '../model.ts';

export const runbook = 'docs/runbook.md';
export const drillFile = 'drill.yaml';

export function exampleStep(index: number, phase: StepPhase, name: string, line: number, more: Partial<StepDeclaration> = {}): StepDeclaration {
  return {
    index,
    phase,
    before: null,
    name,
    kind: 'block',
    file: runbook,
    line,
    substitutions: 0,
    inRunbook: true,
    sourceLines: [line + 1, line + 2],
    replacedLines: [],
    excerpt: { text: `# ${name}\ntar xzf grafana.tar.gz || true`, lines: [line + 1, line + 2] },
    ...more,
  };
}

export const exampleResult: StepResult = {
  status: 'succeeded',
  exitCode: 0,
  start: '2026-11-22T02:00:05.000Z',
  duration: 2,
  failures: [],
  prompt: null,
  timedOutAt: null,
  limits: [],
  lineTimes: [],
  output: '',
  inputTaken: false,
};

export const exampleFailure = (line: number, more: Partial<CommandFailure> = {}): CommandFailure => ({
  file: runbook,
  line,
  kind: 'untested',
  command: 'tar xzf grafana.tar.gz',
  status: 2,
  count: 1,
  stderr: 'tar: grafana.tar.gz: Cannot open: No such file or directory\n',
  hiddenBy: '',
  script: null,
  ...more,
});

export const examplePlace = (name: string, more: Partial<PlaceFact> = {}): PlaceFact => ({
  name,
  compare: 'stable',
  exists: true,
  nonceBack: true,
  lateNonceBack: false,
  entries: 12,
  bytes: 48_210,
  differences: [],
  counts: {},
  ...more,
});

export const exampleService = (name: string, more: Partial<ServiceFact> = {}): ServiceFact => ({
  name,
  kind: 'http',
  seeded: true,
  ready: true,
  readySeconds: 3.4,
  canarySeconds: 4.2,
  canary: 'there',
  lateCanary: 'absent',
  seen: '200',
  ...more,
});

export const exampleArtefact = (name: string, more: Partial<ArtefactFact> = {}): ArtefactFact => ({
  kind: 'file',
  path: `/srv/backups/2026-11-22/${name}.tar.gz`,
  sha256: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
  bytes: 20_480,
  state: 'readable',
  layers: ['gzip', 'tar'],
  members: 11,
  contentBytes: 48_210,
  holds: [name, `service ${name}`],
  plaintext: [],
  offsite: true,
  writtenBy: { file: runbook, line: 42 },
  detail: '',
  ...more,
});
