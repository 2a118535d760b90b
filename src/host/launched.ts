/** A program that was started in a host, whatever the host is made of: waited for with its outputs kept, or handed out with its streams open. */
import { randomBytes } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecOptions, ExecResult, HostProcess } from '../ports/host.ts';
import { Kept, feed, ignore, whenAborted } from './exec-streams.ts';

/** Where the host image keeps the programs that an environment calls. */
export const hostPrograms = '/usr/local/lib/runbook-drill/host';

/** What each environment makes of a command in its hosts. */
export interface Launched {
  readonly stdin: Writable;
  /** Passes both outputs on, no faster than they are read; resolves once both have ended. Ends neither, and is called once. */
  outputs(stdout: Writable, stderr: Writable): Promise<void>;
  /** The exit code, once the outputs have ended. Rejects with `HostLost` when it was the host that ended. */
  exitCode(): Promise<number>;
  /** SIGKILL to the program and all that it started in its session. */
  kill(): Promise<void>;
  /** Lets go of the streams. */
  close(): void;
  /** Whether it keeps this program alive. */
  hold(held: boolean): void;
  /** `HostLost` when the host does not run any more, else the error itself. */
  lostOr(error: unknown): Promise<Error>;
}

/** What is kept of each output where the caller sets no limit, in bytes. */
export const defaultMaxBytes = 16 * 1024 * 1024;

/** `Host.exec`, once the program was launched. */
export async function waitFor(launched: Launched, name: string, options: ExecOptions): Promise<ExecResult> {
  const { signal, stdin, maxBytes = defaultMaxBytes } = options;
  const stop = new AbortController();
  const tooLong = (output: string) => (limit: number) =>
    stop.abort(new Error(`${name} wrote more than ${limit} bytes to its ${output}: raise maxBytes, or give it a stream`));
  const stdout = new Kept(maxBytes);
  const stderr = new Kept(maxBytes);
  const stopped = whenAborted(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
  const input = feed(launched.stdin, stdin).catch((error: unknown) => stop.abort(error));
  const outputs = outputsInto(launched, options.stdout ?? stdout.sink(tooLong('standard output')), stderr.sink(tooLong('standard error')));
  try {
    await Promise.race([outputs, stopped.promise]);
    await input;
    stop.signal.throwIfAborted();
  } catch (error) {
    launched.close();
    outputs.catch(ignore);
    await launched.kill().catch(ignore);
    throw stop.signal.aborted || signal?.aborted ? error : await launched.lostOr(error);
  } finally {
    stopped[Symbol.dispose]();
  }
  return { exitCode: await launched.exitCode(), stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') };
}

/** `Host.start`, once the program was launched. Both outputs must be read: one that is not holds up the other. */
export function handOut(launched: Launched): HostProcess {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  launched.stdin.on('error', ignore);
  const exited = launched
    .outputs(stdout, stderr)
    .catch(async (error: unknown) => {
      throw await launched.lostOr(error);
    })
    .then(() => launched.exitCode())
    .finally(() => {
      stdout.end();
      stderr.end();
    });
  // Whoever waits for it gets the error; nobody has to wait.
  exited.catch(ignore);
  return {
    stdin: launched.stdin,
    stdout,
    stderr,
    exited,
    hold: (held) => launched.hold(held),
    async [Symbol.asyncDispose]() {
      const over = await Promise.race([exited.then(always, always), sleep(0, false)]);
      if (!over) await launched.kill().catch(ignore);
      stdout.resume();
      stderr.resume();
      launched.close();
      await exited.catch(ignore);
    },
  };
}

async function outputsInto(launched: Launched, stdout: Writable, stderr: Writable): Promise<void> {
  const failed = Promise.withResolvers<never>();
  stdout.once('error', failed.reject);
  try {
    await Promise.race([launched.outputs(stdout, stderr), failed.promise]);
  } finally {
    stdout.off('error', failed.reject);
  }
}

/** What `kill-by` finds a program by. */
export const newKillId = (): string => randomBytes(8).toString('hex');
const always = (): true => true;
