/** Bytes of one layer of an artefact, pulled by who reads them: so nothing is read that nobody has room for. */
import { Damage } from './damage.ts';

export class ByteSource {
  readonly #chunks: AsyncIterator<Buffer, unknown>;
  #held: Buffer | null = null;
  #taken = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(chunks: AsyncIterator<Buffer, unknown>) {
    this.#chunks = chunks;
  }

  /** Bytes that have been taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** What comes next, at most so many bytes and never none; null at the end. */
  async some(most: number = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    const chunk = this.#held ?? (await this.#pull());
    if (chunk === null) return null;
    const part = chunk.length <= most ? chunk : chunk.subarray(0, most);
    this.#held = part.length < chunk.length ? chunk.subarray(part.length) : null;
    this.#taken += part.length;
    return part;
  }

  /** The next bytes, which stay to be taken; fewer only at the end. */
  async peek(count: number): Promise<Buffer> {
    const chunks: Buffer[] = this.#held === null ? [] : [this.#held];
    let size = this.#held?.length ?? 0;
    while (size < count) {
      const chunk = await this.#pull();
      if (chunk === null) break;
      chunks.push(chunk);
      size += chunk.length;
    }
    const all = chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks);
    this.#held = all === null || all.length === 0 ? null : all;
    return all?.subarray(0, count) ?? Buffer.alloc(0);
  }

  /** Exactly so many bytes; fewer only at the end. */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.peek(count);
    if (bytes.length > 0) await this.some(bytes.length);
    return bytes;
  }

  /** Gives back the last bytes that were taken. */
  giveBack(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#held = this.#held === null ? bytes : Buffer.concat([bytes, this.#held]);
    this.#taken -= bytes.length;
  }

  /** Takes all that is left. Resolves to its bytes. */
  async drain(): Promise<number> {
    let bytes = 0;
    for (let chunk = await this.some(); chunk !== null; chunk = await this.some()) bytes += chunk.length;
    return bytes;
  }

  /** The next bytes as a source of their own, which throws Damage where they are fewer. Use this one again only when that one is drained. */
  part(count: number, what: string): ByteSource {
    return new ByteSource(this.#part(count, what));
  }

  async *#part(count: number, what: string): AsyncGenerator<Buffer, void> {
    for (let left = count; left > 0; ) {
      const chunk = await this.some(left);
      if (chunk === null) throw new Damage(`${what} is cut: ${left} of its ${count} bytes are missing`);
      left -= chunk.length;
      yield chunk;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for (let chunk = await this.some(); chunk !== null; chunk = await this.some()) yield chunk;
  }

  async #pull(): Promise<Buffer | null> {
    // A generator that has thrown is at its end, as if nothing had happened: what was damaged stays damaged.
    if (this.#failure !== null) throw this.#failure.error;
    try {
      for (;;) {
        const next = await this.#chunks.next();
        if (next.done === true) return null;
        if (next.value.length > 0) return next.value;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
