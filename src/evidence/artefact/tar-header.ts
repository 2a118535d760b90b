/**
 * One header block of a tar archive, as the formats define it: POSIX.1-2017 pax and ustar; GNU tar's manual, "Basic Tar Format"
 * and "Storing Sparse Files"; the seventh edition's, which has no magic.
 */
import { Damage } from './damage.ts';

export const blockBytes = 512;

export interface TarHeader {
  /** Bytes as latin1. */
  readonly path: string;
  readonly typeflag: string;
  /** Bytes that follow, padded to whole blocks. */
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes as latin1. */
  readonly link: string;
}

export const isZeroBlock = (block: Buffer): boolean => block[0] === 0 && block.equals(zeros);
const zeros = Buffer.alloc(blockBytes);

/** Whether the block bears the sum of its own bytes; some old programs summed signed ones. */
export function hasRightSum(block: Buffer): boolean {
  const declared = Number.parseInt(text(block, 148, 8).trim(), 8);
  let sum = 8 * 0x20;
  let signed = sum;
  for (let index = 0; index < blockBytes; index += 1) {
    if (index === 148) index = 156;
    const byte = block[index] ?? 0;
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return declared === sum || declared === signed;
}

/** @throws Damage with the offset of the block in the archive. */
export function readHeader(block: Buffer, offset: number): TarHeader {
  if (!hasRightSum(block)) throw new Damage(`the tar header at byte ${offset} has a wrong checksum`);
  const size = number(block, 124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new Damage(`the tar header at byte ${offset} states no size that can be`);
  const typeflag = text(block, 156, 1);
  const name = text(block, 0, 100);
  // Only ustar has a prefix there; old GNU archives keep times and the map of holes in its place.
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block, 345, 155) : '';
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    typeflag: typeflag === '' ? '0' : typeflag,
    // Links, devices, folders and FIFOs have no content, whatever size some programs state.
    size: typeflag >= '1' && typeflag <= '6' ? 0 : size,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    mtime: number(block, 136, 12),
    link: text(block, 157, 100),
  };
}

/** Up to a NUL, as latin1. */
function text(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end === -1 ? length : end);
}

/** Octal digits, or GNU's base 256 where the first bit is set (two's complement). An empty field is 0. */
export function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = text(block, start, length).trim();
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  const negative = (first & 0x40) !== 0;
  let value = negative ? (first & 0x7f) - 0x80 : first & 0x7f;
  for (const byte of block.subarray(start + 1, start + length)) value = value * 256 + byte;
  return value;
}

/**
 * Records `LENGTH KEY=VALUE\n` of a pax header; keys and values are bytes as latin1. The map of holes of format 0.0 comes in many
 * records, and is told as 0.1 does, in one. @throws Damage
 */
export function readPax(content: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const pieces: string[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space === -1 ? at : space));
    const end = at + length;
    const equals = content.indexOf(0x3d, space);
    const whole = Number.isInteger(length) && length > 0 && end <= content.length && equals > space && equals < end && content[end - 1] === 0x0a;
    // Some programs pad with zeros.
    if (!whole && content.subarray(at).every((byte) => byte === 0)) break;
    if (!whole) throw new Damage('a pax header of the tar archive has a record that ends elsewhere than it says');
    const key = content.toString('latin1', space + 1, equals);
    const value = content.toString('latin1', equals + 1, end - 1);
    if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') pieces.push(value);
    else records.set(key, value);
    at = end;
  }
  if (pieces.length > 0) records.set('GNU.sparse.map', pieces.join(','));
  return records;
}
