/** Runs programs in a container over the engine's API: binary safe both ways, secrets in no process list. */
import { randomBytes } from 'node:crypto';
import { PassThrough, type Duplex, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ExecOptions, ExecResult, HostProcess } from '../ports/host.ts';
import { exitCodeOf, killIn, launch, lostOr } from './container-process.ts';
import { demultiplex } from './demultiplex.ts';
import { Kept, feed, ignore, whenAborted } from './exec-streams.ts';

/** What is kept of each output where the caller sets no limit, in bytes. */
export const defaultMaxBytes = 16 * 1024 * 1024;

/** `Host.exec` for a container. */
export async function execIn(container: Docker.Container, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const { signal, stdin, maxBytes = defaultMaxBytes } = options;
  signal?.throwIfAborted();
  const killId = newKillId();
  const { exec, connection } = await launch(container, command, { ...options, withInput: stdin !== undefined, killId });
  const stop = new AbortController();
  const tooLong = (output: string) => (limit: number) =>
    stop.abort(new Error(`${command[0] ?? ''} wrote more than ${limit} bytes to its ${output}: raise maxBytes, or give it a stream`));
  const stdout = new Kept(maxBytes);
  const stderr = new Kept(maxBytes);
  const stopped = whenAborted(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
  const input = feed(connection, stdin).catch((error: unknown) => stop.abort(error));
  const outputs = demultiplexInto(connection, options.stdout ?? stdout.sink(tooLong('standard output')), stderr.sink(tooLong('standard error')));
  try {
    await Promise.race([outputs, stopped.promise]);
    await input;
    stop.signal.throwIfAborted();
  } catch (error) {
    connection.destroy();
    outputs.catch(ignore);
    await killIn(container, killId).catch(ignore);
    throw stop.signal.aborted || signal?.aborted ? error : await lostOr(container, error);
  } finally {
    stopped[Symbol.dispose]();
  }
  return { exitCode: await exitCodeOf(container, exec), stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') };
}

/** `Host.start` for a container. Both outputs must be read: one that is not holds up the other. */
export async function startIn(
  container: Docker.Container,
  command: readonly string[],
  options: Pick<ExecOptions, 'user' | 'cwd' | 'env'> = {},
): Promise<HostProcess> {
  const killId = newKillId();
  const { exec, connection } = await launch(container, command, { ...options, withInput: true, killId });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  connection.on('error', ignore);
  const exited = demultiplex(connection, stdout, stderr)
    .catch(async (error: unknown) => {
      throw await lostOr(container, error);
    })
    .then(() => exitCodeOf(container, exec))
    .finally(() => {
      stdout.end();
      stderr.end();
    });
  // Whoever waits for it gets the error; nobody has to wait.
  exited.catch(ignore);
  return {
    stdin: connection,
    stdout,
    stderr,
    exited,
    async [Symbol.asyncDispose]() {
      const over = await Promise.race([exited.then(always, always), sleep(0, false)]);
      if (!over) await killIn(container, killId).catch(ignore);
      stdout.resume();
      stderr.resume();
      connection.destroy();
      await exited.catch(ignore);
    },
  };
}

async function demultiplexInto(connection: Duplex, stdout: Writable, stderr: Writable): Promise<void> {
  const failed = Promise.withResolvers<never>();
  stdout.once('error', failed.reject);
  try {
    await Promise.race([demultiplex(connection, stdout, stderr), failed.promise]);
  } finally {
    stdout.off('error', failed.reject);
  }
}

const newKillId = (): string => randomBytes(8).toString('hex');
const always = (): true => true;
