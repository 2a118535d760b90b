/** Reads the trace record by record: each tells what the command before it ended with, the syntax what that meant. */
import { isAnswer, isNeverAFailure, isPureTest, wasKilled } from './command-text.ts';
import type { Ended } from './ended.ts';
import { EndedCommands } from './ended.ts';
import type { Failure } from './failure.ts';
import type { TraceRecord } from './protocol.ts';
import { isInside } from './syntax.ts';
import type { Fate, Unit } from './syntax.ts';
import { isBlock, isOurSource } from './trace.ts';
import type { Trace } from './trace.ts';

const sigpipe = 141;

export function judgeRecords(trace: Trace): Failure[] {
  const reader = new RecordReader(trace);
  // What encloses a failure is judged after it, so that the innermost command is named.
  const inner = trace.records.filter((record) => record.subshell > 0).toSorted((a, b) => b.subshell - a.subshell);
  const outer = trace.records.filter((record) => record.subshell === 0).toSorted((a, b) => b.depth - a.depth);
  for (const record of [...inner, ...outer]) reader.read(record);
  return reader.failures;
}

class RecordReader {
  readonly failures: Failure[] = [];
  readonly #trace: Trace;
  readonly #ended: EndedCommands;
  /** Each time that something set the option or took it back. */
  readonly #pipefail: readonly TraceRecord[];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#ended = new EndedCommands(trace);
    this.#pipefail = trace.records.filter((record) => record.kind === 'command' && /^set\s.*[-+]\w*o pipefail/.test(record.command));
  }

  read(record: TraceRecord): void {
    if (record.kind === 'failure') return this.#failure(record);
    if (record.status === 0 && record.pipeStatus.every((status) => status === 0)) return;
    const before = record.previous === null ? null : this.#trace.unit(record.previous, record.at);
    const now = record.kind === 'command' ? this.#trace.unit(record, record.at, before) : null;
    // The first command of a handler in a subshell has inherited the status that it handles.
    if (record.first || before === null) {
      if (now?.handler != null && record.status !== 0) this.#handled(record, null, now, new Set());
      return;
    }
    const upstream = this.#upstream(record, before, now);
    if (record.status === 0 || before.kind === 'header') return;
    if (now?.handler != null) this.#handled(record, before, now, upstream);
    else if (record.kind === 'end') this.#subshellEnded(record, before);
    else if (record.kind === 'command') this.#unseen(record, before, now);
  }

  /** Bash's own word that nothing tested it, which it does not know of `$?`, and says of `$(…)` wherever that stands. */
  #failure(record: TraceRecord): void {
    const found = this.#ended.named(record);
    if (found === 'told') return;
    if (found === null) return this.#tell('untested', '', { unit: null, status: record.status, record });
    const { unit, culprit } = found;
    const fate = unit.pipeline === null ? unit.fate : unit.pipeline.of.fate;
    const status = culprit === unit ? this.#ended.statusOf(culprit, record) : record.status;
    this.#follow(fate, { unit: culprit, status, record });
  }

  /** In a pipeline without pipefail only the last status counts. Returns the lines told. */
  #upstream(record: TraceRecord, before: Unit, now: Unit | null): ReadonlySet<number> {
    const lines = new Set<number>();
    const pipeline = before.pipeline?.of;
    const statuses = record.pipeStatus;
    if (pipeline === undefined || statuses.length !== pipeline.elements.length || pipeline.statusRead) return lines;
    if (now !== null && now.pipeline?.of === pipeline && now.pipeline.element > (before.pipeline?.element ?? 0)) return lines;
    const last = statuses.at(-1);
    // After a condition that was not met `$?` is 0 again, whatever the pipeline's status was.
    const unsaid = last !== 0 || pipeline.fate.to === 'test';
    const tested = (last === 0 && record.status !== 0) || (unsaid && this.#hasPipefail(record));
    if (tested) return lines;
    statuses.slice(0, -1).forEach((status, at) => {
      const element = pipeline.elements[at];
      if (status === 0 || status === sigpipe || element === undefined) return;
      const unit = element.unit ?? this.#ended.innermostIn(element, status, record);
      if (unit === 'told' || isAnswer(unit.words, status) || isPureTest(unit.words) || lines.has(unit.firstLine)) return;
      lines.add(unit.firstLine);
      this.#tell('masked', 'upstream in a pipeline', { unit, status, record });
    });
    return lines;
  }

  #hasPipefail(record: TraceRecord): boolean {
    const set = this.#pipefail.findLast((other) => other.time <= record.time && (other.source === record.source || other.pid === record.pid));
    return set !== undefined && !/\+\w*o pipefail/.test(set.command);
  }

  /** The right side of `||` runs, so the left side failed. */
  #handled(record: TraceRecord, before: Unit | null, now: Unit, upstream: ReadonlySet<number>): void {
    const { handler } = now;
    if (handler === null || handler.hides === null || (before !== null && isInside(before, handler.right) && !isInside(handler.right, before))) return;
    const operand = (before === null ? undefined : handler.left.findLast((range) => isInside(before, range))) ?? handler.left.at(-1);
    if (operand === undefined) return;
    const unit = before !== null && isInside(before, operand) ? this.#ended.culprit(before, record) : this.#ended.innermostIn(operand, record.status, record);
    if (unit === 'told' || upstream.has(unit.firstLine)) return;
    const status = this.#ended.statusOf(unit, record);
    if (isPureTest(unit.words) || isNeverAFailure(unit.words, status) || this.#trace.isTestFunction(unit.words[0] ?? null)) return;
    this.#tell('masked', handler.hides, { unit, status, record });
  }

  /** The end of a subshell or `$(…)`, or of `cmd &`: what its last command ended with. */
  #subshellEnded(record: TraceRecord, before: Unit): void {
    if (record.subshell === 0 || this.#ended.bashToldOf(record.previous)) return;
    const unit = this.#ended.culprit(before, record);
    if (unit === 'told' || isPureTest(before.words)) return;
    const fate = before.pipeline === null ? before.listFate : before.pipeline.of.fate;
    if (fate.to === 'mask' || fate.to === 'parent' || fate.to === 'background') this.#follow(fate, { unit, status: this.#ended.statusOf(unit, record), record });
  }

  /** Inside a function or list whose status is tested bash is silent about all but the last command, and `set -e` is off. */
  #unseen(record: TraceRecord, before: Unit, now: Unit | null): void {
    if (now === null || before.kind !== 'simple' || before.fate.to !== 'nothing' || before.pipeline !== null) return;
    if (this.#ended.bashToldOf(record.previous) || record.previous?.source !== record.source || record.trap !== null) return;
    const units = this.#trace.index(record.source, record.at)?.units ?? [];
    const between = units.some((unit) => unit.kind === 'compound' && unit.pos >= before.end && unit.end <= now.end);
    if (between || isPureTest(before.words) || this.#trace.isTestFunction(before.words[0] ?? null)) return;
    const unit = this.#ended.culprit(before, record);
    if (unit !== 'told' && !this.#isInnocent({ unit, status: record.status, record })) this.#tell('masked', 'a condition around it', { unit, status: record.status, record });
  }

  #follow(fate: Fate, ended: Ended): void {
    if (fate.to === 'test') return;
    if (fate.to === 'parent') return this.#ended.rise(ended);
    if (this.#isInnocent(ended)) return;
    if (fate.to === 'mask') {
      if (!isAnswer(ended.unit.words, ended.status)) this.#tell('masked', fate.by, ended);
    } else if (fate.to !== 'background' || !this.#isWaitedFor(ended)) {
      this.#tell('untested', '', ended);
    }
  }

  /** `wait PID` hands the status on, and what was killed did not fail. */
  #isWaitedFor({ unit, status }: Ended): boolean {
    const later = this.#trace.block.units.filter((other) => other.pos > unit.pos);
    return wasKilled(status) || later.some((other) => other.words[0] === 'wait' && other.words.length > 1);
  }

  #isInnocent({ unit, status, record }: Ended): boolean {
    if (this.#isFatal(record)) return false;
    if (status === sigpipe || isNeverAFailure(unit.words, status)) return true;
    // A value that was asked for: nothing found is an answer.
    const fate = unit.pipeline === null ? unit.fate : unit.pipeline.of.fate;
    return isAnswer(unit.words, status) && (fate.to === 'parent' || fate.to === 'mask');
  }

  /** `set -e` ended the shell here. */
  #isFatal(record: TraceRecord): boolean {
    if (!this.#trace.input.exited || this.#trace.input.exitCode === 0 || record.kind !== 'failure' || record.pid !== this.#trace.mainPid) return false;
    const at = this.#trace.records.indexOf(record);
    return !this.#trace.records.slice(at + 1).some((later) => later.kind === 'command' && later.pid === record.pid && later.trap === null && !isOurSource(later));
  }

  #tell(kind: Failure['kind'], hiddenBy: string, ended: Ended | (Omit<Ended, 'unit'> & { readonly unit: null })): void {
    const { unit, status, record } = ended;
    if (unit !== null) this.#ended.tell(ended);
    const own = record.source === 'block';
    const line = own ? (unit?.firstLine ?? record.line) : this.#trace.blockLine(record.at);
    const script = isBlock(record.source) || !record.source.startsWith('/') ? null : { file: record.source, line: unit?.firstLine ?? record.line };
    const failure = { line, unit: own ? unit : null, command: unit?.text ?? record.command, words: unit?.words ?? [], status, count: record.count, stderr: null, script };
    if (!this.#trace.isChild(record)) return void this.failures.push({ ...failure, kind, hiddenBy });
    // A child that ends with a status of its own hides nothing: its caller is judged.
    const childStatus = this.#trace.childStatus(record);
    if (childStatus === null ? this.#trace.lineFailed(line) : childStatus !== 0) return;
    this.failures.push({ ...failure, kind: 'masked', hiddenBy: kind === 'masked' ? hiddenBy : 'a script that goes on and ends with 0' });
  }
}

