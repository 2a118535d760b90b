/** Programs that run in a host one after the other or side by side, over one connection to our own runner there (`host/runner`). */
import type { Writable } from 'node:stream';
import { z } from 'zod';
import { readFrames, writeFrame } from '../ports/frames.ts';
import type { ExecOptions, ExecResult, HostProcess } from '../ports/host.ts';
import { Kept, ignore, whenAborted } from './exec-streams.ts';

/** Longest input that travels with a request, in bytes: what is longer, or a stream, needs a connection of its own. */
const longestInput = 256 * 1024;
const exitSchema = z.object({ id: z.number(), code: z.number() });

/** What a request may be: all but a stream as input. */
export type ShortExec = Omit<ExecOptions, 'stdin'> & { readonly stdin?: Buffer | string };

/** Whether a program can be run over the shared connection. */
export function isShort(options: ExecOptions): options is ShortExec {
  const { stdin } = options;
  return stdin === undefined || ((typeof stdin === 'string' || Buffer.isBuffer(stdin)) && stdin.length <= longestInput);
}

interface Running {
  readonly out: Writable;
  readonly err: Writable;
  readonly exit: PromiseWithResolvers<number>;
}

/** One connection, for as long as it holds. A program of the host may end it: then what ran over it has failed, and the next one is new. */
export class Runner {
  readonly #process: HostProcess;
  readonly #running = new Map<number, Running>();
  #next = 1;
  /** Null while the connection holds. */
  ended: Error | null = null;

  constructor(process: HostProcess) {
    this.#process = process;
    process.stderr.resume();
    this.#listen().then(
      () => this.#end(new Error("the host's runner has ended")),
      (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))),
    );
    process.exited.catch(ignore);
  }

  /** As `Host.exec`. Rejects when the connection ends before the program. */
  async run(command: readonly string[], options: ShortExec & { readonly maxBytes: number }): Promise<ExecResult> {
    const { signal, user = 'root', cwd = '/', env = {}, stdin = '', maxBytes } = options;
    if (this.ended !== null) throw this.ended;
    const id = this.#next++;
    const stop = new AbortController();
    const tooLong = (output: string) => (limit: number) =>
      stop.abort(new Error(`${command[0] ?? ''} wrote more than ${limit} bytes to its ${output}: raise maxBytes, or give it a stream`));
    const fail = (error: Error): void => stop.abort(error);
    const stdout = new Kept(maxBytes);
    const stderr = new Kept(maxBytes);
    const running: Running = { out: options.stdout ?? stdout.sink(tooLong('standard output')), err: stderr.sink(tooLong('standard error')), exit: Promise.withResolvers<number>() };
    running.exit.promise.catch(ignore);
    options.stdout?.once('error', fail);
    this.#running.set(id, running);
    using stopped = whenAborted(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
    this.#hold(true);
    writeFrame(this.#process.stdin, 'run', { id, command, user, cwd, env }, stdin);
    try {
      const exitCode = await Promise.race([running.exit.promise, stopped.promise]);
      stop.signal.throwIfAborted();
      return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes().toString('utf8') };
    } catch (error) {
      if (this.ended === null) {
        writeFrame(this.#process.stdin, 'kill', { id });
        await running.exit.promise.catch(ignore);
      }
      throw error;
    } finally {
      options.stdout?.off('error', fail);
      this.#running.delete(id);
      this.#hold(this.#running.size > 0);
    }
  }

  /** A connection over which nothing runs does not keep this program alive: a host may stay for a look inside. */
  #hold(held: boolean): void {
    this.#process.hold(held);
  }

  async #listen(): Promise<void> {
    for await (const { type, body } of readFrames(this.#process.stdout, ignore)) {
      if (type === 'exit') {
        const { id, code } = exitSchema.parse(JSON.parse(body.toString()));
        this.#running.get(id)?.exit.resolve(code);
      } else if (type === 'out' || type === 'err') this.#pass(type, body);
    }
  }

  /** The runner sends no more of a program's output than was taken here. */
  #pass(output: 'out' | 'err', body: Buffer): void {
    const space = body.indexOf(' ');
    const id = Number(body.toString('latin1', 0, space));
    const target = this.#running.get(id)?.[output];
    const bytes = body.length - space - 1;
    const taken = (): void => writeFrame(this.#process.stdin, 'taken', { id, bytes });
    if (target === undefined || target.destroyed || target.writableEnded) taken();
    else target.write(body.subarray(space + 1), taken);
  }

  #end(error: Error): void {
    this.ended = error;
    for (const { exit } of this.#running.values()) exit.reject(error);
  }
}
