/** What a runbook is made of once it is read. Types, and the one error that reading can throw. */

/** A heading as GitHub shows it, and the fragment that links to it. */
export interface Heading {
  /** Plain text, without mark-up. */
  readonly text: string;
  /** GitHub's anchor: the second heading of the same text ends in `-1`. */
  readonly anchor: string;
  /** 1 to 6. */
  readonly depth: number;
  readonly line: number;
}

export type Mark = 'empty' | 'placeholder' | 'broken-fence';

/** One fenced block of a runbook. Lines count from 1 in the file. */
export interface Block {
  readonly file: string;
  /** Line of the opening fence; of an excerpt, its first line. */
  readonly line: number;
  /** Line of the closing fence; of an excerpt, its last line. */
  readonly endLine: number;
  /** What bash is given: `\n` between lines, none at the end. Of `console` blocks the commands alone, without prompts. */
  readonly text: string;
  /** File line of each line of `text`. Not contiguous where output was left out. */
  readonly textLines: readonly number[];
  /** The info word as written; empty without one. */
  readonly language: string;
  /** Attributes of the fence and of the `drill:` comment above it, as Runme writes them (`name`, `timeout`, …). */
  readonly attributes: Readonly<Record<string, string>>;
  readonly name: string | null;
  /** The nearest heading above, of any depth. */
  readonly heading: Heading | null;
  /** `#name`, else `#anchor[n]` of the nearest heading. Before the first heading: `#[n]`. */
  readonly reference: string;
  /** What can be told before `replace`; judge placeholders again after it, with `findPlaceholders`. */
  readonly marks: readonly Mark[];
  /** Of `text` in UTF-8, hexadecimal. */
  readonly sha256: string;
}

export interface Runbook {
  /** As it was given: relative to the repository root. */
  readonly file: string;
  /** As it was given, byte order mark and line ends included. */
  readonly source: string;
  /** Of `source` in UTF-8: of the file's bytes. */
  readonly sha256: string;
  /** The shell blocks, in order. */
  readonly blocks: readonly Block[];
  readonly headings: readonly Heading[];
  /** All fenced blocks in order, other languages included: what `write:` and `block:` may name. The shell blocks in it are those of `blocks`. */
  readonly fenced: readonly Block[];
}

/** The runbook itself is wrong: exit 2. */
export class RunbookError extends Error {
  override readonly name = 'RunbookError';
  readonly file: string;
  readonly line: number;
  readonly expected: string;
  readonly got: string;
  readonly help: string;
  constructor(at: { readonly file: string; readonly line: number }, told: { readonly message: string; readonly expected: string; readonly got: string; readonly help: string }) {
    super(told.message);
    this.file = at.file;
    this.line = at.line;
    this.expected = told.expected;
    this.got = told.got;
    this.help = told.help;
  }
}

/** Why a reference, a quote or `lines` leads to no single thing: exit 2, with what was probably meant. */
export interface ReferenceProblem {
  readonly problem: 'nothing' | 'ambiguous';
  readonly message: string;
  /** References ready to paste, nearest first. */
  readonly candidates: readonly string[];
}
