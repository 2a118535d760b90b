/** The streams of a program in a host: its input, what is kept of its outputs, and the signal that ends it. */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExecOptions } from '../ports/host.ts';

export const ignore = (): void => {};

/** Writes a program's input and closes it. A program that ends before it has read all is no error; a source that fails is. */
export async function feed(connection: Writable, stdin: ExecOptions['stdin']): Promise<void> {
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
function writingHalf(connection: Writable, onClosed: () => void): Writable {
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
export class Kept {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param tooLong called when the limit is passed */
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

/** Rejects once the signal aborts, with its reason. */
export function whenAborted(signal: AbortSignal): { readonly promise: Promise<never> } & Disposable {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(ignore);
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', abort) };
}

/** A stream that nobody reads. */
export function devNull(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
