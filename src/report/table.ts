/** The benchmark table: the same columns in the terminal, the job summary, report.md and the runbook. */
import type { Report, ScenarioReport, ValidationStatus } from '../drill/report-model.ts';
import { markdownText } from './escape.ts';
import { formatData, formatDay, formatDuration, formatGap, formatObjective, formatShare, notMeasured } from './format.ts';

/** One scenario as the table shows it: what is kept of a drill for later tables too. Seconds; null for what was not measured. */
export interface BenchmarkRow {
  readonly id: string;
  readonly title: string;
  readonly rto: number | null;
  readonly rta: number | null;
  readonly manual: number;
  readonly rpo: number | 'last-backup' | null;
  readonly rpa: number | null;
  /** How many places came back, such as `4 of 4`. */
  readonly data: string;
  readonly fidelity: number | null;
  /** Null when it has never been drilled. */
  readonly verdict: ValidationStatus | null;
  readonly ended: string | null;
}

export function rowOf(scenario: ScenarioReport): BenchmarkRow {
  const { id, title, rto, rpo, clock, fidelity, validationStatus, ended } = scenario;
  return { id, title, rto: rto.target, rta: rto.actual, manual: clock.manual, rpo: rpo.target, rpa: rpo.actual, data: formatData(scenario), fidelity, verdict: validationStatus, ended };
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Plain text, not escaped. */
  readonly cell: (row: BenchmarkRow) => string;
}

export const tableColumns: readonly Column[] = [
  { title: 'Scenario', align: 'left', cell: ({ title, id }) => (title === '' ? id : title) },
  { title: 'RTO', align: 'right', cell: ({ rto }) => formatDuration(rto) },
  { title: 'RTA', align: 'right', cell: ({ rta }) => formatDuration(rta) },
  { title: 'Gap', align: 'right', cell: formatGap },
  { title: 'RPO', align: 'right', cell: ({ rpo }) => formatObjective(rpo) },
  { title: 'RPA', align: 'right', cell: ({ rpa }) => formatDuration(rpa) },
  { title: 'Data', align: 'right', cell: ({ data }) => data },
  { title: 'As written', align: 'right', cell: ({ fidelity }) => formatShare(fidelity) },
  { title: 'Verdict', align: 'left', cell: ({ verdict }) => verdict ?? notMeasured },
  { title: 'Last tested', align: 'left', cell: ({ ended }) => formatDay(ended) },
];

/** One row a scenario, one plain text a column. */
export const tableRows = ({ scenarios }: Pick<Report, 'scenarios'>): readonly (readonly string[])[] => scenarios.map((scenario) => cellsOf(rowOf(scenario)));

export const cellsOf = (row: BenchmarkRow): readonly string[] => tableColumns.map(({ cell }) => cell(row));

/** A line of a table; cells are Markdown. */
export const tableLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The two lines that begin a table of GitHub's Markdown. */
const tableHead = (columns: readonly Pick<Column, 'title' | 'align'>[]): readonly string[] => [
  tableLine(columns.map(({ title }) => title)),
  tableLine(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
];

/** A table of GitHub's Markdown; cells are plain text. */
export function markdownTable(columns: readonly Pick<Column, 'title' | 'align'>[], rows: readonly (readonly string[])[]): string {
  return [...tableHead(columns), ...rows.map((cells) => tableLine(cells.map((cell) => markdownText(cell))))].join('\n');
}

/** The benchmark table, with no line end at its end. */
export const benchmarkTable = (report: Pick<Report, 'scenarios'>): string => markdownTable(tableColumns, tableRows(report));
