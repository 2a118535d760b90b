/** The commenting Action: runs after the drill of a pull request, with a token of its own, on an artifact that it believes in nothing. */
import * as core from '@actions/core';
import { openRepository } from './github/api.ts';
import { Refused, readCommentArtifact } from './github/comment-artifact.ts';
import { readHistoryBranch } from './github/history-branch.ts';
import { renderComment, writeComment } from './github/pull-request-comment.ts';
import { readWorkflowRun } from './github/runner.ts';

async function main(): Promise<void> {
  const token = core.getInput('token', { required: true });
  core.setSecret(token);
  const run = await readWorkflowRun(process.env);
  const repository = openRepository(process.env, token);
  const drilled = await readCommentArtifact(repository, run);
  if (drilled === null) {
    core.info('the change selected no scenario: there is nothing to say');
    return;
  }
  const historyBranch = core.getInput('history-branch');
  const history = historyBranch === '' ? [] : await readHistoryBranch(repository, historyBranch);
  const address = await writeComment(repository, drilled.number, drilled.report.drill, renderComment(drilled, history, run.url));
  core.info(`commented at ${address}`);
}

try {
  await main();
} catch (error) {
  core.setFailed(error instanceof Refused ? `refused: ${error.message}` : error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Refused ? 2 : 3;
}
