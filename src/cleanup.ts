/** The Action's post step: removes all that the main step's run made, also after a cancel. It never fails the job. */
import * as core from '@actions/core';
import type { EnvironmentName } from './ports/host.ts';

const environments: readonly EnvironmentName[] = ['docker', 'lxd', 'incus'];

async function cleanUp(): Promise<void> {
  const run = core.getState('run');
  if (run === '') return;
  const { openEnvironment } = await import('./adapters.ts');
  const environment = openEnvironment(environments.find((name) => name === core.getState('environment')) ?? 'docker');
  const removed = await environment.cleanup({ run });
  for (const name of removed) core.info(`removed ${name}`);
}

try {
  await cleanUp();
} catch (error) {
  core.warning(`the clean-up did not end well: ${error instanceof Error ? error.message : String(error)}`);
}
