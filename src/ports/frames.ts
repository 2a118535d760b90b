/** Frames: a line of JSON (`type`, `bytes`), then that many bytes. */
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

const headerSchema = z.object({ type: z.string().max(20), bytes: z.number().int().min(0).max(256 * 1024 * 1024) });

/** @param rest what follows the value after a line's end */
export function writeFrame(target: Writable, type: string, value: unknown, rest: Buffer | string = ''): void {
  const body = Buffer.concat([Buffer.from(JSON.stringify(value)), ...(rest.length > 0 ? [Buffer.from('\n'), Buffer.from(rest)] : [])]);
  target.write(`${JSON.stringify({ type, bytes: body.length })}\n`);
  target.write(body);
}

/** One whole frame that is not output. */
export interface Frame {
  readonly type: string;
  readonly body: Buffer;
}

/** Output frames go to `onOutput` piece by piece, as they arrive; all others are yielded whole. */
export async function* readFrames(source: Readable, onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void): AsyncGenerator<Frame, void, void> {
  const parser = new FrameParser(onOutput);
  for await (const chunk of source) yield* parser.take(chunk);
}

class FrameParser {
  readonly #onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  #head: Buffer = Buffer.alloc(0);
  #type: string | null = null;
  #missing = 0;
  #body: Buffer[] = [];

  constructor(onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void) {
    this.#onOutput = onOutput;
  }

  *take(chunk: Buffer): Generator<Frame> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#type === null) rest = this.#takeHead(rest);
      if (this.#type === null) return;
      const part = rest.subarray(0, this.#missing);
      rest = rest.subarray(part.length);
      this.#missing -= part.length;
      const output = this.#type === 'stdout' || this.#type === 'stderr' ? this.#type : null;
      if (output === null) this.#body.push(part);
      else if (part.length > 0) this.#onOutput(output, part);
      if (this.#missing > 0) return;
      if (output === null) yield { type: this.#type, body: Buffer.concat(this.#body) };
      this.#type = null;
      this.#body = [];
    }
  }

  #takeHead(chunk: Buffer): Buffer {
    const end = chunk.indexOf(0x0a);
    if (end === -1) {
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length > 200) throw new Error(`a frame's first line was expected from the host, got ${JSON.stringify(this.#head.toString('latin1', 0, 80))}`);
      return Buffer.alloc(0);
    }
    const header = headerSchema.parse(JSON.parse(Buffer.concat([this.#head, chunk.subarray(0, end)]).toString()));
    this.#head = Buffer.alloc(0);
    this.#type = header.type;
    this.#missing = header.bytes;
    return chunk.subarray(end + 1);
  }
}
