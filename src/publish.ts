/** The publishing Action: puts what a drill has measured where people look: the history's branch, a pull request with the benchmark table, an issue. */
import { resolve } from 'node:path';
import * as core from '@actions/core';
import { JournalError } from './drill/journal-error.ts';
import { journalName, readJournal } from './drill/journal.ts';
import { judge } from './drill/verdict/index.ts';
import { openRepository } from './github/api.ts';
import { proposeBenchmark } from './github/benchmark-pull-request.ts';
import { reportInIssue } from './github/failure-issue.ts';
import { addToHistoryBranch } from './github/history-branch.ts';
import { runUrl } from './github/runner.ts';
import { historyOf } from './report/history.ts';
import { benchmarkTable } from './report/table.ts';
import { rewrittenRunbooks } from './rewritten-runbooks.ts';

interface PublishInputs {
  /** Folder with `journal.ndjson`. */
  readonly report: string;
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
    report: core.getInput('report') || 'drill-report',
    historyBranch: core.getInput('history-branch'),
    pullRequest: core.getBooleanInput('pull-request'),
    issue: core.getBooleanInput('issue'),
    token,
  };
}

async function main(): Promise<void> {
  const inputs = readInputs();
  const entries = await readJournal(resolve(inputs.report, journalName));
  const report = judge(entries);
  if (report.control !== null) {
    core.info(`a ${report.control} control says nothing about the runbook: nothing is published`);
    return;
  }
  const repository = openRepository(process.env, inputs.token);
  const url = runUrl(process.env);
  if (inputs.historyBranch !== '') {
    const all = await addToHistoryBranch(repository, inputs.historyBranch, historyOf(report, entries));
    core.info(`the history in branch ${inputs.historyBranch} has ${all.length} lines`);
  }
  if (inputs.issue) {
    const issue = await reportInIssue(repository, { report, entries }, url);
    core.info(issue.did === 'nothing' ? 'no issue is needed' : `${issue.did} issue ${issue.number}`);
  }
  if (inputs.pullRequest) {
    const body = `Measured in ${url}.\n\n${benchmarkTable(report)}\n`;
    const proposed = await proposeBenchmark(repository, process.env['GITHUB_REF_NAME'] ?? '', await rewrittenRunbooks(process.cwd()), body);
    core.info(proposed.did === 'nothing' ? 'the benchmark table is as it was' : `${proposed.did} pull request ${proposed.number}`);
  }
}

try {
  await main();
} catch (error) {
  core.setFailed(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof JournalError ? 2 : 3;
}
