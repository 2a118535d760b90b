/** `file.md#fragment[n]`: the parts of a reference, and the runbooks that its file names. */
import type { Runbook } from './types.ts';

export interface ReferenceParts {
  /** As written, empty without one. */
  readonly file: string;
  /** All after `#`: a block's name, or an anchor with or without `[n]`. */
  readonly fragment: string;
  /** The fragment without `[n]`. */
  readonly anchor: string;
  readonly index: number | null;
}

/** @returns null without `#` */
export function parseReference(reference: string): ReferenceParts | null {
  const hash = reference.indexOf('#');
  if (hash === -1) return null;
  const fragment = decoded(reference.slice(hash + 1).trim());
  const indexed = /^(.*)\[(\d+)\]$/.exec(fragment);
  return { file: reference.slice(0, hash).trim(), fragment, anchor: indexed?.[1] ?? fragment, index: indexed?.[2] === undefined ? null : Number(indexed[2]) };
}

/** The runbook of that path, else those whose path ends in it; all without a file. */
export function runbooksNamed(runbooks: readonly Runbook[], file: string): readonly Runbook[] {
  if (file === '') return runbooks;
  const path = file.replace(/^\.\//, '');
  const exact = runbooks.filter((runbook) => runbook.file === path);
  return exact.length > 0 ? exact : runbooks.filter((runbook) => runbook.file.endsWith(`/${path}`));
}

/** A fragment copied from a browser is percent-encoded. */
function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
