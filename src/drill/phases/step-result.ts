/** What became of a step, told in lines of its own file. */
import { judgeTrace } from '../../shell/failures.ts';
import { classifyLimit } from '../../shell/limits.ts';
import type { BlockRun, LateRecords } from '../../shell/session.ts';
import type { ScenarioContext } from '../context.ts';
import type { CommandFailure, HostLimit, StepResult } from '../journal-events.ts';
import type { ShellStep, ShellText } from '../model.ts';
import { lineOfScript } from './written-script.ts';

/** A block that a shell of the phase has run. */
export interface FinishedBlock {
  readonly step: ShellStep;
  readonly result: StepResult;
}

/** Of a step that was not run; of one that no shell ran, what there is nothing to say of. */
export const skipped: StepResult = {
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

/** Line of the file for a line of the block's text, both from 1. */
export const fileLine = (shell: ShellText, line: number): number => shell.lines[Math.min(Math.max(line, 1), shell.lines.length) - 1] ?? shell.lines[0] ?? 1;

interface Judged {
  readonly failures: readonly CommandFailure[];
  readonly limits: readonly HostLimit[];
}

/** What failed with nothing acting on it, and what of that the host is at fault for. */
function judged({ drill, scenario }: ScenarioContext, { shell }: ShellStep, trace: Omit<Parameters<typeof judgeTrace>[0], 'text'>): Judged {
  const limits: HostLimit[] = [];
  const failures = judgeTrace({ text: shell.text, ...trace }).failures.flatMap((failure) => {
    const at = lineOfScript(failure.script, scenario.steps, drill.plan.host.user) ?? { file: shell.file, line: fileLine(shell, failure.line) };
    const limit = classifyLimit({ command: failure.command, stderr: failure.stderr, network: drill.plan.host.network });
    if (limit === null) return [{ ...failure, ...at }];
    limits.push({ ...at, ...limit });
    return [];
  });
  return { failures, limits };
}

/** @param ran the blocks before it, in the order in which the phase's shells ran them. */
export function stepResult(context: ScenarioContext, step: ShellStep, run: BlockRun, ran: readonly FinishedBlock[]): StepResult {
  const { shell } = step;
  const { records, tools, exitCode, stderrTail } = run;
  const { failures, limits } = judged(context, step, { records, tools, exitCode, exited: run.ended === 'exited', stderrTail, scripts: new Map([...run.scripts, ...earlierBlocks(ran)]) });
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

/** Background children and EXIT traps may fail after their block has ended: the step is told again, with these failures. */
export function lateResults(context: ScenarioContext, ran: readonly FinishedBlock[], late: LateRecords): readonly FinishedBlock[] {
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
