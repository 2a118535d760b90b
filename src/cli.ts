#!/usr/bin/env node
/** The command line: parses what a person typed and prints results. Everything else is behind it. */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Control, Plan } from './drill/model.ts';
import { explain } from './cli-errors.ts';
import { check, oneOf, scenarios, update, withAges, withHistory, withPlan, withScenarios } from './cli-options.ts';
import type { HistoryFlags, MergeFlags, TableFlags } from './cli-publish.ts';
import type { LoadOptions } from './drill/plan/load.ts';
import type { Selection } from './drill/plan/since.ts';
import { terminalLines } from './drill/terminal-text.ts';
import { environmentNames } from './ports/host.ts';
import { version } from './version.ts';

interface RunFlags extends HistoryFlags {
  readonly scenario?: readonly string[];
  readonly out: string;
  readonly environment?: string;
  readonly network?: string;
  readonly since?: string;
  readonly control?: Control;
  readonly keep: boolean;
  readonly update: boolean;
  readonly check: boolean;
  readonly verbose: boolean;
}

interface PlanFlags extends Pick<RunFlags, 'scenario' | 'environment' | 'network' | 'since' | 'history' | 'maxAge'> {
  readonly json: boolean;
  readonly matrix: boolean;
}

function program(): Command {
  const root = new Command('runbook-drill')
    .description('Drills a backup runbook: runs its code blocks on a disposable host, loses the data, restores it, and measures what came back.')
    .version(version)
    .showHelpAfterError()
    .exitOverride()
    .addHelpText('after', '\nExit: 0 all scenarios SUCCESSFUL · 1 any FAILED or TIMED_OUT · 2 the input is wrong · 3 could not run or not measured · 130/143 interrupted');
  addDrilling(root);
  addReading(root);
  addPublishing(root);
  root
    .command('cleanup')
    .description('remove what drills left whose process is dead')
    .option('--run <id>', 'all that one run made')
    .addOption(new Option('--all', 'all that any drill made, also of drills that still run').default(false).conflicts('run'))
    .option('-e, --environment <name>', 'only there: docker, lxd or incus', oneOf(...environmentNames))
    .action(cleanup);
  return root;
}

/** What drills, and what would be drilled. */
function addDrilling(root: Command): void {
  const drill = withPlan(root.command('run'))
    .description('drill the scenarios of a drill file and write the reports')
    .option('-o, --out <folder>', 'where the journal and the reports go', 'drill-report')
    .addOption(update())
    .addOption(check())
    .option('--control <which>', 'drill the drill: positive puts a built-in backup and restore in place of the runbook, negative a backup and no restore', oneOf('positive', 'negative'))
    .option('--keep', 'keep the hosts for a look inside', false)
    .option('-v, --verbose', "show the output of the runbook's commands as it comes", false)
    .action(run);
  withHistory(drill);
  const planned = withPlan(root.command('plan'))
    .description('print what would run; needs no engine')
    .option('--json', 'as JSON', false)
    .option('--matrix', "one line for a workflow's matrix", false)
    .action(plan);
  withAges(planned);
}

/** What a runbook alone tells. */
function addReading(root: Command): void {
  root
    .command('blocks')
    .description('print every block of a runbook with the reference that a drill file uses for it')
    .argument('<file>', 'a Markdown file')
    .option('--json', 'as JSON', false)
    .action(blocks);
  withScenarios(root.command('lint'))
    .description('tell what reading a runbook alone finds; exit 1 when there is an error')
    .action(lint);
  root
    .command('init')
    .description("write a first drill file from a runbook's blocks, and the workflows that drill by themselves")
    .argument('[runbook]', 'a Markdown file; without it no drill file is written')
    .option('-o, --out <file>', 'the drill file to write, and the one that the workflows drill', 'drill.yaml')
    .option('--workflows', 'write .github/workflows/restore-drill-*.yml', false)
    .action(init);
}

/** What is made of drills that are over. */
function addPublishing(root: Command): void {
  const again = root
    .command('report')
    .description('write the reports of a folder again, from its journal')
    .argument('[folder]', 'folder with journal.ndjson', 'drill-report')
    .addOption(update())
    .addOption(check())
    .option('--drill-file <file>', 'for --update and --check (default: drill.yaml, then docs/drill.yaml)')
    .action(report);
  withHistory(again);
  const joined = root
    .command('merge')
    .description('join drills of one drill file, such as those of a matrix, into one with its reports')
    .argument('<folders...>', 'folders with journal.ndjson')
    .addOption(scenarios('those that were to be drilled, as a comma list: one that is in no journal is told as NOT_MEASURED'))
    .option('-o, --out <folder>', 'where the joined journal and the reports go', 'drill-report')
    .option('--summary <file>', 'add the report to this file, in the room that the summary of a job has')
    .action(merge);
  withHistory(joined);
}

interface Planned {
  readonly plan: Plan;
  /** Null without `--since`. */
  readonly selection: Selection | null;
}

async function planOf(file: string | undefined, flags: Pick<RunFlags, 'scenario' | 'environment' | 'network' | 'since'>): Promise<Planned> {
  const { findDrillFile, loadPlan } = await import('./drill/plan/load.ts');
  const options: LoadOptions = {
    drillFile: file ?? findDrillFile(process.cwd()),
    env: process.env,
    ...(flags.scenario === undefined ? {} : { scenarios: flags.scenario }),
    ...(flags.environment === undefined ? {} : { environment: flags.environment }),
    ...(flags.network === 'open' || flags.network === 'isolated' ? { network: flags.network } : {}),
  };
  if (flags.since === undefined) return { plan: await loadPlan(options), selection: null };
  const { loadPlanSince } = await import('./drill/plan/since.ts');
  return loadPlanSince(options, flags.since);
}

async function run(file: string | undefined, flags: RunFlags): Promise<void> {
  const out = resolve(flags.out);
  const benchmark = flags.control === undefined && (flags.update || flags.check) ? await import('./benchmark-in-runbook.ts') : null;
  const outline = benchmark === null ? null : await benchmark.outlineWithTable(file);
  if (benchmark !== null && outline !== null && flags.check) {
    process.exitCode = await benchmark.checkTable(outline, out, flags.history);
    return;
  }
  const { plan: planned, selection } = await planOf(file, flags);
  if (selection !== null) {
    const { selectionText } = await import('./drill/plan/listing.ts');
    process.stdout.write(`${terminalLines(selectionText(selection))}\n`);
    if (planned.scenarios.length === 0) return;
  }
  const drillPlan = flags.control === undefined ? planned : (await import('./drill/control.ts')).controlOf(planned, flags.control);
  const { runInTerminal } = await import('./terminal.ts');
  const { keep, verbose, history } = flags;
  process.exitCode = await runInTerminal({ plan: drillPlan, out, keep, verbose, history, limits: flags });
  // A drill that was interrupted has measured less than the one before it.
  if (benchmark !== null && outline !== null && process.exitCode < 128) await benchmark.updateTable(outline, out, flags.history);
}

async function plan(file: string | undefined, flags: PlanFlags): Promise<void> {
  const { plan: drillPlan, selection } = await planOf(file, flags);
  const { planJson, planMatrix, planText } = await import('./drill/plan/listing.ts');
  process.stdout.write(flags.matrix ? planMatrix(drillPlan) : flags.json ? planJson(drillPlan, selection) : terminalLines(planText(drillPlan, selection)));
  if (flags.history === undefined || flags.matrix || flags.json) return;
  const { agesOf } = await import('./ages.ts');
  for (const warning of await agesOf(drillPlan, flags.history, flags.maxAge)) process.stdout.write(`warning: ${warning}\n`);
}

async function lint(file: string | undefined, flags: Pick<RunFlags, 'scenario'>): Promise<void> {
  const [{ plan: drillPlan }, draft] = await Promise.all([planOf(file, flags), import('./cli-draft.ts')]);
  process.exitCode = draft.lint(drillPlan);
}

async function init(runbook: string | undefined, flags: { readonly out: string; readonly workflows: boolean }, command: Command): Promise<void> {
  if (runbook === undefined && !flags.workflows) command.error('error: expected a runbook, or --workflows');
  const draft = await import('./cli-draft.ts');
  if (runbook !== undefined) await draft.init(runbook, flags);
  if (flags.workflows) await draft.initWorkflows(flags);
}

async function blocks(file: string, flags: { readonly json: boolean }): Promise<void> {
  const [{ parseRunbook }, { blocksJson, blocksText }] = await Promise.all([import('./runbook/blocks.ts'), import('./runbook/listing.ts')]);
  const runbook = parseRunbook(relative(process.cwd(), resolve(file)), await readFile(file, 'utf8'));
  process.stdout.write(flags.json ? blocksJson(runbook) : blocksText(runbook));
}

async function report(folder: string, flags: TableFlags): Promise<void> {
  const publish = await import('./cli-publish.ts');
  process.exitCode = await publish.report(folder, flags);
}

async function merge(folders: readonly string[], flags: MergeFlags): Promise<void> {
  const publish = await import('./cli-publish.ts');
  await publish.merge(folders, flags);
}

async function cleanup(flags: { readonly run?: string; readonly all: boolean; readonly environment?: string }): Promise<void> {
  const { openEnvironment } = await import('./adapters.ts');
  const removed: string[] = [];
  const faults: unknown[] = [];
  for (const name of environmentNames.filter((candidate) => candidate === (flags.environment ?? candidate))) {
    // One that fails holds up no other.
    const scope = flags.run !== undefined ? { run: flags.run } : flags.all ? ({ all: true } as const) : ({ dead: true } as const);
    await openEnvironment(name).cleanup(scope).then((names) => removed.push(...names), (error: unknown) => faults.push(error));
  }
  process.stdout.write(removed.length === 0 && faults.length === 0 ? 'nothing to remove\n' : removed.map((name) => `removed ${name}\n`).join(''));
  if (faults.length > 0) process.exitCode = Math.max(...faults.map(explain));
}

// A reader that has gone (`| head`) must not end a drill: its hosts still have to go, and its report to be written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
