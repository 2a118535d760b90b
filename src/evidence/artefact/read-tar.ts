/** Reads a tar archive as it passes: v7, ustar, GNU and pax. Any byte that does not belong is damage. */
import { printablePath } from '../printable-path.ts';
import { ByteSource } from './byte-source.ts';
import { Damage } from './damage.ts';
import type { MemberHead, MemberType, VisitMember } from './member-facts.ts';
import { type SparseMap, checkMap, oldGnuPieces, oldGnuSize, paxPieces, takeLeadingPieces, withHoles } from './sparse.ts';
import { type TarHeader, blockBytes, isZeroBlock, readHeader, readPax } from './tar-header.ts';

/** Long names and pax headers are kept in memory: a longer one is damage. */
const longestMeta = 1 << 20;
/** Holes of one file that are read as zeros, bytes: twenty seconds' worth. */
const mostHoles = 16 * 1024 ** 3;

/** All else is a regular file: POSIX says so of what a reader does not know. */
const types: Readonly<Record<string, MemberType>> = { '1': 'h', '2': 'l', '3': 'c', '4': 'b', '5': 'd', '6': 'p', D: 'd' };

/** By key of a pax header, bytes as latin1. GNU's long names are told in the same words. */
type Extended = ReadonlyMap<string, string>;

interface Entry {
  readonly block: Buffer;
  readonly header: TarHeader;
  /** Of the header, in the archive. */
  readonly offset: number;
  readonly extended: Extended;
}

/** Resolves when the archive has ended well, with nothing but zeros behind its end. @throws Damage */
export async function readTar(source: ByteSource, visit: VisitMember): Promise<void> {
  let global: Extended = new Map();
  let next: Extended = new Map();
  for (;;) {
    const offset = source.taken;
    const block = await takeBlock(source);
    if (block === null) throw new Damage(`the tar archive is cut after ${offset} bytes: the blocks of zeros that end one are not there`);
    if (isZeroBlock(block)) return takeEnd(source);
    const header = readHeader(block, offset);
    if (header.typeflag === 'g') global = new Map([...global, ...(await takeMeta(source, header, offset))]);
    else if ('xXLKV'.includes(header.typeflag)) next = new Map([...next, ...(await takeMeta(source, header, offset))]);
    else {
      await readMember(source, { block, header, offset, extended: new Map([...global, ...next]) }, visit);
      next = new Map();
    }
  }
}

/** Null at the end of the stream. */
async function takeBlock(source: ByteSource): Promise<Buffer | null> {
  const block = await source.take(blockBytes);
  if (block.length > 0 && block.length < blockBytes) throw new Damage(`the tar archive is cut within a block, after ${source.taken} bytes`);
  return block.length === 0 ? null : block;
}

/** After the first block of zeros. Readers stop at it, so that members behind it would be lost without a word. */
async function takeEnd(source: ByteSource): Promise<void> {
  const second = await takeBlock(source);
  if (second === null) throw new Damage(`the tar archive is cut in its end, after ${source.taken} bytes`);
  if (!isZeroBlock(second)) throw new Damage(`the tar archive ends at byte ${source.taken - 2 * blockBytes}, and more follows that a reader passes over`);
  for (let block = await takeBlock(source); block !== null; block = await takeBlock(source)) {
    if (!isZeroBlock(block)) throw new Damage(`the tar archive ends before byte ${source.taken - blockBytes}, and more follows that a reader passes over`);
  }
}

/** What a header says of the member after it. The name of the archive (`V`) says nothing. */
async function takeMeta(source: ByteSource, { typeflag, size }: TarHeader, offset: number): Promise<Extended> {
  if (size > longestMeta) throw new Damage(`the tar header at byte ${offset} is ${size} bytes long`);
  const content = await source.take(size);
  if (content.length < size) throw new Damage(`the tar archive is cut within a header, after ${source.taken} bytes`);
  await takePadding(source, size);
  if (typeflag === 'V') return new Map();
  if (typeflag !== 'L' && typeflag !== 'K') return readPax(content);
  const end = content.indexOf(0);
  return new Map([[typeflag === 'L' ? 'path' : 'linkpath', content.toString('latin1', 0, end === -1 ? size : end)]]);
}

async function takePadding(source: ByteSource, size: number): Promise<void> {
  const padding = (blockBytes - (size % blockBytes)) % blockBytes;
  if ((await source.take(padding)).length < padding) throw new Damage(`the tar archive is cut within a block, after ${source.taken} bytes`);
}

async function readMember(source: ByteSource, entry: Entry, visit: VisitMember): Promise<void> {
  const { block, header, extended } = entry;
  const pieces = header.typeflag === 'S' ? await takeOldGnuPieces(block, source) : null;
  const stored = decimal(extended, 'size') ?? header.size;
  const body = source.part(stored, `the member of the tar archive at byte ${entry.offset}`);
  const map = await sparseMap(entry, pieces, body);
  if (map !== null) checkMap(map, stored - body.taken);
  const whole = map === null || map.size - stored <= mostHoles;
  await visit(headOf(entry, map ?? { size: stored }), map === null || !whole ? body : new ByteSource(withHoles(map, body)), whole);
  await body.drain();
  await takePadding(source, stored);
}

async function takeOldGnuPieces(header: Buffer, source: ByteSource): Promise<SparseMap['pieces']> {
  const first = oldGnuPieces(header, false);
  const pieces = [...first.pieces];
  for (let { more } = first; more; ) {
    const block = await takeBlock(source);
    if (block === null) throw new Damage(`the tar archive is cut within the map of a sparse file, after ${source.taken} bytes`);
    const continued = oldGnuPieces(block, true);
    pieces.push(...continued.pieces);
    more = continued.more;
  }
  return pieces;
}

/** Null for a file without holes. GNU tar's manual tells the four forms: old GNU, pax 0.0, 0.1 and 1.0. */
async function sparseMap({ block, extended }: Entry, oldGnu: SparseMap['pieces'] | null, body: ByteSource): Promise<SparseMap | null> {
  if (oldGnu !== null) return { pieces: oldGnu, size: oldGnuSize(block) };
  if (extended.get('GNU.sparse.major') === '1') return { pieces: await takeLeadingPieces(body), size: decimal(extended, 'GNU.sparse.realsize') ?? Number.NaN };
  const size = decimal(extended, 'GNU.sparse.size');
  return size === null ? null : { pieces: paxPieces(extended.get('GNU.sparse.map') ?? ''), size };
}

function headOf({ header, extended }: Entry, content: SparseMap | { readonly size: number }): MemberHead {
  const path = extended.get('GNU.sparse.name') ?? extended.get('path') ?? header.path;
  // The seventh edition told folders by the slash alone.
  const type = types[header.typeflag] ?? (path.endsWith('/') ? 'd' : 'f');
  return {
    path: printablePath(path),
    type,
    size: content.size,
    mode: header.mode.toString(8),
    uid: decimal(extended, 'uid') ?? header.uid,
    gid: decimal(extended, 'gid') ?? header.gid,
    mtime: decimal(extended, 'mtime') ?? header.mtime,
    link: type === 'l' || type === 'h' ? printablePath(extended.get('linkpath') ?? header.link) : null,
    sparse: 'pieces' in content,
    xattrs: xattrsOf(extended),
  };
}

/** An empty value takes a global one back. */
function decimal(extended: Extended, key: string): number | null {
  const text = extended.get(key) ?? '';
  return text === '' ? null : Number(text);
}

function xattrsOf(extended: Extended): readonly string[] {
  return [...extended.keys()].flatMap((key) => {
    if (key.startsWith('SCHILY.xattr.')) return [key.slice('SCHILY.xattr.'.length)];
    if (key.startsWith('SCHILY.acl.')) return [`system.posix_acl_${key.slice('SCHILY.acl.'.length)}`];
    return key === 'RHT.security.selinux' ? ['security.selinux'] : [];
  });
}
