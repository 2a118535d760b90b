/** What a person sees at the end of a run: the benchmark table, and all that is wrong. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Finding } from '../drill/model.ts';
import type { Report, ScenarioReport, ValidationStatus } from '../drill/report-model.ts';
import { terminalText } from './escape.ts';
import { formatPlace, worstFirst } from './format.ts';
import { tableColumns, tableRows } from './table.ts';

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

type Colours = ReturnType<typeof pc.createColors>;

export function renderTerminal(report: Report, { width, colour }: TerminalOptions): string {
  const colours = pc.createColors(colour);
  const parts = [
    table(report, width, colours),
    ...report.scenarios.flatMap((scenario) => (needsWords(scenario) ? [scenarioText(scenario, width, colours)] : [])),
    list('Stand-ins', report.standIns.map((standIn) => `${standIn.for} is ${standIn.is}`), width, colours),
    list('Not measured', report.notMeasured.map(({ what, why }) => `${what}: ${why}`), width, colours),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const needsWords = ({ validationStatus, findings }: ScenarioReport): boolean => validationStatus !== 'SUCCESSFUL' || findings.length > 0;

function statusColour(status: ValidationStatus, colours: Colours): (text: string) => string {
  if (status === 'SUCCESSFUL') return colours.green;
  return status === 'NOT_MEASURED' ? colours.yellow : colours.red;
}

/** As a table; below the width that it needs, one paragraph a scenario. */
function table(report: Report, width: number, colours: Colours): string {
  const titles = tableColumns.map(({ title }) => title);
  const rows = tableRows(report).map((cells) => cells.map(terminalText));
  const grid = new Table({ head: titles.map((title) => colours.bold(title)), colAligns: tableColumns.map(({ align }) => align), style: { head: [], border: [] } });
  grid.push(...rows.map((cells, row) => cells.map((cell, column) => coloured(cell, column, report.scenarios[row], colours))));
  const text = grid.toString();
  const [first = ''] = text.split('\n');
  if (first.length <= width) return text;
  const label = Math.max(...titles.map(({ length }) => length));
  return rows
    .map((cells, row) => cells.map((cell, column) => `${(titles[column] ?? '').padEnd(label)}  ${coloured(cell, column, report.scenarios[row], colours)}`).join('\n'))
    .join('\n\n');
}

function coloured(cell: string, column: number, scenario: ScenarioReport | undefined, colours: Colours): string {
  const isVerdict = tableColumns[column]?.title === 'Verdict';
  return isVerdict && scenario !== undefined ? statusColour(scenario.validationStatus, colours)(cell) : cell;
}

function scenarioText(scenario: ScenarioReport, width: number, colours: Colours): string {
  const status = statusColour(scenario.validationStatus, colours)(scenario.validationStatus);
  const liar = scenario.liar === null ? '' : ` The ${scenario.liar} lied.`;
  return [
    `${colours.bold(terminalText(scenario.id))} ${status}`,
    ...wrapped(`${scenario.validationStatusMessage}${liar}`, 2, width),
    ...worstFirst(scenario.findings).flatMap((finding) => findingText(finding, width, colours)),
  ].join('\n');
}

function findingText(finding: Finding, width: number, colours: Colours): readonly string[] {
  const mark = finding.severity === 'error' ? colours.red('error') : colours.yellow('warning');
  const field = (name: string, text: string): readonly string[] => {
    const [first = '', ...rest] = wrapped(text, 16, width);
    return [`      ${colours.dim(name.padEnd(10))}${first.trimStart()}`, ...rest];
  };
  return [
    `  ${mark} ${colours.cyan(terminalText(formatPlace(finding)))} ${colours.bold(finding.rule)}`,
    ...wrapped(finding.message, 6, width),
    ...field('expected', finding.expected),
    ...field('actual', finding.actual),
    ...field('help', finding.help),
  ];
}

function list(title: string, items: readonly string[], width: number, colours: Colours): string {
  if (items.length === 0) return '';
  const bullet = (item: string): string => {
    const [first = '', ...rest] = wrapped(item, 4, width);
    return [`  - ${first.trimStart()}`, ...rest].join('\n');
  };
  return [colours.bold(title), ...items.map(bullet)].join('\n');
}

/** Lines of at most `width` columns, each indented; a word longer than that stays whole, so that it can be copied. */
export function wrapped(text: string, indent: number, width: number): readonly string[] {
  const room = Math.max(20, width - indent);
  return text.trim().split(/\r?\n/).flatMap((line) => wrapLine(terminalText(line), room)).map((line) => `${' '.repeat(indent)}${line}`);
}

function wrapLine(line: string, room: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > room) {
      lines.push(current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
