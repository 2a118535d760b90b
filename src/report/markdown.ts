/** A report in Markdown, with as much detail as there is room for. */
import type { ScenarioDeclaration } from '../drill/journal-events.ts';
import type { Finding } from '../drill/model.ts';
import type { Report, ScenarioReport } from '../drill/report-model.ts';
import { markdownCode, markdownText } from './escape.ts';
import { counted, formatBytes, formatDuration, formatObjective, formatPlace, worstFirst } from './format.ts';
import type { ReportInput } from './formats.ts';
import { gantt } from './gantt.ts';
import { sourceAround } from './source-around.ts';
import { benchmarkTable, markdownTable } from './table.ts';

export interface Detail {
  /** Tables of steps, places, services and artefacts, and where the time went. */
  readonly tables: boolean;
  /** The runbook's text, what was expected, what was seen and what to do, for each finding. */
  readonly evidence: boolean;
  /** Findings for each scenario, the worst first. */
  readonly findings: number;
  /** Characters of each text of a finding. */
  readonly text: number;
  readonly scenarios: boolean;
}

export const allDetail: Detail = { tables: true, evidence: true, findings: Number.POSITIVE_INFINITY, text: Number.POSITIVE_INFINITY, scenarios: true };

/** A verdict, and the journal that it was reached from. */
export type Drilled = Pick<ReportInput, 'report' | 'entries'>;

export function renderMarkdown({ report, entries }: Drilled, detail: Detail): string {
  const started = entries.find((entry) => entry.event === 'drill-started');
  const parts = [
    `# Restore drill: ${markdownText(report.drill)}`,
    `**${report.validationStatus}**${report.control === null ? '' : ` (${report.control} control)`}`,
    benchmarkTable(report),
    host(report),
    ...(detail.scenarios ? report.scenarios.flatMap((scenario) => scenarioParts(scenario, started?.scenarios.find(({ id }) => id === scenario.id), detail)) : []),
    ...standIns(report),
    ...notMeasured(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function host({ host: { environment, engine, mode, network, user }, runbooks, tool, started }: Report): string {
  const read = runbooks.map(({ file, sha256 }) => `${markdownCode(file)} (SHA-256 ${markdownCode(sha256)})`).join(', ');
  const machine = `${engine} in a ${environment} host${mode === null ? '' : ` (${mode})`}, network ${network}, user ${user}`;
  return [`- Runbook: ${read}`, `- Host: ${markdownText(machine)}`, `- Drilled: ${markdownText(started)}, with runbook-drill ${markdownText(tool)}`].join('\n');
}

function scenarioParts(scenario: ScenarioReport, declaration: ScenarioDeclaration | undefined, detail: Detail): readonly string[] {
  const liar = scenario.liar === null ? '' : ` The ${scenario.liar} lied.`;
  return [
    `## ${markdownText(scenario.title === '' ? scenario.id : scenario.title)}`,
    `**${scenario.validationStatus}**: ${markdownText(scenario.validationStatusMessage)}${liar}`,
    ...(detail.tables ? [objectives(scenario), gantt(scenario)] : []),
    ...findings(scenario, declaration, detail),
    ...(detail.tables ? tables(scenario) : []),
  ];
}

function objectives({ rto, rpo, clock, substitutions }: ScenarioReport): string {
  const clocks = [
    ['provision', clock.provision],
    ['deploy', clock.deploy],
    ['backup', clock.backup],
    ['restore', clock.restore],
    ['ready', clock.ready],
    ['check', clock.check],
    ['verify', clock.verify],
    ['manual', clock.manual === 0 ? null : clock.manual],
  ] as const;
  return [
    `- RTO ${formatDuration(rto.target)}, RTA ${formatDuration(rto.actual)}: ${rto.policy}`,
    `- RPO ${formatObjective(rpo.target)}, RPA ${formatDuration(rpo.actual)}: ${rpo.policy}`,
    `- Clock: ${clocks.map(([name, seconds]) => `${name} ${formatDuration(seconds)}`).join(' · ')}`,
    ...(substitutions === 0 ? [] : [`- ${counted(substitutions, 'substitution')} in the runbook's text`]),
  ].join('\n');
}

function findings(scenario: ScenarioReport, declaration: ScenarioDeclaration | undefined, detail: Detail): readonly string[] {
  const shown = worstFirst(scenario.findings).slice(0, detail.findings);
  if (shown.length === 0) return [];
  const left = scenario.findings.length - shown.length;
  return ['### Findings', [...shown.map((finding) => findingItem(finding, declaration, detail)), ...(left === 0 ? [] : [`- ${counted(left, 'more finding')} in report.json`])].join('\n')];
}

function findingItem(finding: Finding, declaration: ScenarioDeclaration | undefined, { evidence, text }: Detail): string {
  const cut = (value: string): string => (value.length <= text ? value : `${value.slice(0, text)}…`);
  const head = `- **${finding.severity}** ${finding.rule} at ${markdownCode(formatPlace(finding))}: ${markdownText(cut(finding.message))}`;
  if (!evidence) return head;
  return [
    head,
    ...runbookText(finding, declaration, text),
    `  - expected: ${markdownText(cut(finding.expected))}`,
    `  - actual: ${markdownText(cut(finding.actual))}`,
    `  - help: ${markdownText(cut(finding.help))}`,
  ].join('\n');
}

/** The lines around the one that is meant, which has an arrow. */
function runbookText(finding: Finding, declaration: ScenarioDeclaration | undefined, longest: number): readonly string[] {
  const source = sourceAround(finding, declaration);
  if (source.length === 0) return [];
  const lines = source.map(({ line, text }) => `<br>${line === finding.line ? '→' : '&nbsp;'} ${line} ${markdownCode(text.slice(0, Math.min(longest, 200)))}`);
  return [`  - runbook:${lines.join('')}`];
}

const left = (title: string): { readonly title: string; readonly align: 'left' } => ({ title, align: 'left' });
const right = (title: string): { readonly title: string; readonly align: 'right' } => ({ title, align: 'right' });

const inScope = (item: { readonly inScope: boolean }): string => (item.inScope ? 'yes' : 'no');

function tables({ data, services, artefacts, steps }: ScenarioReport): readonly string[] {
  return [
    ...table(
      'Data',
      [left('Place'), left('In scope'), left('Expected'), left('Status'), left('Covered by the backup'), right('Entries'), right('Size')],
      data.map((place) => [place.name, inScope(place), place.expect, place.status, place.covered ?? '–', place.entries === null ? '–' : String(place.entries), formatBytes(place.bytes)]),
    ),
    ...table(
      'Services',
      [left('Service'), left('Kind'), left('In scope'), left('Expected'), left('Status'), right('First answer')],
      services.map((service) => [service.name, service.kind, inScope(service), service.expect, service.status, formatDuration(service.ready)]),
    ),
    ...table(
      'Artefacts',
      [left('Path'), left('State'), right('Size'), left('Holds'), left('SHA-256')],
      artefacts.map(({ path, state, bytes, covers, sha256 }) => [path, state, formatBytes(bytes), covers.length === 0 ? '–' : covers.join(', '), sha256 ?? '–']),
    ),
    ...table(
      'Steps',
      [left('Phase'), left('Step'), left('At'), left('Status'), right('Exit'), right('Time')],
      steps.map((step) => [step.phase, step.name, formatPlace(step), step.status, step.exitCode === null ? '–' : String(step.exitCode), formatDuration(step.duration)]),
    ),
  ];
}

function table(title: string, columns: Parameters<typeof markdownTable>[0], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`### ${title}`, markdownTable(columns, rows)];
}

function standIns({ standIns: all }: Report): readonly string[] {
  if (all.length === 0) return [];
  return ['## Stand-ins', all.map((standIn) => `- ${markdownCode(standIn.for)} is ${markdownText(standIn.is)}`).join('\n')];
}

function notMeasured({ notMeasured: all }: Report): readonly string[] {
  return all.length === 0 ? [] : ['## Not measured', all.map(({ what, why }) => `- ${markdownText(what)}: ${markdownText(why)}`).join('\n')];
}
