/** Keeps the last bytes of a stream. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#total += chunk.length;
    // A copy of the end, or a small tail would hold on to a big chunk.
    this.#chunks.push(chunk.length > this.#limit ? Buffer.from(chunk.subarray(-this.#limit)) : chunk);
    this.#size += Math.min(chunk.length, this.#limit);
    if (this.#size < 4 * this.#limit) return;
    this.#chunks = [Buffer.from(this.#bytes())];
    this.#size = Math.min(this.#size, this.#limit);
  }

  /**
   * As UTF-8. Where something was cut off, the first line is left out too: the rest of a secret that began before the cut
   * would not be known for one. One endless line is kept from its first whole character.
   */
  text(): string {
    const bytes = this.#bytes();
    if (this.#total <= this.#limit) return bytes.toString('utf8');
    const lineEnd = bytes.indexOf(0x0a);
    if (lineEnd >= 0 && lineEnd < bytes.length - 1) return bytes.toString('utf8', lineEnd + 1);
    let start = 0;
    while (start < 4 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }

  #bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-this.#limit);
  }
}
