/** Findings while the verdict is reached: each with the moment when it became known. */
import { type Finding, type RuleId, type SourceLine, rules } from '../model.ts';

/** `entry` is a position in the journal, -1 before the drill began; `line` orders what one entry tells. */
export interface Moment {
  readonly entry: number;
  readonly line: number;
}

export interface Found {
  readonly finding: Finding;
  readonly at: Moment;
}

export const beforeTheDrill: Moment = { entry: -1, line: 0 };

export const isBefore = (one: Moment, other: Moment): boolean => one.entry < other.entry || (one.entry === other.entry && one.line < other.line);

type Words = Pick<Finding, 'message' | 'expected' | 'actual' | 'help'>;

/** A finding with the severity that its rule has, unless told otherwise. */
export function finding(rule: RuleId, at: SourceLine, words: Words, severity: Finding['severity'] = rules[rule]): Finding {
  return { rule, severity, file: at.file, line: at.line, ...words };
}

const order = (one: string | number, other: string | number): number => (one < other ? -1 : one > other ? 1 : 0);

/** By file, line, rule; the same finding once. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const once = new Map(findings.map((item) => [JSON.stringify([item.file, item.line, item.rule, item.message, item.actual]), item]));
  return [...once.values()].toSorted((a, b) => order(a.file, b.file) || order(a.line, b.line) || order(a.rule, b.rule) || order(a.message, b.message));
}

/** The end of a text, in one paragraph of at most `most` characters. */
export function tail(text: string, most = 600): string {
  const trimmed = text.trim();
  return trimmed.length <= most ? trimmed : `…${trimmed.slice(-most)}`;
}

/** The first line of a command, short enough for a sentence. */
export function firstLine(command: string, most = 120): string {
  const [line = ''] = command.trim().split('\n');
  return line.length <= most ? line : `${line.slice(0, most)}…`;
}

export const whereIs = ({ file, line }: SourceLine): string => `${file}:${line}`;
