/** The benchmark table: the same columns in the terminal, the job summary, report.md and the runbook. */
import type { Report, ScenarioReport } from '../drill/report-model.ts';
import { markdownText } from './escape.ts';
import { formatData, formatDay, formatDuration, formatGap, formatObjective, formatShare } from './format.ts';

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Plain text, not escaped. */
  readonly cell: (scenario: ScenarioReport) => string;
}

export const tableColumns: readonly Column[] = [
  { title: 'Scenario', align: 'left', cell: ({ title, id }) => (title === '' ? id : title) },
  { title: 'RTO', align: 'right', cell: ({ rto }) => formatDuration(rto.target) },
  { title: 'RTA', align: 'right', cell: ({ rto }) => formatDuration(rto.actual) },
  { title: 'Gap', align: 'right', cell: formatGap },
  { title: 'RPO', align: 'right', cell: ({ rpo }) => formatObjective(rpo.target) },
  { title: 'RPA', align: 'right', cell: ({ rpo }) => formatDuration(rpo.actual) },
  { title: 'Data', align: 'right', cell: formatData },
  { title: 'As written', align: 'right', cell: ({ fidelity }) => formatShare(fidelity) },
  { title: 'Verdict', align: 'left', cell: ({ validationStatus }) => validationStatus },
  { title: 'Last tested', align: 'left', cell: ({ ended }) => formatDay(ended) },
];

/** One row a scenario, one plain text a column. */
export const tableRows = ({ scenarios }: Pick<Report, 'scenarios'>): readonly (readonly string[])[] => scenarios.map((scenario) => tableColumns.map(({ cell }) => cell(scenario)));

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table of GitHub's Markdown; cells are plain text. */
export function markdownTable(columns: readonly Pick<Column, 'title' | 'align'>[], rows: readonly (readonly string[])[]): string {
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => line(cells.map((cell) => markdownText(cell)))),
  ].join('\n');
}

/** The benchmark table, with no line end at its end. */
export const benchmarkTable = (report: Pick<Report, 'scenarios'>): string => markdownTable(tableColumns, tableRows(report));
