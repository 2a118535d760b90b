/** Which commands of a block failed with nothing acting on it: the trace as it was, read with the syntax tree. */
import { findEnding } from './ending.ts';
import type { Failure } from './failure.ts';
import { merge } from './failure.ts';
import type { ToolRecord, TraceRecord } from './protocol.ts';
import { judgeTools, judgeUntracedScript } from './tool-failures.ts';
import { judgeRecords } from './trace-failures.ts';
import { Trace, isBlock } from './trace.ts';

/** A command that failed with nothing acting on it; `line` counts in the block's text, from 1. */
export interface JudgedFailure {
  /** `untested`: nothing tested its status. `masked`: something hid it. */
  readonly kind: 'untested' | 'masked';
  /** First line of the simple command; of the block's line that called, for a failure in a script. */
  readonly line: number;
  readonly command: string;
  /** Exit status; of the last time, where it failed more than once. */
  readonly status: number;
  readonly count: number;
  /** End of its standard error, at most 2 KiB; empty when nothing is known. */
  readonly stderr: string;
  /** How it was hidden (`|| true`, `upstream in a pipeline`, …), or empty. */
  readonly hiddenBy: string;
  /** The script that the line called, when the failure was in one. */
  readonly script: { readonly file: string; readonly line: number } | null;
}

export interface TraceInput {
  /** The block as it ran. */
  readonly text: string;
  readonly records: readonly TraceRecord[];
  readonly tools: readonly ToolRecord[];
  /** Null when it was ended from outside: then only what had failed by then counts. */
  readonly exitCode: number | null;
  /** It ended its shell: by `exit`, `exec`, or a fatal error. */
  readonly exited: boolean;
  readonly stderrTail: string;
  /**
   * Texts of what else ran, by `TraceRecord.source`: scripts, and earlier blocks as `block:N`. Without the text of a source only
   * what bash itself calls a failure in it is seen.
   */
  readonly scripts?: ReadonlyMap<string, string>;
}

/**
 * Judges what a block's commands ended with. One failure for a source line, in the order of the lines; where a command on a line
 * failed untested, what was masked on that line is left out.
 */
export function judgeTrace(input: TraceInput): { readonly failures: readonly JudgedFailure[] } {
  const trace = new Trace(input);
  const seen: readonly Failure[] = !trace.records.some((record) => isBlock(record.source)) ? judgeUntracedScript(trace) : judgeRecords(trace);
  const ending = findEnding(trace, seen);
  const all = ending === null ? seen : [...seen, ending];
  return { failures: merge(trace, [...all, ...judgeTools(trace, all)]) };
}
