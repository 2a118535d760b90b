/** Which of the runbook's commands wrote a file last, by the times of both. */
import { basename, dirname } from 'node:path';

export interface CommandSpan {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  /** Seconds since 1970, host's clock. */
  readonly start: number;
  readonly end: number;
}

/** The kernel stamps files by a clock that ticks every 4 to 10 ms, so a stamp may lie just before its command, and never after it. */
const clockTick = 0.011;

/**
 * Among the commands that ran when the file changed, the one that names the file, else its folder, else the first.
 * Before or after all commands (a background child): the last one that had begun.
 */
export function commandThatWrote(path: string, changed: number, spans: readonly CommandSpan[]): CommandSpan | null {
  const begun = spans.filter((span) => span.start - clockTick <= changed);
  const running = begun.filter((span) => changed <= span.end);
  const candidates = running.length > 0 ? running : begun.slice(-1);
  const naming = (part: string): CommandSpan | undefined => (part.length > 1 ? candidates.find((span) => span.command.includes(part)) : undefined);
  return naming(basename(path)) ?? naming(dirname(path)) ?? candidates[0] ?? null;
}

/**
 * The first command that names a file by its last part; null where none does.
 * @param namesakes last parts that other files have too: then the folder's name must stand before it.
 */
export function commandNaming(path: string, commands: readonly Pick<CommandSpan, 'file' | 'line' | 'command'>[], namesakes: ReadonlySet<string> = new Set()): { readonly file: string; readonly line: number } | null {
  const name = basename(path);
  const sought = namesakes.has(name) ? `${basename(dirname(path))}/${name}` : name;
  const found = sought.length > 1 ? commands.find(({ command }) => command.includes(sought)) : undefined;
  return found === undefined ? null : { file: found.file, line: found.line };
}
