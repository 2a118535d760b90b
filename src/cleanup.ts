/** The Action's post step: removes all that the main step's run made, also after a cancel. It never fails the job. */
import * as core from '@actions/core';
import { environmentNames } from './ports/host.ts';

async function cleanUp(): Promise<void> {
  const run = core.getState('run');
  if (run === '') return;
  const { openEnvironment } = await import('./adapters.ts');
  const environment = openEnvironment(environmentNames.find((name) => name === core.getState('environment')) ?? 'docker');
  const removed = await environment.cleanup({ run });
  for (const name of removed) core.info(`removed ${name}`);
}

try {
  await cleanUp();
} catch (error) {
  core.warning(`the clean-up did not end well: ${error instanceof Error ? error.message : String(error)}`);
}
