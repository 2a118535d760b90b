/** The Action's main step: a drill on a runner, with its findings and its table where people look. */
import * as core from '@actions/core';
import { findDrillFile, type LoadOptions, loadPlan } from './drill/plan/load.ts';
import type { Selection } from './drill/plan/since.ts';
import type { Plan } from './drill/model.ts';
import { InputErrors } from './drill/model.ts';
import { newRunId } from './drill/run-id.ts';
import { terminalLines, terminalText } from './drill/terminal-text.ts';
import { annotations } from './github/annotations.ts';
import { type ActionInputs, readInputs, WrongInput } from './github/inputs.ts';
import { createGroupedLog } from './github/log.ts';
import { refuseForks } from './github/runner.ts';
import { listenForInterrupts } from './interrupts.ts';
import { createLiveOutput } from './live-output.ts';
import { CannotRun } from './ports/host.ts';
import type { DrillOutcome } from './run-drill.ts';

const write = (text: string): void => void process.stdout.write(text);

async function main(): Promise<number> {
  const inputs = readInputs(core.getInput);
  const drillFile = inputs.drillFile ?? findDrillFile(process.cwd());
  const benchmark = inputs.update ? await import('./benchmark-in-runbook.ts') : null;
  const outline = (await benchmark?.outlineWithTable(drillFile)) ?? null;
  const { plan, selection } = await planOf(drillFile, inputs);
  if (selection !== null) await tellSelection(selection);
  if (plan.scenarios.length === 0) return tellAges(plan, inputs);
  refuseForks(process.env, plan.host);
  const outcome = await drill(plan, inputs);
  const { exitCode } = outcome;
  await tell(outcome, plan, inputs);
  // A drill that was interrupted has measured less than the one before it.
  if (benchmark !== null && outline !== null && exitCode < 128) await benchmark.updateTable(outline, inputs.out, inputs.history ?? undefined);
  return exitCode;
}

interface Planned {
  readonly plan: Plan;
  /** Null without a commit to compare with. */
  readonly selection: Selection | null;
}

async function planOf(drillFile: string, { scenarios, since, environment, network, minFidelity }: ActionInputs): Promise<Planned> {
  const options: LoadOptions = {
    drillFile,
    env: process.env,
    scenarios: scenarios ?? undefined,
    environment: environment ?? undefined,
    network: network ?? undefined,
    minFidelity: minFidelity ?? undefined,
  };
  if (since === null) return { plan: await loadPlan(options), selection: null };
  const { loadPlanSince } = await import('./drill/plan/since.ts');
  return loadPlanSince(options, since);
}

/** Which scenarios the change touches and why, in the log and in the summary. */
async function tellSelection(selection: Selection): Promise<void> {
  const [{ selectionText }, { markdownText }] = await Promise.all([import('./drill/plan/listing.ts'), import('./report/escape.ts')]);
  const text = selectionText(selection);
  write(`${terminalLines(text)}\n`);
  await core.summary.addRaw(`${markdownText(text)}\n\n`).write();
}

/** Nothing is drilled: all that can be told is what was last tested long ago. */
async function tellAges(plan: Plan, { history, maxAge }: ActionInputs): Promise<number> {
  core.setOutput('status', '');
  if (history === null) return 0;
  const { agesOf } = await import('./ages.ts');
  for (const warning of await agesOf(plan, history, maxAge)) core.warning(warning);
  return 0;
}

/** Runs the drill; what a cancelled job needs for its clean-up is saved first. */
async function drill(plan: Plan, { out, history, maxAge, maxGrowth, keepOnFailure }: ActionInputs): Promise<DrillOutcome> {
  const run = newRunId();
  core.saveState('run', run);
  core.saveState('environment', plan.host.environment);
  using interrupts = listenForInterrupts((signal) => write(`${signal}: removing what the drill made …\n`));
  const { runAndReport } = await import('./run-drill.ts');
  await using postMortem = keepOnFailure ? await (await import('./post-mortem.ts')).openPostMortem(out) : null;
  const live = createLiveOutput(write);
  const log = createGroupedLog(write);
  const outcome = await runAndReport({
    plan,
    out,
    run,
    keep: false,
    history: history ?? undefined,
    limits: { maxAge, maxGrowth },
    interrupt: interrupts.signal,
    onEntry: (entry) => {
      live.onEntry(entry);
      log(entry);
    },
    onOutput: (...output) => {
      live.onOutput(...output);
      postMortem?.onOutput(...output);
    },
    progress: (message) => write(`${terminalText(message)}\n`),
  });
  if (outcome.exitCode !== 0) await postMortem?.keep(outcome.report).catch((error: unknown) => core.warning(`the bundle for the post-mortem could not be kept: ${terminalText(String(error))}`));
  return outcome;
}

/** Outputs first: whatever fails afterwards, later steps have them. */
async function tell({ report, entries, warnings }: DrillOutcome, plan: Plan, { out }: ActionInputs): Promise<void> {
  const { renderJobSummary } = await import('./report/job-summary.ts');
  core.setOutput('status', report.validationStatus);
  core.setOutput('report', `${out}/report.json`);
  core.setOutput('rta', JSON.stringify(Object.fromEntries(report.scenarios.map((scenario) => [scenario.id, scenario.rto.actual]))));
  for (const annotation of annotations(report, plan.repository.folder)) write(`${annotation}\n`);
  for (const warning of warnings) core.warning(terminalText(warning));
  await core.summary.addRaw(renderJobSummary({ report, entries })).write();
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
