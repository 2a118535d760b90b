/** Files that a tar archive stores without their holes: GNU tar's manual, "Storing Sparse Files". */
import type { ByteSource } from './byte-source.ts';
import { Damage } from './damage.ts';
import { blockBytes, number } from './tar-header.ts';

/** Where the stored bytes belong: offset and length of each piece, in order; `size` is that of the whole file. */
export interface SparseMap {
  readonly pieces: readonly (readonly [number, number])[];
  readonly size: number;
}

const entryBytes = 24;

/** Entries of an old GNU header (4 at byte 386) or of a block that continues it (21 at byte 0); `more` where another block follows. */
export function oldGnuPieces(block: Buffer, continued: boolean): { readonly pieces: readonly (readonly [number, number])[]; readonly more: boolean } {
  const [start, count, flag] = continued ? [0, 21, 504] : [386, 4, 482];
  const pieces = Array.from({ length: count }, (_, index) => [number(block, start + index * entryBytes, 12), number(block, start + index * entryBytes + 12, 12)] as const);
  return { pieces: pieces.filter(([offset, length]) => offset > 0 || length > 0), more: block[flag] === 1 };
}

/** The size of the whole file, in an old GNU header. */
export const oldGnuSize = (block: Buffer): number => number(block, 483, 12);

/** `offset,length,offset,length`, of pax formats 0.0 and 0.1. */
export function paxPieces(text: string): readonly (readonly [number, number])[] {
  const numbers = text === '' ? [] : text.split(',').map(Number);
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, index) => [numbers[index * 2] ?? Number.NaN, numbers[index * 2 + 1] ?? Number.NaN] as const);
}

/** Longest map that is read into memory, bytes. */
const longestMap = 16 << 20;

/** The map at the start of a member of pax format 1.0, in whole blocks: decimal lines, the first says how many pieces there are. */
export async function takeLeadingPieces(content: ByteSource): Promise<readonly (readonly [number, number])[]> {
  let text = '';
  for (let wanted = 1; wanted > 0; ) {
    const block = await content.take(blockBytes);
    text += block.toString('latin1');
    const lines = text.split('\n');
    const count = Number(lines[0]);
    wanted = lines.length < 2 ? 1 : count * 2 + 2 - lines.length;
    if (wanted <= 0) return paxPieces(lines.slice(1, count * 2 + 1).join(','));
    if (block.length < blockBytes || Number.isNaN(wanted) || text.length > longestMap) break;
  }
  throw new Damage('a sparse file of the tar archive has no map that can be read');
}

/** Throws where pieces overlap, lie outside the file or are not as long as what is stored. */
export function checkMap({ pieces, size }: SparseMap, stored: number): void {
  let end = 0;
  let sum = 0;
  for (const [offset, length] of pieces) {
    if (!(offset >= end && length >= 0)) throw new Damage('a sparse file of the tar archive has pieces that overlap');
    end = offset + length;
    sum += length;
  }
  if (!(end <= size) || sum !== stored) throw new Damage('a sparse file of the tar archive has another size than its pieces');
}

const zeros = Buffer.alloc(1 << 20);

/** The whole file: the stored bytes, and zeros for the holes between them. @param map that `checkMap` has passed. */
export async function* withHoles({ pieces, size }: SparseMap, stored: ByteSource): AsyncGenerator<Buffer, void> {
  let at = 0;
  for (const [offset, length] of [...pieces, [size, 0] as const]) {
    while (at < offset) {
      const hole = zeros.subarray(0, offset - at);
      at += hole.length;
      yield hole;
    }
    while (at < offset + length) {
      const chunk = await stored.some(offset + length - at);
      if (chunk === null) return;
      at += chunk.length;
      yield chunk;
    }
  }
}
