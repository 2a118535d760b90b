/** The publishing Action: puts what a drill has measured where people look: the history's branch, a pull request with the benchmark table, an issue. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as core from '@actions/core';
import { outlineWithTable, updateTable } from './benchmark-in-runbook.ts';
import { JournalError } from './drill/journal-error.ts';
import { journalName, readJournal } from './drill/journal.ts';
import { InputErrors } from './drill/model.ts';
import { findDrillFile } from './drill/plan/find-drill-file.ts';
import { loadOutline } from './drill/plan/outline.ts';
import { judge } from './drill/verdict/index.ts';
import { openRepository, type Repository } from './github/api.ts';
import { proposeBenchmark } from './github/benchmark-pull-request.ts';
import { reportInIssue, reportNoDrill } from './github/failure-issue.ts';
import { addToHistoryBranch } from './github/history-branch.ts';
import { runUrl } from './github/runner.ts';
import { badgeSvg } from './report/badge-svg.ts';
import { reportInput } from './report/formats.ts';
import { historyOf } from './report/history.ts';
import type { Drilled } from './report/markdown.ts';
import { benchmarkTable } from './report/table.ts';
import { rewrittenRunbooks } from './rewritten-runbooks.ts';

interface PublishInputs {
  /** Folder with `journal.ndjson`; absolute. */
  readonly report: string;
  /** Null: the default places are looked at. */
  readonly drillFile: string | null;
  /** Empty: no history is kept. */
  readonly historyBranch: string;
  readonly pullRequest: boolean;
  readonly issue: boolean;
  readonly token: string;
}

function readInputs(): PublishInputs {
  const token = core.getInput('token', { required: true });
  core.setSecret(token);
  return {
    report: resolve(core.getInput('report') || 'drill-report'),
    drillFile: core.getInput('drill-file') || null,
    historyBranch: core.getInput('history-branch'),
    pullRequest: core.getBooleanInput('pull-request'),
    issue: core.getBooleanInput('issue'),
    token,
  };
}

async function main(): Promise<void> {
  const inputs = readInputs();
  const repository = openRepository(process.env, inputs.token);
  const url = runUrl(process.env);
  const journal = join(inputs.report, journalName);
  if (!existsSync(journal)) {
    if (inputs.issue) await publishNoDrill(repository, inputs, url);
    throw new JournalError(`there is no ${journalName} in ${inputs.report}: no drill to publish. See why the drill left none, or correct the input report.`);
  }
  const entries = await readJournal(journal);
  const drilled: Drilled = { entries, report: judge(entries) };
  if (drilled.report.control !== null) {
    core.info(`a ${drilled.report.control} control says nothing about the runbook: nothing is published`);
    return;
  }
  // What cannot be published in one place is published in the others all the same.
  const faults: unknown[] = [];
  const tell = (error: unknown): void => void faults.push(error);
  if (inputs.historyBranch !== '') await publishHistory(repository, inputs, drilled).catch(tell);
  if (inputs.issue) await publishIssue(repository, inputs, drilled, url).catch(tell);
  if (inputs.pullRequest) await publishTable(repository, inputs, drilled, url).catch(tell);
  if (faults.length > 0) throw new AggregateError(faults, faults.map(textOf).join('; '));
}

async function publishHistory(repository: Repository, { historyBranch }: PublishInputs, { report, entries }: Drilled): Promise<void> {
  const all = await addToHistoryBranch(repository, { branch: historyBranch, lines: historyOf(report, entries), badge: (history) => badgeSvg.render(reportInput(entries, history)) });
  core.info(`the history in branch ${historyBranch} has ${all.length} lines`);
}

/** By which an issue knows a drill that cannot be read: the same in every run. */
const issueName = ({ drillFile }: PublishInputs): string => drillFile ?? 'drill.yaml';

async function publishIssue(repository: Repository, inputs: PublishInputs, drilled: Drilled, url: string): Promise<void> {
  const issue = await reportInIssue(repository, drilled, url, issueName(inputs));
  core.info(issue.did === 'nothing' ? 'no issue is needed' : `${issue.did} issue ${issue.number}`);
}

async function publishNoDrill(repository: Repository, inputs: PublishInputs, url: string): Promise<void> {
  const issue = await reportNoDrill(repository, [...(await drillName(inputs)), issueName(inputs)], url);
  if (issue.did !== 'nothing') core.info(`${issue.did} issue ${issue.number}`);
}

/** None where the drill file cannot be read: the drill has said so already. */
async function drillName({ drillFile }: PublishInputs): Promise<readonly string[]> {
  try {
    return [(await loadOutline(drillFile ?? findDrillFile(process.cwd()), process.cwd())).name];
  } catch (error) {
    if (error instanceof InputErrors) return [];
    throw error;
  }
}

async function publishTable(repository: Repository, inputs: PublishInputs, { report }: Drilled, url: string): Promise<void> {
  try {
    await updateTable(await outlineWithTable(inputs.drillFile ?? undefined), inputs.report, undefined);
  } catch (error) {
    if (!(error instanceof InputErrors)) throw error;
    for (const { file, line, message, expected, help } of error.errors) core.warning(`no pull request: ${message}. Expected ${expected}: ${help}`, { file, startLine: line });
    return;
  }
  const body = `Measured in ${url}.\n\n${benchmarkTable(report)}\n`;
  const proposed = await proposeBenchmark(repository, report.drill, process.env['GITHUB_REF_NAME'] ?? '', await rewrittenRunbooks(process.cwd()), body);
  core.info(proposed.did === 'nothing' ? 'the benchmark table is as it was' : `${proposed.did} pull request ${proposed.number}`);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  await main();
} catch (error) {
  core.setFailed(textOf(error));
  process.exitCode = error instanceof JournalError ? 2 : 3;
}
