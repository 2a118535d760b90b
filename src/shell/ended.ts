/** Which command it was that ended with a status: records name the one that ran last in a process, not always the one that failed. */
import { isAnswer, isPureTest } from './command-text.ts';
import type { TraceRecord } from './protocol.ts';
import { isInside } from './syntax.ts';
import type { PipelineUnit, Range, SyntaxIndex, Unit } from './syntax.ts';
import { isOurSource } from './trace.ts';
import type { Trace } from './trace.ts';

export interface Ended {
  readonly unit: Unit;
  readonly status: number;
  readonly record: TraceRecord;
}

export class EndedCommands {
  readonly #trace: Trace;
  /** Ended last in a subshell or `$(…)`: what its parent process sees. */
  readonly #risen: Ended[] = [];
  readonly #told: Ended[] = [];
  readonly #failures: readonly TraceRecord[];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#failures = trace.records.filter((record) => record.kind === 'failure');
  }

  rise(ended: Ended): void {
    this.#risen.push(ended);
  }

  tell(ended: Ended): void {
    this.#told.push(ended);
  }

  /** What a `failure` record is about: the command whose place in the text counts, and the one in it that failed. */
  named(record: TraceRecord): { readonly unit: Unit; readonly culprit: Unit } | 'told' | null {
    const unit = record.trap === null ? this.#unitOf(record) : this.#inHandler(record);
    if (unit === 'told' || unit === null) return unit;
    const culprit = this.culprit(unit, record);
    return culprit === 'told' ? 'told' : { unit, culprit };
  }

  #unitOf(record: TraceRecord): Unit | 'told' | null {
    const call = this.#callThatFailed(record);
    if (call !== null) {
      const inside = this.#failures.some((other) => other.depth > record.depth && other.command === record.command && other.status === record.status);
      // `[ … ] && x` at the end of a function: a surprise, and no failure.
      const last = this.#trace.unit(record, record.at);
      return inside || (last !== null && last.fate.to === 'test' && isPureTest(last.words)) ? 'told' : call;
    }
    return this.#trace.unit(record, record.at) ?? (isOurSource(record) ? 'told' : null);
  }

  /** After a function bash tells of the command that ran last in it, at the line of the call. */
  #callThatFailed(record: TraceRecord): Unit | null {
    const { previous } = record;
    if (previous === null || previous.source !== record.source || previous.line !== record.line || previous.command === record.command) return null;
    const before = this.#trace.unit(previous, record.at);
    const same = this.#trace.unit(record, record.at);
    const isHere = same !== null && same.firstLine <= record.line && record.line <= same.lastLine + 1 && same.inFunction === before?.inFunction;
    return before === null || before.kind !== 'simple' || isHere ? null : before;
  }

  /** In a handler that the block set, `command` is what ran when the trap came: only the line tells. */
  #inHandler(record: TraceRecord): Unit | null {
    const units = (this.#index(record)?.units ?? []).filter((unit) => unit.kind === 'simple' && unit.firstLine <= record.line && record.line <= unit.lastLine);
    return units.find((candidate) => candidate.words[0] === 'trap') ?? units[0] ?? null;
  }

  /** The command that gave `unit`, or the pipeline that it stands in, its status; `told` where that is known already. */
  culprit(unit: Unit, record: TraceRecord): Unit | 'told' {
    const pipeline = unit.pipeline?.of;
    if (pipeline === undefined || pipeline.elements.length !== record.pipeStatus.length) return this.#innermost(unit, record);
    const at = failedElement(pipeline, record.pipeStatus);
    const element = pipeline.elements[at];
    if (element === undefined) return unit;
    return element.unit ?? this.innermostIn(element, record.pipeStatus[at] ?? record.status, record);
  }

  #innermost(unit: Unit, record: TraceRecord): Unit | 'told' {
    const risen = this.#risen.findLast((ended) => ended.unit !== unit && ended.status === record.status && this.#isSameText(ended.record, record) && isInside(ended.unit, unit));
    if (risen !== undefined) return risen.unit;
    if (unit.kind === 'compound' || unit.words[0] === 'eval') return this.#isToldIn(unit, record, unit) ? 'told' : unit;
    if (unit.words[0] === 'source' || unit.words[0] === '.') {
      const inFile = this.#told.some((told) => !this.#isSameText(told.record, record) && this.#trace.blockLine(told.record.at) === this.#trace.blockLine(record.at));
      return inFile ? 'told' : unit;
    }
    return unit;
  }

  /**
   * The same for what has no record of its own: a group or loop in a pipeline, the left side of `||`. What failed in it has been
   * told, or was the left side of an `&&`: `[ … ] && x` as the last of a loop fails nobody.
   */
  innermostIn(range: Range, status: number, record: TraceRecord): Unit | 'told' {
    const risen = this.#risen.findLast((ended) => ended.status === status && this.#isSameText(ended.record, record) && isInside(ended.unit, range));
    if (risen !== undefined) return risen.unit;
    const [only, ...others] = (this.#index(record)?.inside(range) ?? []).filter((unit) => unit.kind === 'simple');
    return only === undefined || others.length > 0 || this.#isToldIn(range, record, null) ? 'told' : only;
  }

  #isToldIn(range: Range, record: TraceRecord, except: Unit | null): boolean {
    return this.#told.some((told) => told.unit !== except && this.#isSameText(told.record, record) && isInside(told.unit, range));
  }

  /** Its own status, in a pipeline of its own place. */
  statusOf(unit: Unit, record: TraceRecord): number {
    const element = unit.pipeline;
    if (element === null || element.of.elements.length !== record.pipeStatus.length) return record.status;
    return record.pipeStatus[element.element] ?? record.status;
  }

  /** Bash itself called that command's end a failure: in its own words, or after a function in those of what ran last in it. */
  bashToldOf(place: TraceRecord['previous']): boolean {
    return place !== null && this.#failures.some((record) => isSamePlace(record, place) || (record.previous !== null && isSamePlace(record.previous, place) && record.line === place.line));
  }

  #index(record: TraceRecord): SyntaxIndex | null {
    return this.#trace.index(record.source, record.at);
  }

  /** Offsets in different texts do not compare. */
  #isSameText(a: TraceRecord, b: TraceRecord): boolean {
    return a.source === b.source && this.#index(a) === this.#index(b);
  }
}

type Place = NonNullable<TraceRecord['previous']>;
const isSamePlace = (a: Place, b: Place): boolean => a.source === b.source && a.line === b.line && a.command === b.command;

/** Which element a pipeline's status is from: the last, or with pipefail the first that failed, an answer or SIGPIPE only if there is no other. */
function failedElement(pipeline: PipelineUnit, statuses: readonly number[]): number {
  const last = statuses.length - 1;
  if (statuses[last] !== 0) return last;
  const real = statuses.findIndex((status, at) => status !== 0 && status !== 141 && !isAnswer(pipeline.elements[at]?.unit?.words ?? [], status));
  return real === -1 ? statuses.findIndex((status) => status !== 0) : real;
}
