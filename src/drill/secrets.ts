/** Everything that no output may show. It grows: some secrets are made on the host, and known only once the stack is up. */
import { type Masker, createMasker } from './mask.ts';

export class Secrets {
  readonly #known = new Set<string>();
  #masker: Masker;

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) this.#known.add(secret);
    this.#masker = createMasker([...this.#known]);
  }

  add(secrets: readonly string[]): void {
    for (const secret of secrets) this.#known.add(secret);
    this.#masker = createMasker([...this.#known]);
  }

  /** Of all that is known by now. */
  get masker(): Masker {
    return this.#masker;
  }
}
