/** What every report format is, and what it is made of. */
import type { JournalEntry } from '../drill/journal-events.ts';
import type { ScenarioOutline } from '../drill/model.ts';
import type { Report } from '../drill/report-model.ts';
import { judge } from '../drill/verdict/index.ts';
import { type HistoryLine, historyOf, historyText, joinHistories } from './history.ts';
import { type LastTested, type Limits, ageWarnings, defaultLimits, growthWarnings, lastTested } from './over-time.ts';

export interface ReportInput {
  readonly report: Report;
  /** The journal, for what only it has. */
  readonly entries: readonly JournalEntry[];
  /** Of this drill file, oldest first, this drill included. */
  readonly history: readonly HistoryLine[];
  /** All scenarios of the drill file. */
  readonly declared: readonly ScenarioOutline[];
  readonly tested: readonly LastTested[];
  /** What only several drills tell. */
  readonly warnings: readonly string[];
}

export interface ReportFormat {
  /** Name of its file in the folder of `--out`. */
  readonly file: string;
  /** Pure. Null where there is nothing to say, and a file that is there stays as it is. */
  readonly render: (input: ReportInput) => string | null;
}

/** @param history of any drills, in any order. */
export function reportInput(entries: readonly JournalEntry[], history: readonly HistoryLine[] = [], limits: Limits = defaultLimits): ReportInput {
  const report = judge(entries);
  const started = entries.find((entry) => entry.event === 'drill-started');
  const drilled = historyOf(report, entries);
  const own = new Set(drilled.map(historyText));
  // A report that is written again finds its own drill in the history.
  const before = history.filter((line) => line.drill === report.drill && !own.has(historyText(line)));
  const all = joinHistories(before, drilled);
  const declared = started?.declared ?? report.scenarios.map(({ id, title, rto, rpo }) => ({ id, title, rtoSeconds: rto.target, rpo: rpo.target }));
  const tested = lastTested(declared, all, report.ended, limits);
  // Without a history nobody knows when the other scenarios were tested.
  const known = before.length === 0 ? tested.filter(({ at }) => at !== null) : tested;
  const warnings = report.control === null ? [...growthWarnings(drilled, all, limits), ...ageWarnings(known, report.ended, limits)] : [];
  return { report, entries, history: all, declared, tested: known, warnings };
}
