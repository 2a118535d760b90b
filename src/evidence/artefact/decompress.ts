/** Decompresses with Node's own zlib: every frame of a stream, and not a byte of it unaccounted for. */
import * as zlib from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { Damage } from './damage.ts';
import { OutOfReach } from './out-of-reach.ts';

type Decoder = zlib.Gunzip | zlib.ZstdDecompress;

const chunkSize = 256 * 1024;

/** Members one after the other, as `gzip` reads them: zeros may pad the end, anything else is damage. */
export async function* gunzip(source: ByteSource): AsyncGenerator<Buffer, void> {
  yield* decodeFrame(source, zlib.createGunzip({ chunkSize }));
  for (let chunk = await source.some(); chunk !== null; chunk = await source.some()) {
    if (chunk.some((byte) => byte !== 0)) throw new Damage('bytes that are no gzip follow the end of the gzip stream');
  }
}

/** Frames one after the other, skippable ones among them. Node's decoder stops after each. */
export async function* unzstd(source: ByteSource): AsyncGenerator<Buffer, void> {
  if (!('ZstdDecompress' in zlib)) throw new OutOfReach(`zstd, which Node ${process.version} cannot read: expected Node 22.15 or newer`);
  while ((await source.peek(1)).length > 0) yield* decodeFrame(source, zlib.createZstdDecompress({ chunkSize }));
}

/** What the decoder leaves of the source is given back to it. */
async function* decodeFrame(source: ByteSource, decoder: Decoder): AsyncGenerator<Buffer, void> {
  const feeding = feed(source, decoder);
  // An error of the source reaches the reader below through the decoder.
  feeding.catch((error: unknown) => decoder.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) yield chunk;
    source.giveBack(await feeding);
  } finally {
    decoder.destroy();
  }
}

/** Resolves to the bytes that the decoder did not want, once it has ended. */
async function feed(source: ByteSource, decoder: Decoder): Promise<Buffer> {
  const ended = new Promise<void>((resolve) => {
    decoder.once('end', resolve).once('close', resolve);
  });
  let given = 0;
  let last: Buffer = Buffer.alloc(0);
  while (!decoder.readableEnded && !decoder.destroyed) {
    const chunk = await source.some();
    if (chunk === null) {
      decoder.end();
      await ended;
      break;
    }
    last = chunk;
    given += chunk.length;
    // At the end of a frame within a chunk the decoder ends, and answers no more.
    await Promise.race([ended, new Promise<void>((resolve) => decoder.write(chunk, () => resolve()))]);
  }
  return last.subarray(last.length - (given - decoder.bytesWritten));
}
