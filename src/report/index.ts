/** Journal → every file of a report. A new format is one file and one line here. */
import { judge } from '../drill/verdict/index.ts';
import type { JournalEntry } from '../drill/journal-events.ts';
import type { ReportFormat } from './formats.ts';
import { benchmarkJson } from './benchmark-json.ts';
import { junitXml } from './junit-xml.ts';
import { reportJson } from './report-json.ts';
import { reportMd } from './report-md.ts';

export const formats: readonly ReportFormat[] = [reportJson, reportMd, junitXml, benchmarkJson];

/** File name → content. Throws where the entries are no journal of one drill. */
export function renderReports(entries: readonly JournalEntry[]): ReadonlyMap<string, string> {
  const report = judge(entries);
  return new Map(formats.map(({ file, render }) => [file, render(report, entries)]));
}
