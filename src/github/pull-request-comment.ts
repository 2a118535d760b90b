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
const anyMarker = /^<!-- runbook-drill comment:([\w-]*) -->/;

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
  const marker = markerOf(drill);
  for await (const ours of ourComments(repository, pullRequest)) if (ours.body.startsWith(marker)) return change(repository, ours.id, body);
  return (await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, body })).data.html_url;
}

/**
 * What our comments say of an earlier commit is not left standing; where there is none, none is made.
 * @param run the one that has drilled nothing.
 * @returns the addresses of the comments that were changed.
 */
export async function writeUntouched(repository: Repository, pullRequest: number, run: Pick<DrillRun, 'headSha' | 'url'>): Promise<readonly string[]> {
  const changed: string[] = [];
  for await (const { id, body: before } of ourComments(repository, pullRequest)) {
    const body = renderUntouched(before, run);
    if (body !== before) changed.push(await change(repository, id, body));
  }
  return changed;
}

/** Under the marker of the comment that it replaces, so that a later drill finds it. */
function renderUntouched(before: string, { headSha, url }: Pick<DrillRun, 'headSha' | 'url'>): string {
  const [marker = '', drill = ''] = anyMarker.exec(before) ?? [];
  return `${marker}\n**Restore drill ${markdownText(Buffer.from(drill, 'base64url').toString())}: no scenario is touched**\n\nAs of commit ${headSha} this pull request changes nothing that a scenario runs or loses, so nothing was drilled. What stood here was about an earlier commit.\n\nFound in ${url}, by this pull request's own code.\n`;
}

interface Comment {
  readonly id: number | bigint;
  readonly body: string;
}

/** Anybody may write the marker; what a person has written stays as it is. */
async function* ourComments({ owner, repo, request }: Repository, pullRequest: number): AsyncGenerator<Comment> {
  for (let page = 1; ; page += 1) {
    const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: pullRequest, per_page: 100, page });
    for (const { id, user, body = '' } of data) if (user?.type === 'Bot' && anyMarker.test(body)) yield { id, body };
    if (data.length < 100) return;
  }
}

async function change({ owner, repo, request }: Repository, comment: Comment['id'], body: string): Promise<string> {
  return (await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { owner, repo, comment_id: comment, body })).data.html_url;
}
