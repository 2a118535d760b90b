import type { Told } from '../drill-file/explain.ts';
import type { Path, Positions } from '../drill-file/positions.ts';
import type { InputError } from '../model.ts';

/** Collects everything that is wrong with the input, each thing once. */
export class Problems {
  readonly #found = new Map<string, InputError>();
  readonly #file: string;
  readonly #positions: Positions;

  /** @param file how errors name the drill file. */
  constructor(file: string, positions: Positions) {
    this.#file = file;
    this.#positions = positions;
  }

  add(...errors: readonly InputError[]): void {
    for (const error of errors) this.#found.set(`${error.file}:${error.line}:${error.column}:${error.message}`, error);
  }

  /** At a value of the drill file. */
  atValue(path: Path, told: Told): void {
    this.add({ file: this.#file, ...this.#positions.value(path), ...told });
  }

  /** At a key of the drill file. */
  atKey(path: Path, told: Told): void {
    this.add({ file: this.#file, ...this.#positions.key(path), ...told });
  }

  /** All, in the order of the text. */
  get errors(): readonly InputError[] {
    return [...this.#found.values()].toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  }
}
