/** Hides secrets, in all their forms, in texts and in streams of any length. */
import { type SecretForm, formsOf } from './secret-forms.ts';

export { secretsIn } from './secret-forms.ts';

export interface Masker {
  /** The text with `***` for each secret, whatever its encoding. */
  mask(text: string): string;
  /** For output that comes in pieces: a secret may begin in one and end in another. */
  stream(): MaskStream;
}

/** Holds back only bytes that a secret could begin with: never more than the longest form of one. */
export interface MaskStream {
  write(chunk: Buffer): Buffer;
  /** What was held back. Nothing may be written after it. */
  end(): Buffer;
}

const hidden = Buffer.from('***');

/** Secrets of fewer than four bytes are left alone: see `formsOf`. */
export function createMasker(secrets: readonly string[]): Masker {
  const finder = createFinder(secrets.flatMap(formsOf));
  return {
    mask(text) {
      const bytes = Buffer.from(text);
      const { output, found } = hide(finder, bytes, 0, true);
      return found ? output.toString() : text;
    },
    stream() {
      let held: Buffer = Buffer.alloc(0);
      let covered = 0;
      const pass = (chunk: Buffer, last: boolean): Buffer => {
        const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        const result = hide(finder, bytes, covered, last);
        // A copy: the chunk may be large, or be used again by who gave it.
        held = Buffer.from(bytes.subarray(result.heldFrom));
        covered = Math.max(0, result.covered - result.heldFrom);
        return result.output;
      };
      return { write: (chunk) => pass(chunk, false), end: () => pass(Buffer.alloc(0), true) };
    },
  };
}

interface Hidden {
  readonly output: Buffer;
  readonly found: boolean;
  /** Bytes from here on are not decided yet. */
  readonly heldFrom: number;
  /** Bytes before this belong to a secret for which `***` is already out. */
  readonly covered: number;
}

/** @param coveredBefore bytes at the start that belong to a secret already hidden: another may begin in them */
function hide(finder: Finder, bytes: Buffer, coveredBefore: number, last: boolean): Hidden {
  const pieces: Buffer[] = [];
  let covered = coveredBefore;
  let index = finder.nextStart(bytes, 0);
  for (; index < bytes.length; index = finder.nextStart(bytes, index + 1)) {
    const match = finder.at(bytes, index);
    if (match.undecided && !last) break;
    if (match.length === 0) continue;
    if (index >= covered) pieces.push(bytes.subarray(covered, index), hidden);
    covered = Math.max(covered, index + match.length);
  }
  const heldFrom = Math.min(index, bytes.length);
  if (heldFrom > covered) pieces.push(bytes.subarray(covered, heldFrom));
  covered = Math.max(covered, heldFrom);
  return { output: Buffer.concat(pieces), found: pieces.includes(hidden), heldFrom, covered };
}

interface Finder {
  /** The next index at which a secret could begin, else the length. */
  nextStart(bytes: Buffer, from: number): number;
  /** The longest secret that stands at `index`; `undecided` when the bytes end inside one. */
  at(bytes: Buffer, index: number): { readonly length: number; readonly undecided: boolean };
}

/** Forms by their first two bytes, which most of any output does not have. */
function createFinder(forms: readonly SecretForm[]): Finder {
  const byStart = new Map<number, SecretForm[]>();
  const starts = new Uint8Array(65_536);
  const firsts = new Uint8Array(256);
  for (const form of forms) {
    const key = form.bytes.readUInt16BE(0);
    byStart.set(key, [...(byStart.get(key) ?? []), form]);
    starts[key] = 1;
    firsts[key >> 8] = 1;
  }
  return {
    nextStart(bytes, from) {
      const end = bytes.length - 1;
      for (let index = from; index < end; index += 1) if (starts[((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)] === 1) return index;
      return from <= end && firsts[bytes[end] ?? 0] === 1 ? end : bytes.length;
    },
    at(bytes, index) {
      if (index === bytes.length - 1) return { length: 0, undecided: true };
      let length = 0;
      let undecided = false;
      for (const form of byStart.get(bytes.readUInt16BE(index)) ?? []) {
        const end = endOfForm(bytes, index, form);
        if (end === 'undecided') undecided = true;
        else length = Math.max(length, end - index);
      }
      return { length, undecided };
    },
  };
}

/** Where the form ends that begins at `index`; `index` itself where it does not stand there. */
function endOfForm(bytes: Buffer, index: number, { bytes: form, wraps }: SecretForm): number | 'undecided' {
  let at = index;
  for (let matched = 0; matched < form.length; matched += 1) {
    if (wraps && matched > 0) at = afterLineEnd(bytes, at);
    if (at >= bytes.length) return 'undecided';
    if (bytes[at] !== form[matched]) return index;
    at += 1;
  }
  return at;
}

/** One line end at most, so that no more is held back than a secret has bytes, thrice. */
function afterLineEnd(bytes: Buffer, at: number): number {
  const afterReturn = bytes[at] === 0x0d ? at + 1 : at;
  return bytes[afterReturn] === 0x0a ? afterReturn + 1 : at === afterReturn || afterReturn < bytes.length ? at : afterReturn;
}
