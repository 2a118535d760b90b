import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { demultiplex } from './demultiplex.ts';

function frame(stream: 1 | 2, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

function collector(): { readonly sink: Writable; readonly text: () => string } {
  const chunks: Buffer[] = [];
  return {
    sink: new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    }),
    text: () => Buffer.concat(chunks).toString(),
  };
}

const wire = Buffer.concat([frame(1, 'one '), frame(2, 'error'), frame(1, ''), frame(1, 'two')]);

describe('demultiplex', () => {
  it.each([1, 3, 8, 1000])('splits frames that arrive in pieces of %i bytes', async (size) => {
    const pieces = Array.from({ length: Math.ceil(wire.length / size) }, (_, i) => wire.subarray(i * size, (i + 1) * size));
    const [out, err] = [collector(), collector()];
    await demultiplex(Readable.from(pieces), out.sink, err.sink);
    expect([out.text(), err.text()]).toEqual(['one two', 'error']);
  });

  it('rejects when the connection breaks within a frame, rather than pass a part for the whole', async () => {
    await expect(demultiplex(Readable.from([wire.subarray(0, wire.length - 1)]), collector().sink, collector().sink)).rejects.toThrow(/within a frame/);
  });

  it('reads no faster than its output is read', async () => {
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (; taken < 1000; taken++) yield frame(1, 'x'.repeat(1024));
      })(),
      { objectMode: true, highWaterMark: 1 },
    );
    const slow = new PassThrough({ highWaterMark: 4096 });
    const done = demultiplex(source, slow, collector().sink);
    await sleep(50);
    expect(taken).toBeLessThan(20);
    slow.resume();
    await done;
    expect(taken).toBe(1000);
  });

  it('goes on with one output when the reader of the other has gone', async () => {
    const gone = new PassThrough();
    gone.destroy();
    const err = collector();
    await demultiplex(Readable.from([wire]), gone, err.sink);
    expect(err.text()).toBe('error');
  });
});
