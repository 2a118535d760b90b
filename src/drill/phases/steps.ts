/** Runs the steps of one phase in order, in shells that live as long as the phase. */
import type { Host } from '../../ports/host.ts';
import type { BlockRun, ShellSession } from '../../shell/session.ts';
import type { CommandSpan } from '../../evidence/artefact/written-by.ts';
import { type ScenarioContext, inHost } from '../context.ts';
import type { HostLimit, StepResult } from '../journal-events.ts';
import type { ArchiveStep, PlannedStep, ShellStep, UnarchiveStep, WaitStep, WriteStep } from '../model.ts';
import { runBuiltIn } from './built-in.ts';
import { type PhaseShell, openPhaseShell } from './phase-shell.ts';
import { waitUntilReady } from './services.ts';
import { type FinishedBlock, fileLine, lateResults, skipped, stepResult } from './step-result.ts';

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

const secondsSince = (start: Date): number => (Date.now() - start.getTime()) / 1000;

async function runWait({ context, host }: StepRunner, step: WaitStep): Promise<StepResult> {
  const start = new Date();
  const ready = await waitUntilReady(context, host, step.service, step.timeoutSeconds);
  return {
    ...skipped,
    status: ready.ready ? 'succeeded' : 'failed',
    exitCode: ready.ready ? 0 : 1,
    start: start.toISOString(),
    duration: secondsSince(start),
    output: ready.seen,
  };
}

async function runWrite({ host }: StepRunner, step: WriteStep): Promise<StepResult> {
  const start = new Date();
  const user = step.user ?? host.spec.user;
  await host.writeFile(inHost(step.to, user), `${step.shell.text}\n`, { user, mode: step.mode });
  return { ...skipped, status: 'succeeded', exitCode: 0, start: start.toISOString(), duration: secondsSince(start) };
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
  const result = stepResult(context, step, run, ran);
  ran.push({ step, result });
  return result;
}

function sayWhatWasDropped(context: ScenarioContext, step: ShellStep, { dropped }: BlockRun): void {
  const lost = dropped.failures + dropped.failedTools;
  if (lost > 0) context.emit({ event: 'not-measured', what: `failures in ${step.name}`, why: `${lost} commands failed beyond what a trace keeps` });
}
