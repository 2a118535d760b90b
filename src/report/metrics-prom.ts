/** `metrics.prom`: the text format of Prometheus, for node_exporter's textfile collector or a push. What was not measured has no sample. */
import type { ScenarioReport, ValidationStatus } from '../drill/report-model.ts';
import { terminalText } from './escape.ts';
import type { ReportFormat, ReportInput } from './formats.ts';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly labels: Labels;
  readonly value: number | null;
}
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const metricsProm: ReportFormat = { file: 'metrics.prom', render: (input) => metrics(input).filter(({ samples }) => samples.some(({ value }) => value !== null)).map(metricText).join('') };

const statuses: readonly ValidationStatus[] = ['SUCCESSFUL', 'FAILED', 'TIMED_OUT', 'NOT_MEASURED'];
const unixSeconds = (time: string | null): number | null => (time === null ? null : Date.parse(time) / 1000);

const findings = (scenario: ScenarioReport, severity: string): number => scenario.findings.filter((finding) => finding.severity === severity).length;

function metrics({ report, tested }: ReportInput): readonly Metric[] {
  const { drill, tool, host, control } = report;
  const each = (values: (scenario: ScenarioReport) => readonly Sample[]): readonly Sample[] =>
    report.scenarios.flatMap((scenario) => values(scenario).map(({ labels, value }) => ({ labels: { drill, scenario: scenario.id, ...labels }, value })));
  const one = (value: (scenario: ScenarioReport) => number | null): readonly Sample[] => each((scenario) => [{ labels: {}, value: value(scenario) }]);
  return [
    { name: 'info', help: 'What was drilled, on what, by which version; always 1.', samples: [{ labels: { drill, tool, environment: host.environment, engine: host.engine, control: control ?? '' }, value: 1 }] },
    { name: 'verdict', help: 'The validation status of a scenario: 1 for the one it has.', samples: each(({ validationStatus }) => statuses.map((status) => ({ labels: { status }, value: status === validationStatus ? 1 : 0 }))) },
    { name: 'rto_seconds', help: 'Recovery time objective.', samples: one(({ rto }) => rto.target) },
    { name: 'rta_seconds', help: 'Actual recovery time, without manual work; absent when it was not measured.', samples: one(({ rto }) => rto.actual) },
    { name: 'manual_seconds', help: 'Declared manual work, which counts against the recovery time objective.', samples: one(({ clock }) => clock.manual) },
    { name: 'rpo_seconds', help: 'Recovery point objective, where it is a duration.', samples: one(({ rpo }) => (typeof rpo.target === 'number' ? rpo.target : null)) },
    { name: 'rpa_seconds', help: 'Actual recovery point; absent when it was not measured.', samples: one(({ rpo }) => rpo.actual) },
    { name: 'phase_seconds', help: 'Duration of a phase; absent when it was not measured.', samples: each(({ clock: { manual: _manual, ...clock } }) => Object.entries(clock).map(([phase, value]) => ({ labels: { phase }, value }))) },
    { name: 'fidelity_ratio', help: 'Share of executed source lines that stand verbatim in the runbook.', samples: one(({ fidelity }) => fidelity) },
    { name: 'findings', help: 'Findings of a scenario by severity.', samples: each((scenario) => ['error', 'warning'].map((severity) => ({ labels: { severity }, value: findings(scenario, severity) }))) },
    { name: 'last_tested_timestamp_seconds', help: 'When a scenario was last tested; a drill that could not measure is no test.', samples: tested.map(({ id, at }) => ({ labels: { drill, scenario: id }, value: unixSeconds(at) })) },
  ];
}

function metricText({ name, help, samples }: Metric): string {
  const full = `runbook_drill_${name}`;
  return [`# HELP ${full} ${help}`, `# TYPE ${full} gauge`, ...samples.flatMap(({ labels, value }) => (value === null ? [] : [`${full}{${labelText(labels)}} ${value}`]))].map((line) => `${line}\n`).join('');
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${terminalText(value).replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`)
    .join(',');
