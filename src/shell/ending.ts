/** What ended a block with a status that no command's failure explains. */
import { isPureTest } from './command-text.ts';
import type { Failure } from './failure.ts';
import type { TraceRecord } from './protocol.ts';
import type { Unit } from './syntax.ts';
import { isOurSource } from './trace.ts';
import type { Trace } from './trace.ts';

/** As bash says it, in English: `FILE: line 3: syntax error near …`. */
const syntaxError = /^(.*): line (\d+): (?:syntax error|unexpected EOF while looking)/m;

export function findEnding(trace: Trace, told: readonly Failure[]): Failure | null {
  const { exitCode, exited, stderrTail, text } = trace.input;
  if (exitCode === null || exitCode === 0) return null;
  const broken = syntaxError.exec(stderrTail);
  if (broken !== null && exitCode <= 2 && isUnreached(trace)) {
    const line = Math.min(Number(broken[2]), text.split('\n').length);
    return failure(null, line, (text.split('\n')[line - 1] ?? '').trim(), exitCode);
  }
  const last = lastCommand(trace);
  // Not a bash: only the whole of it has a status.
  if (last === null) return told.length > 0 ? null : failure(null, 1, (text.split('\n')[0] ?? '').trim(), exitCode);
  if (last === 'told') return null;
  const { unit, record } = last;
  const line = record.source === 'block' ? (unit?.firstLine ?? record.line) : trace.blockLine(record.at);
  if (told.some((known) => known.kind === 'untested' && known.line === line)) return null;
  const ends = unit !== null && ['exit', 'return', 'exec'].includes(unit.words[0] ?? '');
  if (!exited && !ends) {
    // `make postdeploy && echo ok` at the end: the list failed, and bash calls that tested.
    if (unit === null || isPureTest(unit.words) || unit.listFate.to === 'test') return null;
    if (unit.pipeline !== null && unit.pipeline.of.fate.to === 'test' && unit.listFate === unit.fate) return null;
  }
  return failure(unit, line, unit?.text ?? record.command, exitCode);
}

/** The command that ran last in the block's own process; `told` where bash called that a failure. */
function lastCommand(trace: Trace): { readonly unit: Unit | null; readonly record: Pick<TraceRecord, 'source' | 'line' | 'command' | 'at'> } | 'told' | null {
  const main = trace.records.filter((record) => record.pid === trace.mainPid && !isOurSource(record));
  const end = main.findLast((record) => (record.kind === 'return' && record.source === 'block') || record.kind === 'end');
  const last = main.findLast((record) => record.kind === 'command' || record.kind === 'failure');
  if (last === undefined) return null;
  if (last.kind === 'failure') return 'told';
  const record = !trace.input.exited && end?.previous != null && end.at === last.at ? { ...end.previous, at: end.at } : last;
  return { unit: trace.unit(record, record.at), record };
}

/** Bash stopped reading the block: a script's own syntax error has another place. */
const isUnreached = (trace: Trace): boolean => trace.block.broken || lastCommand(trace) !== 'told';

const failure = (unit: Unit | null, line: number, command: string, status: number): Failure => ({ kind: 'untested', line, unit, command, words: unit?.words ?? [], status, count: 1, hiddenBy: '', script: null, stderr: null });
