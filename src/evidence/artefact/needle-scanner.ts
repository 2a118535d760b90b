/** Finds the nonces of a run, and other bytes that are looked for, in a stream, in constant memory. */

/** A nonce is `drill` and 32 lower-case hexadecimal digits. */
const nonceLength = 37;
const noncePrefix = Buffer.from('drill');

/** Bytes that are looked for besides nonces, for example the content of a secret. */
export interface Needle {
  readonly name: string;
  /** Not empty. The scanner keeps as much of the stream as the longest needle is long. */
  readonly bytes: Buffer;
}

export interface Wanted {
  /** nonce → name of the place or service that it belongs to. */
  readonly nonces: ReadonlyMap<string, string>;
  readonly needles?: readonly Needle[];
}

export class NeedleScanner {
  readonly #wanted: Wanted;
  /** Bytes of one chunk that may be the beginning of what ends in the next. */
  readonly #overlap: number;
  readonly #nonces = new Set<string>();
  readonly #needles = new Set<string>();
  #carry: Buffer = Buffer.alloc(0);

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#overlap = Math.max(nonceLength, ...(wanted.needles ?? []).map(({ bytes }) => bytes.length)) - 1;
  }

  write(chunk: Buffer): void {
    if (this.#carry.length > 0) this.#scan(Buffer.concat([this.#carry, chunk.subarray(0, this.#overlap)]));
    this.#scan(chunk);
    const tail = chunk.length >= this.#overlap ? chunk : Buffer.concat([this.#carry, chunk]);
    this.#carry = Buffer.from(tail.subarray(Math.max(0, tail.length - this.#overlap)));
  }

  /** Names whose nonce has been seen so far. */
  get nonces(): ReadonlySet<string> {
    return this.#nonces;
  }

  /** Names of the other needles that have been seen so far. */
  get needles(): ReadonlySet<string> {
    return this.#needles;
  }

  #scan(bytes: Buffer): void {
    for (let at = bytes.indexOf(noncePrefix); at >= 0; at = bytes.indexOf(noncePrefix, at + 1)) {
      const name = this.#wanted.nonces.get(bytes.toString('latin1', at, at + nonceLength));
      if (name !== undefined) this.#nonces.add(name);
    }
    for (const needle of this.#wanted.needles ?? []) {
      if (!this.#needles.has(needle.name) && bytes.includes(needle.bytes)) this.#needles.add(needle.name);
    }
  }
}
