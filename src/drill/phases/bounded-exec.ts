/** Runs a command of the drill file's own, which may hang, for a time. */
import type { ExecOptions, ExecResult, Host } from '../../ports/host.ts';

/** As `timeout` has it: neither "there" (0) nor "not there" (1). */
const overdue = 124;

/** A command that has not ended after `seconds` is killed, and exits with 124. */
export async function execFor(host: Host, seconds: number, command: readonly string[], options: ExecOptions & { readonly signal: AbortSignal }): Promise<ExecResult> {
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    return await host.exec(command, { ...options, signal: AbortSignal.any([options.signal, timeout]) });
  } catch (error) {
    if (options.signal.aborted || !timeout.aborted) throw error;
    return { exitCode: overdue, stdout: Buffer.alloc(0), stderr: `no end within ${seconds} s` };
  }
}
