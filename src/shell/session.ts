/** Runs blocks in a host, in shells that live as long as a phase. The work is done by the agent inside the host; this is its other end. */
import { type Host, HostLost, type HostProcess } from '../ports/host.ts';
import { doneSchema, faultSchema, lateSchema } from './agent-messages.ts';
import { type Frame, readFrames, writeFrame } from '../ports/frames.ts';
import type { BlockRequest, BlockRun, LateRecords } from './protocol.ts';
import { Tail } from './tail.ts';

export type { BlockRequest, BlockRun, LateRecords } from './protocol.ts';

const agent = '/usr/local/lib/runbook-drill/agent.py';
/** How long shells may take to end by themselves at the end of a phase: their EXIT traps run. */
const endSeconds = 30;
/** How long the agent may take to say that something has ended. */
const answerSeconds = 20;
const tailBytes = 8 * 1024;

export interface SessionOptions {
  readonly user: string;
  /** Must be there: it is where each shell begins. */
  readonly cwd: string;
  /** Exported in each shell after its start files. In no process list. */
  readonly env: Readonly<Record<string, string>>;
  /** Told of all output as it comes. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Ends the block that runs: its result is `aborted`. */
  readonly signal: AbortSignal;
}

/** The shells of one phase. Disposing of it ends the phase and kills what is left. */
export interface ShellSession extends AsyncDisposable {
  /** Runs one block; one at a time. Rejects with `HostLost` when the host is gone. */
  run(block: BlockRequest): Promise<BlockRun>;
  /** Ends the phase: shells leave (their EXIT traps run), then background children are killed. What was told too late for its block. */
  end(): Promise<LateRecords>;
}

/** Rejects when the directory or the user is not there. */
export async function openSession(host: Host, options: SessionOptions): Promise<ShellSession> {
  const process = await host.start([agent], { user: 'root', cwd: '/' });
  const session = new AgentSession(process, host.name, options);
  try {
    await session.open();
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return session;
}

class AgentSession implements ShellSession {
  readonly #process: HostProcess;
  readonly #hostName: string;
  readonly #options: SessionOptions;
  readonly #answers: Frame[] = [];
  #wake: () => void = () => undefined;
  #over = false;
  #output = new Tail(tailBytes);
  #stderr = new Tail(tailBytes);
  #complaint = new Tail(2048);
  #late: Promise<LateRecords> | null = null;
  readonly #abort = (): void => writeFrame(this.#process.stdin, 'abort', {});

  constructor(process: HostProcess, hostName: string, options: SessionOptions) {
    this.#process = process;
    this.#hostName = hostName;
    this.#options = options;
    process.stderr.on('data', (chunk: Buffer) => this.#complaint.add(chunk));
    // A broken pipe is told by the answer that does not come.
    process.stdin.on('error', () => undefined);
    void this.#read();
  }

  async open(): Promise<void> {
    const { user, cwd, env } = this.#options;
    writeFrame(this.#process.stdin, 'open', { user, cwd, env });
    await this.#answer('ready');
  }

  async run(block: BlockRequest): Promise<BlockRun> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    this.#output = new Tail(tailBytes);
    this.#stderr = new Tail(tailBytes);
    writeFrame(this.#process.stdin, 'run', block);
    const told = new AbortController();
    signal.addEventListener('abort', this.#abort, { once: true });
    try {
      const answer = Promise.race([this.#answer('done'), this.#silenceAfter(signal, told.signal)]);
      const { start, scripts, ...done } = doneSchema.parse(JSON.parse((await answer).toString()));
      return {
        ...done,
        start: new Date(start * 1000).toISOString(),
        scripts: new Map(Object.entries(scripts)),
        output: this.#output.text(),
        stderrTail: this.#stderr.text(),
      };
    } finally {
      told.abort();
      signal.removeEventListener('abort', this.#abort);
    }
  }

  /** Rejects when the agent has not answered some time after it was asked to end the block: an interrupt must not wait for it for ever. */
  async #silenceAfter(asked: AbortSignal, told: AbortSignal): Promise<never> {
    await new Promise<void>((resolve) => {
      if (asked.aborted) resolve();
      else asked.addEventListener('abort', () => resolve(), { once: true, signal: told });
    });
    return this.#silence(answerSeconds, told);
  }

  async #silence(seconds: number, told: AbortSignal): Promise<never> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      told.addEventListener('abort', () => clearTimeout(timer), { once: true });
    });
    throw new HostLost(`the agent in host ${this.#hostName} does not answer: expected an answer within ${seconds} s`);
  }

  end(): Promise<LateRecords> {
    this.#late ??= this.#end();
    return this.#late;
  }

  async #end(): Promise<LateRecords> {
    writeFrame(this.#process.stdin, 'end', { seconds: this.#options.signal.aborted ? 0 : endSeconds });
    const told = new AbortController();
    try {
      const answer = await Promise.race([this.#answer('late'), this.#silence(endSeconds + answerSeconds, told.signal)]);
      this.#process.stdin.end();
      await Promise.race([this.#process.exited, this.#silence(answerSeconds, told.signal)]);
      return lateSchema.parse(JSON.parse(answer.toString()));
    } finally {
      told.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.end();
    } catch (error) {
      if (!(error instanceof HostLost)) throw error;
    } finally {
      await this.#process[Symbol.asyncDispose]();
    }
  }

  #take(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    this.#output.add(chunk);
    if (stream === 'stderr') this.#stderr.add(chunk);
    this.#options.onOutput?.(stream, chunk);
  }

  /** Reads on also between blocks, so that children in the background are not held up by their output. */
  async #read(): Promise<void> {
    try {
      for await (const frame of readFrames(this.#process.stdout, (stream, chunk) => this.#take(stream, chunk))) {
        this.#answers.push(frame);
        this.#wake();
      }
    } catch (error) {
      this.#complaint.add(Buffer.from(String(error)));
    } finally {
      this.#over = true;
      this.#wake();
    }
  }

  async #answer(expected: string): Promise<Buffer> {
    while (this.#answers.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const answer = this.#answers.shift();
    if (answer === undefined) {
      const code = await this.#process.exited.catch(() => null);
      throw new HostLost(`${this.#hostName}: the agent that runs blocks ended (exit ${code ?? 'unknown'}) where '${expected}' was expected. ${this.#complaint.text().trim()}`);
    }
    if (answer.type === 'fault') throw new Error(`${this.#hostName}: ${faultSchema.parse(JSON.parse(answer.body.toString())).message}`);
    if (answer.type !== expected) throw new Error(`${this.#hostName}: the agent that runs blocks said '${answer.type}' where '${expected}' was expected`);
    return answer.body;
  }
}
