/** Runs the steps of one phase in order, in shells that live as long as the phase. */
import type { Host } from '../../ports/host.ts';
import { judgeTrace } from '../../shell/failures.ts';
import { classifyLimit } from '../../shell/limits.ts';
import { type BlockRun, type LateRecords, type ShellSession, openSession } from '../../shell/session.ts';
import type { CommandSpan } from '../../evidence/artefact/written-by.ts';
import { type ScenarioContext, homeOf, inHost } from '../context.ts';
import type { CommandFailure, HostLimit, StepResult } from '../journal-events.ts';
import type { ArchiveStep, PlannedStep, ShellStep, ShellText, UnarchiveStep, WaitStep, WriteStep } from '../model.ts';
import { runBuiltIn } from './built-in.ts';
import { waitUntilReady } from './services.ts';
import { workspaceOf } from './create.ts';

export interface PhaseOutcome {
  readonly failed: boolean;
  readonly limit: HostLimit | null;
  /** When each command ran, for telling who wrote a file. */
  readonly spans: readonly CommandSpan[];
  /** When the last step had ended, by `performance.now()`: shells may take longer to leave. */
  readonly endedAt: number;
}

/** What a phase's steps are run with. */
interface StepRunner {
  readonly context: ScenarioContext;
  readonly host: Host;
  readonly shell: () => Promise<ShellSession>;
  readonly spans: CommandSpan[];
  /** Blocks in the order in which the phase's shells ran them. */
  readonly ran: FinishedBlock[];
}

interface FinishedBlock {
  readonly step: ShellStep;
  result: StepResult;
}

/** Indices into `scenario.steps` tell the journal which step it was. */
export async function runSteps(context: ScenarioContext, host: Host, steps: readonly PlannedStep[]): Promise<PhaseOutcome> {
  let opened: Promise<PhaseShell> | null = null;
  const runner: StepRunner = {
    context,
    host,
    spans: [],
    ran: [],
    shell: async () => (await (opened ??= openPhaseShell(context, host))).session,
  };
  let failed = false;
  let limit: HostLimit | null = null;
  let endedAt = performance.now();
  try {
    for (const step of steps) {
      const index = context.scenario.steps.indexOf(step);
      if (isRefused(step) || ((failed || limit !== null) && context.scenario.onFailure === 'skip')) {
        context.emit({ event: 'step-ended', step: index, result: skipped });
        continue;
      }
      context.signal.throwIfAborted();
      context.emit({ event: 'step-started', step: index });
      const result = await runStep(runner, step);
      context.emit({ event: 'step-ended', step: index, result });
      failed ||= result.status !== 'succeeded';
      limit ??= result.limits[0] ?? null;
    }
    endedAt = performance.now();
  } finally {
    failed = (await closePhaseShell(runner, opened)) || failed;
  }
  return { failed, limit, spans: runner.spans, endedAt };
}

const skipped: StepResult = {
  status: 'skipped',
  exitCode: null,
  start: null,
  duration: null,
  failures: [],
  prompt: null,
  timedOutAt: null,
  limits: [],
  lineTimes: [],
  output: '',
  inputTaken: false,
};

const isRefused = (step: PlannedStep): boolean => step.kind === 'skip' || ('refused' in step && step.refused !== null);

/** Ends the phase's shells and writes down what failed only then. True when a step did. */
async function closePhaseShell({ context, ran }: StepRunner, opened: Promise<PhaseShell> | null): Promise<boolean> {
  // A shell that never opened has said so to the step that wanted it.
  const shell = await opened?.catch(() => null);
  if (shell === null || shell === undefined) return false;
  await using session = shell.session;
  if (context.signal.aborted) return false;
  const late = await session.end();
  shell.flush();
  const results = lateResults(context, ran, late);
  for (const { step, result } of results) context.emit({ event: 'step-ended', step: context.scenario.steps.indexOf(step), result });
  return results.some(({ result }) => result.status === 'failed');
}

/** Background children and EXIT traps may fail after their block has ended: the step is told again, with these failures. */
function lateResults(context: ScenarioContext, ran: readonly FinishedBlock[], late: LateRecords): readonly FinishedBlock[] {
  return ran.flatMap(({ step, result }, index) => {
    const records = late.records.filter((record) => record.block === index + 1);
    const tools = late.tools.filter((tool) => tool.block === index + 1);
    if (records.length === 0 && tools.length === 0) return [];
    const { failures, limits } = judged(context, step, { records, tools, exitCode: 0, exited: false, stderrTail: '', scripts: earlierBlocks(ran) });
    if (failures.length === 0 && limits.length === 0) return [];
    const failed = limits.length > 0 || failures.some(({ kind }) => kind === 'untested');
    return [{ step, result: { ...result, status: failed && result.status === 'succeeded' ? 'failed' : result.status, failures, limits } }];
  });
}

/** As the trace names them, so that a function that an earlier block defined can be judged by its text. */
const earlierBlocks = (ran: readonly FinishedBlock[]): ReadonlyMap<string, string> => new Map(ran.map(({ step }, index) => [`block:${index + 1}`, step.shell.text]));

/** A shell of the phase, and what its output still held back because it could have begun a secret. */
interface PhaseShell {
  readonly session: ShellSession;
  readonly flush: () => void;
}

async function openPhaseShell(context: ScenarioContext, host: Host): Promise<PhaseShell> {
  const { drill, scenario } = context;
  const { masker } = drill.secrets;
  const masks = { stdout: masker.stream(), stderr: masker.stream() };
  const session = await openSession(host, {
    user: host.spec.user,
    cwd: await whereShellsBegin(context, host),
    env: drill.plan.host.env,
    signal: context.signal,
    onOutput: (stream, chunk) => drill.onOutput(scenario.id, stream, masks[stream].write(chunk)),
  });
  const flush = (): void => {
    for (const stream of ['stdout', 'stderr'] as const) drill.onOutput(scenario.id, stream, masks[stream].end());
  };
  return { session, flush };
}

/** In the workspace; at home as long as the runbook has yet to clone it. */
async function whereShellsBegin(context: ScenarioContext, host: Host): Promise<string> {
  const workspace = workspaceOf(context);
  const found = await host.exec(['/usr/bin/test', '-d', workspace]);
  return found.exitCode === 0 ? workspace : homeOf(host.spec.user);
}

async function runStep(runner: StepRunner, step: PlannedStep): Promise<StepResult> {
  switch (step.kind) {
    case 'wait':
      return runWait(runner, step);
    case 'write':
      return runWrite(runner, step);
    case 'archive':
    case 'unarchive':
      return runArchiving(runner, step);
    case 'skip':
      return skipped;
    default:
      return runBlock(runner, step);
  }
}

async function runWait({ context, host }: StepRunner, step: WaitStep): Promise<StepResult> {
  const start = new Date();
  const ready = await waitUntilReady(context, host, step.service, step.timeoutSeconds);
  return {
    ...skipped,
    status: ready.ready ? 'succeeded' : 'failed',
    exitCode: ready.ready ? 0 : 1,
    start: start.toISOString(),
    duration: (Date.now() - start.getTime()) / 1000,
    output: ready.seen,
  };
}

async function runWrite({ host }: StepRunner, step: WriteStep): Promise<StepResult> {
  const start = new Date();
  const user = step.user ?? host.spec.user;
  await host.writeFile(inHost(step.to, user), `${step.shell.text}\n`, { user, mode: step.mode });
  return { ...skipped, status: 'succeeded', exitCode: 0, start: start.toISOString(), duration: (Date.now() - start.getTime()) / 1000 };
}

async function runArchiving({ context, host, spans }: StepRunner, step: ArchiveStep | UnarchiveStep): Promise<StepResult> {
  const start = new Date();
  const { status, output } = await runBuiltIn(context, host, step);
  const end = Date.now();
  spans.push({ ...step.at, command: step.kind === 'archive' ? `archive ${inHost(step.to, host.spec.user)}` : step.name, start: start.getTime() / 1000, end: end / 1000 });
  const duration = (end - start.getTime()) / 1000;
  const exitCode = status === 'succeeded' ? 0 : status === 'failed' ? 1 : null;
  return { ...skipped, status, exitCode, start: start.toISOString(), duration, timedOutAt: status === 'timed-out' ? step.at : null, output };
}

async function runBlock({ context, host, shell, spans, ran }: StepRunner, step: ShellStep): Promise<StepResult> {
  const session = await shell();
  const run = await session.run({
    text: step.shell.text,
    runs: step.shell.runs,
    timeoutSeconds: step.timeoutSeconds,
    ...(step.cwd === null ? {} : { cwd: inHost(step.cwd, step.user ?? host.spec.user) }),
    env: step.env,
    ...(step.user === null ? {} : { user: step.user }),
    ...(step.input === null ? {} : { input: step.input }),
  });
  context.signal.throwIfAborted();
  const { file } = step.shell;
  for (const span of run.spans) spans.push({ ...span, file, line: fileLine(step.shell, span.line) });
  sayWhatWasDropped(context, step, run);
  const result = stepResult(context, step, run, earlierBlocks(ran));
  ran.push({ step, result });
  return result;
}

function sayWhatWasDropped(context: ScenarioContext, step: ShellStep, { dropped }: BlockRun): void {
  const lost = dropped.failures + dropped.failedTools;
  if (lost > 0) context.emit({ event: 'not-measured', what: `failures in ${step.name}`, why: `${lost} commands failed beyond what a trace keeps` });
}

/** Line of the file for a line of the block's text, both from 1. */
const fileLine = (shell: ShellText, line: number): number => shell.lines[Math.min(Math.max(line, 1), shell.lines.length) - 1] ?? shell.lines[0] ?? 1;

interface Judged {
  readonly failures: readonly CommandFailure[];
  readonly limits: readonly HostLimit[];
}

/** What failed with nothing acting on it, and what of that the host is at fault for. */
function judged({ drill }: ScenarioContext, { shell }: ShellStep, trace: Omit<Parameters<typeof judgeTrace>[0], 'text'>): Judged {
  const limits: HostLimit[] = [];
  const failures = judgeTrace({ text: shell.text, ...trace }).failures.flatMap((failure) => {
    const line = fileLine(shell, failure.line);
    const limit = classifyLimit({ command: failure.command, stderr: failure.stderr, network: drill.plan.host.network });
    if (limit === null) return [{ ...failure, file: shell.file, line }];
    limits.push({ file: shell.file, line, ...limit });
    return [];
  });
  return { failures, limits };
}

function stepResult(context: ScenarioContext, step: ShellStep, run: BlockRun, blocks: ReadonlyMap<string, string>): StepResult {
  const { shell } = step;
  const { records, tools, exitCode, stderrTail } = run;
  const { failures, limits } = judged(context, step, { records, tools, exitCode, exited: run.ended === 'exited', stderrTail, scripts: new Map([...run.scripts, ...blocks]) });
  const failed = run.prompt !== null || limits.length > 0 || failures.some((failure) => failure.kind === 'untested') || unexplainedExit(step, run);
  return {
    status: run.ended === 'timed-out' ? 'timed-out' : failed ? 'failed' : 'succeeded',
    exitCode: run.exitCode,
    start: run.start,
    duration: run.seconds,
    failures,
    prompt: run.prompt === null ? null : { file: shell.file, line: fileLine(shell, run.prompt.line), program: run.prompt.program },
    timedOutAt: run.ended === 'timed-out' ? { file: shell.file, line: fileLine(shell, run.timedOutLine ?? 1) } : null,
    limits,
    lineTimes: run.lineTimes.map((time) => ({ ...time, line: fileLine(shell, time.line) })),
    output: run.output,
    inputTaken: run.inputTaken,
    passphrases: run.passphrases,
  };
}

/** A check has no other word than its exit status; a block that ends itself with a status means it. */
const unexplainedExit = (step: ShellStep, run: BlockRun): boolean => run.exitCode !== 0 && (step.phase === 'check' || run.ended === 'exited');

