#!/usr/bin/env node
/** The command line: parses what a person typed and prints results. Everything else is behind it. */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { JournalError } from './drill/journal-error.ts';
import { InputErrors } from './drill/model.ts';
import { CannotRun } from './ports/host.ts';
import { version } from './version.ts';

const exits = { wrongInput: 2, couldNotRun: 3 } as const;

interface RunFlags {
  readonly scenario?: readonly string[];
  readonly out: string;
  readonly environment?: string;
  readonly network?: string;
  readonly keep: boolean;
  readonly verbose: boolean;
}

interface PlanFlags extends Pick<RunFlags, 'scenario' | 'environment' | 'network'> {
  readonly json: boolean;
  readonly matrix: boolean;
}

const commaList = (text: string, before: readonly string[] = []): readonly string[] => [...before, ...text.split(',').map((id) => id.trim()).filter((id) => id !== '')];

function oneOf(...allowed: readonly string[]): (text: string) => string {
  return (text) => {
    if (!allowed.includes(text)) throw new InvalidArgumentError(`Expected ${allowed.join(', ')}.`);
    return text;
  };
}

function program(): Command {
  const root = new Command('runbook-drill')
    .description('Drills a backup runbook: runs its code blocks on a disposable host, loses the data, restores it, and measures what came back.')
    .version(version)
    .showHelpAfterError()
    .exitOverride()
    .addHelpText('after', '\nExit: 0 all scenarios SUCCESSFUL · 1 any FAILED or TIMED_OUT · 2 the input is wrong · 3 could not run or not measured · 130/143 interrupted');
  root
    .command('run')
    .description('drill the scenarios of a drill file and write the reports')
    .argument('[file]', 'drill file (default: drill.yaml, then docs/drill.yaml)')
    .option('-s, --scenario <ids>', 'only these scenarios: a comma list, or given again', commaList)
    .option('-o, --out <folder>', 'where the journal and the reports go', 'drill-report')
    .option('-e, --environment <name>', 'what disposable hosts are made of: docker, lxd, incus', oneOf('docker', 'lxd', 'incus'))
    .option('--network <mode>', 'isolated or open', oneOf('isolated', 'open'))
    .option('--keep', 'keep the hosts for a look inside', false)
    .option('-v, --verbose', "show the output of the runbook's commands as it comes", false)
    .action(run);
  root
    .command('plan')
    .description('print what would run; needs no engine')
    .argument('[file]', 'drill file (default: drill.yaml, then docs/drill.yaml)')
    .option('-s, --scenario <ids>', 'only these scenarios: a comma list, or given again', commaList)
    .option('-e, --environment <name>', 'docker, lxd or incus', oneOf('docker', 'lxd', 'incus'))
    .option('--network <mode>', 'isolated or open', oneOf('isolated', 'open'))
    .option('--json', 'as JSON', false)
    .option('--matrix', "one line for a workflow's matrix", false)
    .action(plan);
  root
    .command('blocks')
    .description('print every block of a runbook with the reference that a drill file uses for it')
    .argument('<file>', 'a Markdown file')
    .option('--json', 'as JSON', false)
    .action(blocks);
  root.command('report').description('write the reports of a folder again, from its journal').argument('[folder]', 'folder with journal.ndjson', 'drill-report').action(report);
  root
    .command('cleanup')
    .description('remove what drills left whose process is dead')
    .option('--run <id>', 'all that one run made')
    .option('--all', 'all that any drill made, also of drills that still run', false)
    .option('-e, --environment <name>', 'docker, lxd or incus', oneOf('docker', 'lxd', 'incus'), 'docker')
    .action(cleanup);
  return root;
}

async function planOf(file: string | undefined, flags: Pick<RunFlags, 'scenario' | 'environment' | 'network'>): ReturnType<typeof import('./drill/plan/load.ts').loadPlan> {
  const { findDrillFile, loadPlan } = await import('./drill/plan/load.ts');
  return loadPlan({
    drillFile: file ?? (await findDrillFile(process.cwd())),
    env: process.env,
    ...(flags.scenario === undefined ? {} : { scenarios: flags.scenario }),
    ...(flags.environment === undefined ? {} : { environment: flags.environment }),
    ...(flags.network === 'open' || flags.network === 'isolated' ? { network: flags.network } : {}),
  });
}

async function run(file: string | undefined, flags: RunFlags): Promise<void> {
  const drillPlan = await planOf(file, flags);
  const { runInTerminal } = await import('./terminal.ts');
  process.exitCode = await runInTerminal({ plan: drillPlan, out: resolve(flags.out), keep: flags.keep, verbose: flags.verbose });
}

async function plan(file: string | undefined, flags: PlanFlags): Promise<void> {
  const drillPlan = await planOf(file, flags);
  const { planJson, planMatrix, planText } = await import('./drill/plan/listing.ts');
  process.stdout.write(flags.matrix ? planMatrix(drillPlan) : flags.json ? planJson(drillPlan) : planText(drillPlan));
}

async function blocks(file: string, flags: { readonly json: boolean }): Promise<void> {
  const [{ parseRunbook }, { blocksJson, blocksText }] = await Promise.all([import('./runbook/blocks.ts'), import('./runbook/listing.ts')]);
  const runbook = parseRunbook(relative(process.cwd(), resolve(file)), await readFile(file, 'utf8'));
  process.stdout.write(flags.json ? blocksJson(runbook) : blocksText(runbook));
}

async function report(folder: string): Promise<void> {
  const { writeReports } = await import('./run-drill.ts');
  const written = await writeReports(resolve(folder));
  process.stdout.write(`${written.report.validationStatus}: reports written to ${folder}\n`);
}

async function cleanup(flags: { readonly run?: string; readonly all: boolean; readonly environment: string }): Promise<void> {
  const { openEnvironment } = await import('./adapters.ts');
  const environment = openEnvironment(flags.environment === 'lxd' || flags.environment === 'incus' ? flags.environment : 'docker');
  const removed = await environment.cleanup(flags.run !== undefined ? { run: flags.run } : flags.all ? { all: true } : { dead: true });
  process.stdout.write(removed.length === 0 ? 'nothing to remove\n' : removed.map((name) => `removed ${name}\n`).join(''));
}

/** What went wrong, in the user's words, and the exit status that scripts rely on. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exits.wrongInput;
  if (error instanceof InputErrors) {
    for (const each of error.errors) {
      process.stderr.write(`${each.file}:${each.line}:${each.column}: ${each.message}\n  expected: ${each.expected}\n  got:      ${each.got}\n  next:     ${each.help}\n`);
    }
    return exits.wrongInput;
  }
  if (error instanceof JournalError) {
    process.stderr.write(`runbook-drill: ${error.message}\n`);
    return exits.wrongInput;
  }
  if (error instanceof CannotRun) {
    process.stderr.write(`runbook-drill: ${error.message}\n`);
    return exits.couldNotRun;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
    process.stderr.write('runbook-drill: a folder was given where a file is wanted\n');
    return exits.wrongInput;
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && 'path' in error) {
    process.stderr.write(`runbook-drill: ${String(error.path)} is not there\n`);
    return exits.wrongInput;
  }
  process.stderr.write(`runbook-drill: a defect of the drill itself: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exits.couldNotRun;
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
