/** The commenting Action: runs after the drill of a pull request, with a token of its own, on an artifact that it believes in nothing. */
import * as core from '@actions/core';
import { terminalText } from './drill/terminal-text.ts';
import { openRepository } from './github/api.ts';
import { readCommentArtifact } from './github/comment-artifact.ts';
import { readHistoryBranch } from './github/history-branch.ts';
import { renderComment, writeComment, writeUntouched } from './github/pull-request-comment.ts';
import { Refused } from './github/refused.ts';
import { readWorkflowRun } from './github/runner.ts';

async function main(): Promise<void> {
  const token = core.getInput('token', { required: true });
  core.setSecret(token);
  const run = await readWorkflowRun(process.env);
  const repository = openRepository(process.env, token);
  const handedOver = await readCommentArtifact(repository, run);
  if (handedOver.is === 'nothing') {
    core.info(`there is nothing to say: ${terminalText(handedOver.why)}`);
    return;
  }
  if (handedOver.is === 'untouched') {
    const address = await writeUntouched(repository, handedOver.number, handedOver.drill, run);
    core.info(`the change selects no scenario of ${handedOver.drill}; ${address === null ? 'no comment says otherwise' : `said so at ${address}`}`);
    return;
  }
  const historyBranch = core.getInput('history-branch');
  const history = historyBranch === '' ? [] : await readHistoryBranch(repository, historyBranch);
  const address = await writeComment(repository, handedOver.number, handedOver.report.drill, renderComment(handedOver, history, run.url));
  core.info(`commented at ${address}`);
}

try {
  await main();
} catch (error) {
  const why = terminalText(error instanceof Error ? error.message : String(error));
  core.setFailed(error instanceof Refused ? `refused: ${why}` : why);
  process.exitCode = error instanceof Refused ? 2 : 3;
}
