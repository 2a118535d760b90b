/** Looks into one artefact as a stream: layer by layer, in bounded memory, for the nonces that it holds. */
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import * as openpgp from 'openpgp';
import { Parser } from 'tar';
import { type Format, decodable, headBytes, recogniseFormat } from './layers.ts';
import { NonceScanner } from './nonce-scanner.ts';

export interface StreamFacts {
  readonly bytes: number;
  readonly sha256: string;
  /** From the outside in. */
  readonly layers: readonly Format[];
  readonly state: 'readable' | 'broken' | 'opaque';
  /** Members of the archive that are not folders; null where there is no archive. */
  readonly members: number | null;
  /** Bytes of the innermost layer, archive headers left out; null where it could not be reached. */
  readonly contentBytes: number | null;
  readonly holds: readonly string[];
  readonly detail: string;
}

export interface InspectionOptions {
  /** nonce → name. */
  readonly nonces: ReadonlyMap<string, string>;
  /** Tried in this order on OpenPGP messages. */
  readonly passphrases: readonly string[];
}

interface InnerFacts {
  readonly layers: readonly Format[];
  readonly members: number | null;
  readonly contentBytes: number;
}

/** Layers within layers: more is refused as a bomb. */
const maxDepth = 8;

/** Reads `source` to its end, whatever is in it. Rejects only when the source itself cannot be read. */
export async function inspectStream(source: Readable, options: InspectionOptions): Promise<StreamFacts> {
  const hash = createHash('sha256');
  let bytes = 0;
  const scanner = new NonceScanner(options.nonces);
  const seen: Format[] = [];
  let sourceFailed: Error | null = null;
  const raw = Readable.from(
    (async function* () {
      try {
        for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      } catch (error) {
        sourceFailed = error instanceof Error ? error : new Error(String(error));
        throw sourceFailed;
      }
    })(),
    { objectMode: false },
  );
  let inner: InnerFacts | null = null;
  let detail = '';
  try {
    inner = await lookInto(raw, options, scanner, seen, 0);
  } catch (error) {
    detail = error instanceof Error ? error.message : String(error);
  }
  if (sourceFailed !== null) throw sourceFailed;
  // The rest is read for the hash of the whole file, also where a layer gave up early.
  raw.destroy();
  for await (const chunk of source as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const facts = { bytes, sha256: hash.digest('hex'), layers: seen };
  if (inner === null) {
    return { ...facts, state: 'broken', members: null, contentBytes: null, holds: [], detail };
  }
  const holds = [...scanner.found];
  const innermost = inner.layers.at(-1) ?? 'unknown';
  const lookedInto = innermost === 'tar' || innermost === 'text' || holds.length > 0 || inner.contentBytes === 0;
  return {
    ...facts,
    state: lookedInto ? 'readable' : 'opaque',
    members: inner.members,
    contentBytes: inner.contentBytes,
    holds,
    detail: lookedInto ? '' : innermost,
  };
}

async function lookInto(stream: Readable, options: InspectionOptions, scanner: NonceScanner, seen: Format[], depth: number): Promise<InnerFacts> {
  const { head, whole } = await peek(stream);
  const format = recogniseFormat(head);
  if (head.length > 0) seen.push(format);
  if (!decodable.has(format)) {
    const contentBytes = await scan(whole, scanner);
    return { layers: seen, members: null, contentBytes };
  }
  if (depth >= maxDepth) throw new Error(`more than ${maxDepth} layers`);
  if (format === 'tar') return readTar(whole, scanner, seen);
  if (format === 'gzip') {
    const decoded = createGunzip();
    const [, inner] = await Promise.all([pipeline(whole, decoded), finish(lookInto(decoded, options, scanner, seen, depth + 1), decoded)]);
    return inner;
  }
  const decrypted = await decrypt(whole, head, options.passphrases);
  return lookInto(decrypted, options, scanner, seen, depth + 1);
}

/** A layer that gives up must not leave its source waiting for a reader. */
async function finish<T>(result: Promise<T>, stream: Readable): Promise<T> {
  try {
    return await result;
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function peek(stream: Readable): Promise<{ readonly head: Buffer; readonly whole: Readable }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  while (size < headBytes) {
    const next = await iterator.next();
    if (next.done === true) break;
    chunks.push(next.value);
    size += next.value.length;
  }
  const start = Buffer.concat(chunks);
  const whole = Readable.from(
    (async function* () {
      if (start.length > 0) yield start;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    })(),
    { objectMode: false },
  );
  return { head: start.subarray(0, headBytes), whole };
}

async function scan(stream: Readable, scanner: NonceScanner): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    scanner.write(chunk);
    bytes += chunk.length;
  }
  return bytes;
}

async function readTar(stream: Readable, scanner: NonceScanner, seen: readonly Format[]): Promise<InnerFacts> {
  let members = 0;
  let contentBytes = 0;
  let problem: string | null = null;
  const parser = new Parser({
    gzip: false,
    brotli: false,
    zstd: false,
    onReadEntry: (entry) => {
      if (entry.type !== 'Directory') members += 1;
      contentBytes += entry.size;
      entry.resume();
    },
    onwarn: (code, message) => {
      if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT' || code === 'TAR_ENTRY_INVALID') problem ??= String(message);
    },
  });
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve());
    parser.on('error', reject);
  });
  let allZero = true;
  await pipeline(
    stream,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        scanner.write(chunk);
        allZero &&= chunk.every((byte) => byte === 0);
        if (parser.write(chunk)) done();
        else parser.once('drain', () => done());
      },
      final(done) {
        parser.end();
        done();
      },
    }),
  );
  if (allZero) return { layers: seen, members: 0, contentBytes: 0 };
  await ended;
  if (problem !== null) throw new Error(problem);
  return { layers: seen, members, contentBytes };
}

/** openpgp.js refuses S2K counts and sizes by configuration only; these keep a message of any size in bounded memory. */
const openpgpConfig = { ...openpgp.config, allowUnauthenticatedStream: true };

/**
 * Decrypts with the first passphrase that fits. What is streamed out before the integrity check is only ever scanned;
 * a failed check at the end rejects, and then nothing that was seen counts.
 */
async function decrypt(stream: Readable, head: Buffer, passphrases: readonly string[]): Promise<Readable> {
  const web = Readable.toWeb(stream) as ReadableStream<Uint8Array>;
  const armored = head.toString('latin1', 0, 27) === '-----BEGIN PGP MESSAGE-----';
  const message = armored
    ? await openpgp.readMessage({ armoredMessage: web.pipeThrough(new TextDecoderStream()) as never, config: openpgpConfig })
    : await openpgp.readMessage({ binaryMessage: web as never, config: openpgpConfig });
  const { data } = await openpgp.decrypt({ message, passwords: [...passphrases], format: 'binary', config: openpgpConfig });
  return Readable.from(data as AsyncIterable<Uint8Array>, { objectMode: false });
}
