/** Decrypts an OpenPGP message as a stream, with the one of several passphrases that fits. */
import { createDecipheriv } from 'node:crypto';
import { Readable } from 'node:stream';
import * as openpgp from 'openpgp';
import { OutOfReach } from './out-of-reach.ts';

/** openpgp.js refuses S2K counts and sizes by configuration only; these keep a message of any size in bounded memory. */
const config = { ...openpgp.config, allowUnauthenticatedStream: true };
const armour = '-----BEGIN PGP MESSAGE-----';

/**
 * Decrypts with the first passphrase that fits. What is streamed out before the integrity check is only ever scanned;
 * a failed check at the end rejects, and then nothing that was seen counts.
 * @param head the beginning of the stream.
 */
export async function decrypt(stream: Readable, head: Buffer, passphrases: readonly string[]): Promise<Readable> {
  const web = Readable.toWeb(stream) as ReadableStream<Uint8Array>;
  const armored = head.toString('latin1', 0, armour.length) === armour;
  const message = armored
    ? await openpgp.readMessage({ armoredMessage: web.pipeThrough(new TextDecoderStream()) as never, config })
    : await openpgp.readMessage({ binaryMessage: web as never, config });
  const { packets } = message;
  const { symEncryptedSessionKey, publicKeyEncryptedSessionKey } = openpgp.enums.packet;
  if (packets.filterByTag(symEncryptedSessionKey).length === 0 && packets.filterByTag(publicKeyEncryptedSessionKey).length > 0) throw new OutOfReach('an OpenPGP message to a key that the drill does not have');
  const fitting = await fittingPassphrase(message, sealedPrefix(armored ? unarmoured(head) : head), passphrases);
  const { data } = await openpgp.decrypt({ message, passwords: [fitting], format: 'binary', config });
  return Readable.from(data as AsyncIterable<Uint8Array>, { objectMode: false });
}

/** openpgp.js tries several at once, and may wait for ever for what a wrong one makes of a stream: so it gets one. */
async function fittingPassphrase(message: openpgp.Message<openpgp.WebStream<Uint8Array>>, prefix: Buffer | null, passphrases: readonly string[]): Promise<string> {
  for (const passphrase of passphrases) {
    const keys = await openpgp.decryptSessionKeys({ message, passwords: [passphrase], config }).catch(() => []);
    if (keys.some(({ data, algorithm }) => prefix === null || opens(prefix, data, algorithm))) return passphrase;
  }
  throw new Error('none of the passphrases that the drill knows opens it');
}

/** The block of random bytes at the start ends with two that stand there twice: RFC 9580, section 5.13.1. */
function opens(prefix: Buffer, key: Uint8Array, algorithm: string | null): boolean {
  const bits = /^aes(128|192|256)$/.exec(algorithm ?? '')?.[1];
  // Another cipher has another block size: its own integrity check decides.
  if (bits === undefined) return true;
  const start = createDecipheriv(`aes-${bits}-cfb`, key, Buffer.alloc(16)).update(prefix);
  return start[14] === start[16] && start[15] === start[17];
}

/** The first 18 bytes of ciphertext of a message of version 1; null for what tells a wrong passphrase by itself. */
function sealedPrefix(head: Buffer): Buffer | null {
  const sealed = 18;
  for (let at = 0; at + 6 < head.length; ) {
    const { tag, headerBytes, bodyBytes } = packetAt(head, at);
    const body = at + headerBytes;
    if (tag === sealed) return head[body] === 1 && head.length >= body + 19 ? head.subarray(body + 1, body + 19) : null;
    if (tag !== 1 && tag !== 3) return null;
    at = body + bodyBytes;
  }
  return null;
}

/** RFC 9580, section 4.2. Of a body in parts, the first. */
function packetAt(head: Buffer, at: number): { readonly tag: number; readonly headerBytes: number; readonly bodyBytes: number } {
  const first = head.readUInt8(at);
  const second = head.readUInt8(at + 1);
  if ((first & 0x40) === 0) {
    const sizes = [1, 2, 4, 0] as const;
    const size = sizes[first & 0x03] ?? 0;
    return { tag: (first >> 2) & 0x0f, headerBytes: 1 + size, bodyBytes: size === 0 ? 0 : head.readUIntBE(at + 1, size) };
  }
  const tag = first & 0x3f;
  if (second < 192) return { tag, headerBytes: 2, bodyBytes: second };
  if (second < 224) return { tag, headerBytes: 3, bodyBytes: ((second - 192) << 8) + head.readUInt8(at + 2) + 192 };
  if (second === 255) return { tag, headerBytes: 6, bodyBytes: head.readUInt32BE(at + 2) };
  return { tag, headerBytes: 2, bodyBytes: 1 << (second & 0x1f) };
}

function unarmoured(head: Buffer): Buffer {
  const [, text = ''] = head.toString('latin1').split(/\r?\n[ \t]*\r?\n/, 2);
  return Buffer.from(text, 'base64');
}
