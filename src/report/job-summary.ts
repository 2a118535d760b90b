/** report.md where there is a limit, as in the summary of a job or a comment: detail is dropped first. */
import { type Detail, type Drilled, allDetail, renderMarkdown } from './markdown.ts';

/** GitHub takes 1 MiB of summary from one step, and nothing of one that is longer. */
export const jobSummaryLimit = 1024 * 1024;

const lessAndLess: readonly Detail[] = [
  allDetail,
  { ...allDetail, tables: false },
  { ...allDetail, tables: false, findings: 50, text: 500 },
  { ...allDetail, tables: false, evidence: false, findings: 20, text: 200 },
  { ...allDetail, tables: false, evidence: false, findings: 0 },
  { ...allDetail, tables: false, evidence: false, findings: 0, scenarios: false },
];

const dropped = '\n_Detail was left out to fit in here: report.md has all of it._\n';

export const renderJobSummary = (drilled: Drilled): string => renderWithin(drilled, jobSummaryLimit);

/** @param limit bytes of UTF-8. */
export function renderWithin(drilled: Drilled, limit: number): string {
  for (const [index, detail] of lessAndLess.entries()) {
    const text = `${renderMarkdown(drilled, detail)}${index === 0 ? '' : dropped}`;
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return cut(renderMarkdown(drilled, { ...allDetail, scenarios: false }), limit);
}

/** Whole lines only: half a row of a table is worse than none. */
function cut(text: string, limit: number): string {
  let room = limit - Buffer.byteLength(dropped);
  const kept: string[] = [];
  for (const line of text.split('\n')) {
    room -= Buffer.byteLength(line) + 1;
    if (room < 0) break;
    kept.push(`${line}\n`);
  }
  return Buffer.byteLength(dropped) > limit ? '' : `${kept.join('')}${dropped}`;
}
