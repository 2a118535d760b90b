/** Docker sends a process' two outputs over one connection, in frames. */
import type { Readable, Writable } from 'node:stream';

const headerLength = 8;

/**
 * Splits frames (`[stream, 0, 0, 0, length as 32 bits, big-endian]`, then content) into standard output and error,
 * no faster than both are read. Resolves at the end of the connection; ends neither output.
 * Format: Docker Engine API, "Attach to a container", stream format.
 */
export async function demultiplex(source: Readable, stdout: Writable, stderr: Writable): Promise<void> {
  const header = Buffer.alloc(headerLength);
  let headerFilled = 0;
  let remaining = 0;
  let target = stdout;
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('expected bytes from the engine, got text');
    let offset = 0;
    while (offset < chunk.length) {
      if (remaining === 0) {
        const copied = chunk.copy(header, headerFilled, offset, offset + headerLength - headerFilled);
        headerFilled += copied;
        offset += copied;
        if (headerFilled < headerLength) break;
        headerFilled = 0;
        target = header[0] === 2 ? stderr : stdout;
        remaining = header.readUInt32BE(4);
      } else {
        const end = Math.min(chunk.length, offset + remaining);
        remaining -= end - offset;
        await write(target, chunk.subarray(offset, end));
        offset = end;
      }
    }
  }
  if (remaining > 0 || headerFilled > 0) throw new Error('the connection to the engine ended within a frame');
}

async function write(target: Writable, bytes: Buffer): Promise<void> {
  // A reader that has gone away must not stop the other output.
  if (target.destroyed || target.writableEnded) return;
  if (target.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    target.on('drain', done).on('close', done).on('error', done);
  });
}
