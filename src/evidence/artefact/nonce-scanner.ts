/** Finds the nonces of a run in a stream of bytes, in constant memory. */

/** A nonce is `drill` and 32 lower-case hexadecimal digits. */
export const noncePattern = /drill[0-9a-f]{32}/g;
const nonceLength = 37;
const prefix = Buffer.from('drill');

export class NonceScanner {
  readonly #names: ReadonlyMap<string, string>;
  readonly #found = new Set<string>();
  #carry: Buffer = Buffer.alloc(0);

  /** @param names nonce → the place or service that it belongs to. */
  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  write(chunk: Buffer): void {
    this.#scan(Buffer.concat([this.#carry, chunk.subarray(0, nonceLength - 1)]));
    this.#scan(chunk);
    const tail = Buffer.concat([this.#carry, chunk.subarray(-(nonceLength - 1))]);
    this.#carry = Buffer.from(tail.subarray(Math.max(0, tail.length - (nonceLength - 1))));
  }

  /** Takes over what another has seen. */
  add(other: NonceScanner): void {
    for (const name of other.found) this.#found.add(name);
  }

  /** Names whose nonce has been seen so far. */
  get found(): ReadonlySet<string> {
    return this.#found;
  }

  #scan(bytes: Buffer): void {
    for (let at = bytes.indexOf(prefix); at >= 0; at = bytes.indexOf(prefix, at + 1)) {
      const name = this.#names.get(bytes.toString('latin1', at, at + nonceLength));
      if (name !== undefined) this.#found.add(name);
    }
  }
}
