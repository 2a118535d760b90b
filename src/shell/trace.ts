/** The trace of one block with the texts it tells of, ready to be asked. */
import type { TraceInput } from './failures.ts';
import type { TraceRecord } from './protocol.ts';
import { indexSyntax } from './syntax.ts';
import type { SyntaxIndex, Unit } from './syntax.ts';

/** Programs of the system that are bash scripts, and the shell's own start files: what fails inside them is their own matter. */
const notOurs = /^(?:\/usr)?\/s?bin\/|^\/usr\/(?:lib|libexec|share)\/|^\/etc\/|^\/(?:usr\/local\/lib|run)\/runbook-drill\/|\/\.(?:bashrc|bash_profile|profile|bash_logout)$/;

export class Trace {
  readonly input: TraceInput;
  readonly block: SyntaxIndex;
  /** The process that sources the block; null where nothing was told. */
  readonly mainPid: number | null;
  readonly records: readonly TraceRecord[];
  readonly #indexes = new Map<string, SyntaxIndex | null>();
  readonly #childSources: ReadonlySet<string>;
  readonly #units = new Map<string, Unit | null>();
  readonly #blockLines = new Map<number, number>();

  constructor(input: TraceInput) {
    this.input = input;
    this.block = indexSyntax(input.text);
    this.records = input.records.filter((record) => !notOurs.test(record.source));
    this.mainPid = this.records.find((record) => isBlock(record.source) && record.subshell === 0)?.pid ?? null;
    this.#childSources = new Set(this.records.filter((record) => record.subshell === 0 && record.pid !== this.mainPid && !isBlock(record.source)).map((record) => record.source));
  }

  /** The syntax of a source; null where its text is not known. `bash -c '…'` is read from the line that calls it. */
  index(source: string, at: number): SyntaxIndex | null {
    if (source === 'block') return this.block;
    const text = this.input.scripts?.get(source) ?? null;
    const key = text === null ? `${source}:${at}` : source;
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const code = text ?? (source.startsWith('/') ? null : commandString(this.block, this.blockLine(at)));
    const index = code === null ? null : indexSyntax(code);
    this.#indexes.set(key, index);
    return index;
  }

  unit(place: { readonly source: string; readonly line: number; readonly command: string }, at: number, after: Unit | null = null): Unit | null {
    const key = [place.source, at, place.line, after?.pos, place.command].join('\0');
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const unit = this.index(place.source, at)?.find(place.command, place.line, after) ?? null;
    this.#units.set(key, unit);
    return unit;
  }

  /** A function of the block, of an earlier one or of a script, that only asks and answers. */
  isTestFunction(name: string | null): boolean {
    if (name === null) return false;
    const sources = [...(this.input.scripts?.keys() ?? [])].map((source) => this.index(source, 0));
    return [this.block, ...sources].some((index) => index?.isTestFunction(name) === true);
  }

  /** In another process than the block's own: a script it called, or `bash -c`. */
  isChild(record: TraceRecord): boolean {
    return !isBlock(record.source) && this.#childSources.has(record.source);
  }

  /** First line of the simple command that bash counted at `line`. */
  blockLine(line: number): number {
    const known = this.#blockLines.get(line);
    if (known !== undefined) return known;
    const record = this.records.find((candidate) => candidate.kind === 'command' && candidate.source === 'block' && candidate.line === line);
    const first = (record === undefined ? null : this.block.find(record.command, line))?.firstLine ?? line;
    this.#blockLines.set(line, first);
    return first;
  }

  /** What the child bash of a record ended with; null where it is not told. */
  childStatus(record: TraceRecord): number | null {
    const ends = this.records.filter((end) => end.kind === 'end' && end.subshell === 0 && end.pid !== this.mainPid && end.at === record.at);
    return (ends.find((end) => end.pid === record.pid) ?? ends.find((end) => end.source === record.source) ?? ends[0])?.status ?? null;
  }

  /** Some command of that line ended with a status other than 0, whether something acted on it or not. */
  lineFailed(line: number): boolean {
    return this.records.some((record) => {
      if (record.first || (record.status === 0 && record.pipeStatus.every((status) => status === 0))) return false;
      const place = record.kind === 'failure' ? record : record.previous;
      return place !== null && place.source === 'block' && this.blockLine(place.line) === line && !this.#isHeader(place, record.at);
    });
  }

  #isHeader(place: { readonly source: string; readonly line: number; readonly command: string }, at: number): boolean {
    return this.unit(place, at)?.kind === 'header';
  }

  /** The last failure in a script that this line called and that ended with a status other than 0. */
  scriptThatFailed(line: number): { readonly file: string; readonly line: number } | null {
    const inside = this.records.filter((record) => record.kind === 'failure' && record.source.startsWith('/') && this.blockLine(record.at) === line && this.isChild(record) && this.childStatus(record) !== 0);
    const last = inside.at(-1);
    return last === undefined ? null : { file: last.source, line: this.index(last.source, last.at)?.find(last.command, last.line)?.firstLine ?? last.line };
  }
}

export const isBlock = (source: string): boolean => source === 'block' || source.startsWith('block:');

/** Our own `source BLOCK`, which ends with the status of the block's last command. */
export const isOurSource = (record: { readonly command: string }): boolean => /^(?:builtin )?(?:source|\.) "?\$/.test(record.command);

function commandString(block: SyntaxIndex, line: number): string | null {
  for (const unit of block.units) {
    if (unit.firstLine > line || unit.lastLine < line || !unit.words.some((word) => word !== null && /(?:^|\/)(?:ba|da)?sh$/.test(word))) continue;
    const flag = unit.words.findIndex((word) => word !== null && /^-[a-z]*c$/.test(word));
    if (flag !== -1) return unit.words[flag + 1] ?? null;
  }
  return null;
}
