/** A drill in a terminal or a plain log: live progress, the table at the end, and signals. */
import { relative } from 'node:path';
import type { Plan } from './drill/model.ts';
import { createProgress } from './drill/progress.ts';
import { newRunId } from './drill/run-id.ts';
import { listenForInterrupts } from './interrupts.ts';
import { createLiveOutput } from './live-output.ts';
import { renderTerminal } from './report/terminal-table.ts';
import { terminalText } from './drill/terminal-text.ts';
import { type HistoryOptions, runAndReport } from './run-drill.ts';

export interface TerminalRequest extends HistoryOptions {
  readonly plan: Plan;
  readonly out: string;
  readonly keep: boolean;
  readonly verbose: boolean;
}

const write = (text: string): void => void process.stdout.write(text);

/** Resolves to the exit status. */
export async function runInTerminal(request: TerminalRequest): Promise<number> {
  const tty = process.stdout.isTTY === true;
  const colour = tty && process.env['NO_COLOR'] === undefined;
  const live = request.verbose ? createLiveOutput(write) : null;
  const progress = createProgress({ write, colour, tty });
  using interrupts = listenForInterrupts((signal) => write(`\n${signal}: removing what the drill made …\n`));
  const { report, warnings, exitCode } = await runAndReport({
    plan: request.plan,
    out: request.out,
    run: newRunId(),
    keep: request.keep,
    history: request.history,
    limits: request.limits,
    interrupt: interrupts.signal,
    onEntry: (entry) => {
      live?.onEntry(entry);
      progress(entry);
    },
    onOutput: live?.onOutput ?? (() => undefined),
    progress: (message) => write(`${terminalText(message)}\n`),
  });
  write(`\n${renderTerminal(report, { colour, width: process.stdout.columns ?? 160 })}\n${warnings.map((warning) => `warning: ${terminalText(warning)}\n`).join('')}Reports: ${relative(process.cwd(), request.out) || '.'}\n`);
  return exitCode;
}
