/** The benchmark table of a runbook: of every scenario of the drill file what is known last. */
import type { ScenarioOutline } from '../drill/model.ts';
import { markdownText } from './escape.ts';
import { type HistoryLine, latestOf } from './history.ts';
import { type BenchmarkRow, cellsOf, tableColumns, tableHead, tableLine } from './table.ts';

/**
 * Lines of the table, of GitHub's Markdown.
 * @param history of this drill file, oldest first.
 * @param existing rows of the table that is there, as cells: one that is newer than the history, or about what the history does not know, stays.
 */
export function runbookTable(declared: readonly ScenarioOutline[], history: readonly HistoryLine[], existing: readonly (readonly string[])[]): readonly string[] {
  const latest = latestOf(history);
  const rows = declared.map((scenario) => {
    const cells = cellsOf({ ...(latest.get(scenario.id) ?? neverDrilled(scenario)), title: scenario.title }).map(markdownText);
    const there = existing.find((row) => row.length === cells.length && row[0] === cells[0]);
    return there !== undefined && lastTested(there) > lastTested(cells) ? there : cells;
  });
  return [...tableHead(tableColumns), ...rows.map(tableLine)];
}

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
