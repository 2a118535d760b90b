/** Reads the trace record by record: each tells what the command before it ended with, the syntax what that meant. */
import { isAnswer, isNeverAFailure, isPureTest } from './command-text.ts';
import type { Failure } from './failure.ts';
import type { TraceRecord } from './protocol.ts';
import { isInside } from './syntax.ts';
import type { Fate, PipelineUnit, Range, Unit } from './syntax.ts';
import { isBlock } from './trace.ts';
import type { Trace } from './trace.ts';

/** A command that ended with a status that something in the same process tree could see. */
interface Ended {
  readonly unit: Unit;
  readonly status: number;
  readonly record: TraceRecord;
}

const sigpipe = 141;

export function judgeRecords(trace: Trace): Failure[] {
  const reader = new Reader(trace);
  // What encloses a failure is judged after it, so that the innermost command is named.
  const [inner, outer] = [trace.records.filter((record) => record.subshell > 0), trace.records.filter((record) => record.subshell === 0)];
  for (const record of inner.toSorted((a, b) => b.subshell - a.subshell)) reader.read(record);
  for (const record of outer) reader.read(record);
  return reader.failures;
}

class Reader {
  readonly failures: Failure[] = [];
  readonly #trace: Trace;
  /** Ended last in a subshell or `$(…)`: it is what its parent process sees. */
  readonly #risen: Ended[] = [];
  readonly #told: (Ended & { readonly kind: Failure['kind'] })[] = [];
  readonly #pipefail: ReadonlySet<string>;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#pipefail = new Set(trace.records.filter((record) => /^set\s.*-\w*o pipefail/.test(record.command)).map((record) => record.source));
  }

  read(record: TraceRecord): void {
    if (record.kind === 'failure') return this.#failure(record);
    if (record.kind === 'end') this.#background(record);
    if (record.first || record.previous === null) return;
    if (record.status === 0 && record.pipeStatus.every((status) => status === 0)) return;
    const before = this.#trace.unit(record.previous, record.at);
    if (before === null) return;
    const now = record.kind === 'command' ? this.#trace.unit(record, record.at, before) : null;
    const upstream = this.#upstream(record, before, now);
    if (record.status === 0 || before.kind === 'header') return;
    if (now?.handler != null) this.#handled(record, before, now, upstream);
    else if (record.kind === 'end') this.#ended(record, before);
    else if (record.kind === 'command') this.#unseen(record, before, now);
  }

  /** Bash's own word that nothing tested it, which it does not know of `$?`, and says of `$(…)` wherever that stands. */
  #failure(record: TraceRecord): void {
    const found = this.#whatFailed(record);
    if (found === 'told') return;
    if (found === null) return this.#tell('untested', '', null, record.status, record);
    const { unit, culprit } = found;
    const fate = unit.pipeline === null ? unit.fate : unit.pipeline.of.fate;
    const innermost = this.#innermost(culprit ?? unit, record.status);
    if (innermost === 'told') return;
    if (this.#isInnocent(innermost, record, record.status)) return;
    this.#follow(fate, { unit: innermost, status: culprit === null ? record.status : this.#statusOf(culprit, record), record });
  }

  #whatFailed(record: TraceRecord): { readonly unit: Unit; readonly culprit: Unit | null } | 'told' | null {
    const { previous } = record;
    const call = previous !== null && previous.command === record.command && (previous.line !== record.line || previous.source !== record.source);
    if (call) {
      const inner = this.#trace.records.some((other) => other.kind === 'failure' && other.source === previous.source && other.line === previous.line && other.command === previous.command);
      if (inner) return 'told';
      const unit = this.#callAt(record);
      return unit === null ? null : { unit, culprit: null };
    }
    const unit = this.#trace.unit(record, record.at, null);
    if (unit === null) return this.#isOurSource(record) ? 'told' : null;
    const pipeline = unit.pipeline?.of;
    if (pipeline === undefined || pipeline.elements.length !== record.pipeStatus.length) return { unit, culprit: null };
    const at = failedElement(pipeline, record.pipeStatus);
    const element = pipeline.elements[at];
    if (element === undefined) return { unit, culprit: null };
    if (element.unit !== null) return { unit, culprit: element.unit };
    const inner = this.#innermostIn(element, record.pipeStatus[at] ?? record.status, record);
    return inner === 'told' ? 'told' : { unit, culprit: inner };
  }

  /** Our own `source BLOCK`, which ends with the status of the block's last command. */
  #isOurSource(record: TraceRecord): boolean {
    return /^(?:builtin )?(?:source|\.) /.test(record.command);
  }

  /** The call of a function that failed by its own `return`, or by a test in it. */
  #callAt(record: TraceRecord): Unit | null {
    const index = this.#trace.index(record.source, record.at);
    const onLine = (index?.units ?? []).filter((unit) => unit.kind === 'simple' && unit.firstLine <= record.line && record.line <= unit.lastLine + 1);
    return onLine.find((unit) => index?.functions.has(unit.words[0] ?? '')) ?? onLine[0] ?? null;
  }

  /** In a pipeline without pipefail only the last status counts. Returns the lines told. */
  #upstream(record: TraceRecord, before: Unit, now: Unit | null): ReadonlySet<number> {
    const lines = new Set<number>();
    const pipeline = before.pipeline?.of;
    const statuses = record.pipeStatus;
    if (pipeline === undefined || statuses.length !== pipeline.elements.length || pipeline.statusRead) return lines;
    if (now !== null && now.pipeline?.of === pipeline && now.pipeline.element > (before.pipeline?.element ?? 0)) return lines;
    const tested = statuses.at(-1) === 0 ? record.status !== 0 : this.#pipefail.has(record.source);
    if (tested) return lines;
    statuses.slice(0, -1).forEach((status, at) => {
      const element = pipeline.elements[at];
      if (status === 0 || status === sigpipe || element === undefined) return;
      const unit = element.unit ?? this.#innermostIn(element, status, record);
      if (unit === 'told' || isAnswer(unit.words, status) || isPureTest(unit.words) || lines.has(unit.firstLine)) return;
      lines.add(unit.firstLine);
      this.#tell('masked', 'upstream in a pipeline', unit, status, record);
    });
    return lines;
  }

  /** The right side of `||` runs, so the left side failed. */
  #handled(record: TraceRecord, before: Unit, now: Unit, upstream: ReadonlySet<number>): void {
    const { handler } = now;
    if (handler === null || handler.hides === null || (isInside(before, handler.right) && !isInside(handler.right, before))) return;
    const operand = handler.left.findLast((range) => isInside(before, range)) ?? handler.left.at(-1);
    if (operand === undefined) return;
    const pipeline = before.pipeline?.of;
    let unit: Unit | 'told';
    if (isInside(before, operand)) {
      const at = pipeline !== undefined && pipeline.elements.length === record.pipeStatus.length ? failedElement(pipeline, record.pipeStatus) : -1;
      const element = pipeline?.elements[at];
      unit = element === undefined ? this.#innermost(before, record.status) : (element.unit ?? this.#innermostIn(element, record.status, record));
    } else {
      unit = this.#innermostIn(operand, record.status, record);
    }
    if (unit === 'told' || isPureTest(unit.words) || upstream.has(unit.firstLine)) return;
    this.#tell('masked', handler.hides, unit, pipeline === undefined ? record.status : this.#statusOf(unit, record), record);
  }

  /** The end of a subshell or `$(…)`: what its last command ended with. */
  #ended(record: TraceRecord, before: Unit): void {
    if (record.subshell === 0 || this.#bashToldOf(record.previous)) return;
    const unit = this.#innermost(before, record.status);
    if (unit === 'told' || this.#isInnocent(unit, record, record.status) || isPureTest(before.words)) return;
    const fate = before.pipeline === null ? before.listFate : before.pipeline.of.fate;
    if (fate.to === 'mask' || fate.to === 'parent') this.#follow(fate, { unit, status: record.status, record });
  }

  /** Inside a function or list whose status is tested bash is silent about all but the last command, and `set -e` is off. */
  #unseen(record: TraceRecord, before: Unit, now: Unit | null): void {
    if (now === null || before.kind !== 'simple' || before.fate.to !== 'nothing' || before.pipeline !== null) return;
    if (this.#bashToldOf(record.previous) || record.previous?.source !== record.source) return;
    const index = this.#trace.index(record.source, record.at);
    const name = before.words[0] ?? '';
    const runsCode = name === 'eval' || name === 'source' || name === '.' || name === 'trap' || index?.functions.has(name) === true;
    const between = (index?.units ?? []).some((unit) => unit.kind === 'compound' && unit.pos >= before.end && unit.end <= now.pos);
    if (runsCode || between || isPureTest(before.words) || this.#isInnocent(before, record, record.status)) return;
    const innermost = this.#innermost(before, record.status);
    if (innermost !== 'told') this.#tell('masked', 'a condition around it', innermost, record.status, record);
  }

  /** `cmd &`: its end is told with what was started. */
  #background(record: TraceRecord): void {
    if (record.status === 0 || record.command === '') return;
    const unit = this.#trace.unit(record, record.at);
    if (unit !== null && unit.fate.to === 'background' && unit.kind === 'simple' && record.previous === null) this.#follow(unit.fate, { unit, status: record.status, record });
  }

  #follow(fate: Fate, ended: Ended): void {
    switch (fate.to) {
      case 'test':
        return;
      case 'mask':
        if (!isAnswer(ended.unit.words, ended.status)) this.#tell('masked', fate.by, ended.unit, ended.status, ended.record);
        return;
      case 'parent':
        this.#risen.push(ended);
        return;
      case 'background':
        if (!this.#isWaitedFor(ended)) this.#tell('untested', '', ended.unit, ended.status, ended.record);
        return;
      default:
        this.#tell('untested', '', ended.unit, ended.status, ended.record);
    }
  }

  /** `wait PID` hands the status on, and what was killed did not fail. */
  #isWaitedFor({ unit, status }: Ended): boolean {
    const later = this.#trace.block.units.filter((other) => other.pos > unit.pos);
    if (later.some((other) => other.words[0] === 'wait' && other.words.length > 1)) return true;
    return [129, 130, sigpipe, 143].includes(status) || (status === 137 && later.some((other) => other.words[0] === 'kill' || other.words[0] === 'pkill'));
  }

  #isInnocent(unit: Unit, record: TraceRecord, status: number): boolean {
    if (this.#isFatal(record)) return false;
    if (status === sigpipe && unit.pipeline !== null) return true;
    if (isNeverAFailure(unit.words, status)) return true;
    // A value that was asked for: nothing found is an answer.
    return isAnswer(unit.words, status) && (unit.fate.to === 'parent' || unit.pipeline?.of.fate.to === 'parent' || unit.fate.to === 'mask');
  }

  /** `set -e` ended the shell here. */
  #isFatal(record: TraceRecord): boolean {
    if (!this.#trace.input.exited || record.kind !== 'failure' || record.pid !== this.#trace.mainPid) return false;
    const at = this.#trace.records.indexOf(record);
    return !this.#trace.records.slice(at + 1).some((later) => later.kind === 'command' && later.pid === record.pid && !this.#isOurSource(later));
  }

  #bashToldOf(place: TraceRecord['previous']): boolean {
    return place !== null && this.#trace.records.some((record) => record.kind === 'failure' && record.source === place.source && record.line === place.line && record.command === place.command);
  }

  /** The command inside `( )` or `$( )` that gave its status to `unit`; `told` where that is known already. */
  #innermost(unit: Unit, status: number): Unit | 'told' {
    const risen = this.#risen.findLast((ended) => ended.unit !== unit && isInside(ended.unit, unit) && ended.status === status);
    if (risen !== undefined) return risen.unit;
    if (unit.kind === 'compound' || runsText(unit)) return this.#told.some((told) => told.unit !== unit && isInside(told.unit, unit)) ? 'told' : unit;
    return unit;
  }

  #innermostIn(range: Range, status: number, record: TraceRecord): Unit | 'told' {
    const risen = this.#risen.findLast((ended) => isInside(ended.unit, range) && ended.status === status);
    if (risen !== undefined) return risen.unit;
    if (this.#told.some((told) => isInside(told.unit, range))) return 'told';
    const index = this.#trace.index(record.source, record.at);
    return index?.inside(range).find((unit) => unit.kind === 'simple') ?? 'told';
  }

  #statusOf(unit: Unit, record: TraceRecord): number {
    const element = unit.pipeline;
    if (element === null || element.of.elements.length !== record.pipeStatus.length) return record.status;
    return record.pipeStatus[element.element] ?? record.status;
  }

  #tell(kind: Failure['kind'], hiddenBy: string, unit: Unit | null, status: number, record: TraceRecord): void {
    if (unit !== null) this.#told.push({ unit, status, record, kind });
    const own = record.source === 'block';
    const inBlock = { line: own ? (unit?.firstLine ?? record.line) : this.#trace.blockLine(record.at), unit: own ? unit : null, command: unit?.text ?? record.command, words: unit?.words ?? [], status, count: record.count, stderr: null };
    const script = isBlock(record.source) || !record.source.startsWith('/') ? null : { file: record.source, line: unit?.firstLine ?? record.line };
    if (!this.#trace.isChild(record)) return void this.failures.push({ ...inBlock, kind, hiddenBy, script });
    // A child that ends with a status of its own hides nothing: its caller is judged.
    const childStatus = this.#trace.childStatus(record);
    if (childStatus === null ? this.#trace.lineFailed(inBlock.line) : childStatus !== 0) return;
    this.failures.push({ ...inBlock, kind: 'masked', hiddenBy: kind === 'masked' ? hiddenBy : 'a script that goes on and ends with 0', script });
  }
}

const runsText = (unit: Unit): boolean => unit.words[0] === 'eval' || unit.words[0] === 'source' || unit.words[0] === '.';

/** Which element a pipeline's status is from: the last, or with pipefail the first that failed, an answer or SIGPIPE only if there is no other. */
function failedElement(pipeline: PipelineUnit, statuses: readonly number[]): number {
  const last = statuses.length - 1;
  if (statuses[last] !== 0) return last;
  const real = statuses.findIndex((status, at) => status !== 0 && status !== sigpipe && !isAnswer(pipeline.elements[at]?.unit?.words ?? [], status));
  return real === -1 ? statuses.findIndex((status) => status !== 0) : real;
}
