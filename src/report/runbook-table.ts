/** The benchmark table of a runbook: of every scenario of the drill file what is known last. */
import type { ScenarioOutline } from '../drill/model.ts';
import { markdownText } from './escape.ts';
import { type HistoryLine, latestOf } from './history.ts';
import { type BenchmarkRow, tableColumns, tableLine } from './table.ts';

/** One of `tableColumns` under the title, and with the rule below it, that the runbook gives it. */
interface RunbookColumn {
  readonly of: (typeof tableColumns)[number];
  readonly title: string;
  readonly rule: string;
}

export interface RunbookTable {
  /** Of GitHub's Markdown. */
  readonly lines: readonly string[];
  /** Scenarios whose row was left as it stood, newer than the history: nothing here tells whether a drill wrote it. */
  readonly left: readonly string[];
}

/**
 * The table as it should stand.
 * @param history of this drill file, oldest first.
 * @param existing rows of the table that is there, as cells: one that is newer than the history, or about what the history does not know, stays.
 * Its columns stay too, where all of them are known; without a verdict beside them nobody could tell what the others are worth.
 * @param today as `2026-11-25`, UTC: a row of a later day was written by no drill.
 */
export function runbookTable(declared: readonly ScenarioOutline[], history: readonly HistoryLine[], existing: readonly (readonly string[])[], today: string): RunbookTable {
  const latest = latestOf(history);
  const names = declared.map(nameOf);
  const columns = columnsOf(existing);
  const scenarioAt = columns.findIndex(({ of }) => of.title === 'Scenario');
  const testedAt = columns.findIndex(({ of }) => of.title === 'Last tested');
  const lastTested = (cells: readonly string[]): string => dayIn(cells[testedAt] ?? '');
  const rows = declared.map((scenario) => {
    const row = { ...(latest.get(scenario.id) ?? neverDrilled(scenario)), title: scenario.title };
    const cells = columns.map(({ of }) => markdownText(of.cell(row)));
    // A row says no more of its scenario than this: with two of one name it is nobody's.
    const isOnly = names.filter((name) => name === nameOf(scenario)).length === 1;
    const there = existing.find((candidate) => isOnly && candidate.length === cells.length && candidate[scenarioAt] === cells[scenarioAt]);
    const isLeft = there !== undefined && lastTested(there) > lastTested(cells) && lastTested(there) <= today;
    return { name: nameOf(scenario), cells: isLeft ? there : cells, isLeft };
  });
  return {
    lines: [tableLine(columns.map(({ title }) => title)), tableLine(columns.map(({ rule }) => rule)), ...rows.map(({ cells }) => tableLine(cells))],
    left: rows.filter(({ isLeft }) => isLeft).map(({ name }) => name),
  };
}

/** What runbooks call our columns, in small letters; besides our own titles. */
const otherTitles: Readonly<Record<string, string>> = {
  'target rto': 'RTO',
  'rto target': 'RTO',
  'actual time': 'RTA',
  'recovery time': 'RTA',
  'target rpo': 'RPO',
  'rpo target': 'RPO',
  'actual rpo': 'RPA',
  result: 'Verdict',
};

/** Columns that a table of its own columns is given, where it has them not. */
const always: readonly string[] = ['Last tested', 'Data', 'RPO', 'Verdict'];

const ours = (of: (typeof tableColumns)[number]): RunbookColumn => ({ of, title: of.title, rule: of.align === 'right' ? '---:' : '---' });

/** The columns of the table that is there, if all of them are ours by whatever title; else ours. */
function columnsOf([titles = [], rules = []]: readonly (readonly string[])[]): readonly RunbookColumn[] {
  const known = titles.flatMap((title, at): readonly RunbookColumn[] => {
    const of = columnCalled(title);
    return of === undefined ? [] : [{ of, title, rule: rules[at] ?? '---' }];
  });
  const each = new Set(known.map(({ of }) => of.title));
  const isTable = rules.length === titles.length && rules.every((rule) => /^:?-+:?$/.test(rule));
  if (!isTable || known.length !== titles.length || each.size !== known.length || !each.has('Scenario')) return tableColumns.map(ours);
  return [...known, ...tableColumns.filter(({ title }) => always.includes(title) && !each.has(title)).toSorted((a, b) => always.indexOf(a.title) - always.indexOf(b.title)).map(ours)];
}

function columnCalled(title: string): (typeof tableColumns)[number] | undefined {
  const name = title.toLowerCase();
  const own = otherTitles[name]?.toLowerCase() ?? name;
  return tableColumns.find((column) => column.title.toLowerCase() === own);
}

/** As the table calls it. */
const nameOf = ({ id, title }: ScenarioOutline): string => (title === '' ? id : title);

/** A day sorts as text; what has none is older than all that has. */
const dayIn = (cell: string): string => /^\d{4}-\d\d-\d\d$/.exec(cell)?.[0] ?? '';

const neverDrilled = ({ id, title, rtoSeconds, rpo }: ScenarioOutline): BenchmarkRow => ({
  id,
  title,
  rto: rtoSeconds,
  rta: null,
  manual: 0,
  rpo,
  rpa: null,
  data: '–',
  fidelity: null,
  verdict: null,
  ended: null,
});
