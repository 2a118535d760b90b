/** Journal → every file of a report. A new format is one file and one line here. */
import { badgeSvg } from './badge-svg.ts';
import { benchmarkJson } from './benchmark-json.ts';
import type { ReportFormat, ReportInput } from './formats.ts';
import { reportHtml } from './html/index.ts';
import { junitXml } from './junit-xml.ts';
import { metricsProm } from './metrics-prom.ts';
import { reportJson } from './report-json.ts';
import { reportMd } from './report-md.ts';

export { historyOf } from './history.ts';
export { type ReportInput, reportInput } from './formats.ts';

export const formats: readonly ReportFormat[] = [reportJson, reportMd, junitXml, benchmarkJson, metricsProm, badgeSvg, reportHtml];

/** File name → content. */
export function renderReports(input: ReportInput): ReadonlyMap<string, string> {
  return new Map(
    formats.flatMap(({ file, render }) => {
      const content = render(input);
      return content === null ? [] : [[file, content]];
    }),
  );
}
