/** One comment on a pull request for each drill, brought up to date by each run. */
import type { Report } from '../drill/report-model.ts';
import { markdownText } from '../report/escape.ts';
import { formatDuration } from '../report/format.ts';
import type { HistoryLine } from '../report/history.ts';
import { latestOf } from '../report/history.ts';
import { renderWithin } from '../report/job-summary.ts';
import type { Drilled } from '../report/markdown.ts';
import { markdownTable } from '../report/table.ts';
import { type Repository, textLimit } from './api.ts';
import type { DrillRun } from './runner.ts';

const markerOf = (drill: string): string => `<!-- runbook-drill comment:${Buffer.from(drill).toString('base64url')} -->`;

/**
 * @param history of the base branch, oldest first.
 * @param runUrl of the workflow run that drilled.
 */
export function renderComment(drilled: Drilled, history: readonly HistoryLine[], runUrl: string): string {
  const { report } = drilled;
  const table = besideBase(report, history);
  const head = [
    `${markerOf(report.drill)}\n**Restore drill ${markdownText(report.drill)}: ${report.validationStatus}**`,
    // Titles may be of any length.
    Buffer.byteLength(table) <= textLimit / 2 ? table : '_There is no room for the times beside those of the base branch._',
    `Measured in ${runUrl}, by this pull request's own code.`,
  ].map((part) => `${part}\n\n`).join('');
  return `${head}${renderWithin(drilled, textLimit - Buffer.byteLength(head))}`;
}

/** RTA of this change beside the last one of the base branch. */
function besideBase(report: Report, history: readonly HistoryLine[]): string {
  const latest = latestOf(history.filter(({ drill }) => drill === report.drill));
  const rows = report.scenarios.map((scenario) => {
    const before = latest.get(scenario.id);
    return [scenario.title === '' ? scenario.id : scenario.title, scenario.validationStatus, formatDuration(scenario.rto.actual), before === undefined ? 'never drilled' : formatDuration(before.rta), formatDuration(scenario.rto.target)];
  });
  const columns = [['Scenario', 'left'], ['Verdict', 'left'], ['RTA here', 'right'], ['RTA of the base branch', 'right'], ['RTO', 'right']] as const;
  return markdownTable(columns.map(([title, align]) => ({ title, align })), rows);
}

/** Resolves to the comment's address. */
export async function writeComment(repository: Repository, pullRequest: number, drill: string, body: string): Promise<string> {
  const { owner, repo, request } = repository;
  const ours = await findComment(repository, pullRequest, drill);
  if (ours !== null) return change(repository, ours.id, body);
  return (await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, body })).data.html_url;
}

/**
 * What our comment says of an earlier commit is not left standing; where there is none, none is made.
 * @param run the one that has drilled nothing.
 * @returns the address of the comment; null where nothing had to be changed.
 */
export async function writeUntouched(repository: Repository, pullRequest: number, drill: string, run: Pick<DrillRun, 'headSha' | 'url'>): Promise<string | null> {
  const ours = await findComment(repository, pullRequest, drill);
  const body = renderUntouched(drill, run);
  return ours === null || ours.body === body ? null : change(repository, ours.id, body);
}

/** Under the drill's marker, so that a later drill finds it. */
function renderUntouched(drill: string, { headSha, url }: Pick<DrillRun, 'headSha' | 'url'>): string {
  return `${markerOf(drill)}\n**Restore drill ${markdownText(drill)}: no scenario is touched**\n\nAs of commit ${headSha} this pull request changes nothing that a scenario runs or loses, so nothing was drilled. What stood here was about an earlier commit.\n\nFound in ${url}, by this pull request's own code.\n`;
}

interface Comment {
  readonly id: number | bigint;
  readonly body: string;
}

/** The one of this drill: another drill's stays as it is. Anybody may write the marker; what a person has written stays as it is too. */
async function findComment({ owner, repo, request }: Repository, pullRequest: number, drill: string): Promise<Comment | null> {
  const marker = markerOf(drill);
  for (let page = 1; ; page += 1) {
    const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, per_page: 100, page });
    for (const { id, user, body = '' } of data) if (user?.type === 'Bot' && body.startsWith(marker)) return { id, body };
    if (data.length < 100) return null;
  }
}

async function change({ owner, repo, request }: Repository, comment: Comment['id'], body: string): Promise<string> {
  return (await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { owner, repo, comment_id: comment, body })).data.html_url;
}
