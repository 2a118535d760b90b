/** One comment on a pull request, brought up to date by each drill of it. */
import type { Report } from '../drill/report-model.ts';
import { markdownText } from '../report/escape.ts';
import { formatDuration } from '../report/format.ts';
import type { HistoryLine } from '../report/history.ts';
import { latestOf } from '../report/history.ts';
import { renderWithin } from '../report/job-summary.ts';
import type { Drilled } from '../report/markdown.ts';
import { markdownTable } from '../report/table.ts';
import { type Repository, textLimit } from './api.ts';

const markerOf = (drill: string): string => `<!-- runbook-drill comment:${Buffer.from(drill).toString('base64url')} -->`;

/**
 * @param history of the base branch, oldest first.
 * @param runUrl of the workflow run that drilled.
 */
export function renderComment(drilled: Drilled, history: readonly HistoryLine[], runUrl: string): string {
  const { report } = drilled;
  const head = `${markerOf(report.drill)}\n${besideBase(report, history)}\n\nMeasured in ${runUrl}, by this pull request's own code.\n\n`;
  return `${head}${renderWithin(drilled, textLimit - head.length)}`;
}

/** RTA of this change beside the last one of the base branch. */
function besideBase(report: Report, history: readonly HistoryLine[]): string {
  const latest = latestOf(history.filter(({ drill }) => drill === report.drill));
  const rows = report.scenarios.map((scenario) => {
    const before = latest.get(scenario.id);
    return [scenario.title === '' ? scenario.id : scenario.title, scenario.validationStatus, formatDuration(scenario.rto.actual), before === undefined ? 'never drilled' : formatDuration(before.rta), formatDuration(scenario.rto.target)];
  });
  const columns = [['Scenario', 'left'], ['Verdict', 'left'], ['RTA here', 'right'], ['RTA of the base branch', 'right'], ['RTO', 'right']] as const;
  return `**Restore drill ${markdownText(report.drill)}: ${report.validationStatus}**\n\n${markdownTable(columns.map(([title, align]) => ({ title, align })), rows)}`;
}

/** Resolves to the comment's address. */
export async function writeComment({ owner, repo, request }: Repository, pullRequest: number, drill: string, body: string): Promise<string> {
  const marker = markerOf(drill);
  for (let page = 1; ; page += 1) {
    const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, per_page: 100, page });
    // Anybody may write the marker; what a person has written stays as it is.
    const ours = data.find((comment) => comment.user?.type === 'Bot' && (comment.body ?? '').startsWith(marker));
    if (ours !== undefined) return (await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { owner, repo, comment_id: ours.id, body })).data.html_url;
    if (data.length < 100) break;
  }
  return (await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, body })).data.html_url;
}
