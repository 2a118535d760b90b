/** Reads the stream that a manifest comes as, without keeping it. Its form is described in `manifest.ts`. */
import { Writable } from 'node:stream';
import type { EntryType, Manifest, ManifestEntry } from './manifest.ts';
import type { IdRange } from '../ports/engine.ts';
import { idsInside } from './ids-inside.ts';
import { printablePath } from './printable-path.ts';

type Section = 'entries' | 'xattrs' | 'hashes' | 'end' | 'done';
type DraftEntry = { -readonly [Key in keyof ManifestEntry]: ManifestEntry[Key] };

const fieldsOfAnEntry = 3;
const closing = '-';
const types = new Set<string>(['f', 'd', 'l', 'p', 's', 'b', 'c']);
const noXattrs: Readonly<Record<string, string>> = Object.freeze({});

/** Writable end of one manifest; `manifest()` once the stream has ended. */
export class ManifestReader extends Writable {
  readonly #kind: 'folder' | 'file';
  readonly #root: string;
  readonly #ids: ReturnType<typeof idsInside>;
  /** Beginning of a field that goes on in the next chunk. All text here is bytes as latin1. */
  #rest = '';
  #section: Section = 'entries';
  #fields: string[] = [];
  readonly #known = new Map<string, string>();
  /** By the path's bytes as latin1, so that no two names meet. */
  readonly #entries = new Map<string, DraftEntry>();

  constructor(kind: 'folder' | 'file', root: string, ids: readonly IdRange[] = []) {
    super();
    this.#kind = kind;
    this.#ids = idsInside(ids);
    this.#root = Buffer.from(root, 'utf8').toString('latin1');
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const fields = chunk.toString('latin1').split('\0');
    fields[0] = this.#rest + (fields[0] ?? '');
    this.#rest = fields.pop() ?? '';
    for (const field of fields) this.#field(field);
    done();
  }

  /** What was read. Throws when the stream was cut. */
  manifest(): Manifest {
    if (this.#section !== 'done') throw new Error(`a manifest was cut short in its part "${this.#section}": the program in the host ended early`);
    const entries = new Map<string, ManifestEntry>();
    let bytes = 0;
    for (const [path, entry] of this.#entries) {
      entries.set(printablePath(path), entry);
      this.#entries.delete(path);
      if (entry.type === 'f') bytes += entry.size;
    }
    return { kind: this.#kind, entries, bytes };
  }

  #field(field: string): void {
    switch (this.#section) {
      case 'entries':
        if (this.#fields.length === 0 && field === closing) this.#section = 'xattrs';
        else this.#entryField(field);
        break;
      case 'xattrs':
        if (field === closing) this.#section = 'hashes';
        else this.#xattrs(field);
        break;
      case 'hashes':
        if (field === closing) this.#section = 'end';
        else this.#hash(field);
        break;
      default:
        this.#section = 'done';
    }
  }

  #entryField(field: string): void {
    this.#fields.push(field);
    if (this.#fields.length < fieldsOfAnEntry) return;
    const [numbers = '', path = '', link = ''] = this.#fields;
    const [type = '', mode = '', uid, gid, size, mtime, inode = '', device = '', names] = numbers.split(' ');
    this.#fields = [];
    // find prints `U` or `?` for what vanished between its folder and itself.
    if (!isEntryType(type)) return;
    this.#entries.set(path === '' ? '.' : path, {
      type,
      mode: this.#same(mode),
      uid: this.#ids.user(Number(uid)),
      gid: this.#ids.group(Number(gid)),
      size: Number(size),
      mtime: Number(mtime),
      inode: type === 'd' || names === '1' ? null : `${device}:${inode}`,
      link: type === 'l' ? printablePath(link) : null,
      sha256: null,
      xattrs: noXattrs,
    });
  }

  /** One string for equal ones: a hundred thousand files have a handful of modes. */
  #same(text: string): string {
    const known = this.#known.get(text);
    if (known === undefined) this.#known.set(text, text);
    return known ?? text;
  }

  #hash(record: string): void {
    const entry = this.#entries.get(this.#relative(record.slice(66)));
    if (entry?.type === 'f') entry.sha256 = record.slice(0, 64);
  }

  /** getfattr's text: `# file: PATH`, then `NAME=0xHEX` lines, then an empty one. Backslash, CR and LF are octal escapes. */
  #xattrs(text: string): void {
    let entry: DraftEntry | undefined;
    for (const line of text.split('\n')) {
      if (line.startsWith('# file: ')) entry = this.#entries.get(this.#relative(unescapeOctal(line.slice(8))));
      else if (entry !== undefined && line !== '') addXattr(entry, line, this.#ids.xattr);
    }
  }

  #relative(path: string): string {
    if (path.startsWith('./')) return path.slice(2);
    return path === this.#root ? '.' : path;
  }
}

function isEntryType(type: string): type is EntryType {
  return types.has(type);
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function addXattr(entry: DraftEntry, line: string, inside: (name: string, value: string) => string): void {
  const equals = line.indexOf('=');
  // An attribute without a value has no equals sign.
  const name = unescapeOctal(equals === -1 ? line : line.slice(0, equals));
  if (!name.startsWith('user.') && name !== 'security.capability' && !name.startsWith('system.posix_acl_')) return;
  entry.xattrs = { ...entry.xattrs, [name]: equals === -1 ? '' : inside(name, line.slice(equals + 1)) };
}
