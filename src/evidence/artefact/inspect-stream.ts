/** Looks into one artefact as a stream: layer by layer, in bounded memory, for the nonces that it holds. */
import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { ForAnotherKey } from './for-another-key.ts';
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
  let forAnother = false;
  try {
    inner = await lookInto(raw, options, scanner, seen, 0);
  } catch (error) {
    detail = error instanceof Error ? error.message : String(error);
    forAnother = error instanceof ForAnotherKey;
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
    return { ...facts, state: forAnother ? 'opaque' : 'broken', members: null, contentBytes: null, holds: [], detail };
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
  if (format === 'tar') return readTar(whole, { options, scanner, seen, depth });
  if (format === 'gzip') {
    const decoded = createGunzip();
    const [, inner] = await Promise.all([pipeline(whole, decoded), finish(lookInto(decoded, options, scanner, seen, depth + 1), decoded)]);
    return inner;
  }
  // Loaded when first needed: most backups are not encrypted, and openpgp.js is big.
  const { decrypt } = await import('./decrypt.ts');
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

interface TarReading {
  readonly options: InspectionOptions;
  readonly scanner: NonceScanner;
  readonly seen: readonly Format[];
  readonly depth: number;
}

async function readTar(stream: Readable, { options, scanner, seen, depth }: TarReading): Promise<InnerFacts> {
  let members = 0;
  let contentBytes = 0;
  let problem: string | null = null;
  const within: Promise<void>[] = [];
  const parser = new Parser({
    gzip: false,
    brotli: false,
    zstd: false,
    onReadEntry: (entry) => {
      if (entry.type !== 'Directory') members += 1;
      contentBytes += entry.size;
      within.push(lookIntoMember(entry, options, scanner, depth + 1));
    },
    onwarn: (code, message) => {
      if (code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT' || code === 'TAR_ENTRY_INVALID') problem ??= String(message);
    },
  });
  const ended = new Promise<void>((resolve) => {
    parser.on('end', resolve);
  });
  let allZero = true;
  const sink = new Writable({
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
  });
  // A parser that gave up drains no more.
  parser.on('error', (error: Error) => sink.destroy(error));
  await pipeline(stream, sink);
  if (allZero) return { layers: seen, members: 0, contentBytes: 0 };
  await ended;
  await Promise.all(within);
  if (problem !== null) throw new Error(problem);
  return { layers: seen, members, contentBytes };
}

/** An archive may hold archives and encrypted files. One of them that cannot be read is content like any other, and proves nothing. */
async function lookIntoMember(entry: ReadEntry, options: InspectionOptions, scanner: NonceScanner, depth: number): Promise<void> {
  if (entry.size === 0) {
    entry.resume();
    return;
  }
  const own = new NonceScanner(options.nonces);
  const content = Readable.from(entry, { objectMode: false });
  const closed = new Promise((resolve) => {
    content.once('close', resolve);
  });
  try {
    await lookInto(content, options, own, [], depth);
    scanner.add(own);
  } catch {
    // Nothing that was seen in it counts.
  }
  content.on('error', () => undefined).destroy();
  await closed;
  // What it left unread holds up the members after it.
  entry.resume();
}
