/** The benchmark table of a runbook: of every scenario of the drill file what is known last. */
import type { ScenarioOutline } from '../drill/model.ts';
import { markdownText } from './escape.ts';
import { type HistoryLine, latestOf } from './history.ts';
import { type BenchmarkRow, cellsOf, tableColumns, tableHead, tableLine } from './table.ts';

/**
 * Lines of the table, of GitHub's Markdown.
 * @param history of this drill file, oldest first.
 * @param existing rows of the table that is there, as cells: one that is newer than the history, or about what the history does not know, stays.
 * @param today as `2026-11-25`, UTC: a row of a later day was written by no drill.
 */
export function runbookTable(declared: readonly ScenarioOutline[], history: readonly HistoryLine[], existing: readonly (readonly string[])[], today: string): readonly string[] {
  const latest = latestOf(history);
  const names = declared.map(nameOf);
  const rows = declared.map((scenario) => {
    const cells = cellsOf({ ...(latest.get(scenario.id) ?? neverDrilled(scenario)), title: scenario.title }).map(markdownText);
    // A row says no more of its scenario than this: with two of one name it is nobody's.
    const isOnly = names.filter((name) => name === nameOf(scenario)).length === 1;
    const there = existing.find((row) => isOnly && row.length === cells.length && row[0] === cells[0]);
    return there !== undefined && lastTested(there) > lastTested(cells) && lastTested(there) <= today ? there : cells;
  });
  return [...tableHead(tableColumns), ...rows.map(tableLine)];
}

/** As the table calls it. */
const nameOf = ({ id, title }: ScenarioOutline): string => (title === '' ? id : title);

/** A day sorts as text; what has none is older than all that has. */
const lastTested = (cells: readonly string[]): string => /^\d{4}-\d\d-\d\d$/.exec(cells.at(-1) ?? '')?.[0] ?? '';

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
