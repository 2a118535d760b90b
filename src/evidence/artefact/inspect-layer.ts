/** Looks into one layer of an artefact, and through it into the next. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ByteSource } from './byte-source.ts';
import { Damage, Refused } from './damage.ts';
import { gunzip, unzstd } from './decompress.ts';
import { type Format, decodable, headBytes, recogniseFormat } from './layers.ts';
import type { Budget } from './limits.ts';
import type { MemberHead, MemberListener } from './member-facts.ts';
import { NeedleScanner, type Wanted } from './needle-scanner.ts';
import { readTar } from './read-tar.ts';

/** What is the same for all layers of one artefact. */
export interface Inspection {
  readonly wanted: Wanted;
  readonly passphrases: readonly string[];
  readonly listener: MemberListener | null;
  readonly budget: Budget;
  /** Bytes of the artefact read so far. */
  readonly rawBytes: () => number;
}

/** What was found in a chain of layers: an artefact, or one member of an archive with all that lies in it. */
export interface Findings {
  /** From the outside in. */
  readonly layers: Format[];
  /** Names whose nonce stands in it. */
  readonly nonces: Set<string>;
  /** Names of needles that stand where no key is needed to read them. */
  readonly plaintext: Set<string>;
  /** Of the archive, folders left out; null where there is none. */
  members: number | null;
  /** Of the innermost layer; of an archive, what its members hold. */
  contentBytes: number;
}

export interface Surroundings {
  /** Layers around this one. */
  readonly depth: number;
  readonly encrypted: boolean;
  /** Paths of the archives' members that lie around it, from the outside in. */
  readonly within: readonly string[];
}

export const noFindings = (): Findings => ({ layers: [], nonces: new Set(), plaintext: new Set(), members: null, contentBytes: 0 });

/**
 * Reads `source` to its end and adds to `findings`. What it found counts only if it does not throw, but for plaintext.
 * @throws Damage when it cannot be read to its end; OutOfReach when only somebody else can.
 */
export async function inspectLayer(source: ByteSource, inspection: Inspection, around: Surroundings, findings: Findings): Promise<void> {
  const head = await source.peek(headBytes);
  const format = recogniseFormat(head);
  if (head.length > 0) findings.layers.push(format);
  if (!decodable.has(format)) return scan(source, inspection, around, findings);
  if (around.depth >= inspection.budget.depth) throw new Damage(`more than ${inspection.budget.depth} layers`);
  if (format === 'tar') return inspectArchive(source, inspection, around, findings);
  const decoded = await decode(format, head, source, inspection);
  try {
    const inner = { ...around, depth: around.depth + 1, encrypted: around.encrypted || format === 'openpgp' };
    await inspectLayer(new ByteSource(counted(decoded, inspection)), inspection, inner, findings);
  } finally {
    await decoded.return();
  }
}

async function decode(format: Format, head: Buffer, source: ByteSource, { passphrases }: Inspection): Promise<AsyncGenerator<Buffer, void>> {
  if (format === 'gzip') return gunzip(source);
  if (format === 'zstd') return unzstd(source);
  // Loaded when first needed: most backups are not encrypted, and openpgp.js is big.
  const { decrypt } = await import('./decrypt.ts');
  const decrypted = await decrypt(Readable.from(source, { objectMode: false }), head, passphrases);
  return chunksOf(decrypted);
}

async function* chunksOf(stream: Readable): AsyncGenerator<Buffer, void> {
  for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
}

async function* counted(decoded: AsyncIterable<Buffer>, { budget, rawBytes }: Inspection): AsyncGenerator<Buffer, void> {
  for await (const chunk of decoded) {
    budget.decoded(chunk.length, rawBytes());
    yield chunk;
  }
}

/** The innermost layer, of which nothing is known but its bytes. */
async function scan(source: ByteSource, { wanted }: Inspection, { encrypted }: Surroundings, findings: Findings): Promise<void> {
  const scanner = new NeedleScanner(wanted);
  try {
    for (let chunk = await source.some(); chunk !== null; chunk = await source.some()) {
      scanner.write(chunk);
      findings.contentBytes += chunk.length;
    }
    for (const name of scanner.nonces) findings.nonces.add(name);
  } finally {
    // What lies there to be read is read by an attacker too, whatever comes after it.
    if (!encrypted) for (const name of scanner.needles) findings.plaintext.add(name);
  }
}

async function inspectArchive(source: ByteSource, inspection: Inspection, around: Surroundings, findings: Findings): Promise<void> {
  const { listener, budget } = inspection;
  let intact = false;
  findings.members = 0;
  try {
    await readTar(source, async (head, content, whole) => {
      budget.member();
      if (head.type !== 'd') findings.members = (findings.members ?? 0) + 1;
      findings.contentBytes += head.size;
      const sha256 = head.type === 'f' ? await inspectMember(head, content, inspection, around, findings) : null;
      listener?.member({ ...head, sha256: whole ? sha256 : null }, around.within);
    });
    intact = true;
  } finally {
    listener?.ended?.(around.within, intact);
  }
}

/** An archive may hold archives and encrypted files. One of them that cannot be read is content like any other, and proves nothing. */
async function inspectMember(head: MemberHead, content: ByteSource, inspection: Inspection, around: Surroundings, findings: Findings): Promise<string> {
  const hash = createHash('sha256');
  const tapped = new ByteSource(hashed(content, hash));
  const own = noFindings();
  try {
    await inspectLayer(tapped, inspection, { ...around, depth: around.depth + 1, within: [...around.within, head.path] }, own);
    for (const name of own.nonces) findings.nonces.add(name);
  } catch (error) {
    if (error instanceof Refused) throw error;
  }
  for (const name of own.plaintext) findings.plaintext.add(name);
  // An archive that is cut within this member says so here.
  await tapped.drain();
  return hash.digest('hex');
}

async function* hashed(source: ByteSource, hash: { update(chunk: Buffer): unknown }): AsyncGenerator<Buffer, void> {
  for (let chunk = await source.some(); chunk !== null; chunk = await source.some()) {
    hash.update(chunk);
    yield chunk;
  }
}
