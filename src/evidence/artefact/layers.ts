/** Recognises the outermost format of a stream by its first bytes. */

export type Format = 'gzip' | 'openpgp' | 'tar' | 'zstd' | 'xz' | 'bzip2' | 'zip' | 'restic' | 'borg' | 'kopia' | 'sql-dump' | 'age' | 'text' | 'unknown';

/** Formats that the inspection can look into. */
export const decodable: ReadonlySet<Format> = new Set<Format>(['gzip', 'zstd', 'openpgp', 'tar']);

/** Bytes that `recogniseFormat` wants to see, where the stream has as many. */
export const headBytes = 4096;

const magics: readonly (readonly [Format, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
];

export function recogniseFormat(head: Buffer): Format {
  for (const [format, magic] of magics) {
    if (magic.every((byte, index) => head[index] === byte)) return format;
  }
  const start = head.toString('latin1', 0, 400);
  if (start.startsWith('-----BEGIN PGP MESSAGE-----') || isOpenPgpMessage(head)) return 'openpgp';
  if (start.startsWith('age-encryption.org/') || start.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')) return 'age';
  if (isTar(head)) return 'tar';
  if (start.startsWith('PGDMP') || /^-- (PostgreSQL database|MySQL dump|MariaDB dump)/m.test(start) || /^\/\*M?!\d+/.test(start)) return 'sql-dump';
  if (isPlainText(head)) return 'text';
  return 'unknown';
}

/** First packet is an encrypted session key (tags 1 and 3, with a known version) or encrypted data (9, 18): RFC 9580, section 4.2. */
function isOpenPgpMessage(head: Buffer): boolean {
  const [first, second] = head;
  if (first === undefined || second === undefined || (first & 0x80) === 0) return false;
  const newFormat = (first & 0x40) !== 0;
  const tag = newFormat ? first & 0x3f : (first >> 2) & 0x0f;
  const lengthBytes = newFormat ? (second < 192 ? 1 : 2) : 1 << (first & 0x03);
  const version = head[1 + lengthBytes] ?? 0;
  if (tag === 3) return version >= 4 && version <= 6;
  if (tag === 1) return version === 3 || version === 6;
  return tag === 18 && (version === 1 || version === 2);
}

/** A header block whose checksum holds (POSIX.1-2017, ustar), or a block of zeros, which is how an archive of nothing begins. */
function isTar(head: Buffer): boolean {
  if (head.length < 512) return false;
  const block = head.subarray(0, 512);
  if (block.every((byte) => byte === 0)) return head.every((byte) => byte === 0);
  const declared = Number.parseInt(block.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
  let sum = 0;
  for (const [index, byte] of block.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  return sum === declared;
}

/**
 * Text that people write: valid UTF-8, no control characters, and white space as prose, logs and configuration have it.
 * Encoded content (base64, hexadecimal) has hardly any, and is not called text: it may hold anything.
 */
function isPlainText(head: Buffer): boolean {
  if (head.length === 0) return false;
  let whiteSpace = 0;
  for (const byte of head) {
    if (byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d) whiteSpace += 1;
    else if (byte < 0x20 || byte === 0x7f) return false;
  }
  const text = new TextDecoder('utf-8').decode(head, { stream: true });
  return !text.includes('�') && whiteSpace / head.length >= 0.025;
}
