/** A drill in a terminal or a plain log: live progress, the table at the end, and signals. */
import { relative } from 'node:path';
import type { Plan } from './drill/model.ts';
import { createProgress } from './drill/progress.ts';
import { newRunId } from './drill/ownership.ts';
import { renderTerminal } from './report/terminal-table.ts';
import { terminalText } from './drill/terminal-text.ts';
import { runAndReport } from './run-drill.ts';

export interface TerminalRequest {
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
  const interrupt = new AbortController();
  const signals = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const listener = (): void => {
      write(`\n${name}: removing what the drill made …\n`);
      interrupt.abort(name);
    };
    process.once(name, listener);
    return () => process.removeListener(name, listener);
  });
  try {
    const progress = createProgress({ write, colour, tty });
    const { report, exitCode } = await runAndReport({
      plan: request.plan,
      out: request.out,
      run: newRunId(),
      keep: request.keep,
      interrupt: interrupt.signal,
      onEntry: progress,
      onOutput: (_scenario, _stream, chunk) => {
        if (request.verbose) write(terminalText(chunk.toString()));
      },
      progress: (message) => write(`${message}\n`),
    });
    write(`\n${renderTerminal(report, { colour, width: process.stdout.columns ?? 120 })}\nReports: ${relative(process.cwd(), request.out) || '.'}\n`);
    return exitCode;
  } finally {
    for (const remove of signals) remove();
  }
}
