import type { Block, ReferenceProblem, Runbook } from './types.ts';

/** `names[i]` is the step name of `blocks[i]`: `#name`, else the reference as written with `[n]` always there. */
export interface ResolvedReference {
  readonly blocks: readonly Block[];
  readonly names: readonly string[];
}

export interface ResolveOptions {
  /** `shell` (default): steps. `fenced`: blocks of any language, for `write:` and `host.files`' `block:`. */
  readonly among?: 'shell' | 'fenced';
}

/** Resolves `#name`, `#anchor`, `#anchor[n]`, each with a file before it where there are several runbooks. */
export function resolveReference(runbooks: readonly Runbook[], reference: string, options: ResolveOptions = {}): ResolvedReference | ReferenceProblem {
  throw new Error(`not written yet: ${runbooks.length}${reference}${options.among ?? ''}`);
}

/** A command that stands in the prose. `text` is the quote; `textLines` has the file line of each of its lines. */
export interface Quote {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly textLines: readonly number[];
  readonly sha256: string;
}

/** Finds `quote` in the Markdown source under the heading `inReference`: any white space is equal, the first match counts. */
export function findQuote(runbooks: readonly Runbook[], quote: string, inReference: string): Quote | ReferenceProblem {
  throw new Error(`not written yet: ${runbooks.length}${quote}${inReference}`);
}

/** The part of a block that `lines` (`80` or `80-82`, the file's, inclusive) names: a block with that text, `line` and marks of its own. */
export function blockLines(block: Block, lines: string): Block | ReferenceProblem {
  throw new Error(`not written yet: ${block.file}${lines}`);
}
