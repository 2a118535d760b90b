/** One issue for one drill: opened or brought up to date while it does not pass, closed when all of its scenarios do. */
import { renderWithin } from '../report/job-summary.ts';
import type { Drilled } from '../report/markdown.ts';
import { type Repository, textLimit } from './api.ts';

const label = 'restore-drill';

export type IssueOutcome = { readonly did: 'opened' | 'updated' | 'closed'; readonly number: number } | { readonly did: 'nothing' };

/** Which drill an issue is about: the label says that it is ours, this which of ours. */
const markerOf = (drill: string): string => `<!-- runbook-drill:${Buffer.from(drill).toString('base64url')} -->`;

/**
 * @param runUrl of the workflow run that drilled.
 * @param drillFile its path, by which a drill is known that could not even be read.
 */
export async function reportInIssue(repository: Repository, drilled: Drilled, runUrl: string, drillFile: string): Promise<IssueOutcome> {
  const { report } = drilled;
  const { owner, repo, request } = repository;
  const open = await findOpen(repository, [report.drill, drillFile]);
  if (report.validationStatus === 'SUCCESSFUL') {
    if (open === null || !isWhole(drilled)) return { did: 'nothing' };
    await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: open, body: `All scenarios were SUCCESSFUL in ${runUrl}.` });
    await request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { owner, repo, issue_number: open, state: 'closed', state_reason: 'completed' });
    return { did: 'closed', number: open };
  }
  const content = { title: `Restore drill ${report.drill}: ${report.validationStatus}`.slice(0, 250), body: bodyOf(drilled, runUrl) };
  if (open !== null) {
    await request('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { owner, repo, issue_number: open, ...content });
    return { did: 'updated', number: open };
  }
  const made = await request('POST /repos/{owner}/{repo}/issues', { owner, repo, ...content, labels: [label] });
  return { did: 'opened', number: made.data.number };
}

/**
 * Of a workflow run that left no journal: nothing is known, and what an open issue says of an earlier drill still stands.
 * @param names of the drill: the first is the one that people know.
 */
export async function reportNoDrill(repository: Repository, names: readonly string[], runUrl: string): Promise<IssueOutcome> {
  const { owner, repo, request } = repository;
  const open = await findOpen(repository, names);
  const what = `The workflow run ${runUrl} left no journal: the drill did not begin, or its machine was lost. It is not known whether the data would come back.`;
  if (open !== null) {
    await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { owner, repo, issue_number: open, body: what });
    return { did: 'updated', number: open };
  }
  const [name = ''] = names;
  const made = await request('POST /repos/{owner}/{repo}/issues', { owner, repo, title: `Restore drill ${name}: did not run`.slice(0, 250), body: `${markerOf(name)}\n${what} ${whatBecomesOfIt}\n`, labels: [label] });
  return { did: 'opened', number: made.data.number };
}

const whatBecomesOfIt = 'This issue is brought up to date by each further drill, and closed by one of all scenarios that passes.';

/** Every scenario of the drill file was drilled: of one that was not, a pass of the others says nothing. */
function isWhole({ report, entries }: Drilled): boolean {
  const drilled = new Set(report.scenarios.map(({ id }) => id));
  return entries.every((entry) => entry.event !== 'drill-started' || (entry.declared ?? []).every(({ id }) => drilled.has(id)));
}

function bodyOf(drilled: Drilled, runUrl: string): string {
  const head = `${markerOf(drilled.report.drill)}\nThe drill in ${runUrl} did not prove that the data comes back. ${whatBecomesOfIt}\n\n`;
  return `${head}${renderWithin(drilled, textLimit - head.length)}`;
}

/** Only somebody who may sort issues can set a label: an issue of a stranger is never taken for ours. */
async function findOpen({ owner, repo, request }: Repository, names: readonly string[]): Promise<number | null> {
  const { data } = await request('GET /repos/{owner}/{repo}/issues', { owner, repo, state: 'open', labels: label, sort: 'created', direction: 'asc', per_page: 100 });
  return data.find((issue) => issue.pull_request === undefined && names.some((name) => (issue.body ?? '').startsWith(markerOf(name))))?.number ?? null;
}
