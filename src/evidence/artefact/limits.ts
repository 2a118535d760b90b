/** What an inspection may cost, whatever the artefact is made of. */
import { Refused } from './damage.ts';

export interface Limits {
  /** Decoded bytes, of all layers and of archives within archives. */
  readonly bytes: number;
  /** Decoded bytes for each byte of the artefact, once they are more than `freeBytes`. */
  readonly ratio: number;
  readonly freeBytes: number;
  /** Members of all archives in it. */
  readonly members: number;
  /** Layers around one another. */
  readonly depth: number;
}

/** gzip and bzip2 reach 1,000:1 and more on zeros alone, so a ratio says nothing of small artefacts. */
export const defaultLimits: Limits = { bytes: 16 * 1024 ** 4, ratio: 1000, freeBytes: 8 * 1024 ** 3, members: 20_000_000, depth: 8 };

/** Counts what an inspection has cost. */
export class Budget {
  readonly #limits: Limits;
  #decoded = 0;
  #members = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get depth(): number {
    return this.#limits.depth;
  }

  /** @param raw bytes of the artefact read so far. @throws Refused */
  decoded(bytes: number, raw: number): void {
    this.#decoded += bytes;
    if (this.#decoded > this.#limits.bytes) throw new Refused(`it unfolds to more than ${this.#limits.bytes} bytes`);
    if (this.#decoded > Math.max(this.#limits.freeBytes, raw * this.#limits.ratio)) throw new Refused(`it unfolds to ${this.#decoded} bytes from ${raw}, more than ${this.#limits.ratio}:1`);
  }

  /** @throws Refused */
  member(): void {
    this.#members += 1;
    if (this.#members > this.#limits.members) throw new Refused(`it has more than ${this.#limits.members} members`);
  }
}
