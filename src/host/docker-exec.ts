/** Runs programs in a container over the engine's API: binary safe both ways, secrets in no process list. */
import { randomBytes } from 'node:crypto';
import { PassThrough, Readable, Writable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { HostLost, type ExecOptions, type ExecResult, type HostProcess } from '../ports/host.ts';
import { reason } from './connection.ts';
import { demultiplex } from './demultiplex.ts';

/** Where the host image keeps the programs that this file calls. */
export const hostPrograms = '/usr/local/lib/runbook-drill/host';

const defaultMaxBytes = 16 * 1024 * 1024;

type Launch = Pick<ExecOptions, 'user' | 'cwd' | 'env'> & { readonly withInput: boolean; readonly killId: string | null };

interface Launched {
  readonly exec: Docker.Exec;
  /** Write for standard input, where the program has one; read for the frames of both outputs. */
  readonly connection: Duplex;
}

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

async function launch(container: Docker.Container, command: readonly string[], options: Launch): Promise<Launched> {
  const { user = 'root', cwd, env, withInput, killId } = options;
  try {
    const exec = await container.exec({
      AttachStdin: withInput,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: killId === null ? [...command] : [`${hostPrograms}/killable`, killId, ...command],
      User: user,
      ...(cwd === undefined ? {} : { WorkingDir: cwd }),
      Env: Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
    });
    return { exec, connection: await exec.start({ hijack: true, stdin: withInput }) };
  } catch (error) {
    throw await lostOr(container, error);
  }
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

/** Writes a program's input and closes it. A program that ends before it has read all is no error; a source that fails is. */
async function feed(connection: Duplex, stdin: ExecOptions['stdin']): Promise<void> {
  connection.on('error', ignore);
  if (stdin === undefined) return;
  if (!(stdin instanceof Readable)) {
    connection.end(stdin);
    return;
  }
  let fault: Error | null = null;
  let closed = false;
  stdin.once('error', (error) => {
    if (!closed) fault = error;
  });
  // The connection itself stays open for reading: only its writing half is closed.
  await pipeline(stdin, writingHalf(connection, () => (closed = true))).catch(ignore);
  if (fault !== null) throw fault;
}

/** @param onClosed told when the program has closed its input or ended: what its source says after that is of no interest */
function writingHalf(connection: Duplex, onClosed: () => void): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      if (connection.destroyed || connection.writableEnded) {
        onClosed();
        return done(new Error('the program has closed its input'));
      }
      if (connection.write(chunk)) return done();
      const next = (): void => {
        connection.off('drain', next).off('close', next);
        done();
      };
      connection.on('drain', next).on('close', next);
    },
    final(done) {
      connection.end();
      done();
    },
  });
}

/** What is kept of one output, up to a length that is an error to pass. */
class Kept {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param tooLong called once when the limit is passed */
  sink(tooLong: (limit: number) => void): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#length += chunk.length;
        if (this.#length > this.#limit) tooLong(this.#limit);
        else this.#chunks.push(chunk);
        done();
      },
    });
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Kills, in the container, everything in the session of the program that was launched under this id. */
async function killIn(container: Docker.Container, killId: string): Promise<void> {
  const { exec, connection } = await launch(container, [`${hostPrograms}/kill-by`, killId], { withInput: false, killId: null });
  await demultiplex(connection, devNull(), devNull());
  await exitCodeOf(container, exec);
}

async function exitCodeOf(container: Docker.Container, exec: Docker.Exec): Promise<number> {
  try {
    // The outputs end a moment before the engine has noted the exit.
    for (let wait = 1; ; wait = Math.min(wait * 2, 100)) {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running && ExitCode !== null) {
        if (ExitCode === killedStatus && (await isDying(container))) throw new HostLost(hostGone);
        return ExitCode;
      }
      if (!(await isRunning(container))) throw new HostLost(hostGone);
      await sleep(wait);
    }
  } catch (error) {
    throw await lostOr(container, error);
  }
}

/** 128 + SIGKILL: what every program gets when the host's first process dies. */
const killedStatus = 137;
const hostGone = 'the host is gone: its container does not run any more';

/** Whether the container has died or is about to: for a moment after its first process was killed it still counts as running. */
async function isDying(container: Docker.Container): Promise<boolean> {
  try {
    const { exec, connection } = await launch(container, ['true'], { withInput: false, killId: null });
    await demultiplex(connection, devNull(), devNull());
    for (let tries = 0; tries < 100; tries++) {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running && ExitCode !== null) return ExitCode !== 0;
      await sleep(20);
    }
    return true;
  } catch {
    return true;
  }
}

async function isRunning(container: Docker.Container): Promise<boolean> {
  try {
    const { State } = await container.inspect();
    return State.Running && !State.Dead;
  } catch {
    return false;
  }
}

/** `HostLost` when the container does not run any more, else the error itself. */
async function lostOr(container: Docker.Container, error: unknown): Promise<Error> {
  if (error instanceof HostLost) return error;
  if (!(await isRunning(container))) return new HostLost(`${hostGone} (${reason(error)})`, { cause: error });
  return error instanceof Error ? error : new Error(reason(error));
}

/** Rejects once the signal aborts, with its reason. */
function whenAborted(signal: AbortSignal): { readonly promise: Promise<never> } & Disposable {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(ignore);
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', abort) };
}

function devNull(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

const newKillId = (): string => randomBytes(8).toString('hex');
const ignore = (): void => {};
const always = (): true => true;
