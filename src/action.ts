/** The Action's main step: inputs become one typed request at this door, and nothing deeper reads `INPUT_*`. */
import { resolve } from 'node:path';
import * as core from '@actions/core';
import { annotations } from './github/annotations.ts';
import { refuseForks } from './github/runner.ts';
import { findDrillFile, loadPlan } from './drill/plan/load.ts';
import { listenForInterrupts } from './interrupts.ts';
import { createLiveOutput } from './live-output.ts';
import { InputErrors } from './drill/model.ts';
import { createProgress } from './drill/progress.ts';
import type { Report } from './drill/report-model.ts';
import { newRunId } from './drill/run-id.ts';
import { CannotRun } from './ports/host.ts';
import { renderJobSummary } from './report/job-summary.ts';
import { terminalText } from './drill/terminal-text.ts';

interface ActionInputs {
  readonly drillFile: string;
  readonly scenarios: readonly string[];
  readonly environment: string;
  readonly network: string;
  readonly out: string;
  readonly minFidelity: string;
}

/** Inputs that are declared and not there yet, with the value that asks for nothing. */
const notYet: Readonly<Record<string, string>> = { update: 'false', 'keep-on-failure': 'false', 'max-age': '100d', 'max-growth': '0.2' };

/** A wrong input has no file: the workflow that gave it is named by its variable. */
class WrongInput extends Error {
  override readonly name = 'WrongInput';
}

function readInputs(): ActionInputs {
  for (const [name, unused] of Object.entries(notYet)) {
    const value = core.getInput(name);
    if (value !== '' && value !== unused) throw new WrongInput(`not yet: input ${name} (got ${value}); leave it out`);
  }
  const network = core.getInput('network');
  if (!['', 'isolated', 'open'].includes(network)) throw new WrongInput(`input network: expected isolated or open, got ${network}`);
  const minFidelity = core.getInput('min-fidelity');
  if (minFidelity !== '' && !(Number(minFidelity) >= 0 && Number(minFidelity) <= 1)) throw new WrongInput(`input min-fidelity: expected 0 to 1, got ${minFidelity}`);
  return {
    drillFile: core.getInput('drill-file'),
    scenarios: core.getInput('scenario').split(',').map((id) => id.trim()).filter((id) => id !== ''),
    environment: core.getInput('environment'),
    network,
    out: core.getInput('out') || 'drill-report',
    minFidelity,
  };
}

const write = (text: string): void => void process.stdout.write(text);

async function main(): Promise<number> {
  const inputs = readInputs();
  refuseForks(process.env);
  const plan = await loadPlan({
    drillFile: inputs.drillFile || (await findDrillFile(process.cwd())),
    env: process.env,
    ...(inputs.scenarios.length === 0 ? {} : { scenarios: inputs.scenarios }),
    ...(inputs.environment === '' ? {} : { environment: inputs.environment }),
    ...(inputs.network === 'open' || inputs.network === 'isolated' ? { network: inputs.network } : {}),
    ...(inputs.minFidelity === '' ? {} : { minFidelity: Number(inputs.minFidelity) }),
  });
  const run = newRunId();
  core.saveState('run', run);
  core.saveState('environment', plan.host.environment);
  const out = resolve(inputs.out);
  using interrupts = listenForInterrupts((signal) => write(`${signal}: removing what the drill made …\n`));
  const { runAndReport } = await import('./run-drill.ts');
  const { report, exitCode } = await runAndReport({
    plan,
    out,
    run,
    keep: false,
    interrupt: interrupts.signal,
    onEntry: createProgress({ write, colour: false, tty: false }),
    onOutput: createLiveOutput(write),
    progress: (message) => write(`${terminalText(message)}\n`),
  });
  setOutputs(report, out);
  for (const annotation of annotations(report, plan.repository.folder)) write(`${annotation}\n`);
  await core.summary.addRaw(renderJobSummary(report)).write();
  return exitCode;
}

function setOutputs(report: Report, out: string): void {
  core.setOutput('status', report.validationStatus);
  core.setOutput('report', resolve(out, 'report.json'));
  core.setOutput('rta', JSON.stringify(Object.fromEntries(report.scenarios.map((scenario) => [scenario.id, scenario.rto.actual]))));
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof InputErrors) {
    for (const each of error.errors) {
      core.error(`${each.message} Expected ${each.expected}; got ${each.got}. ${each.help}`, { file: each.file, startLine: each.line, startColumn: each.column });
    }
    process.exitCode = 2;
  } else if (error instanceof WrongInput) {
    core.error(error.message);
    process.exitCode = 2;
  } else {
    core.error(error instanceof Error ? error.message : String(error));
    // Not thrown on: Node would end with 1, which says that a scenario failed.
    if (!(error instanceof CannotRun) && error instanceof Error) write(`${terminalText(error.stack ?? '')}\n`);
    process.exitCode = 3;
  }
}
