/** One failure on its way to a finding, and how those of one line become one. */
import { programWords } from './command-text.ts';
import type { StaticWords } from './command-text.ts';
import type { JudgedFailure } from './failures.ts';
import type { Unit } from './syntax.ts';
import type { Trace } from './trace.ts';

export interface Failure {
  readonly kind: 'untested' | 'masked';
  /** First line in the block. */
  readonly line: number;
  /** The command in the block's own text, where it is known. */
  readonly unit: Unit | null;
  readonly command: string;
  readonly words: StaticWords;
  readonly status: number;
  readonly count: number;
  readonly hiddenBy: string;
  readonly script: JudgedFailure['script'];
  /** Known where a wrapper told it. */
  readonly stderr: string | null;
}

const longestStderr = 2048;

/** One for each line, untested before masked. */
export function merge(trace: Trace, failures: readonly Failure[]): readonly JudgedFailure[] {
  const byLine = Map.groupBy(failures, (failure) => failure.line);
  return [...byLine.values()]
    .map((sameLine) => {
      const untested = sameLine.filter((failure) => failure.kind === 'untested');
      return mergeLine(trace, untested.length > 0 ? untested : sameLine);
    })
    .filter((failure) => failure !== null)
    .toSorted((a, b) => a.line - b.line);
}

function mergeLine(trace: Trace, failures: readonly Failure[]): JudgedFailure | null {
  const [first] = failures;
  const last = failures.at(-1);
  if (first === undefined || last === undefined) return null;
  const withScript = failures.find((failure) => failure.script !== null);
  return {
    kind: first.kind,
    line: first.line,
    command: first.command,
    status: last.status,
    count: failures.reduce((sum, failure) => sum + failure.count, 0),
    stderr: stderrOf(trace, first),
    hiddenBy: first.kind === 'masked' ? first.hiddenBy : '',
    script: withScript?.script ?? (first.words.length === 0 ? null : trace.scriptThatFailed(first.line)),
  };
}

function stderrOf(trace: Trace, failure: Failure): string {
  const told = failure.stderr ?? toolStderr(trace, failure);
  if (told !== null) return told.slice(-longestStderr);
  return failure.unit?.stderrDiscarded === true ? '' : withoutOthers(trace, failure.line).slice(-longestStderr);
}

/** The block's standard error without what is known to be of another line. */
function withoutOthers(trace: Trace, line: number): string {
  return trace.input.tools
    .filter((tool) => tool.stderr.trim() !== '' && trace.blockLine(tool.line) !== line)
    .reduce((rest, tool) => rest.replace(tool.stderr, ''), trace.input.stderrTail);
}

/** What the wrapper of the failed program kept, even behind `2>/dev/null`. */
function toolStderr(trace: Trace, failure: Failure): string | null {
  const name = programWords(failure.words)[0] ?? null;
  if (name === null) return null;
  const calls = trace.input.tools.filter((tool) => tool.tool === name && tool.exitCode !== 0 && trace.blockLine(tool.line) === failure.line);
  return calls.at(-1)?.stderr ?? null;
}
